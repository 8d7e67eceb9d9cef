"""The gradient by differences: θ is moved by h along each parameter, and the loss is looked at.

forward    ∂L/∂θᵢ ≈ (L(θ + h eᵢ) − L(θ)) / h              truncation error ∝ h,  rounding error ∝ 1/h
central    ∂L/∂θᵢ ≈ (L(θ + h eᵢ) − L(θ − h eᵢ)) / 2h      truncation error ∝ h², rounding error ∝ 1/h
complex    ∂L/∂θᵢ ≈ Im L(θ + i h eᵢ) / h                  truncation error ∝ h², no rounding error
                                                          (Squire and Trapp, 1998)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.dense_differences import dense_differences
from bpviz.engine.network_objective import NetworkObjective
from bpviz.engine.objective import Batch, Objective, ShouldStop, check_stop
from bpviz.errors import UserError

Array = NDArray[np.floating]
DifferenceMethod = Literal["forward", "central", "complex"]
Progress = Callable[[int, int], None]

METHODS: tuple[DifferenceMethod, ...] = get_args(DifferenceMethod)
# Below so few parameters the plain loop is as quick.
FEW = 16
# So many of a dense network's parameters take longer one by one than all of them at once.
MANY = 64


def numerical_gradient(
    objective: Objective,
    theta: Array,
    batch: Batch = None,
    method: DifferenceMethod = "central",
    h: float = 1e-4,
    indices: Sequence[int] | NDArray[np.intp] | None = None,
    should_stop: ShouldStop | None = None,
    progress: Progress | None = None,
) -> Array:
    """Return ∂L/∂θᵢ by differences for every i, or for ``indices``: float64.

    All parameters of a network of dense layers go through `dense_differences`, which gives the same
    numbers as the loop below and is some hundred times faster.

    Parameters
    ----------
    objective : Objective
        Its `training_loss` (`complex_loss` for the complex step) is what is looked at.
    theta : (n,)
        Left as it is.
    h : float
        How far each parameter is moved.
    should_stop, progress : callable, optional
        Asked now and then; told (how many are done, of how many).

    Raises
    ------
    UserError
        When h is not a positive number, or the complex step meets a piece that is not analytic.
    Cancelled
        Once ``should_stop`` says so.
    """
    if not (np.isfinite(h) and h > 0.0):
        raise UserError("The step h = {h} is not a positive number.", hint="Write for example 1e-4.", h=h)
    if indices is None and method != "complex" and _is_quick(objective):
        assert isinstance(objective, NetworkObjective)
        central = method == "central"
        return dense_differences(
            objective, theta, batch, h, central=central, should_stop=should_stop, progress=progress
        )
    places = range(len(theta)) if indices is None else indices
    return _one_by_one(objective, theta, batch, method, h, places, should_stop, progress)


def one_sided(
    objective: Objective,
    theta: Array,
    batch: Batch,
    h: float,
    indices: NDArray[np.intp],
    should_stop: ShouldStop | None = None,
) -> Array:
    """Return (L(θ + h eᵢ) − L(θ)) / h for the parameters ``indices``; h may be below 0: the slope below."""
    if _is_quick(objective) and (len(indices) > MANY or objective.dtype == np.float32):
        assert isinstance(objective, NetworkObjective)
        return dense_differences(objective, theta, batch, h, central=False, should_stop=should_stop)[indices]
    return _one_by_one(objective, theta, batch, "forward", h, indices, should_stop)


def is_exact(objective: Objective) -> bool:
    """Whether differences are made in float64 even of an objective in float32."""
    return _is_quick(objective)


def _is_quick(objective: Objective) -> bool:
    return isinstance(objective, NetworkObjective) and objective.network.is_dense and objective.size > FEW


def _one_by_one(
    objective: Objective,
    theta: Array,
    batch: Batch,
    method: DifferenceMethod,
    h: float,
    places: Sequence[int] | NDArray[np.intp],
    should_stop: ShouldStop | None = None,
    progress: Progress | None = None,
) -> Array:
    """Return ∂L/∂θᵢ for each i of ``places``: the definition."""
    difference = _DIFFERENCES[method](objective, theta, batch, h)
    gradient = np.empty(len(places))
    for done, place in enumerate(places):
        check_stop(should_stop)
        gradient[done] = difference(int(place))
        if progress is not None:
            progress(done + 1, len(places))
    return gradient


def _forward(objective: Objective, theta: Array, batch: Batch, h: float) -> Callable[[int], float]:
    moved = theta.copy()
    here = objective.training_loss(moved, batch)

    def difference(place: int) -> float:
        moved[place] = theta[place] + h
        there = objective.training_loss(moved, batch)
        moved[place] = theta[place]
        return (there - here) / h

    return difference


def _central(objective: Objective, theta: Array, batch: Batch, h: float) -> Callable[[int], float]:
    moved = theta.copy()

    def difference(place: int) -> float:
        moved[place] = theta[place] + h
        above = objective.training_loss(moved, batch)
        moved[place] = theta[place] - h
        below = objective.training_loss(moved, batch)
        moved[place] = theta[place]
        return (above - below) / (2.0 * h)

    return difference


def _complex(objective: Objective, theta: Array, batch: Batch, h: float) -> Callable[[int], float]:
    moved = theta.astype(np.complex128)

    def difference(place: int) -> float:
        moved[place] = complex(theta[place], h)
        value = objective.complex_loss(moved, batch)
        moved[place] = theta[place]
        return value.imag / h

    return difference


_DIFFERENCES = {"forward": _forward, "central": _central, "complex": _complex}
