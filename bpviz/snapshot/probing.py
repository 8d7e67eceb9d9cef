"""One parameter looked at more closely: where it stands, and its gradient beside differences; frozen."""

from __future__ import annotations

from dataclasses import dataclass

from bpviz.snapshot.changes import Change, ChangeMade, ParameterPlace

__all__ = [
    "ERROR",
    "Change",
    "ChangeMade",
    "Difference",
    "GradientProbe",
    "ParameterPlace",
    "error_at",
    "is_error",
]

ERROR = "delta"
"""In the place of an array's name: δ of a unit, by its flat number; of layer 0 it is ∂L/∂x.

δ of a recurrent layer's sum stands at ``(step, unit)``, in ``delta`` or the gate's own array (``delta_i``).
"""


def error_at(layer: int, unit: int) -> ParameterPlace:
    """Return the place of δ of a unit."""
    return ParameterPlace(layer, ERROR, (unit,))


def is_error(where: ParameterPlace) -> bool:
    """Whether a place is that of a δ, and no parameter's."""
    return where.name.startswith(ERROR)


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference and the two losses that it came from.

    ``above`` is L(θ + h e); ``below`` is L(θ − h e) for the central difference and L(θ) for the forward one.
    """

    step: float
    above: float
    below: float
    value: float
    relative_error: float


@dataclass(frozen=True, slots=True)
class GradientProbe:
    """∂L/∂θᵢ by backpropagation beside the central and the forward difference, over the same samples.

    ``at_kink`` says that L has a kink within the step there: no difference is right then.  ``sample`` is
    whose δ was checked among those that the window shows, −1 for the mean over a batch or a parameter.
    ``penalty`` is what the regularizers add to the gradient, ``truncated`` says that backpropagation
    through time leaves out older steps there, ``clipped`` that the update takes the gradient clipped.
    """

    run_id: int
    iteration: int
    where: ParameterPlace
    samples: int
    backprop: float
    central: Difference
    forward: Difference
    at_kink: bool = False
    sample: int = -1
    penalty: float = 0.0
    truncated: bool = False
    clipped: bool = False
