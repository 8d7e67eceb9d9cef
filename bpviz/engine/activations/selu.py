"""Scaled exponential linear unit: σ(z) = λ z for z > 0, else λ α (eᶻ − 1) (Klambauer et al., 2017).

λ = 1.0507… and α = 1.6733… keep the mean 0 and the variance 1 from layer to layer.
"""

from __future__ import annotations

import numpy as np

from bpviz.engine.activations.base import ACTIVATIONS, Activation, Array, chosen, is_complex
from bpviz.text import N_

SCALE = 1.0507009873554804934193349852946
ALPHA = 1.6732632423543772848170429916717


@ACTIVATIONS.register(
    "selu",
    N_("SELU"),
    help=N_("ELU times 1.0507, α = 1.6733: keeps the mean at 0 and the variance at 1 through deep networks."),
)
class Selu(Activation):
    """σ(z) = λ (max(z, 0) + α (e^min(z, 0) − 1)); σ′ = λ or λ α eᶻ (λ α at the kink, as PyTorch)."""

    formula = "scale * z if z > 0 else scale * alpha * (exp(z) - 1)"
    derivative = "scale if z > 0 else a + scale * alpha"
    constants = {"scale": SCALE, "alpha": ALPHA}
    low = -SCALE * ALPHA
    kinks = (0.0,)

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return λ z or λ α (eᶻ − 1)."""
        if is_complex(z):
            above = z.real > 0
            bent = np.expm1(np.where(above, 0.0, z))
            return chosen(above, SCALE * z, SCALE * ALPHA * bent, out)
        bent = np.minimum(z, 0.0)
        np.expm1(bent, out=bent)
        bent *= SCALE * ALPHA
        a: Array = np.maximum(z, 0.0, out=out)
        a *= SCALE
        a += bent
        return a

    def slope(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return λ where z > 0, else λ α eᶻ = a + λ α."""
        above = z > 0
        out = np.add(a, SCALE * ALPHA, out=out)
        out[above] = SCALE
        return out
