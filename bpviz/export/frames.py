"""The frames of a run, in lockstep: next iteration, snapshot, picture, and none lost."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bpviz.snapshot import History, Iteration, Snapshot, SnapshotRequest, SurfaceGrid
from bpviz.training.histograms import taken
from bpviz.training.loop import Training

SurfaceMaker = Callable[[Training], SurfaceGrid]


@dataclass(frozen=True)
class Frame:
    """What one picture shows."""

    snapshot: Snapshot
    history: History
    surface: SurfaceGrid | None


def frames(
    training: Training,
    every: int,
    request: SnapshotRequest,
    surface: SurfaceMaker | None = None,
) -> Iterator[Frame | Iteration]:
    """Run ``training`` and yield each iteration, and a frame after every k-th and after the last.

    Parameters
    ----------
    every : int
        k, at least 1; iterations 0, k, 2k, … are shown, and the last whatever its number.
    surface : callable or None
        Computes the loss surface of each frame, where the picture shows it.

    Yields
    ------
    Iteration or Frame
        An ``Iteration`` after each update, so that the caller may look up between two of them;
        the ``Frame``, where one is due, right after it.
    """
    shown = -1
    for iteration in training.iterations():
        yield iteration
        if iteration.iteration % every == 0:
            frame = _frame(training, request, surface)
            # A run that is about to diverge takes such an iteration back.
            if math.isfinite(frame.snapshot.train.loss):
                shown = iteration.iteration
                yield frame
    if training.iteration > shown:
        yield _frame(training, request, surface)


def frame_count(iterations: int | None, every: int) -> int | None:
    """Return how many frames a run of so many iterations makes; None where there is no last one."""
    if iterations is None:
        return None
    return iterations // every + 1 + (iterations % every != 0)


def _frame(training: Training, request: SnapshotRequest, surface: SurfaceMaker | None) -> Frame:
    grid = surface(training) if surface is not None else None
    return Frame(taken(training, request), training.recorder.history(), grid)
