"""Which parameters stand at a kink: there a difference mixes the slopes of both sides, and is no test.

A network of ReLU with biases of 0 shows it at its start: z of a black patch is exactly 0, backpropagation
takes the slope 0 and a central difference half the slope above.

With D₊(h) = (L(θ + h eᵢ) − L(θ)) / h and D₋(h) the same backwards, S(h) = D₊(h) − D₋(h) is h L″ where L is
smooth, so that S(h) = 2 S(h/2); a kink at θ adds its jump J to every S(h), one at a distance d < h adds
J (1 − d/h).  The error of the central difference is then half of what the kink adds, or less.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.function_objective import FunctionObjective
from bpviz.engine.layers.base import LAYERS
from bpviz.engine.network_objective import NetworkObjective
from bpviz.engine.numerical import is_exact, one_sided
from bpviz.engine.objective import Batch, Objective, ShouldStop
from bpviz.engine.registries import ACTIVATIONS, LOSSES, REGULARIZERS

Array = NDArray[np.floating]

# In shorter steps a difference is mostly rounding: the kink is looked for with a longer one.
SHORTEST, LONGER = 1e-7, 1e-6
# What rounding makes of a sum of losses, in units of its last digit.
ROUNDING = 8.0
HALVES = (2, 4, 8)
# The share of S that must not change for the kink to lie at θ itself, and that must bend for one nearby.
STEADY, BENT = 0.1, 0.2


def kink_sources(objective: Objective) -> tuple[str, ...]:
    """Return the names of the pieces of L whose derivative jumps somewhere, templates each once."""
    if isinstance(objective, FunctionObjective):
        return ("|x|",) if "abs" in objective.expression.formula else ()
    assert isinstance(objective, NetworkObjective)
    layers = objective.network.layers
    pieces: list[object] = [
        layer.activation for layer in layers if layer.activation and layer.activation.kinks
    ]
    pieces += [layer for layer in layers if layer.kinked]
    pieces += [objective.loss_function] if objective.loss_function.kinked else []
    pieces += objective.penalties.kinked
    entries = (*ACTIVATIONS, *LAYERS, *LOSSES, *REGULARIZERS)
    return tuple(dict.fromkeys(one.label for piece in pieces for one in entries if one.make is type(piece)))


def at_kinks(
    objective: Objective,
    theta: Array,
    batch: Batch,
    h: float,
    places: NDArray[np.intp],
    backprop: Array,
    should_stop: ShouldStop | None = None,
) -> NDArray[np.bool_]:
    """Return which of the parameters ``places`` stand at a kink, or have one within the step h.

    Parameters
    ----------
    backprop : (k,)
        Their entries of the gradient, which must be one that a kink allows: between the slopes of the
        two sides.  A wrong gradient is not excused.

    Raises
    ------
    Cancelled
        Once ``should_stop`` says so.
    """
    step = h if h >= SHORTEST else LONGER
    noise = rounding(objective, theta, batch, step)

    def sides(each: float, which: NDArray[np.intp]) -> tuple[Array, Array]:
        above = one_sided(objective, theta, batch, each, which, should_stop)
        return above, one_sided(objective, theta, batch, -each, which, should_stop)

    above, below = sides(step, places)
    gap, miss = above - below, 0.5 * (above + below) - backprop
    # Where the sides are as good as one, nothing but a mistake explains a large error.
    maybe = (np.abs(gap) > 4.0 * noise) & (np.abs(miss) < 5.0 * np.abs(gap))
    found = np.zeros(len(places), np.bool_)
    if not maybe.any():
        return found
    few, above, below, gap, miss = places[maybe], above[maybe], below[maybe], gap[maybe], miss[maybe]
    finer = [np.subtract(*sides(step / part, few)) for part in HALVES]
    exact = np.abs(gap - finer[-1]) <= STEADY * np.abs(gap)
    slack = 0.01 * np.abs(gap) + noise
    inside = np.abs(miss) <= 0.5 * np.abs(gap) + slack
    bend = np.max([np.abs(gap - part * each) for part, each in zip(HALVES, finer, strict=True)], axis=0)
    near = (
        (bend > 8.0 * HALVES[-1] * noise) & (bend > BENT * np.abs(gap)) & (2.0 * np.abs(miss) <= 1.1 * bend)
    )
    found[maybe] = np.where(exact, inside, near & (step == h))
    return found


def rounding(objective: Objective, theta: Array, batch: Batch, h: float) -> float:
    """Return how far rounding alone may move a difference with the step h."""
    dtype = np.float64 if is_exact(objective) else objective.dtype
    size = max(1.0, abs(objective.training_loss(theta, batch)))
    return ROUNDING * float(np.finfo(dtype).eps) * size / h
