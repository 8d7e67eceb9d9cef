"""Flatten: a picture or a sequence as plain features, by channel, row, column or by step, channel.

Samples are flat rows already, so a is x, and ∂L/∂x is ∂L/∂a.
"""

from __future__ import annotations

import math

import numpy as np

from bpviz.engine.layers.base import LAYERS, Array, Layer, Shape, Work
from bpviz.text import N_


@LAYERS.register(
    "flatten",
    N_("Flatten"),
    help=N_("Lays a picture or a sequence out as plain features, for the dense layers after it."),
    positional=(),
)
class Flatten(Layer):
    """a = x, of the shape (units,)."""

    formulas = {
        "sum": ("a(l) = vec(a(l-1))",),
        "back": ("dL_da(l-1) = dL_da(l)",),
    }
    kind = "flatten"
    forward_operations = ("flatten",)
    backward_operations = ("delta",)

    def __init__(self, input_shape: Shape) -> None:
        super().__init__(input_shape, (math.prod(input_shape),))

    def forward(self, x: Array, work: Work, training: bool) -> Array:
        """a is the very array x."""
        work.z = work.a = x
        return x

    def backward(self, x: Array, work: Work, x_gradient: Array | None, *, at_z: bool) -> None:
        """∂L/∂x = δ."""
        if x_gradient is not None:
            np.copyto(x_gradient, work.delta)
