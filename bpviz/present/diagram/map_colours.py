"""The pixels of feature maps, kernels and bars, coloured once for each snapshot."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bpviz.present.cards.inspect_maps import dropped, parameter
from bpviz.present.diagram.colours import Argb, class_argb, diverging_argb, indices, levels
from bpviz.present.palette import rgb
from bpviz.snapshot import LayerState

MOST_LINES = 40
"""So many of the strongest links between maps are drawn."""


def map_argb(state: LayerState, look: str, gradients: bool, ground: str) -> Argb:
    """Return (channels · height, width) colours of a layer's maps, one scale for all of them.

    Parameters
    ----------
    look : str
        The activation by whose range the colours go.
    gradients : bool
        Whether δ is shown in place of a.
    ground : str
        The colour of what a dropout dropped.
    """
    channels, height, width = state.shape
    colours = line_argb(state, look, gradients, ground)
    return np.ascontiguousarray(colours.reshape(channels * height, width))


def line_argb(state: LayerState, look: str, gradients: bool, ground: str) -> Argb:
    """Return (units,) colours of a layer's a, or of its δ."""
    values, scale = (state.delta, "identity") if gradients else (state.a, look)
    if scale == "softmax" and len(state.shape) != 3:
        table = np.stack([class_argb(index) for index in range(len(values))])
        colours = table[np.arange(len(values)), indices(levels(values, scale))]
    else:
        colours = diverging_argb()[indices(levels(values, scale))]
    missing = dropped(state)
    if missing is not None and missing.any():
        red, green, blue = rgb(ground)
        colours = np.where(missing, np.uint32(0xFF000000 | red << 16 | green << 8 | blue), colours)
    return np.asarray(colours, dtype=np.uint32)


def weights_argb(weights: NDArray[np.floating]) -> Argb:
    """Return (inputs,) colours of the weights into a unit."""
    return np.asarray(diverging_argb()[indices(levels(weights, "identity"))])


def kernel_argb(state: LayerState, gradients: bool) -> Argb | None:
    """Return (filters · channels · height, width) colours of a convolution's kernels, one scale for all."""
    values = kernel_values(state, gradients)
    if values is None:
        return None
    return np.ascontiguousarray(weights_argb(values).reshape(-1, values.shape[3]))


def kernel_values(state: LayerState, gradients: bool) -> NDArray[np.floating] | None:
    """Return (filters, channels, height, width): the kernels, or their gradients."""
    weights = parameter(state, "W")
    if weights is None or weights.values.ndim != 4:
        return None
    return weights.gradient if gradients else weights.values


def slice_strengths(kernels: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return (filters, channels): the length of each kernel's slice, over the largest."""
    lengths = np.sqrt((np.asarray(kernels, dtype=float) ** 2).sum(axis=(2, 3)))
    largest = float(lengths.max(initial=0.0))
    return lengths / largest if largest > 0 and np.isfinite(largest) else np.zeros_like(lengths)


def strongest_slices(
    strengths: NDArray[np.floating], filter_: int | None = None, channel: int | None = None
) -> NDArray[np.intp]:
    """Return (n, 2) pairs (filter, channel) of the links to draw, the strongest first.

    Those of one filter or out of one channel, where these are given; else the strongest of all.
    """
    filters, channels = strengths.shape
    pairs = np.stack(np.divmod(np.arange(filters * channels), channels), axis=1)
    if filter_ is not None:
        pairs = pairs[pairs[:, 0] == filter_]
    elif channel is not None:
        pairs = pairs[pairs[:, 1] == channel]
    order = np.argsort(-strengths[pairs[:, 0], pairs[:, 1]], kind="stable")
    return np.asarray(pairs[order[:MOST_LINES]], dtype=np.intp)
