"""Loss and gradient of a network of dense layers as one straight line of prepared calls.

The mathematics is that of `bpviz.engine.layers.dense`, the other way up: activations are
feature-major, A⁽ˡ⁾ (units + 1, B), with a row of ones below where the next layer has a bias, so that
with [W b] as it lies in θ one product a layer makes z, and one makes both gradients:

    Z⁽¹⁾ = [W b]⁽¹⁾ Xᵀ,   Z⁽ˡ⁾ = [W b]⁽ˡ⁾ A⁽ˡ⁻¹⁾,   A⁽ˡ⁾ = σ(Z⁽ˡ⁾)                  X (B, D + 1)
    [∂W ∂b]⁽ˡ⁾ = δ⁽ˡ⁾ A⁽ˡ⁻¹⁾ᵀ,   δ⁽ˡ⁻¹⁾ = ([W b]⁽ˡ⁾ᵀ δ⁽ˡ⁾) ⊙ σ′(Z⁽ˡ⁻¹⁾)

In a small network the time goes into the calls, not into the numbers: so every buffer and every view
is made once, and hidden layers with the same σ lie in one block, where one call makes all their σ′.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.activations import Activation
from bpviz.engine.dense_kernels import Call, same_activation, slope_calls, value_calls
from bpviz.engine.dense_outputs import output_class
from bpviz.engine.layers import Dense, Layer
from bpviz.engine.losses import Loss

Array = NDArray[np.floating]


class DenseStep:
    """Forward and backward at one θ for one batch size.

    To run it: put the samples into ``x`` and ``targets``, call every one of ``calls``, which fills the
    gradient, and then ``value``, which returns L.

    Parameters
    ----------
    layers : sequence of Dense
        On plain features; every activation but the last elementwise.
    loss : Loss
    theta, gradient : (n,)
        Where the parameters are read and ∇L is written.
    x : (B, D + 1)
        The inputs, with a last column of ones (none without a bias).
    targets : (…, B)
        The targets, kept as `bpviz.engine.dense_outputs` wants them.
    """

    def __init__(
        self,
        layers: Sequence[Layer],
        loss: Loss,
        theta: Array,
        gradient: Array,
        x: Array,
        targets: Array,
    ) -> None:
        dense = [layer for layer in layers if isinstance(layer, Dense)]
        weights, gradients = _matrices(dense, theta), _matrices(dense, gradient)
        rows, last = len(x), _activation(dense[-1])
        output = output_class(loss, last)(loss, last, dense[-1].width, targets)
        self.value = output.value
        hidden = _Hidden(dense, rows, theta.dtype)
        inputs, sums = [x.T, *hidden.a], [*hidden.z, output.z]
        self.calls: list[Call] = []
        for matrix, below, z, values in zip(weights, inputs, sums, [*hidden.values, []], strict=True):
            self.calls += [partial(matrix.dot, below, z), *values]
        self.calls += [*output.calls, *hidden.slopes]
        delta = output.delta
        for index in range(len(dense) - 1, -1, -1):
            self.calls.append(partial(delta.dot, inputs[index].T, gradients[index]))
            if index:
                self.calls.append(partial(weights[index].T.dot, delta, hidden.back[index - 1]))
                delta = hidden.delta[index - 1]
                self.calls += hidden.through[index - 1]


class _Hidden:
    """What lies between the first product and the last: for each hidden layer its buffers and calls.

    ``z`` (units, B) takes a product, ``values`` makes ``a`` (units + 1, B) of it; ``slopes`` makes all σ′;
    ``back`` (units + 1, B) takes ∂L/∂a, ``through`` makes δ of it in place: ``delta`` (units, B).
    """

    def __init__(self, layers: Sequence[Dense], rows: int, dtype: np.dtype[np.floating]) -> None:
        count = len(layers) - 1
        self.heights = [layers[index].width + layers[index + 1].has_bias for index in range(count)]
        self.slopes: list[Call] = []
        self.values: list[list[Call]] = [[] for _ in range(count)]
        self.through: list[list[Call]] = [[] for _ in range(count)]
        self.back: list[Array] = [np.empty((height, rows), dtype) for height in self.heights]
        self.delta = [back[: layer.width] for back, layer in zip(self.back, layers, strict=False)]
        self.z, self.a = list(self.delta), list(self.back)
        for group in _groups(layers[:-1]):
            self._lay_out(layers, group, rows, dtype)

    def _lay_out(
        self, layers: Sequence[Dense], group: list[int], rows: int, dtype: np.dtype[np.floating]
    ) -> None:
        """Put layers of one activation into one block."""
        activation = _activation(layers[group[0]])
        height = sum(self.heights[index] for index in group)
        z, a, slope = (np.ones((height, rows), dtype) for _ in range(3))
        self.slopes += slope_calls(activation, z, a, slope)
        start = 0
        for index in group:
            units = slice(start, start + layers[index].width)
            self.z[index], self.a[index] = z[units], a[start : start + self.heights[index]]
            self.values[index] = value_calls(activation, z[units], a[units])
            delta = self.delta[index]
            self.through[index] = [partial(np.multiply, delta, slope[units], delta)]
            start += self.heights[index]


def _activation(layer: Dense) -> Activation:
    assert layer.activation is not None
    return layer.activation


def _groups(layers: Sequence[Dense]) -> list[list[int]]:
    """Return the places of the layers, those with the same activation together."""
    groups: list[list[int]] = []
    for index, layer in enumerate(layers):
        for group in groups:
            if same_activation(_activation(layers[group[0]]), _activation(layer)):
                group.append(index)
                break
        else:
            groups.append([index])
    return groups


def _matrices(layers: Sequence[Dense], flat: Array) -> list[Array]:
    """Return each layer's [W b] (units, in + 1) in a flat vector."""
    matrices: list[Array] = []
    start = 0
    for layer in layers:
        matrices.append(flat[start : start + layer.size].reshape(layer.width, -1))
        start += layer.size
    return matrices
