"""What a loss is: L(ŷ, y), the mean over the samples of a batch, beside its derivative."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Literal

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

    A loss ``for_classes`` needs targets that name classes: 1 for "this class" and ``class_low`` for
    "not this one".  ``analytic`` says that ``sample_losses`` is right for complex z and ŷ too, near the
    real axis, for the complex step; a loss made of pieces takes the piece where the real part lies, at a
    kink the one that ``gradient`` takes.  ``kinked`` says that its derivative jumps somewhere.

    All are finite and silent for |z| up to 1e300, but for the squared errors, which overflow from 1e154
    on, as they must.

    ``formula`` is the loss of one output of one sample as it is printed, a Python expression in z or ŷ
    (``y_hat``), y and the loss's fields, and ``derivative`` its ∂L/∂ŷ (∂L/∂z where ``from_logits``);
    ``parts`` are lines to be worked out before.  ``over_outputs`` says what is made of the outputs' losses,
    "sum" or "mean"; "whole" means that the formula is the loss of all of them.  Over the samples it is the
    mean.  ``meaning`` is the same in ŷ where ``formula`` is in z: how textbooks have it, and good as long
    as ŷ is neither 0 nor 1.
    """

    formula: ClassVar[str]
    derivative: ClassVar[str]
    parts: ClassVar[tuple[str, ...]] = ()
    meaning: ClassVar[str] = ""
    over_outputs: ClassVar[Literal["sum", "mean", "whole"]] = "mean"

    output_activations: tuple[str, ...] = ("identity", "sigmoid", "tanh")
    from_logits: bool = False
    for_classes: bool = False
    class_low: float = 0.0
    analytic: bool = True
    kinked: bool = False
    by_step: bool = False
    """Whether each step of a sequence counts as a sample: a mean over the steps instead of a sum."""

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
