"""A dense layer, forward beside backward.

Forward:   z = x Wᵀ + b,  a = σ(z)             x (B, in), W (out, in), b (out,), z and a (B, out)
Backward:  δ = ∂L/∂a ⊙ σ′(z)                   (B, out)
           ∂L/∂W = δᵀ x,  ∂L/∂b = Σ_B δ,  ∂L/∂x = δ W

In θ it is the matrix [W b] row by row: each unit's weights, then its bias.  On a sequence it works on
every step alike, with the steps as further samples.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.activations import ACTIVATIONS
from bpviz.engine.layers.base import LAYERS, Array, Layer, Parameter, Shape, Work, need, side_by_side
from bpviz.engine.layers.fields import activation_field, bias_field, units_field
from bpviz.text import N_


class DenseWork(Work):
    """Beside the layer's own buffers the same ones with a step a row, and 1 for each row."""

    def __init__(self, rows: int, steps: int, units: int, dtype: np.dtype[np.floating]) -> None:
        super().__init__(rows, steps * units, dtype)
        self.z_rows = self.z.reshape(-1, units)
        self.a_rows = self.a.reshape(-1, units)
        self.delta_rows = self.delta.reshape(-1, units)
        self.ones = np.ones(rows * steps, dtype)


@LAYERS.register(
    "dense",
    N_("Dense"),
    help=N_("Every unit sees all of the layer before: z = W x + b."),
    fields=(units_field(N_("Units"), 8), activation_field("tanh"), bias_field()),
    positional=("units",),
)
class Dense(Layer):
    """z = x Wᵀ + b, a = σ(z)."""

    formulas = {
        "sum": ("z(l) = W(l) @ a(l-1) + b(l)",),
        "activation": ("a(l) = sigma(z(l))",),
        "delta": ("delta(l) = dL_da(l) ⊙ sigma_prime(z(l))",),
        "gradient": ("dL_dW(l) = delta(l) @ a(l-1).T", "dL_db(l) = delta(l)"),
        "back": ("dL_da(l-1) = W(l).T @ delta(l)",),
    }
    kind = "dense"

    def __init__(
        self, input_shape: Shape, units: int, activation: str = "tanh", *, bias: bool = True
    ) -> None:
        need(
            len(input_shape) in (1, 2),
            N_("it takes features or a sequence; it got {got}."),
            input_shape,
            N_("Put “flatten” before it."),
        )
        super().__init__(input_shape, (*input_shape[:-1], units))
        self.steps = input_shape[0] if len(input_shape) == 2 else 1
        self.features, self.width = input_shape[-1], units
        self.activation = ACTIVATIONS.create(activation)
        self.has_bias = bias
        weights = Parameter("W", "W", (units, self.features))
        self.parameters = (weights, Parameter("b", "b", (units,), "bias")) if bias else (weights,)

    def split(self, flat: NDArray[np.generic]) -> dict[str, NDArray[np.generic]]:
        """Return W and b as columns of [W b]."""
        return side_by_side(flat, self.width, self.parameters)

    def work(self, rows: int, dtype: np.dtype[np.floating]) -> DenseWork:
        """Return buffers for a batch of ``rows``."""
        return DenseWork(rows, self.steps, self.width, dtype)

    def forward(self, x: Array, work: Work, training: bool) -> Array:
        """z = x Wᵀ + b, a = σ(z)."""
        assert isinstance(work, DenseWork) and self.activation is not None
        # np.dot has half of np.matmul's overhead, which is what counts in a small network.
        np.dot(x.reshape(-1, self.features), self.p["W"].T, work.z_rows)
        if self.has_bias:
            np.add(work.z_rows, self.p["b"], out=work.z_rows)
        self.activation.value(work.z_rows, work.a_rows)
        return work.a

    def backward(self, x: Array, work: Work, x_gradient: Array | None, *, at_z: bool) -> None:
        """∂L/∂W = δᵀ x, ∂L/∂b = Σ δ, ∂L/∂x = δ W."""
        assert isinstance(work, DenseWork)
        if not at_z:
            self.to_z(work)
        delta = work.delta_rows
        self.g["W"][...] = np.dot(delta.T, x.reshape(-1, self.features))
        if self.has_bias:
            # As a product the sum over the batch costs half.
            self.g["b"][...] = np.dot(work.ones, delta)
        if x_gradient is not None:
            np.dot(delta, self.p["W"], x_gradient.reshape(-1, self.features))
