"""What a layer is: from x to a, and from ∂L/∂a back to ∂L/∂x, beside its parameters' gradients.

Samples lie along the first axis and everything else of a sample is flat, (B, units): a picture is
(B, channels · height · width), a sequence (B, steps · channels), so that layers fit onto one another
whatever they are.  A layer knows its shapes and looks at the same numbers through them.

Symbols: x the input, z the weighted sums, a = σ(z), δ = ∂L/∂z.  δ already carries the 1/B of the mean
over the batch, so the sums over the batch are means.
"""

from __future__ import annotations

import copy
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.activations import Activation
from bpviz.engine.initializers import Initializer
from bpviz.errors import UserError
from bpviz.registry import Registry
from bpviz.text import N_, Text

Array = NDArray[np.floating]
Shape = tuple[int, ...]
Role = Literal["weight", "bias", "gain"]


@dataclass(frozen=True)
class Parameter:
    """One array of parameters of a layer.

    ``name`` is ASCII and stands in files (W, b, Wx, gamma), ``symbol`` stands on the screen (W, γ).
    Weights (first axis: units) are drawn by the initializer and held down by the penalties; biases and
    gains start at ``start``.  ``blocks`` > 1 means that the units are that many groups (the gates of an
    LSTM), each drawn as a matrix of its own.
    """

    name: str
    symbol: str
    shape: Shape
    role: Role = "weight"
    start: float = 0.0
    blocks: int = 1

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return math.prod(self.shape)


class Work:
    """The buffers of one layer for one batch size: z, a and δ, each (B, units).

    A layer that needs more makes a subclass.  ``a`` may be the very array that came in.
    """

    def __init__(self, rows: int, units: int, dtype: np.dtype[np.floating]) -> None:
        self.rows = rows
        self.z: Array = np.empty((rows, units), dtype)
        self.a: Array = np.empty((rows, units), dtype)
        self.delta: Array = np.empty((rows, units), dtype)
        self.slope: Array = np.empty((rows, units), dtype)
        self.ones: Array = np.ones(rows, dtype)


