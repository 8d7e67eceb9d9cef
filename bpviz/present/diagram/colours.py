"""What the network diagram's colours and widths say.

A unit's activation becomes a level in [−1, 1]: tanh as it is, sigmoid and softmax as 2a − 1, all
others over the largest |a| of their layer.  Levels take the diverging colours; a softmax unit goes
from white to its class's colour.  A weight's line is as wide as |w| over the layer's largest |w|.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from bpviz.present.palette import (
    CLASS_COLOURS,
    DARK,
    Rgb,
    class_colour,
    diverging,
    diverging_on_dark,
    rgb,
)
from bpviz.snapshot import LayerState

Argb = NDArray[np.uint32]
Values = NDArray[np.floating]

WIDTH_LEVELS = 20
"""Line widths are rounded to so many steps, so that pens and paths can be shared."""


def levels(values: Values, activation: str) -> Values:
    """Return activations as levels in [−1, 1]."""
    if activation == "tanh":
        return np.asarray(np.clip(values, -1.0, 1.0))
    if activation in ("sigmoid", "softmax"):
        return np.asarray(np.clip(2.0 * values - 1.0, -1.0, 1.0))
    largest = float(np.abs(values).max(initial=0.0))
    return values / largest if largest > 0 and np.isfinite(largest) else np.zeros_like(values)


def line_steps(values: Values, largest: float) -> NDArray[np.intp]:
    """Return each value's line width as a step from 0 (none) to ``WIDTH_LEVELS`` (the largest)."""
    if largest <= 0 or not np.isfinite(largest):
        return np.zeros(values.shape, dtype=np.intp)
    return np.asarray(np.ceil(np.abs(values) / largest * WIDTH_LEVELS - 1e-9), dtype=np.intp)


def line_width(step: int, widest: float) -> float:
    """Return the width in pixels of a step: 0.7 for almost nothing, ``widest`` for the largest."""
    return 0.7 + (max(widest, 1.2) - 0.7) * step / WIDTH_LEVELS


def line_opacity(step: int, lines: int = 1) -> float:
    """Return the opacity, 0 to 1: a weak weight is faint as well as thin, more so among many lines."""
    share = step / WIDTH_LEVELS
    if lines > 100:
        return 0.08 + 0.8 * float(share**1.2)
    return 0.25 + 0.53 * min(1.0, 1.8 * share)


def mixed(colour: str, ground: str, opacity: float) -> Rgb:
    """Return ``colour`` over ``ground``, with no transparency left: faster, and nothing adds up."""
    pairs = zip(rgb(colour), rgb(ground), strict=True)
    red, green, blue = (round(over * opacity + under * (1 - opacity)) for over, under in pairs)
    return red, green, blue


def bias_radius(biases: NDArray[np.floating], node: float) -> NDArray[np.floating]:
    """Return the radius of each bias's dot: its area grows with |b| over the layer's largest."""
    largest = float(np.abs(biases).max(initial=0.0))
    share = np.abs(biases) / largest if largest > 0 and np.isfinite(largest) else np.zeros_like(biases)
    return np.asarray(max(0.055 * node, 1.3) + 0.075 * node * np.sqrt(share))


@cache
def diverging_argb() -> Argb:
    """Return 256 diverging colours as 0xAARRGGBB."""
    return _packed(diverging())


@cache
def class_argb(index: int) -> Argb:
    """Return 256 colours from white to a class's, as 0xAARRGGBB."""
    share = np.linspace(0.0, 1.0, 256)[:, None]
    table = 255 + (np.array(rgb(class_colour(index)), dtype=float) - 255) * share
    return _packed(table.round().astype(np.uint8))


@cache
def _on_dark() -> tuple[Argb, Argb]:
    """Return the colours of all tables, sorted, and what stands for each on a dark ground."""
    share = np.linspace(0.0, 1.0, 256)[:, None]
    quiet = np.array(rgb(DARK.neutral), dtype=float)
    hues = [np.array(rgb(colour), dtype=float) for colour in CLASS_COLOURS]
    dark = [_packed((quiet + (hue - quiet) * share).round().astype(np.uint8)) for hue in hues]
    light = [class_argb(index) for index in range(len(CLASS_COLOURS))]
    found, first = np.unique(np.concatenate([diverging_argb(), *light]), return_index=True)
    return found, np.concatenate([_packed(diverging_on_dark()), *dark])[first]


def on_ground(pixels: Argb, dark: bool) -> Argb:
    """Return colours of numbers as they are shown on a theme's ground: on a dark one 0 is dark as well.

    Only diverging colours and those of classes change; what is no number's colour stays.
    """
    if not dark:
        return pixels
    light, found = _on_dark()
    places = np.minimum(np.searchsorted(light, pixels), len(light) - 1)
    return np.asarray(np.where(light[places] == pixels, found[places], pixels), dtype=np.uint32)


@cache
def ink_argb(dark: bool) -> Argb:
    """Return 256 greys for a picture: dark ink on light paper, or the other way round."""
    grey = np.linspace(30, 245, 256) if dark else np.linspace(250, 25, 256)
    return _packed(np.repeat(grey.round().astype(np.uint8)[:, None], 3, axis=1))


def _packed(colours: NDArray[np.uint8]) -> Argb:
    wide = colours.astype(np.uint32)
    packed: Argb = (0xFF000000 | wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2]).astype(np.uint32)
    packed.setflags(write=False)
    return packed


def indices(level: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Return levels in [−1, 1] as places in a table of 256; what is not finite is the middle."""
    safe = np.where(np.isfinite(level), level, 0.0)
    return ((safe + 1.0) * 127.5 + 0.5).astype(np.uint8)


def unit_argb(values: NDArray[np.floating], activation: str) -> Argb:
    """Return one colour a unit from its activation on the chosen sample."""
    places = indices(levels(values, activation))
    if activation == "softmax":
        return np.array([class_argb(i)[place] for i, place in enumerate(places)], dtype=np.uint32)
    return np.asarray(diverging_argb()[places])


def map_argb(layer: LayerState) -> Argb | None:
    """Return (units, height, width) colours of the response maps, row 0 on top as painters count.

    The snapshot's row 0 is the lowest y, so the rows are turned over.  None without maps.
    """
    if layer.maps is None:
        return None
    places = indices(levels(layer.maps[:, ::-1, :], layer.activation))
    if layer.activation == "softmax":
        return np.stack([class_argb(i)[place] for i, place in enumerate(places)])
    return np.asarray(diverging_argb()[places])


def atlas(layers: tuple[LayerState, ...]) -> Argb | None:
    """Return every map of every layer below one another, (units·height, width); None without any."""
    parts = [part for part in (map_argb(layer) for layer in layers) if part is not None]
    if not parts or any(part.shape[1:] != parts[0].shape[1:] for part in parts):
        return None
    whole = np.concatenate(parts)
    return np.ascontiguousarray(whole.reshape(-1, whole.shape[2]))


def picture_argb(values: NDArray[np.floating], shape: tuple[int, int], dark: bool) -> Argb:
    """Return a picture (height, width) of non-negative ink, scaled to its own darkest pixel."""
    low, high = float(values.min(initial=0.0)), float(values.max(initial=0.0))
    span = high - low if high > low else 1.0
    places = ((values.reshape(shape) - low) / span * 255).astype(np.uint8)
    return np.asarray(ink_argb(dark)[places])


def weight_picture_argb(weights: NDArray[np.floating], shape: tuple[int, int]) -> Argb:
    """Return a unit's incoming weights as a picture (height, width), by sign and size."""
    return np.asarray(diverging_argb()[indices(levels(weights.reshape(shape), "identity"))])
