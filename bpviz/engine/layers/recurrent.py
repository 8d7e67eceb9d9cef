"""What the recurrent layers share: a sequence goes in, h_t goes on from step to step.

Inside, everything is step by step and feature-major: a block (features, B) for each step, so that a
step's product, each gate and each slope is one contiguous piece.  Below x_t and h_{t−1} stands a row of
ones for each bias: one product makes all the weighted sums of a step, and one all the gradients.

    [Wx Wh b] · [x_t; h_{t−1}; 1] = Wx x_t + Wh h_{t−1} + b          h_0 = 0

Backpropagation through time: ∂L/∂h_t is what the layers above say about step t plus what flows back
from step t + 1.  Truncated to k steps, the T steps are cut from the end on into pieces of k
(… | T−2k+1 … T−k | T−k+1 … T) and nothing flows back over a cut: what a step says reaches at most k
steps, itself included (Williams and Peng, 1990; what `detach` between the pieces does elsewhere).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.initializers import INITIALIZERS, Initializer
from bpviz.engine.layers.base import Array, Layer, Parameter, Shape, Work, need, side_by_side
from bpviz.registry import Field
from bpviz.text import N_

RECURRENT_STARTS = ("same", "orthogonal", "identity")
RETURNS = ("auto", "last", "sequence")
BIAS_NAMES = {"one": ("b",), "two": ("bx", "bh"), "none": ()}

_PRODUCT_CELLS = 1 << 18
"""How many numbers the steps' own gradients may take before they are summed."""


def returns_field() -> Field:
    """Return the field for which steps' h the layer gives on."""
    return Field(
        "returns",
        N_("Returns"),
        "choice",
        "auto",
        choices=RETURNS,
        help=N_("The last step's state or every step's; auto takes what the layers after it need."),
    )


def truncate_field() -> Field:
    """Return the field for how many steps the gradient flows back."""
    return Field(
        "truncate",
        N_("Truncate"),
        "int",
        0,
        minimum=0,
        maximum=1_000_000,
        low=0,
        high=50,
        help=N_("How many steps the gradient flows back through time; 0: through all."),
    )


def recurrent_start_field() -> Field:
    """Return the field for how Wh starts."""
    return Field(
        "recurrent_start",
        N_("Start of Wh"),
        "choice",
        "same",
        choices=RECURRENT_STARTS,
        help=N_("How the weights from step to step start: as the others, orthogonal, or as the identity."),
    )


def biases_field(default: str) -> Field:
    """Return the field for how many biases each gate has."""
    return Field(
        "biases",
        N_("Biases"),
        "choice",
        default,
        choices=tuple(BIAS_NAMES),
        help=N_("One bias a gate, one beside each of Wx and Wh, or none."),
    )


