"""A dense layer, forward beside backward.

Forward:   z = x Wᵀ + b,  a = σ(z)             x (B, in), W (out, in), b (out,), z and a (B, out)
Backward:  δ = ∂L/∂a ⊙ σ′(z)                   (B, out)
           ∂L/∂W = δᵀ x,  ∂L/∂b = Σ_B δ,  ∂L/∂x = δ W

δ already carries the 1/B of the mean over the batch, so the sums over the batch are means.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.activations import Activation

Array = NDArray[np.floating]


class Dense:
    """One dense layer.  Its parameters and gradients are views into the network's flat vectors."""

    def __init__(self, inputs: int, units: int, activation: Activation, *, bias: bool = True) -> None:
        self.inputs, self.units = inputs, units
        self.activation = activation
        self.has_bias = bias
        self.size = units * inputs + (units if bias else 0)
        self.weights: Array = np.empty((units, inputs))
        self._weights_t: Array = self.weights.T
        self.bias: Array | None = None
        self.weight_gradient: Array = np.empty((units, inputs))
        self.bias_gradient: Array | None = None

    def bind(self, theta: Array, gradient: Array | None) -> None:
        """View this layer's part of θ and, where given, of ∇L; both (size,)."""
        count = self.units * self.inputs
        self.weights = theta[:count].reshape(self.units, self.inputs)
        self._weights_t = self.weights.T
        self.bias = theta[count:] if self.has_bias else None
        if gradient is not None:
            self.weight_gradient = gradient[:count].reshape(self.units, self.inputs)
            self.bias_gradient = gradient[count:] if self.has_bias else None

    def forward(self, x: Array, z: Array, a: Array) -> Array:
        """Fill ``z`` and ``a`` from ``x``; return ``a``."""
        # np.dot has half of np.matmul's overhead, which is what counts in a small network.
        np.dot(x, self._weights_t, z)
        if self.bias is not None:
            np.add(z, self.bias, out=z)
        return self.activation.value(z, a)

    def slope_into(self, delta: Array, z: Array, a: Array, slope: Array) -> Array:
        """Turn ``delta`` from ∂L/∂a into ∂L/∂z in place, by way of the buffer ``slope``."""
        self.activation.slope(z, a, slope)
        return np.multiply(delta, slope, out=delta)

    def backward(self, x: Array, delta: Array, x_gradient: Array | None, ones: Array) -> None:
        """Fill the parameter gradients from δ, and ``x_gradient`` = ∂L/∂x where it is wanted.

        ``ones`` is (B,): as a product the sum over the batch costs half.
        """
        np.dot(delta.T, x, self.weight_gradient)
        if self.bias_gradient is not None:
            np.dot(ones, delta, self.bias_gradient)
        if x_gradient is not None:
            np.dot(delta, self.weights, x_gradient)
