"""A network of dense layers whose parameters live in one flat θ.

θ = [W⁽¹⁾ row by row, b⁽¹⁾, W⁽²⁾, b⁽²⁾, …].  Symbols as in `bpviz.snapshot`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.layers import Dense
from bpviz.engine.losses import Loss

Array = NDArray[np.floating]


@dataclass
class Workspace:
    """The buffers of one batch size: z, a, δ and σ′ of every layer, each (B, units), and 1 (B,)."""

    z: list[Array]
    a: list[Array]
    delta: list[Array]
    slope: list[Array]
    ones: Array


class Network:
    """Dense layers in a row.

    Parameters
    ----------
    layers : sequence of Dense
        Each layer's inputs are the units of the layer before.
    dtype : numpy dtype
        float64 or float32.
    """

    def __init__(self, layers: Sequence[Dense], dtype: np.dtype[np.floating]) -> None:
        self.layers = list(layers)
        self.dtype = dtype
        self.size = sum(layer.size for layer in self.layers)
        self.gradient: Array = np.zeros(self.size, dtype)
        self._theta: Array | None = None
        self._workspaces: dict[int, Workspace] = {}

    @property
    def inputs(self) -> int:
        """Number of features that the first layer takes."""
        return self.layers[0].inputs

    def bind(self, theta: Array) -> None:
        """Let every layer view its part of ``theta``; free when it is the vector already bound."""
        if theta is self._theta:
            return
        for layer, part in zip(self.layers, self.parts(), strict=True):
            layer.bind(theta[part], self.gradient[part])
        self._theta = theta

    def parts(self) -> list[slice]:
        """Return each layer's place in θ."""
        ends = np.cumsum([layer.size for layer in self.layers])
        return [slice(end - layer.size, end) for end, layer in zip(ends, self.layers, strict=True)]

    def workspace(self, rows: int) -> Workspace:
        """Return the buffers for a batch of ``rows``; a few sizes are kept."""
        found = self._workspaces.get(rows)
        if found is None:
            if len(self._workspaces) >= 8:
                self._workspaces.pop(next(iter(self._workspaces)))
            z, a, delta, slope = (
                [np.empty((rows, layer.units), self.dtype) for layer in self.layers] for _ in range(4)
            )
            found = Workspace(z, a, delta, slope, np.ones(rows, self.dtype))
            self._workspaces[rows] = found
        return found

    def forward(self, x: Array) -> Workspace:
        """Run ``x`` (B, in) through every layer and return the buffers with z and a filled."""
        work = self.workspace(len(x))
        for layer, z, a in zip(self.layers, work.z, work.a, strict=True):
            x = layer.forward(x, z, a)
        return work

    def backward(self, x: Array, y: Array, work: Workspace, loss: Loss) -> None:
        """Fill ``gradient`` and every δ after ``forward`` of the same ``x``, from targets ``y``."""
        last = len(self.layers) - 1
        loss.gradient(work.z[last], work.a[last], y, work.delta[last])
        for index in range(last, -1, -1):
            layer, delta = self.layers[index], work.delta[index]
            if index < last or not loss.from_logits:
                layer.slope_into(delta, work.z[index], work.a[index], work.slope[index])
            below = work.a[index - 1] if index else x
            layer.backward(below, delta, work.delta[index - 1] if index else None, work.ones)

    def first_sums(self, thetas: Array, x: Array) -> Array:
        """Return the first layer's z for many θ: (k, units, B), by one matrix product."""
        layer = self.layers[0]
        count = layer.units * layer.inputs
        weights = thetas[:, :count].reshape(-1, layer.inputs)
        z = (weights @ x.T).reshape(len(thetas), layer.units, len(x))
        if layer.has_bias:
            z += thetas[:, count : layer.size, None]
        return z

    def parameter_names(self) -> list[str]:
        """Return the name of each entry of θ: ``W⁽ˡ⁾[j,i]`` and ``b⁽ˡ⁾[j]``, counted from 1."""
        names: list[str] = []
        for number, layer in enumerate(self.layers, 1):
            mark = superscript(number)
            names += [
                f"W{mark}[{j},{i}]" for j in range(1, layer.units + 1) for i in range(1, layer.inputs + 1)
            ]
            if layer.has_bias:
                names += [f"b{mark}[{j}]" for j in range(1, layer.units + 1)]
        return names

    def weight_mask(self) -> Array:
        """Return 1 for each weight and 0 for each bias, (n,): what L1 and L2 hold down."""
        mask = np.ones(self.size, self.dtype)
        for layer, part in zip(self.layers, self.parts(), strict=True):
            if layer.has_bias:
                mask[part.stop - layer.units : part.stop] = 0.0
        return mask


def superscript(number: int) -> str:
    """Return a layer's number as it stands on a symbol: 2 → ⁽²⁾."""
    return "⁽" + str(number).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")) + "⁾"