class RecurrentWork(Work):
    """Time-major buffers: the layer's input with what stands below it, and the gradients.

    Attributes
    ----------
    stacked : array (T + 1, D + H + ones, B)
        x_t, h_{t−1} and ones; the block after the last step holds h_T alone.
    x, h : views (T, D, B) and (T, H, B)
        Of ``stacked``; ``h`` begins with h_1.
    delta_h : array (T, H, B)
        ∂L/∂h_t with everything that flows back.
    back : array (H, B)
        What flows back from one step to the one before.
    """

    def __init__(self, rows: int, layer: Recurrent, dtype: np.dtype[np.floating]) -> None:
        super().__init__(rows, layer.units, dtype)
        steps, features, width = layer.steps, layer.features, layer.width
        self.stacked: Array = np.zeros((steps + 1, layer.columns, rows), dtype)
        self.stacked[:, features + width :] = 1.0
        self.x = self.stacked[:-1, :features]
        self.h_before = self.stacked[:-1, features : features + width]
        self.h = self.stacked[1:, features : features + width]
        self.delta_h: Array = np.empty((steps, width, rows), dtype)
        self.back: Array = np.empty((width, rows), dtype)
        self.nothing: Array = np.zeros((layer.gates * width, rows), dtype)
        made = layer.delta_blocks * width, layer.columns
        at_once = max(1, min(steps, _PRODUCT_CELLS // (made[0] * made[1])))
        self.products: Array = np.empty((at_once, *made), dtype)


class Recurrent(Layer):
    """A layer with a state h_t (H values) that walks through the T steps of its input (T, D)."""

    recurrent = True
    gates = 1
    delta_blocks = 1
    """How many blocks of δ a step has."""
    blocks_per_step = 4
    """About how many (H, B) blocks a step takes in the buffers."""

    def __init__(
        self,
        input_shape: Shape,
        units: int,
        *,
        returns: str,
        truncate: int,
        recurrent_start: str,
        biases: Sequence[str],
    ) -> None:
        need(
            len(input_shape) == 2,
            N_("it needs a sequence; it got {got}."),
            input_shape,
            N_(
                "Choose sequence data (Data: Sequences) or, for a CSV file, a “window” "
                "(Set-up: Data, Over time), and let what is before it keep the steps."
            ),
        )
        self.every_step = returns == "sequence"
        super().__init__(input_shape, (input_shape[0], units) if self.every_step else (units,))
        self.steps, self.features = input_shape
        self.width, self.truncate, self.recurrent_start = units, truncate, recurrent_start
        rows = self.gates * units
        self.parameters = (
            Parameter("Wx", "Wx", (rows, self.features), blocks=self.gates),
            Parameter("Wh", "Wh", (rows, units), blocks=self.gates),
            *(Parameter(name, name, (rows,), "bias") for name in biases),
        )
        self.columns = self.features + units + len(biases)
        self.matrix: Array = np.empty(0)
        self.matrix_gradient: Array = np.empty(0)

    @property
    def cells(self) -> int:
        """About how many numbers a sample takes in the buffers of all steps."""
        return 4 * self.units + self.steps * (self.columns + self.blocks_per_step * self.width)

    def split(self, flat: NDArray[np.generic]) -> dict[str, NDArray[np.generic]]:
        """Return Wx, Wh and the biases as columns of one matrix."""
        return side_by_side(flat, self.gates * self.width, self.parameters)

    def bind(self, theta: Array, gradient: Array | None) -> None:
        """View [Wx Wh b] and its gradient as a whole as well."""
        super().bind(theta, gradient)
        self.matrix = theta.reshape(-1, self.columns)
        if gradient is not None:
            self.matrix_gradient = gradient.reshape(-1, self.columns)

    def initialize(self, rng: np.random.Generator, initializer: Initializer) -> None:
        """Draw the weights, each gate's by itself, and Wh once more where it starts in its own way."""
        super().initialize(rng, initializer)
        if self.recurrent_start == "same":
            return
        start = INITIALIZERS.create(self.recurrent_start)
        blocks = [start.weights(rng, self.width, self.width) for _ in range(self.gates)]
        self.p["Wh"][...] = np.concatenate(blocks)

    def forward(self, x: Array, work: Work, training: bool) -> Array:
        """Walk through the steps; return the last h or all of them."""
        assert isinstance(work, RecurrentWork)
        work.x[...] = self._by_sample(x, self.features).transpose(1, 2, 0)
        self.walk(work)
        self.give(work.h, work.a)
        return work.a

    def backward(self, x: Array, work: Work, x_gradient: Array | None, *, at_z: bool) -> None:
        """Walk back through the steps; sum the gradients over them."""
        assert isinstance(work, RecurrentWork) and not at_z  # only a dense layer is the output
        self._take(work.delta, work.delta_h)
        self.walk_back(work)
        self.sum_gradients(work)
        if x_gradient is not None:
            back = np.matmul(self.p["Wx"].T, self.deltas_of_x(work))
            self._by_sample(x_gradient, self.features)[...] = back.transpose(2, 0, 1)

    @abstractmethod
    def walk(self, work: RecurrentWork) -> None:
        """Fill ``work.h`` from ``work.x``, step by step."""

    @abstractmethod
    def walk_back(self, work: RecurrentWork) -> None:
        """Fill the steps' δ from ``work.delta_h``, which comes as what the layers above say."""

    def sum_gradients(self, work: RecurrentWork) -> None:
        """∂L/∂[Wx Wh b] = Σ_t δ_t [x_t; h_{t−1}; 1]ᵀ."""
        sum_over_steps(self.deltas_of_x(work), work, self.matrix_gradient)

    @abstractmethod
    def deltas_of_x(self, work: RecurrentWork) -> Array:
        """Return δ of the sums that Wx is part of (T, gates · H, B), in the order of Wx's rows."""

    def give(self, by_step: Array, flat: Array) -> None:
        """Write (T, H, B) into ``flat`` as the layer's output is laid out: every step or the last."""
        if self.every_step:
            self._by_sample(flat, self.width)[...] = by_step.transpose(2, 0, 1)
        else:
            flat[...] = by_step[-1].T

    def segments(self) -> list[range]:
        """Return the steps from the last to the first, in pieces over whose ends nothing flows back."""
        length = self.truncate or self.steps
        return [range(end - 1, max(end - length, 0) - 1, -1) for end in range(self.steps, 0, -length)]

    def _take(self, flat: Array, by_step: Array) -> None:
        if self.every_step:
            by_step[...] = self._by_sample(flat, self.width).transpose(1, 2, 0)
        else:
            by_step[:-1] = 0.0
            by_step[-1] = flat.T

    def _by_sample(self, flat: Array, features: int) -> Array:
        return flat.reshape(-1, self.steps, features)


def sum_over_steps(deltas: Array, work: RecurrentWork, out: Array) -> None:
    """Write Σ_t δ_t [x_t; h_{t−1}; 1]ᵀ into ``out``; δ (T, rows, B) may lie apart from step to step.

    The steps' products are made a few at a time: with all at once a long sequence would fill the memory.
    """
    at_once = len(work.products)
    below = work.stacked.transpose(0, 2, 1)
    for start in range(0, len(deltas), at_once):
        part = deltas[start : start + at_once]
        made = work.products[: len(part)]
        np.matmul(part, below[start : start + len(part)], made)
        if start == 0:
            np.add.reduce(made, axis=0, out=out)
        else:
            np.add(out, np.add.reduce(made, axis=0), out=out)


def gate_gradients(gates: str, of_h: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Return the printed lines of every gate's gradients; ``of_h``: whose δ belongs to a gate's Wh."""
    lines = []
    for gate in gates:
        other = (of_h or {}).get(gate, gate)
        lines += [
            f"dL_dWx_{gate} = sum(delta_{gate}[t] @ x[t].T, t)",
            f"dL_dWh_{gate} = sum(delta_{other}[t] @ h[t-1].T, t)",
            f"dL_dbx_{gate} = sum(delta_{gate}[t], t)",
            f"dL_dbh_{gate} = sum(delta_{other}[t], t)",
        ]
    return tuple(lines)


def through_gates(start: str, weights: str, gates: Mapping[str, str], step: str) -> str:
    """Return a printed line: ``start`` and what flows back through each gate's weights from its δ."""
    shares = " + ".join(f"{weights}_{gate}.T @ delta_{delta}[{step}]" for gate, delta in gates.items())
    return f"{start} {shares}" if start.endswith("=") else f"{start} + {shares}"
