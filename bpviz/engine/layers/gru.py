"""The gated recurrent unit (Cho et al., 2014), as PyTorch and cuDNN define it.

Forward, for t = 1 … T with h_0 = 0, the gates in PyTorch's order r, z, n:
    r, z = sigmoid(Wx x_t + bx + Wh h_{t−1} + bh)                 each with its own rows of Wx, Wh, b
    q = Wh h_{t−1} + bh,  n = tanh(Wx x_t + bx + r ⊙ q)           with the rows of n
    h_t = (1 − z) ⊙ n + z ⊙ h_{t−1}
Backward, for t = T … 1, with δ the derivative by what goes into the gate:
    ∂L/∂h_t = (from the layers above) + z_{t+1} ⊙ ∂L/∂h_{t+1} + Whᵀ [δ_r; δ_z; δ_q]_{t+1}
    δ_n = ∂L/∂h ⊙ (1 − z)(1 − n²),  δ_q = δ_n ⊙ r,
    δ_r = δ_n ⊙ q · r (1 − r),  δ_z = ∂L/∂h ⊙ (h_{t−1} − n) z (1 − z)

Cho's own form lets r act before the product, n = tanh(Wx x_t + Wh (r ⊙ h_{t−1}) + b), and swaps z with
1 − z; it needs a second product a step and is not here.

How it is quick.  sigmoid z = ½ + ½ tanh ½z makes r and z in one tanh.  All of a step's δ are ∂L/∂h_t
times what is known before, so they are one product.  In θ [Wx Wh bx bh] lies row by row.
"""

from __future__ import annotations

import numpy as np

from bpviz.engine.layers.base import LAYERS, Array, Shape, Work
from bpviz.engine.layers.fields import units_field
from bpviz.engine.layers.recurrent import (
    BIAS_NAMES,
    Recurrent,
    RecurrentWork,
    biases_field,
    gate_gradients,
    recurrent_start_field,
    returns_field,
    sum_over_steps,
    through_gates,
    truncate_field,
)
from bpviz.text import N_


class GruWork(RecurrentWork):
    """The gates and slopes of all steps.

    Attributes
    ----------
    gates : array (T, 3, H, B)
        r, z and q.
    deltas : array (T, 5, H, B)
        δ_q, δ_r, δ_z, δ_n and z ⊙ ∂L/∂h_t; before, what makes them.
    """

    def __init__(self, rows: int, layer: Gru, dtype: np.dtype[np.floating]) -> None:
        super().__init__(rows, layer, dtype)
        # a is no function of one z: what the layer shows as z is a.
        self.z = self.a
        steps, width = layer.steps, layer.width
        self.matrix: Array = np.empty((3 * width, layer.columns), dtype)
        self.half: Array = np.full((2, width, rows), 0.5, dtype)
        self.gates: Array = np.empty((steps, 3, width, rows), dtype)
        self.from_x: Array = np.empty((steps, width, rows), dtype)
        self.n: Array = np.empty((steps, width, rows), dtype)
        self.difference: Array = np.empty((steps, width, rows), dtype)
        self.deltas: Array = np.empty((steps, 5, width, rows), dtype)
        self.total: Array = np.empty((4 * width, layer.columns), dtype)
        self.gate_deltas = self.deltas[:, :4].reshape(steps, 4 * width, rows)
        self.r, self.z_gate, self.q = (self.gates[:, k] for k in range(3))
        self.walk_steps = [self._step(t) for t in range(steps)]
        self.segments = [[self._step_back(t) for t in part] for part in layer.segments()]

    def _step(self, t: int) -> tuple[Array, ...]:
        gates = self.gates[t]
        made = self.from_x[t], self.n[t], self.h_before[t], self.difference[t], self.h[t]
        return self.stacked[t], gates.reshape(-1, self.rows), gates[:2], *gates, *made

    def _step_back(self, t: int) -> tuple[Array, ...]:
        width = self.back.shape[0]
        return self.delta_h[t], self.deltas[t], self.gate_deltas[t, : 3 * width], self.deltas[t, 4]


