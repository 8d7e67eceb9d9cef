"""Binary cross-entropy: L = mean of −y ln ŷ − (1 − y) ln(1 − ŷ), ŷ = sigmoid(z); δ = (ŷ − y)/(B K)."""

from __future__ import annotations

import numpy as np

from bpviz.engine.losses.base import LOSSES, Array, Loss
from bpviz.engine.losses.label_smoothing import LABEL_SMOOTHING, smoothed
from bpviz.text import N_


@LOSSES.register(
    "binary_cross_entropy",
    N_("Binary cross-entropy"),
    help=N_("L = −y ln ŷ − (1 − y) ln(1 − ŷ): for two classes, behind a sigmoid."),
    fields=(LABEL_SMOOTHING,),
)
class BinaryCrossEntropy(Loss):
    """From z: max(z, 0) − z y + ln(1 + e^(−|z|)), exact and finite for any finite z.

    With label smoothing ε each y becomes (1 − ε) y + ε/2.
    """

    parts = ("y_tilde = (1 - label_smoothing) * y + label_smoothing / 2",)
    meaning = "-y_tilde * log(y_hat) - (1 - y_tilde) * log(1 - y_hat)"
    formula = "log(1 + exp(z)) - y_tilde * z"
    derivative = "y_hat - y_tilde"
    output_activations = ("sigmoid",)
    from_logits = True
    for_classes = True

    def __init__(self, label_smoothing: float = 0.0) -> None:
        self.label_smoothing = label_smoothing

    def sample_losses(self, z: Array, y_hat: Array, y: Array) -> Array:
        """Return the mean over the outputs of max(z, 0) − z y + ln(1 + e^(−|z|))."""
        each = np.negative(z)
        np.minimum(each, z, out=each)
        np.exp(each, out=each)
        np.log1p(each, out=each)
        each -= z * smoothed(y, self.label_smoothing, 2)
        each += np.maximum(z, 0.0)
        return each[..., 0] if each.shape[-1] == 1 else np.asarray(each.mean(axis=-1))

    def gradient(self, z: Array, y_hat: Array, y: Array, out: Array | None = None) -> Array:
        """Return δ = (ŷ − y) / (B K)."""
        out = np.subtract(y_hat, smoothed(y, self.label_smoothing, 2), out=out)
        out *= 1.0 / y.size
        return out
