"""From one changed unit of a dense network to the loss: the upper part of a forward pass, many at once.

Used by `bpviz.engine.dense_differences`.  A *place* is one pair of a unit and a change; the arrays of
places are (units, m), m changes for each of some units.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.layers import Dense
from bpviz.engine.losses import Loss
from bpviz.engine.losses.label_smoothing import smoothed
from bpviz.engine.losses.softmax_cross_entropy import SoftmaxCrossEntropy

Array = NDArray[np.float64]

# Numbers in the largest buffer: what the second-level cache holds beside the others.
CHUNK_CELLS = 65_536
LOG2_E = float(np.log2(np.e))


class End:
    """By the definitions of the layers above and of the loss, whatever they are.

    Attributes
    ----------
    at_output : bool
        Whether the changed layer is the last: then its z changes, not the a below another layer.
    level : int
        The layer whose z, at the unchanged θ, is to be handed to `start`.
    width : int
        How many numbers a place takes in the widest buffer.
    """

    def __init__(self, layers: Sequence[Dense], index: int, loss: Loss) -> None:
        self.layers, self.loss = layers, loss
        self.at_output = index == len(layers) - 1
        self.level = index if self.at_output else index + 1
        self.width = max(layer.width for layer in layers[self.level :])
        self.weights = np.asarray(layers[self.level].p["W"], np.float64)

    def start(self, z: Array, y: Array) -> None:
        """Take a sample: z (units,) of `level` at the unchanged θ, and its targets (K,)."""
        self.z, self.y = z, y
        self._base: Array | None = None

    def changed_output(self, units: slice, shifts: Array) -> Array:
        """Return what the loss changes by when z of each of ``units`` changes by each shift, (units, m)."""
        places = np.arange(units.start, units.stop)
        z = np.tile(self.z, (len(places), len(shifts), 1))
        z[np.arange(len(places)), :, places] += shifts
        return self._changes(z)

    def changed_below(self, units: slice, moved: Array) -> Array:
        """Return what the loss changes by when a of each of ``units`` changes by ``moved`` (units, m)."""
        columns = self.weights[:, units].T
        return self._changes(self.z + moved[:, :, None] * columns[:, None, :])

    def _changes(self, z: Array) -> Array:
        if self._base is None:
            self._base = self._losses(self.z[None])
        losses = self._losses(z.reshape(-1, z.shape[-1]))
        losses -= self._base
        return losses.reshape(z.shape[:-1])

    def _losses(self, z: Array) -> Array:
        """Return the loss for each row of z (places, units) of `level`."""
        for below, layer in zip(self.layers[self.level :], self.layers[self.level + 1 :], strict=False):
            assert below.activation is not None
            z = np.dot(below.activation.value(z), layer.p["W"].T)
            if layer.has_bias:
                z += layer.p["b"]
        output = self.layers[-1].activation
        assert output is not None
        y_hat = z if self.loss.from_logits else output.value(z)
        return np.array(self.loss.sample_losses(z, y_hat, np.broadcast_to(self.y, z.shape)), np.float64)


class SoftmaxEnd(End):
    """Softmax cross-entropy right above the change, or at it.

    With p = softmax(z) the changed loss differs from the loss by
    ln Σ_k e^(z_k + c_k) − ln Σ_k e^(z_k) − Σ_k y_k c_k = ln Σ_k p_k e^(c_k) − Σ_k y_k c_k,
    exactly: the exponentials of z are taken once, and no large numbers are subtracted.  As the p_k add up
    to 1, one class can be taken as the zero of c.
    """

    def __init__(self, layers: Sequence[Dense], index: int, loss: SoftmaxCrossEntropy) -> None:
        super().__init__(layers, index, loss)
        self._smoothing = loss.label_smoothing
        self._cells: Array = np.empty(0)

    def start(self, z: Array, y: Array) -> None:
        super().start(z, y)
        p = np.exp(z - z.max())
        p /= p.sum()
        self._p, self._y = p, smoothed(y, self._smoothing, len(y))

    def changed_output(self, units: slice, shifts: Array) -> Array:
        """c is the shift at one k and 0 elsewhere: ln(1 + p_k (e^c − 1)) − y_k c."""
        changes: Array = np.log1p(self._p[units, None] * np.expm1(shifts))
        changes -= self._y[units, None] * shifts
        return changes if np.isfinite(changes.sum()) else super().changed_output(units, shifts)

    def changed_below(self, units: slice, moved: Array) -> Array:
        """c_k = (W_kj − W_Kj) · (what a_j moved by), and W_Kj · … for all of them."""
        last = self.weights[-1, units]
        columns = self.weights[:-1, units] - last
        cells = self._buffer(columns.shape[0] * moved.size)
        # 2 to the power of c / ln 2 is a tenth quicker than e to the power of c.
        powers = (columns * LOG2_E)[:, :, None]
        np.multiply(powers, moved, out=cells.reshape(*columns.shape, moved.shape[1]))
        np.exp2(cells, out=cells)
        sums = np.dot(self._p[:-1], cells.reshape(-1, moved.size)).reshape(moved.shape)
        sums += self._p[-1]
        if not 0.0 < sums.min(initial=1.0) <= sums.max(initial=1.0) < np.inf:
            return super().changed_below(units, moved)
        np.log(sums, out=sums)
        common = last * (1.0 - self._y.sum()) - np.dot(self._y[:-1], columns)
        sums += np.multiply(common[:, None], moved, out=moved)
        return np.asarray(sums)

    def _buffer(self, size: int) -> Array:
        if len(self._cells) < size:
            self._cells = np.empty(size)
        return self._cells[:size]


def end_of(layers: Sequence[Dense], index: int, loss: Loss) -> End:
    """Return what goes on from a change in layer ``index``."""
    if type(loss) is SoftmaxCrossEntropy and index >= len(layers) - 2:
        return SoftmaxEnd(layers, index, loss)
    return End(layers, index, loss)
