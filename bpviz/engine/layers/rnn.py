"""The simple recurrent layer (Elman, 1990), forward beside backward.

Forward, for t = 1 … T with h_0 = 0:
    z_t = Wx x_t + Wh h_{t−1} + b,  h_t = σ(z_t)        Wx (H, D), Wh (H, H), b (H,)
Backward, for t = T … 1:
    ∂L/∂h_t = (from the layers above) + Whᵀ δ_{t+1},  δ_t = ∂L/∂h_t ⊙ σ′(z_t)
    ∂L/∂Wx = Σ_t δ_t x_tᵀ,  ∂L/∂Wh = Σ_t δ_t h_{t−1}ᵀ,  ∂L/∂b = Σ_t δ_t,  ∂L/∂x_t = Wxᵀ δ_t

In θ it is the matrix [Wx Wh b] row by row.
"""

from __future__ import annotations

import numpy as np

from bpviz.engine.activations import ACTIVATIONS
from bpviz.engine.layers.base import LAYERS, Array, Shape, Work
from bpviz.engine.layers.fields import activation_field, bias_field, units_field
from bpviz.engine.layers.recurrent import (
    Recurrent,
    RecurrentWork,
    recurrent_start_field,
    returns_field,
    truncate_field,
)
from bpviz.text import N_


class RnnWork(RecurrentWork):
    """z and δ of all steps, (T, H, B); ``deltas`` holds σ′ until δ takes its place."""

    def __init__(self, rows: int, layer: Rnn, dtype: np.dtype[np.floating]) -> None:
        super().__init__(rows, layer, dtype)
        self.sums: Array = np.empty(self.delta_h.shape, dtype)
        self.deltas: Array = np.empty(self.delta_h.shape, dtype)
        self.walk_steps = list(zip(self.stacked, self.sums, self.h, strict=False))
        self.segments = [[(self.delta_h[t], self.deltas[t]) for t in part] for part in layer.segments()]


@LAYERS.register(
    "rnn",
    N_("Simple recurrent"),
    help=N_("Each step sees the input and the state of the step before: h = σ(Wx x + Wh h + b)."),
    fields=(
        units_field(N_("Units"), 16),
        activation_field("tanh", ("tanh", "relu")),
        returns_field(),
        truncate_field(),
        recurrent_start_field(),
        bias_field(),
    ),
    positional=("units",),
)
class Rnn(Recurrent):
    """h_t = σ(Wx x_t + Wh h_{t−1} + b); z, a and δ are those of the steps that it returns."""

    formulas = {
        "sum": ("z[t] = Wx @ x[t] + Wh @ h[t-1] + b",),
        "activation": ("h[t] = sigma(z[t])",),
        "delta": ("dL_dh[t] = dL_dh_above[t] + Wh.T @ delta[t+1]", "delta[t] = dL_dh[t] ⊙ sigma_prime(z[t])"),
        "gradient": (
            "dL_dWx = sum(delta[t] @ x[t].T, t)",
            "dL_dWh = sum(delta[t] @ h[t-1].T, t)",
            "dL_db = sum(delta[t], t)",
        ),
        "back": ("dL_dx[t] = Wx.T @ delta[t]",),
    }
    kind = "rnn"

    def __init__(
        self,
        input_shape: Shape,
        units: int,
        activation: str = "tanh",
        *,
        returns: str = "last",
        truncate: int = 0,
        recurrent_start: str = "same",
        bias: bool = True,
    ) -> None:
        super().__init__(
            input_shape,
            units,
            returns=returns,
            truncate=truncate,
            recurrent_start=recurrent_start,
            biases=("b",) if bias else (),
        )
        self.activation = ACTIVATIONS.create(activation)

    def work(self, rows: int, dtype: np.dtype[np.floating]) -> RnnWork:
        """Return buffers for a batch of ``rows``."""
        return RnnWork(rows, self, dtype)

    def walk(self, work: RecurrentWork) -> None:
        """z_t = [Wx Wh b] [x_t; h_{t−1}; 1], h_t = σ(z_t)."""
        assert isinstance(work, RnnWork) and self.activation is not None
        dot, value, matrix = np.dot, self.activation.value, self.matrix
        for stacked, z, h in work.walk_steps:
            dot(matrix, stacked, z)
            value(z, h)
        self.give(work.sums, work.z)

    def walk_back(self, work: RecurrentWork) -> None:
        """δ_t = ∂L/∂h_t ⊙ σ′(z_t) where ∂L/∂h_t takes in Whᵀ δ_{t+1}."""
        assert isinstance(work, RnnWork) and self.activation is not None
        self.activation.slope(work.sums, work.h, work.deltas)
        dot, add, multiply, back = np.dot, np.add, np.multiply, work.back
        transposed = np.ascontiguousarray(self.p["Wh"].T)
        for steps in work.segments:
            after = work.nothing
            for delta_h, delta in steps:
                dot(transposed, after, back)
                add(delta_h, back, delta_h)
                multiply(delta_h, delta, delta)
                after = delta
        self.give(work.deltas, work.delta)

    def deltas_of_x(self, work: RecurrentWork) -> Array:
        """Return δ of every step."""
        assert isinstance(work, RnnWork)
        return work.deltas

    def trace(self, x: Array, work: Work, row: int) -> dict[str, Array]:
        """Return z, h, δ = ∂L/∂z_t and ∂L/∂h_t of every step, (T, H) each."""
        assert isinstance(work, RnnWork)
        seen = {"z": work.sums, "h": work.h, "delta": work.deltas, "delta_h": work.delta_h}
        return {name: array[:, :, row] for name, array in seen.items()}