@LAYERS.register(
    "gru",
    N_("GRU"),
    help=N_("Gated recurrent unit: one gate forgets, the other mixes the old state with the new."),
    fields=(
        units_field(N_("Units"), 16),
        returns_field(),
        truncate_field(),
        recurrent_start_field(),
        biases_field("two"),
    ),
    positional=("units",),
)
class Gru(Recurrent):
    """h_t = (1 − z) ⊙ n + z ⊙ h_{t−1}; z of the work is a, and δ stays ∂L/∂a.

    With two biases it is PyTorch's: its weight_ih, weight_hh, bias_ih and bias_hh are Wx, Wh, bx and bh.
    With one, b stands where bx does, and q = Wh h_{t−1}.
    """

    formulas = {
        "gates": (
            "r[t] = sigmoid(Wx_r @ x[t] + bx_r + Wh_r @ h[t-1] + bh_r)",
            "z[t] = sigmoid(Wx_z @ x[t] + bx_z + Wh_z @ h[t-1] + bh_z)",
            "q[t] = Wh_n @ h[t-1] + bh_n",
            "n[t] = tanh(Wx_n @ x[t] + bx_n + r[t] ⊙ q[t])",
        ),
        "state": ("h[t] = (1 - z[t]) ⊙ n[t] + z[t] ⊙ h[t-1]",),
        "delta": (
            through_gates(
                "dL_dh[t] = dL_dh_above[t] + z[t+1] ⊙ dL_dh[t+1]", "Wh", {"r": "r", "z": "z", "n": "q"}, "t+1"
            ),
            "delta_n[t] = dL_dh[t] ⊙ (1 - z[t]) ⊙ (1 - n[t]**2)",
            "delta_q[t] = delta_n[t] ⊙ r[t]",
            "delta_r[t] = delta_n[t] ⊙ q[t] ⊙ r[t] ⊙ (1 - r[t])",
            "delta_z[t] = dL_dh[t] ⊙ (h[t-1] - n[t]) ⊙ z[t] ⊙ (1 - z[t])",
        ),
        "gradient": gate_gradients("rzn", {"n": "q"}),
        "back": (through_gates("dL_dx[t] =", "Wx", {gate: gate for gate in "rzn"}, "t"),),
    }
    kind = "gru"
    forward_operations = ("gates", "candidate", "hidden")
    gates = 3
    delta_blocks = 4
    blocks_per_step = 12

    def __init__(
        self,
        input_shape: Shape,
        units: int,
        *,
        returns: str = "last",
        truncate: int = 0,
        recurrent_start: str = "same",
        biases: str = "two",
    ) -> None:
        super().__init__(
            input_shape,
            units,
            returns=returns,
            truncate=truncate,
            recurrent_start=recurrent_start,
            biases=BIAS_NAMES[biases],
        )
        state = self.features + units
        self.of_h = [*range(self.features, state), *range(state + 1, self.columns)]
        self.of_x = [*range(self.features), *range(state, min(state + 1, self.columns))]

    def work(self, rows: int, dtype: np.dtype[np.floating]) -> GruWork:
        """Return buffers for a batch of ``rows``."""
        return GruWork(rows, self, dtype)

    def walk(self, work: RecurrentWork) -> None:
        """Make r, z and q, then n and h_t, step by step."""
        assert isinstance(work, GruWork)
        self._prepare(work)
        dot, tanh, add, subtract, multiply = np.dot, np.tanh, np.add, np.subtract, np.multiply
        matrix, half = work.matrix, work.half
        for stacked, sums, sigmoids, r, z, q, from_x, n, before, difference, h in work.walk_steps:
            dot(matrix, stacked, sums)
            tanh(sigmoids, sigmoids)
            multiply(sigmoids, half, sigmoids)
            add(sigmoids, half, sigmoids)
            multiply(r, q, n)
            add(n, from_x, n)
            tanh(n, n)
            subtract(before, n, difference)
            multiply(z, difference, h)
            add(n, h, h)

    def _prepare(self, work: GruWork) -> None:
        """Write half of [Wx Wh b] for r and z, [0 Wh bh] for q; Wx x_t + bx of n for all steps."""
        rest = 2 * self.width
        np.multiply(self.matrix[:rest], 0.5, out=work.matrix[:rest])
        work.matrix[rest:] = self.matrix[rest:]
        work.matrix[rest:, self.of_x] = 0.0
        np.matmul(self.p["Wx"][rest:], work.x, work.from_x)
        for parameter in self.parameters[2:3]:
            np.add(work.from_x, self.p[parameter.name][rest:, None], out=work.from_x)

    def walk_back(self, work: RecurrentWork) -> None:
        """∂L/∂h_t, and the δ that it makes, from the last step on."""
        assert isinstance(work, GruWork)
        self._slopes(work)
        dot, add, multiply, back, width = np.dot, np.add, np.multiply, work.back, self.width
        weights = self.p["Wh"]
        transposed = np.concatenate((weights[2 * width :], weights[: 2 * width])).T.copy()
        for steps in work.segments:
            after, kept = work.nothing, work.nothing[:width]
            for delta_h, deltas, delta, keeps in steps:
                dot(transposed, after, back)
                add(delta_h, back, delta_h)
                add(delta_h, kept, delta_h)
                multiply(deltas, delta_h, deltas)
                after, kept = delta, keeps

    def _slopes(self, work: GruWork) -> None:
        """Write what ∂L/∂h_t is to be multiplied by into ``work.deltas``."""
        of_q, of_r, of_z, of_n, kept = (work.deltas[:, k] for k in range(5))
        sigmoids, of_sigmoids = work.gates[:, :2], work.deltas[:, 1:3]
        np.multiply(sigmoids, sigmoids, out=of_sigmoids)
        np.subtract(sigmoids, of_sigmoids, out=of_sigmoids)
        np.multiply(of_z, work.difference, out=of_z)
        np.subtract(1.0, work.z_gate, out=kept)
        np.multiply(work.n, work.n, out=of_n)
        np.subtract(1.0, of_n, out=of_n)
        np.multiply(of_n, kept, out=of_n)
        np.multiply(of_n, work.r, out=of_q)
        np.multiply(of_r, work.q, out=of_r)
        np.multiply(of_r, of_n, out=of_r)
        kept[...] = work.z_gate

    def sum_gradients(self, work: RecurrentWork) -> None:
        """Σ_t δ_t [x_t; h_{t−1}; 1; 1]ᵀ, where n takes δ_n beside x and δ_q beside h."""
        assert isinstance(work, GruWork)
        sum_over_steps(work.gate_deltas, work, work.total)
        rest = 2 * self.width
        of_q, of_sigmoids, of_n = np.split(work.total, [self.width, self.width + rest])
        self.matrix_gradient[:rest] = of_sigmoids
        self.matrix_gradient[rest:, self.of_x] = of_n[:, self.of_x]
        self.matrix_gradient[rest:, self.of_h] = of_q[:, self.of_h]

    def deltas_of_x(self, work: RecurrentWork) -> Array:
        """Return δ_r, δ_z, δ_n of every step."""
        assert isinstance(work, GruWork)
        return work.gate_deltas[:, self.width :]

    def trace(self, x: Array, work: Work, row: int) -> dict[str, Array]:
        """Return the gates and h, and the loss's derivatives by them, of every step, (T, H) each.

        ``delta_r``, ``delta_z_gate``, ``delta_n`` are the derivatives by what goes into the gate,
        ``delta_q`` by q; ``delta_h`` is ∂L/∂h_t with all that flows back.
        """
        assert isinstance(work, GruWork)
        seen = {name: getattr(work, name) for name in ("r", "z_gate", "q", "n", "h", "delta_h")}
        names = ("delta_q", "delta_r", "delta_z_gate", "delta_n")
        seen |= {name: work.deltas[:, k] for k, name in enumerate(names)}
        return {name: array[:, :, row] for name, array in seen.items()}
