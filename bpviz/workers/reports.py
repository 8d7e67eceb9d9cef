"""What the training worker tells of its runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bpviz.snapshot import RunInfo, StopReason
from bpviz.snapshot.dissection import Dissection
from bpviz.text import Text
from bpviz.training.config import RunConfig
from bpviz.training.recorder import Recorder


@dataclass(frozen=True)
class RunEnd:
    """How a start ended: by a stop condition, by hand, or by an error.

    ``safe_rate`` is an η with which a run that diverged goes well from its start, where one was found.
    """

    run_id: int
    kind: Literal["finished", "stopped", "failed"]
    reason: StopReason | None = None
    sentence: Text | None = None
    error: BaseException | None = None
    safe_rate: float | None = None


@dataclass(frozen=True)
class RunStarted:
    """A run is ready: its description and the record that it fills.

    ``again``: it was there before, and comes back beside the one that was on the screen.
    """

    info: RunInfo
    config: RunConfig
    recorder: Recorder
    again: bool = False


@dataclass(frozen=True)
class Dissected:
    """The iteration after ``iteration``, taken apart; None where it would leave the finite numbers."""

    run_id: int
    iteration: int
    dissection: Dissection | None
    number: int = 0
    """The one that `TrainingWorker.walk` was given."""
