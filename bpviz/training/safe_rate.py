"""A learning rate with which a run that diverged surely gets going, found by trying."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from bpviz.training.divergence import Divergence, NotFinite

if TYPE_CHECKING:
    from bpviz.training.loop import Training

STEPS = 300
"""So many iterations from the start must stay finite."""
LARGEST, SMALLEST = 0.1, 1e-12
LONGEST_S = 2.0
_ASK_EVERY = 10


def with_safe_rate(training: Training, interrupted: Callable[[], bool]) -> Divergence | None:
    """Return how the run diverged, with an η that helps; None where it did not diverge."""
    if training.divergence is not None:
        given_up = time.monotonic() + LONGEST_S
        rate = safe_rate(training, lambda: interrupted() or time.monotonic() > given_up)
        training.divergence = replace(training.divergence, safe_rate=rate)
    return training.divergence


def safe_rate(training: Training, interrupted: Callable[[], bool] | None = None) -> float | None:
    """Return the largest η/10, η/100, … with which the run goes well from its start.

    It goes well where every one of its first `STEPS` iterations is finite and the loss over all the
    training data is afterwards not above that of the start: a loss that grows goes on growing.  The run is
    left as it stands.

    Parameters
    ----------
    interrupted : callable, optional
        Asked now and then; once it says so the search is given up.

    Returns
    -------
    float or None
        None where no η helps, the start itself not being finite, or where the search was given up.
    """
    rate = training.live.learning_rate
    with training.undisturbed():
        _go_to_start(training)
        begun = training.evaluate()[0].loss
        while math.isfinite(begun) and rate > SMALLEST:
            rate = float(f"{min(rate / 10.0, LARGEST):.1g}")
            well = _goes_well(training, rate, begun, interrupted)
            if well is None:
                return None
            if well:
                return rate
    return None


def _go_to_start(training: Training) -> None:
    training.go_to(training.line.before(0))


def _goes_well(
    training: Training, rate: float, begun: float, interrupted: Callable[[], bool] | None
) -> bool | None:
    _go_to_start(training)
    training.use(replace(training.live, learning_rate=rate))
    try:
        for step in range(STEPS):
            if interrupted is not None and step % _ASK_EVERY == 0 and interrupted():
                return None
            training.advance()
    except NotFinite:
        return False
    ended = training.evaluate()[0].loss
    return math.isfinite(ended) and ended <= begun
