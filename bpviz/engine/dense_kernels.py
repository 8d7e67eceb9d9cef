"""Activations as lists of prepared calls, for `DenseStep`.

Arrays are feature-major, (units, B).  An activation that has no list of its own is called as it stands;
the plain definitions in ``activations`` are what the lists are tested against.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.activations import Activation
from bpviz.engine.activations.relu import Relu
from bpviz.engine.activations.sigmoid import Sigmoid
from bpviz.engine.activations.softmax import Softmax
from bpviz.engine.activations.tanh import Tanh

Array = NDArray[np.floating]
Call = Callable[[], object]


def same_activation(one: Activation, other: Activation) -> bool:
    """Whether both are the same function: one class with the same settings."""
    return type(one) is type(other) and vars(one) == vars(other)


def value_calls(activation: Activation, z: Array, a: Array) -> list[Call]:
    """Return what fills ``a`` with σ(z)."""
    if type(activation) is Tanh:
        return [partial(np.tanh, z, a)]
    if type(activation) is Relu:
        # Against an array of zeros the maximum runs on vectors; against one number it does not.
        return [partial(np.maximum, z, np.zeros_like(z), out=a)]
    if type(activation) is Softmax:
        return [partial(activation.value, z.T, a.T)]
    return [partial(activation.value, z, a)]


def slope_calls(activation: Activation, z: Array, a: Array, slope: Array) -> list[Call]:
    """Return what fills ``slope`` with σ′(z)."""
    one = number(1.0, z)
    if type(activation) is Tanh:
        return [partial(np.multiply, a, a, slope), partial(np.subtract, one, slope, slope)]
    if type(activation) is Sigmoid:
        return [partial(np.subtract, one, a, slope), partial(np.multiply, a, slope, slope)]
    if type(activation) is Relu:
        on = np.empty(z.shape, np.bool_)
        return [partial(np.greater, z, number(0.0, z), on), partial(np.copyto, slope, on)]
    return [partial(activation.slope, z, a, slope)]


def number(value: float, like: Array) -> Array:
    """Return a number as an array: NumPy takes it in half the time of a Python float."""
    return np.array(value, like.dtype)
