"""Histories of a made-up run, in the shape in which the recorder hands them over."""

from __future__ import annotations

import numpy as np

from bpviz.snapshot import History


def fake_history(
    iterations: int,
    *,
    run_id: int = 1,
    generation: int = 0,
    every: int = 1,
    accuracy: bool = True,
    test: bool = True,
    seed: int = 0,
) -> History:
    """Return a falling, noisy loss over ``iterations`` updates, evaluated every ``every``-th."""
    rng = np.random.default_rng(seed)
    at = np.arange(iterations + 1)
    progress = at / max(iterations, 1)
    train = 0.7 * np.exp(-5 * progress) + 0.003 + 0.0005 * np.sin(at / max(iterations / 40, 1)) ** 2
    batch = train * np.exp(0.5 * rng.normal(size=len(at)))
    evaluated = at[::every]
    train_loss = train[::every] * np.exp(0.05 * rng.normal(size=len(evaluated)))
    nothing = np.full(len(evaluated), np.nan)
    right = 1 - 0.5 * np.exp(-6 * evaluated / max(iterations, 1))
    return History(
        run_id,
        generation,
        _read_only(batch),
        _read_only(evaluated.astype(np.int64)),
        _read_only(train_loss),
        _read_only(1.4 * train_loss if test else nothing),
        _read_only(right if accuracy else nothing),
        _read_only(0.97 * right if accuracy and test else nothing),
    )


def shortened(history: History, iterations: int) -> History:
    """Return the same record as it was after ``iterations`` updates: views of the same buffers."""
    kept = int(np.searchsorted(history.evaluated, iterations, side="right"))
    return History(
        history.run_id,
        history.generation,
        history.loss[: iterations + 1],
        history.evaluated[:kept],
        history.train_loss[:kept],
        history.test_loss[:kept],
        history.train_accuracy[:kept],
        history.test_accuracy[:kept],
    )


def _read_only(array: np.ndarray) -> np.ndarray:
    array.setflags(write=False)
    return array
