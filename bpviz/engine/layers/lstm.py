"""Long short-term memory (Hochreiter and Schmidhuber, 1997; with a forget gate: Gers et al., 2000).

Forward, for t = 1 … T with h_0 = c_0 = 0, the gates in PyTorch's order i, f, g, o:
    i, f, o = sigmoid(Wx x_t + Wh h_{t−1} + b),  g = tanh(…)     each with its own rows of Wx, Wh, b
    c_t = f ⊙ c_{t−1} + i ⊙ g,  h_t = o ⊙ tanh c_t
Backward, for t = T … 1:
    ∂L/∂h_t = (from the layers above) + Whᵀ δ_{t+1}
    ∂L/∂c_t = ∂L/∂h_t ⊙ o (1 − tanh² c_t) + f_{t+1} ⊙ ∂L/∂c_{t+1}
    δ_o = ∂L/∂h ⊙ tanh c · o (1 − o),  δ_i = ∂L/∂c ⊙ g · i (1 − i),
    δ_f = ∂L/∂c ⊙ c_{t−1} · f (1 − f),  δ_g = ∂L/∂c ⊙ i (1 − g²)

How it is quick.  sigmoid z = ½ + ½ tanh ½z, so that half the weights make all four gates in one tanh.
Going back, whatever ∂L/∂h_t or ∂L/∂c_t is multiplied by is worked out for all steps beforehand, and lies
in the order in which two products, one for each of them, make a step's δ.  In θ [Wx Wh b] lies row by row.
"""

from __future__ import annotations

import numpy as np

from bpviz.engine.initializers import Initializer
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
    through_gates,
    truncate_field,
)
from bpviz.registry import Field
from bpviz.text import N_


class LstmWork(RecurrentWork):
    """The gates and slopes of all steps.

    Attributes
    ----------
    gates : array (T + 1, 5, H, B)
        o, i, f, g and c_{t−1}: the sigmoids side by side, and [i f] ⊙ [g c_{t−1}] one product.
    parts : array (T, 2, H, B)
        i ⊙ g and f ⊙ c_{t−1}.
    deltas : array (T, 6, H, B)
        f_t ∂L/∂c_t, δ_i, δ_f, δ_g, δ_o, and what ∂L/∂h_t adds to ∂L/∂c_t; before, what makes them.
    """

    def __init__(self, rows: int, layer: Lstm, dtype: np.dtype[np.floating]) -> None:
        super().__init__(rows, layer, dtype)
        # a is no function of one z: what the layer shows as z is a.
        self.z = self.a
        steps, width = layer.steps, layer.width
        self.matrix: Array = np.empty((4 * width, layer.columns), dtype)
        self.half: Array = np.full((3, width, rows), 0.5, dtype)
        self.gates: Array = np.zeros((steps + 1, 5, width, rows), dtype)
        self.parts: Array = np.empty((steps, 2, width, rows), dtype)
        self.tanh_c: Array = np.empty((steps, width, rows), dtype)
        self.deltas: Array = np.empty((steps, 6, width, rows), dtype)
        self.delta_c: Array = np.empty((steps, width, rows), dtype)
        self.gate_deltas = self.deltas[:, 1:5].reshape(steps, 4 * width, rows)
        self.o, self.i, self.f, self.g = (self.gates[:-1, k] for k in range(4))
        self.c = self.gates[1:, 4]
        self.walk_steps = [self._step(t) for t in range(steps)]
        self.segments = [[self._step_back(t) for t in part] for part in layer.segments()]

    def _step(self, t: int) -> tuple[Array, ...]:
        gates, parts = self.gates[t], self.parts[t]
        z = gates[:4].reshape(-1, self.rows)
        product = gates[1:3], gates[3:5], parts, parts[0], parts[1]
        return self.stacked[t], z, gates[:3], *product, self.c[t], self.tanh_c[t], gates[0], self.h[t]

    def _step_back(self, t: int) -> tuple[Array, ...]:
        deltas = self.deltas[t]
        made = deltas[4], deltas[5], self.delta_c[t], deltas[:4]
        return self.delta_h[t], *made, self.gate_deltas[t], deltas[0]


