"""Log-cosh: L = mean over samples and outputs of ln cosh e, e = ŷ − y; ∂L/∂ŷ = tanh e / (B K).

About e²/2 for small errors and |e| − ln 2 for large ones.
"""

from __future__ import annotations

import math

import numpy as np

from bpviz.engine.losses.base import LOSSES, Array, Loss
from bpviz.text import N_

LN_2 = math.log(2.0)


@LOSSES.register(
    "log_cosh",
    N_("Log-cosh"),
    help=N_("L = mean of ln cosh(ŷ − y): a square near zero, straight far out, smooth everywhere."),
)
class LogCosh(Loss):
    """ln(1 + 2 sinh²(e/2)) for |e| < 1, which keeps its digits, and |e| + ln(1 + e^(−2|e|)) − ln 2 beyond."""

    formula = "log(cosh(y_hat - y))"
    derivative = "tanh(y_hat - y)"

    def sample_losses(self, z: Array, y_hat: Array, y: Array) -> Array:
        """Return (1/K) Σ_k ln cosh e_k."""
        error = y_hat - y
        size = np.maximum(error, -error)
        small = np.sinh(0.5 * np.minimum(size, 1.0))
        near = np.log1p(2.0 * small * small)
        far = np.log1p(np.exp(-2.0 * size)) - LN_2 + size
        return np.asarray(np.where(size.real < 1.0, near, far).mean(axis=-1))

    def gradient(self, z: Array, y_hat: Array, y: Array, out: Array | None = None) -> Array:
        """Return tanh e / (B K)."""
        out = np.subtract(y_hat, y, out=out)
        np.tanh(out, out=out)
        out *= 1.0 / y.size
        return out
