"""Which parameters a gradient check looks at: all, or a sample where all would take too long."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.network_objective import NetworkObjective
from bpviz.engine.numerical import DifferenceMethod, is_exact
from bpviz.engine.objective import Array, Batch, Objective

LONG_S = 10.0
"""From this many seconds on, as a few losses foretell them, a sample is checked instead."""
SAMPLED = 1000
_LOSSES = {"forward": 1, "central": 2, "complex": 1}
_TRIES = 3
_STREAM = 0x9A7A


def checked_places(
    objective: Objective, theta: Array, rows: Batch, method: DifferenceMethod
) -> NDArray[np.intp] | None:
    """Return the parameters to check, in their order; None stands for all."""
    if objective.size <= SAMPLED or (method != "complex" and is_exact(objective)):
        return None
    if estimated_seconds(objective, theta, rows, method) <= LONG_S:
        return None
    return drawn_places(objective)


def estimated_seconds(objective: Objective, theta: Array, rows: Batch, method: DifferenceMethod) -> float:
    """Return about how long differences of all parameters would take, one by one."""
    taken = []
    for _ in range(_TRIES):
        begun = time.perf_counter()
        if method == "complex":
            objective.complex_loss(theta.astype(np.complex128), rows)
        else:
            objective.training_loss(theta, rows)
        taken.append(time.perf_counter() - begun)
    return min(taken) * _LOSSES[method] * objective.size


def drawn_places(objective: Objective, count: int = SAMPLED) -> NDArray[np.intp]:
    """Return ``count`` parameters, always the same ones: as many of each layer, all of a small one."""
    if isinstance(objective, NetworkObjective):
        parts = [part for part in objective.network.parts() if part.stop > part.start]
    else:
        parts = [slice(0, objective.size)]
    rng, drawn, left = np.random.default_rng(_STREAM), [], min(count, objective.size)
    smallest_first = sorted(parts, key=lambda part: part.stop - part.start)
    for number, part in enumerate(smallest_first):
        size = part.stop - part.start
        share = min(size, left // (len(parts) - number))
        drawn.append(part.start + rng.permutation(size)[:share])
        left -= share
    return np.sort(np.concatenate(drawn)).astype(np.intp)