@LAYERS.register(
    "lstm",
    N_("LSTM"),
    help=N_("Long short-term memory: gates say what its cell keeps, takes in and shows."),
    fields=(
        units_field(N_("Units"), 16),
        returns_field(),
        truncate_field(),
        recurrent_start_field(),
        Field(
            "forget_bias",
            N_("Forget bias"),
            "float",
            1.0,
            minimum=-100.0,
            maximum=100.0,
            low=-2.0,
            high=5.0,
            help=N_("How the forget gate's bias starts; 1 lets the cell remember from the beginning."),
        ),
        biases_field("one"),
    ),
    positional=("units",),
)
class Lstm(Recurrent):
    """h_t = o ⊙ tanh c_t, c_t = f ⊙ c_{t−1} + i ⊙ g; z is a, and δ stays ∂L/∂a.

    With ``biases="two"`` and ``forget_bias=0`` it is PyTorch's: its weight_ih, weight_hh, bias_ih and
    bias_hh are Wx, Wh, bx and bh; ``forget_bias`` then starts bx.  By itself it has one bias a gate,
    whose forget part starts at 1 (Jozefowicz, Zaremba and Sutskever, 2015).
    """

    formulas = {
        "gates": (
            "i[t] = sigmoid(Wx_i @ x[t] + bx_i + Wh_i @ h[t-1] + bh_i)",
            "f[t] = sigmoid(Wx_f @ x[t] + bx_f + Wh_f @ h[t-1] + bh_f)",
            "g[t] = tanh(Wx_g @ x[t] + bx_g + Wh_g @ h[t-1] + bh_g)",
            "o[t] = sigmoid(Wx_o @ x[t] + bx_o + Wh_o @ h[t-1] + bh_o)",
        ),
        "state": ("c[t] = f[t] ⊙ c[t-1] + i[t] ⊙ g[t]", "h[t] = o[t] ⊙ tanh(c[t])"),
        "delta": (
            through_gates("dL_dh[t] = dL_dh_above[t]", "Wh", {gate: gate for gate in "ifgo"}, "t+1"),
            "dL_dc[t] = dL_dh[t] ⊙ o[t] ⊙ (1 - tanh(c[t])**2) + dL_dc[t+1] ⊙ f[t+1]",
            "delta_i[t] = dL_dc[t] ⊙ g[t] ⊙ i[t] ⊙ (1 - i[t])",
            "delta_f[t] = dL_dc[t] ⊙ c[t-1] ⊙ f[t] ⊙ (1 - f[t])",
            "delta_g[t] = dL_dc[t] ⊙ i[t] ⊙ (1 - g[t]**2)",
            "delta_o[t] = dL_dh[t] ⊙ tanh(c[t]) ⊙ o[t] ⊙ (1 - o[t])",
        ),
        "gradient": gate_gradients("ifgo"),
        "back": (through_gates("dL_dx[t] =", "Wx", {gate: gate for gate in "ifgo"}, "t"),),
    }
    kind = "lstm"
    forward_operations = ("gates", "cell", "hidden")
    gates = 4
    delta_blocks = 4
    blocks_per_step = 17

    def __init__(
        self,
        input_shape: Shape,
        units: int,
        *,
        returns: str = "last",
        truncate: int = 0,
        recurrent_start: str = "same",
        forget_bias: float = 1.0,
        biases: str = "one",
    ) -> None:
        super().__init__(
            input_shape,
            units,
            returns=returns,
            truncate=truncate,
            recurrent_start=recurrent_start,
            biases=BIAS_NAMES[biases],
        )
        self.forget_bias = forget_bias

    def initialize(self, rng: np.random.Generator, initializer: Initializer) -> None:
        """Draw the weights; the forget gate's bias takes its own start."""
        super().initialize(rng, initializer)
        for parameter in self.parameters[2:3]:
            self.p[parameter.name][self.width : 2 * self.width] = self.forget_bias

    def work(self, rows: int, dtype: np.dtype[np.floating]) -> LstmWork:
        """Return buffers for a batch of ``rows``."""
        return LstmWork(rows, self, dtype)

    def walk(self, work: RecurrentWork) -> None:
        """Make the gates, then c_t and h_t, step by step."""
        assert isinstance(work, LstmWork)
        self._prepare(work.matrix)
        dot, tanh, add, multiply = np.dot, np.tanh, np.add, np.multiply
        matrix, half = work.matrix, work.half
        for stacked, z, sigmoids, i_f, g_c, parts, i_g, f_c, c, tanh_c, o, h in work.walk_steps:
            dot(matrix, stacked, z)
            tanh(z, z)
            multiply(sigmoids, half, sigmoids)
            add(sigmoids, half, sigmoids)
            multiply(i_f, g_c, parts)
            add(i_g, f_c, c)
            tanh(c, tanh_c)
            multiply(o, tanh_c, h)

    def _prepare(self, matrix: Array) -> None:
        """Write [Wx Wh b] with the gates as o, i, f, g, and half of what goes into a sigmoid."""
        width, theirs = self.width, self.matrix
        np.multiply(theirs[3 * width :], 0.5, out=matrix[:width])
        np.multiply(theirs[: 2 * width], 0.5, out=matrix[width : 3 * width])
        matrix[3 * width :] = theirs[2 * width : 3 * width]

    def walk_back(self, work: RecurrentWork) -> None:
        """∂L/∂h_t and ∂L/∂c_t, and the four δ that they make, from the last step on."""
        assert isinstance(work, LstmWork)
        self._slopes(work)
        dot, add, multiply, back = np.dot, np.add, np.multiply, work.back
        transposed = np.ascontiguousarray(self.p["Wh"].T)
        for steps in work.segments:
            after, kept = work.nothing, work.nothing[: self.width]
            for delta_h, delta_o, from_h, delta_c, of_c, delta, keeps in steps:
                dot(transposed, after, back)
                add(delta_h, back, delta_h)
                # Two products: spreading one ∂L/∂h over both would cost more than a call.
                multiply(delta_o, delta_h, delta_o)
                multiply(from_h, delta_h, from_h)
                add(from_h, kept, delta_c)
                multiply(of_c, delta_c, of_c)
                after, kept = delta, keeps

    def _slopes(self, work: LstmWork) -> None:
        """Write what ∂L/∂c_t and ∂L/∂h_t are to be multiplied by into ``work.deltas``.

        With p = i g:  g · i (1 − i) = p − p i,  i (1 − g²) = i − p g,  and with h = o tanh c:
        tanh c · o (1 − o) = h − h o,  o (1 − tanh² c) = o − h tanh c.
        """
        deltas, gates, parts = work.deltas, work.gates[:-1], work.parts
        deltas[:, 0] = work.f
        for first, factor, less, out in (
            (parts, gates[:, 1:3], parts, deltas[:, 1:3]),
            (parts[:, 0], work.g, work.i, deltas[:, 3]),
            (work.h, work.o, work.h, deltas[:, 4]),
            (work.h, work.tanh_c, work.o, deltas[:, 5]),
        ):
            np.multiply(first, factor, out=out)
            np.subtract(less, out, out=out)

    def deltas_of_x(self, work: RecurrentWork) -> Array:
        """Return δ_i, δ_f, δ_g, δ_o of every step."""
        assert isinstance(work, LstmWork)
        return work.gate_deltas

    def trace(self, x: Array, work: Work, row: int) -> dict[str, Array]:
        """Return the gates, c and h, and the loss's derivatives by them, of every step, (T, H) each.

        ``delta_i``, ``delta_f``, ``delta_g``, ``delta_o`` are ∂L/∂z of the gate; ``delta_h`` and
        ``delta_c`` are ∂L/∂h_t and ∂L/∂c_t with all that flows back.
        """
        assert isinstance(work, LstmWork)
        seen = {name: getattr(work, name) for name in ("i", "f", "g", "o", "c", "h", "delta_h", "delta_c")}
        seen |= {f"delta_{gate}": work.deltas[:, 1 + k] for k, gate in enumerate("ifgo")}
        return {name: array[:, :, row] for name, array in seen.items()}