class Layer(ABC):
    """One layer.  Its parameters and gradients are views into the network's flat vectors.

    Attributes
    ----------
    kind : str
        Its name in the registry.
    input_shape, output_shape : tuple of int
        (features,), (channels, height, width) or (steps, channels).
    parameters : tuple of Parameter
        In the order in which `split` lays them out.
    activation : Activation or None
        None where a = z.
    recurrent : bool
        Whether it walks through the steps of a sequence.
    stochastic : bool
        Whether ``training`` draws random numbers (`set_noise`).
    kinked : bool
        Whether its own derivative jumps somewhere, the activation's apart.
    analytic : bool
        Whether it works on complex numbers as well, for the complex-step derivative.
    formulas : mapping
        Its operations forward and then back, in order: the lines of each as they are printed, assignments
        as Python writes them; @ is the product of matrices, ⊙ goes element by element.  x of a layer is
        a⁽ˡ⁻¹⁾; on one sample x, z, a and δ are columns, and δ is that sample's own.
    """

    kind: str = ""
    formulas: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    recurrent: bool = False
    stochastic: bool = False
    kinked: bool = False
    analytic: bool = True
    parameters: tuple[Parameter, ...] = ()
    activation: Activation | None = None
    forward_operations: tuple[str, ...] = ("sum", "activation")
    """The kinds of operations that `forward` is taken apart into; a recurrent layer's at every step."""
    backward_operations: tuple[str, ...] = ("delta", "gradient")

    def __init__(self, input_shape: Shape, output_shape: Shape) -> None:
        self.input_shape, self.output_shape = tuple(input_shape), tuple(output_shape)
        self.inputs, self.units = math.prod(input_shape), math.prod(output_shape)
        self.p: dict[str, Array] = {}
        self.g: dict[str, Array] = {}

    @property
    def size(self) -> int:
        """How many parameters it has."""
        return sum(parameter.size for parameter in self.parameters)

    @property
    def cells(self) -> int:
        """About how many numbers a sample takes in its buffers: what bounds the rows of a chunk."""
        return 4 * self.units

    def split(self, flat: NDArray[np.generic]) -> dict[str, NDArray[np.generic]]:
        """Return each parameter's view into ``flat`` (size,), one after the other."""
        views: dict[str, NDArray[np.generic]] = {}
        start = 0
        for parameter in self.parameters:
            views[parameter.name] = flat[start : start + parameter.size].reshape(parameter.shape)
            start += parameter.size
        return views

    def bind(self, theta: Array, gradient: Array | None) -> None:
        """View this layer's part of θ and, where given, of ∇L; both (size,)."""
        self.p = self.split(theta)  # type: ignore[assignment]  # views keep the dtype
        if gradient is not None:
            self.g = self.split(gradient)  # type: ignore[assignment]

    def initialize(self, rng: np.random.Generator, initializer: Initializer) -> None:
        """Draw the weights into the bound θ; biases and gains take their start."""
        for parameter in self.parameters:
            view = self.p[parameter.name]
            if parameter.role != "weight":
                view[...] = parameter.start
                continue
            units = parameter.shape[0] // parameter.blocks
            incoming = parameter.size // parameter.shape[0]
            drawn = [initializer.weights(rng, units, incoming) for _ in range(parameter.blocks)]
            view[...] = np.concatenate(drawn).reshape(parameter.shape)

    def work(self, rows: int, dtype: np.dtype[np.floating]) -> Work:
        """Return buffers for a batch of ``rows``."""
        return Work(rows, self.units, dtype)

    @abstractmethod
    def forward(self, x: Array, work: Work, training: bool) -> Array:
        """Fill ``work.z`` and ``work.a`` from ``x`` (B, inputs); return a (B, units)."""

    @abstractmethod
    def backward(self, x: Array, work: Work, x_gradient: Array | None, *, at_z: bool) -> None:
        """Fill the parameters' gradients ``g`` and, where wanted, ``x_gradient`` = ∂L/∂x (B, inputs).

        ``work.delta`` comes as ∂L/∂a (with ``at_z`` as ∂L/∂z) and leaves as δ = ∂L/∂z.
        """

    def to_z(self, work: Work) -> None:
        """Turn ``work.delta`` from ∂L/∂a into ∂L/∂z = ∂L/∂a ⊙ σ′(z), in place."""
        if self.activation is not None:
            self.activation.slope(work.z, work.a, work.slope)
            np.multiply(work.delta, work.slope, out=work.delta)

    def trace(self, x: Array, work: Work, row: int) -> dict[str, Array]:
        """Return what there is to see in sample ``row`` beside z, a and δ, by name, in its own shape.

        Called after ``forward`` and ``backward``; the arrays may be views.
        """
        return {}

    def set_noise(self, key: tuple[int, ...]) -> None:
        """Say which random numbers the next training passes draw: a pure function of ``key``."""

    def statistics(self) -> Array | None:
        """Return what the layer remembers beside θ (running means), one flat array that it reads itself."""
        return None

    def fold(self, work: Work) -> None:
        """Take the last training batch into the statistics; called once after each update."""

    def clone(self) -> Self:
        """Return the same layer with nothing shared; it is unbound."""
        other = copy.copy(self)
        other.p, other.g = {}, {}
        return other


def side_by_side(
    flat: NDArray[np.generic], rows: int, parameters: Sequence[Parameter]
) -> dict[str, NDArray[np.generic]]:
    """Return views of ``flat`` as one matrix (rows, …) whose columns are the parameters in turn: [W b].

    With a 1 below x one product then makes W x + b, and one makes both gradients.
    """
    matrix = flat.reshape(rows, -1)
    views: dict[str, NDArray[np.generic]] = {}
    start = 0
    for parameter in parameters:
        width = parameter.size // rows
        views[parameter.name] = matrix[:, start : start + width].reshape(parameter.shape)
        start += width
    return views


def need(condition: bool, needed: str, shape: Shape, hint: str = "", **fields: Any) -> None:
    """Refuse an input of the wrong shape: what the layer needs and what would do, two templates.

    Raises
    ------
    UserError
        Unless ``condition``.  Whoever builds the network puts the layer's place and text before it.
    """
    if not condition:
        raise UserError(needed, hint=hint, got=shape_text(shape), **fields)


def shape_text(shape: Shape) -> Text:
    """Return a shape as it is told: a picture of 1 × 28 × 28."""
    sides = " × ".join(map(str, shape))
    if len(shape) == 1:
        return Text("{count} features", count=sides)
    if len(shape) == 2:
        return Text("a sequence of {sides}", sides=sides)
    return Text("a picture of {sides}", sides=sides)


LAYERS: Registry[Layer] = Registry(N_("layer"))
