"""Many parameter sets of one dense network at once, over the same samples: what a loss surface is made of.

Samples lie along the last axis here, a⁽ˡ⁾ (k, units + 1, B), and a row of ones below the units meets
the bias in the last column of the weights, [W b] (k, out, in + 1): one product a layer, without a pass
over z for the bias.  The buffers are made once and sized for the cache, which is where the time goes.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.layers import Dense
from bpviz.engine.losses import Loss
from bpviz.engine.network import Network

Array = NDArray[np.floating]

# Numbers in one layer's buffer: enough for long vector loops, few enough for the cache.
CHUNK_CELLS = 131_072


class StackedNetworks:
    """Buffers for parameter sets that go together through ``network`` over samples with targets ``y``.

    ``capacity`` is how many fit.  A loss is made by writing the first layer's z into `first_sums` and
    calling `losses` with the other layers' `matrices`.
    """

    def __init__(self, network: Network, loss: Loss, y: Array) -> None:
        self.network, self.loss, self.y = network, loss, y
        layers, rows = network.layers, len(y)
        self.capacity = max(1, CHUNK_CELLS // (max(layer.units for layer in layers) * rows))
        self._activations = [
            np.ones((self.capacity, below.units + _has_bias(above), rows), network.dtype)
            for below, above in pairwise(layers)
        ]
        self._output: Array = np.empty((self.capacity, layers[-1].units, rows), network.dtype)

    def first_sums(self, count: int) -> Array:
        """Return where the first layer's z of ``count`` sets belongs, (count, units · B)."""
        buffer = self._activations[0] if self._activations else self._output
        width = self.network.layers[0].units * len(self.y)
        return buffer.reshape(self.capacity, -1)[:count, :width]

    def losses(self, count: int, matrices: list[Array]) -> Array:
        """Return the sum of the samples' losses for each of ``count`` sets, (count,).

        ``matrices`` are [W b] of the layers from the second on, (count, out, in + 1) each.
        """
        layers = self.network.layers
        for index, matrix in enumerate(matrices):
            a = self._activations[index][:count]
            z = a[:, : layers[index].units]
            _activate(layers[index], z, z)
            if index + 1 < len(self._activations):
                out = self._activations[index + 1][:count, : layers[index + 1].units]
            else:
                out = self._output[:count]
            np.matmul(matrix, a, out=out)
        z = self._output[:count].swapaxes(1, 2)
        # A loss that reads z needs no ŷ.
        y_hat = z if self.loss.from_logits else _activate(layers[-1], z)
        return np.asarray(self.loss.sample_losses(z, y_hat, self.y).sum(axis=-1))


def _has_bias(layer: object) -> bool:
    return isinstance(layer, Dense) and layer.has_bias


def _activate(layer: object, z: Array, out: Array | None = None) -> Array:
    assert isinstance(layer, Dense) and layer.activation is not None
    return layer.activation.value(z, out)


def first_sums(network: Network, thetas: Array, x: Array) -> Array:
    """Return the first layer's z for many θ: (k, units · B), by one matrix product."""
    layer = network.layers[0]
    rows = thetas[:, : layer.size].reshape(len(thetas) * layer.units, -1)
    if _has_bias(layer):
        x = np.concatenate([x, np.ones((len(x), 1), x.dtype)], axis=1)
    return (rows @ x.T).reshape(len(thetas), -1)


def matrices(network: Network, thetas: Array) -> list[Array]:
    """Return [W b] of every layer but the first for each row of Θ (k, n): (k, out, in + 1) each."""
    return [
        thetas[:, part].reshape(len(thetas), layer.units, -1)
        for layer, part in list(zip(network.layers, network.parts(), strict=True))[1:]
    ]


def combined(coefficients: Array, three: Array) -> Array:
    """Return Σ_j c_kj M_j for coefficients (k, 3) and matrices M (3, out, in), as (k, out, in)."""
    return (coefficients @ three.reshape(3, -1)).reshape(-1, *three.shape[1:])
