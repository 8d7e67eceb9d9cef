"""A layer's numbers by unit: a filter is one unit at all places, a channel one at all steps."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.layers import Layer

Array = NDArray[np.floating]


def per_unit(a: Array, layer: Layer) -> tuple[Array, list[int]]:
    """Return ``a`` (B, …) as (numbers, units), and where each unit begins in the flat layer."""
    shape = layer.output_shape
    if len(shape) == 3:
        places = math.prod(shape[1:])
        values = a.reshape(len(a), shape[0], places).transpose(0, 2, 1).reshape(-1, shape[0])
        return values, [channel * places for channel in range(shape[0])]
    width = shape[-1]
    return a.reshape(-1, width), list(range(width))


def count(layer: Layer) -> int:
    """Return how many units a layer has: filters, or channels of a step."""
    shape = layer.output_shape
    return shape[0] if len(shape) == 3 else shape[-1]


def incoming(layer: Layer) -> Array:
    """Return all numbers that make a unit, its biases included, as (units, …)."""
    units = count(layer)
    parts: list[Array] = [np.empty((units, 0))]
    for parameter in layer.parameters:
        own = layer.p[parameter.name].reshape(-1, units, parameter.size // parameter.shape[0])
        parts.append(own.transpose(1, 0, 2).reshape(units, -1))
    return np.concatenate(parts, axis=1)
