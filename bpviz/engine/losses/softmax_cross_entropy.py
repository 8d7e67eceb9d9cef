"""Softmax cross-entropy: L = mean of −Σ_k y_k ln ŷ_k, ŷ = softmax(z); δ = (ŷ − y) / B."""

from __future__ import annotations

import numpy as np

from bpviz.engine.losses.base import LOSSES, Array, Loss
from bpviz.engine.losses.label_smoothing import LABEL_SMOOTHING, smoothed
from bpviz.text import N_


@LOSSES.register(
    "softmax_cross_entropy",
    N_("Softmax cross-entropy"),
    help=N_("L = −ln of the probability given to the right class, behind a softmax."),
    fields=(LABEL_SMOOTHING,),
)
class SoftmaxCrossEntropy(Loss):
    """From z: ln Σ_j e^(z_j − m) + m − Σ_k y_k z_k with m = max z, finite for any finite z.

    With label smoothing ε each y_k becomes (1 − ε) y_k + ε/K, as PyTorch does.
    """

    parts = ("y_tilde[k] = (1 - label_smoothing) * y[k] + label_smoothing / K",)
    meaning = "-sum(y_tilde[k] * log(y_hat[k]), k)"
    formula = "log(sum(exp(z[j]), j)) - sum(y_tilde[k] * z[k], k)"
    derivative = "y_hat[k] - y_tilde[k]"
    over_outputs = "whole"
    output_activations = ("softmax",)
    from_logits = True
    for_classes = True

    def __init__(self, label_smoothing: float = 0.0) -> None:
        self.label_smoothing = label_smoothing

    by_step = True

    def sample_losses(self, z: Array, y_hat: Array, y: Array) -> Array:
        """Return ln Σ_j e^(z_j) − Σ_k y_k z_k (the y_k add up to 1)."""
        shifted = z - z.max(axis=-1, keepdims=True)
        log_sum = np.log(np.exp(shifted).sum(axis=-1))
        y = smoothed(y, self.label_smoothing, y.shape[-1])
        return np.asarray(log_sum - np.einsum("...k,...k->...", shifted, np.broadcast_to(y, z.shape)))

    def gradient(self, z: Array, y_hat: Array, y: Array, out: Array | None = None) -> Array:
        """Return δ = (ŷ − y) / B."""
        out = np.subtract(y_hat, smoothed(y, self.label_smoothing, y.shape[-1]), out=out)
        out *= 1.0 / len(y)
        return out
