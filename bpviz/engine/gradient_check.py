"""Is the gradient right?  Backpropagation against differences, and the differences against their step."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.numerical import Array, DifferenceMethod, Progress, numerical_gradient
from bpviz.engine.objective import Batch, Objective, ShouldStop
from bpviz.snapshot import ErrorValley, GradientCheck, frozen

Indices = Sequence[int] | NDArray[np.intp]

# The floor of the relative error, as a share of the largest entry of the gradient, and by itself.
FLOOR_SHARE, LEAST_FLOOR = 1e-3, 1e-8
VALLEY_STEPS = tuple(10.0**-power for power in range(1, 13))
VALLEY_PARAMETERS = 200


def relative_errors(backprop: Array, differences: Array, largest: float | None = None) -> Array:
    """Return |a − n| / max(|a|, |n|, floor) for each entry.

    The floor is a thousandth of the largest |a| (``largest``, where the entries are a sample), at least
    1e-8.  An entry that is 0, or next to it, has only the differences' rounding noise to compare with:
    without a floor this would read as an error of 100 %.
    """
    most = float(np.abs(backprop).max(initial=0.0)) if largest is None else largest
    floor = max(FLOOR_SHARE * most, LEAST_FLOOR)
    scale = np.maximum(np.maximum(np.abs(backprop), np.abs(differences)), floor)
    return np.asarray(np.abs(backprop - differences) / scale)


def check_gradient(
    objective: Objective,
    theta: Array,
    batch: Batch = None,
    method: DifferenceMethod = "central",
    h: float = 1e-4,
    indices: Indices | None = None,
    should_stop: ShouldStop | None = None,
    progress: Progress | None = None,
) -> GradientCheck:
    """Return backpropagation and differences side by side; parameters as of `numerical_gradient`."""
    gradient = objective.loss_and_gradient(theta, batch)[1].astype(np.float64)
    begun = time.perf_counter()
    objective.loss_and_gradient(theta, batch)
    seconds_backprop = time.perf_counter() - begun
    begun = time.perf_counter()
    differences = numerical_gradient(objective, theta, batch, method, h, indices, should_stop, progress)
    seconds = time.perf_counter() - begun
    places = np.arange(len(theta)) if indices is None else np.asarray(indices, np.intp)
    backprop = gradient[places]
    errors = relative_errors(backprop, differences, float(np.abs(gradient).max(initial=0.0)))
    return GradientCheck(
        method,
        h,
        seconds,
        seconds_backprop,
        frozen(places),
        frozen(backprop),
        frozen(differences),
        frozen(np.abs(backprop - differences)),
        frozen(errors),
        objective.parameter_names[int(places[int(errors.argmax())])],
    )


def error_valley(
    objective: Objective,
    theta: Array,
    batch: Batch = None,
    methods: Sequence[DifferenceMethod] = ("forward", "central"),
    steps: Sequence[float] = VALLEY_STEPS,
    indices: Indices | None = None,
    seed: int = 0,
    should_stop: ShouldStop | None = None,
    progress: Progress | None = None,
) -> ErrorValley:
    """Return the largest and the median relative error for each method and each h.

    Taken over ``indices``, by default at most 200 parameters drawn with ``seed``, one by one: what is
    shown is the definition's own rounding.
    """
    gradient = objective.loss_and_gradient(theta, batch)[1].astype(np.float64)
    if indices is None:
        count = min(VALLEY_PARAMETERS, len(theta))
        indices = np.sort(np.random.default_rng(seed).permutation(len(theta))[:count])
    places = np.asarray(indices, np.intp)
    most = float(np.abs(gradient).max(initial=0.0))
    largest: dict[str, Array] = {method: np.empty(len(steps)) for method in methods}
    median: dict[str, Array] = {method: np.empty(len(steps)) for method in methods}
    done = 0
    for method in methods:
        for number, h in enumerate(steps):
            differences = numerical_gradient(objective, theta, batch, method, h, places, should_stop)
            errors = relative_errors(gradient[places], differences, most)
            largest[method][number], median[method][number] = errors.max(), np.median(errors)
            done += 1
            if progress is not None:
                progress(done, len(methods) * len(steps))
    return ErrorValley(np.array(steps), largest, median, places)
