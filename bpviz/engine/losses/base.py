"""What a loss is: L(ŷ, y), the mean over the samples of a batch, beside its derivative."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

from bpviz.registry import Registry
from bpviz.text import N_

Array = NDArray[np.floating]


class Loss(ABC):
    """A loss over predictions ŷ (…, B, K) and targets y (B, K).

    ``output_activations`` names the output activations that it may stand behind, the one that
    "auto" takes first.  A loss that is ``from_logits`` reads the weighted sums z instead of ŷ, where
    it is stable, and its gradient is δ = ∂L/∂z at once.
    """

    output_activations: tuple[str, ...] = ("identity", "sigmoid", "tanh")
    from_logits: bool = False

    @abstractmethod
    def sample_losses(self, z: Array, y_hat: Array, y: Array) -> Array:
        """Return the loss of each sample, (…, B)."""

    @abstractmethod
    def gradient(self, z: Array, y_hat: Array, y: Array, out: Array | None = None) -> Array:
        """Return ∂L/∂ŷ (∂L/∂z where ``from_logits``) of the mean over the B samples, (B, K)."""

    def value(self, z: Array, y_hat: Array, y: Array) -> float:
        """Return L, the mean of the samples' losses."""
        return float(np.add.reduce(self.sample_losses(z, y_hat, y))) / len(y)


LOSSES: Registry[Loss] = Registry(N_("loss function"))
