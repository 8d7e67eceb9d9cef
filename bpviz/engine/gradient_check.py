"""Is the gradient right?  Backpropagation against differences, and the differences against their step."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.kinks import at_kinks, kink_sources, rounding
from bpviz.engine.numerical import Array, DifferenceMethod, Progress, numerical_gradient
from bpviz.engine.objective import Batch, Objective, ShouldStop
from bpviz.snapshot import ErrorValley, GradientCheck, frozen

Indices = Sequence[int] | NDArray[np.intp]

# The floor of the relative error, as a share of the largest entry of the gradient, and by itself.
FLOOR_SHARE, LEAST_FLOOR = 1e-3, 1e-8
VALLEY_STEPS = tuple(10.0**-power for power in range(1, 13))
VALLEY_PARAMETERS = 200
# Below this error nobody asks for a reason.
LARGE = 1e-6
# With which step kinks are told from curves for the valley.
KINK_STEP = 1e-5


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
    """Return backpropagation and differences side by side; parameters as of `numerical_gradient`.

    Where the error is large and L can have kinks, it is looked whether the parameter stands at one.
    """
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
    at_kink, kinks = np.zeros(len(places), np.bool_), kink_sources(objective)
    # The complex step takes one side, the one that backpropagation takes.
    if kinks and method != "complex":
        apart = np.abs(backprop - differences) > rounding(objective, theta, batch, h)
        large = np.flatnonzero((errors > LARGE) & apart)
        at_kink[large] = at_kinks(objective, theta, batch, h, places[large], backprop[large], should_stop)
    names, standing = objective.parameter_names, np.flatnonzero(at_kink)
    standing = standing[np.argsort(-errors[standing], kind="stable")]
    worst = int(places[int(np.where(at_kink, -1.0, errors).argmax())])
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
        "" if at_kink.all() else names[worst],
        frozen(at_kink),
        kinks,
        tuple(names[int(place)] for place in places[standing]),
        0 if len(places) == len(theta) else len(theta),
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
    shown is the definition's own rounding.  Parameters that stand at a kink, where no step is right, are
    left out unless there is nothing else.
    """
    gradient = objective.loss_and_gradient(theta, batch)[1].astype(np.float64)
    if indices is None:
        count = min(VALLEY_PARAMETERS, len(theta))
        indices = np.sort(np.random.default_rng(seed).permutation(len(theta))[:count])
    places = _off_kinks(objective, theta, batch, np.asarray(indices, np.intp), gradient, should_stop)
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


def _off_kinks(
    objective: Objective,
    theta: Array,
    batch: Batch,
    places: NDArray[np.intp],
    gradient: Array,
    should_stop: ShouldStop | None,
) -> NDArray[np.intp]:
    """Return those of ``places`` that do not stand at a kink, all where none is left."""
    if not kink_sources(objective):
        return places
    at_kink = at_kinks(objective, theta, batch, KINK_STEP, places, gradient[places], should_stop)
    return places if at_kink.all() else places[~at_kink]
