"""What a check of the gradient is made from: the method, its step, the samples, and what limits it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.gradient_check import check_gradient, error_valley
from bpviz.engine.network_objective import NetworkObjective
from bpviz.engine.numerical import METHODS, DifferenceMethod, Progress
from bpviz.engine.objective import Array, Batch, Objective, ShouldStop
from bpviz.errors import UserError
from bpviz.registry import Field
from bpviz.snapshot import ErrorValley, GradientCheck
from bpviz.text import N_, Text
from bpviz.training.check_places import checked_places
from bpviz.training.method import BEST_STEPS

__all__ = ["METHODS", "CheckRequest", "DifferenceMethod"]

Samples = Literal["batch", "some", "all"]

# Enough to see whether a gradient is right, few enough that the article's network takes seconds.
USUAL_SAMPLES = 100
# Walked with one parameter at a time, the valley of a large network is shown by fewer of them.
VALLEY_PARAMETERS, VALLEY_FEW, LARGE = 200, 50, 5000
_SAMPLE_STREAM = 0xC4EC
STEP = Field(
    "step",
    N_("Step h"),
    default=None,
    minimum=0.0,
    exclusive_minimum=True,
    maximum=1.0,
    help=N_("How far each parameter is moved; left out, what suits the method."),
)


@dataclass(frozen=True)
class CheckRequest:
    """What somebody wants to see checked.

    ``step`` None takes what suits the method.  ``samples``: the last batch, ``count`` training samples
    drawn by the seed, or all of them.  ``valley``: look at every step from 1e-1 to 1e-12 as well.
    ``everything``: check every parameter, however long it takes.
    """

    method: DifferenceMethod = "central"
    step: float | None = None
    samples: Samples = "batch"
    count: int = USUAL_SAMPLES
    valley: bool = True
    everything: bool = False

    @property
    def h(self) -> float:
        """The step in use."""
        return BEST_STEPS[self.method] if self.step is None else self.step


def checked_method(name: object) -> DifferenceMethod:
    """Return the method called ``name``.

    Raises
    ------
    UserError
        When there is none, or it is backpropagation, which is what is checked.
    """
    if name not in METHODS:
        raise UserError(
            "The gradient cannot be checked by “{name}”.",
            hint="Choose one of {methods}.",
            name=name,
            methods=", ".join(METHODS),
        )
    return next(method for method in METHODS if method == name)


def checked_step(step: object) -> float | None:
    """Return h as a number above 0 and at most 1, or None where it is left to the method.

    Raises
    ------
    UserError
        For any other value.
    """
    return None if step is None else float(STEP.check(step))


def chosen_rows(objective: Objective, count: int | None, seed: int) -> Batch:
    """Return ``count`` training samples, drawn by ``seed`` and in their order; None stands for all.

    Left out, it is 100 of them, or all where there are fewer.

    Raises
    ------
    UserError
        When there are not so many, or fewer than one are wanted.
    """
    there = objective.sample_count
    if isinstance(objective, NetworkObjective) and count is not None and not 1 <= count <= there:
        raise UserError(
            "The gradient cannot be checked on {count} samples.",
            hint="The training set has {there}: write a number from 1 to {there}.",
            count=count,
            there=there,
        )
    wanted = USUAL_SAMPLES if count is None else count
    if wanted >= there:
        return None
    rng = np.random.default_rng((seed, _SAMPLE_STREAM))
    return np.sort(rng.permutation(there)[:wanted])


def takes_complex(objective: Objective) -> bool:
    """Whether the complex step can be used."""
    try:
        with np.errstate(all="ignore"):
            objective.complex_loss(np.zeros(objective.size, np.complex128), np.zeros(1, np.intp))
    except UserError:
        return False
    return True


def remarks(objective: Objective, method: DifferenceMethod) -> list[Text]:
    """Return why the two gradients of this network may differ although both are right."""
    said = []
    if objective.dtype == np.float32 and method != "complex":
        said.append(
            Text(
                "The numbers are float32: they have seven digits, and differences lose most of them. "
                "Take float64 (precision 64) to check."
            )
        )
    layers = objective.network.layers if isinstance(objective, NetworkObjective) else []
    if any(0 < getattr(layer, "truncate", 0) < getattr(layer, "steps", 0) for layer in layers):
        said.append(
            Text(
                "Backpropagation through time is truncated here: it leaves out older steps on purpose, "
                "and differs from the differences by what they would add."
            )
        )
    return said


def valley_parameters(size: int) -> NDArray[np.intp]:
    """Return the parameters with which the valley is walked: all, or some spread evenly."""
    most = VALLEY_FEW if size > LARGE else VALLEY_PARAMETERS
    if size <= most:
        return np.arange(size)
    return np.linspace(0, size - 1, most).round().astype(np.intp)


def valley_methods(objective: Objective) -> tuple[DifferenceMethod, ...]:
    """Return the methods that this objective takes."""
    return METHODS if takes_complex(objective) else tuple(one for one in METHODS if one != "complex")


def check_at(
    objective: Objective,
    theta: Array,
    rows: Batch,
    request: CheckRequest,
    should_stop: ShouldStop | None = None,
    progress: Progress | None = None,
) -> GradientCheck:
    """Return backpropagation beside the differences that ``request`` wants, over ``rows``.

    Where all parameters would take long, a thousand of them are checked, drawn over all layers.
    """
    with np.errstate(all="ignore"):
        if request.everything:
            places = None
        else:
            places = checked_places(objective, theta, rows, request.method)
        return check_gradient(
            objective,
            theta,
            rows,
            request.method,
            request.h,
            places,
            should_stop=should_stop,
            progress=progress,
        )


def valley_at(
    objective: Objective,
    theta: Array,
    rows: Batch,
    should_stop: ShouldStop | None = None,
    progress: Progress | None = None,
    methods: Sequence[DifferenceMethod] | None = None,
) -> ErrorValley:
    """Return the errors of ``methods`` (every one that the objective takes), for h from 1e-1 to 1e-12."""
    with np.errstate(all="ignore"):
        return error_valley(
            objective,
            theta,
            rows,
            valley_methods(objective) if methods is None else methods,
            indices=valley_parameters(len(theta)),
            should_stop=should_stop,
            progress=progress,
        )
