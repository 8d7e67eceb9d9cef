"""Dropout (Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, 2014), scaled in training.

Training:    a = m ⊙ x,  ∂L/∂x = m ⊙ δ;  m is 0 with probability p (the rate), else 1 / (1 − p),
             so that the mean of a is x.
Evaluation:  a = x.

The mask m is a pure function of the key that `set_noise` gives and of the batch's shape: a pass can be
repeated, which is what lets differences check the gradient.  It does not depend on the dtype.
"""

from __future__ import annotations

import numpy as np

from bpviz.engine.layers.base import LAYERS, Array, Layer, Shape, Work
from bpviz.registry import Field
from bpviz.text import N_

RATE = Field(
    "rate",
    N_("Rate p"),
    default=0.5,
    minimum=0.0,
    maximum=0.999,
    low=0.0,
    high=0.9,
    step=0.05,
    help=N_("The share of the numbers that is dropped at each update; the others grow to make up for it."),
)


class DropoutWork(Work):
    """Beside the layer's own buffers the mask (B, units) of the last pass, and whose it is."""

    def __init__(self, rows: int, units: int, dtype: np.dtype[np.floating]) -> None:
        super().__init__(rows, units, dtype)
        self.z = self.a
        self.mask: Array = np.ones((rows, units), dtype)
        self.drawn_for: tuple[int, ...] | None = None


@LAYERS.register(
    "dropout",
    N_("Dropout"),
    help=N_("Leaves out a random part of the numbers at each update, so that none is relied on."),
    fields=(RATE,),
    positional=("rate",),
)
class Dropout(Layer):
    """a = m ⊙ x in training, a = x otherwise."""

    formulas = {
        "mask": ("m[i] = 0 if u[i] < rate else 1 / (1 - rate)",),
        "sum": ("a(l) = m ⊙ a(l-1)",),
        "back": ("dL_da(l-1) = m ⊙ dL_da(l)",),
    }
    kind = "dropout"
    forward_operations = ("mask",)
    backward_operations = ("delta",)
    stochastic = True

    def __init__(self, input_shape: Shape, rate: float = 0.5) -> None:
        super().__init__(input_shape, input_shape)
        self.rate = rate
        self._key: tuple[int, ...] = (0,)

    @property
    def cells(self) -> int:
        """About how many numbers a sample takes in its buffers."""
        return 5 * self.units

    def set_noise(self, key: tuple[int, ...]) -> None:
        """Draw the masks from ``key`` from now on."""
        self._key = key

    def work(self, rows: int, dtype: np.dtype[np.floating]) -> DropoutWork:
        """Return buffers for a batch of ``rows``."""
        return DropoutWork(rows, self.units, dtype)

    def forward(self, x: Array, work: Work, training: bool) -> Array:
        """Drop in training, and only then."""
        assert isinstance(work, DropoutWork)
        if training:
            self._draw(work)
        elif work.drawn_for is not None:
            work.mask.fill(1)
            work.drawn_for = None
        np.multiply(x, work.mask, out=work.a)
        return work.a

    def _draw(self, work: DropoutWork) -> None:
        """Draw the key's mask, once however often the pass is repeated."""
        if work.drawn_for == self._key:
            return
        chance = np.random.default_rng(self._key).random(work.mask.shape, np.float32)
        np.multiply(chance >= np.float32(self.rate), 1 / (1 - self.rate), out=work.mask, casting="same_kind")
        work.drawn_for = self._key

    def backward(self, x: Array, work: Work, x_gradient: Array | None, *, at_z: bool) -> None:
        """∂L/∂x = m ⊙ δ."""
        assert isinstance(work, DropoutWork)
        if x_gradient is not None:
            np.multiply(work.delta, work.mask, out=x_gradient)

    def trace(self, x: Array, work: Work, row: int) -> dict[str, Array]:
        """Return ``mask``, of the layer's shape: 0 where dropped."""
        assert isinstance(work, DropoutWork)
        return {"mask": work.mask[row].reshape(self.output_shape)}
