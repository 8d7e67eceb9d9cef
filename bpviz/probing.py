"""One parameter looked at more closely: where it stands, and its gradient beside differences; frozen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ParameterPlace:
    """One number of θ: its layer (from 1; 0 for a function's variable), its array, its place in that."""

    layer: int
    name: str
    place: tuple[int, ...]


ERROR = "delta"
"""In the place of an array's name: δ of a unit, by its flat number; of layer 0 it is ∂L/∂x."""


def error_at(layer: int, unit: int) -> ParameterPlace:
    """Return the place of δ of a unit."""
    return ParameterPlace(layer, ERROR, (unit,))


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


@dataclass(frozen=True, slots=True)
class Change:
    """A number set by hand: a parameter, or one of a training sample's inputs ("x") and targets ("y").

    For these ``where`` is ``ParameterPlace(0, "x", (i,))`` or ``ParameterPlace(0, "y", (k,))``, as the
    network sees them.  ``sample`` is theirs, among those that the window shows; −1 for a parameter.
    """

    where: ParameterPlace
    value: float
    sample: int = -1

    @property
    def is_parameter(self) -> bool:
        """Whether it is a number of θ."""
        return self.sample < 0


@dataclass(frozen=True, slots=True)
class ChangeMade:
    """A number that an iteration changes by hand: what it was and what it becomes; places as in `Change`."""

    where: ParameterPlace
    before: float
    after: float
    sample: int = -1
