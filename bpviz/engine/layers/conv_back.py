"""The way back through a convolution: ∂L/∂x from δ, a few samples at a time.

Wᵀδ is each pixel's share from each window that saw it; the shares are added up tap by tap.  A few samples at
a time, what the product leaves is still in the cache when it is added up.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from bpviz.engine.layers.base import Array
from bpviz.engine.layers.windows import Windows

AT_ONCE = 1 << 17
"""Shares: a megabyte in float64, what a processor core has as its second cache."""


class Slides(Protocol):
    """What the way back asks of a convolution: its shapes, and where its windows lie."""

    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    kernel: tuple[int, int]
    entries: int
    padding: int
    windows: Windows


class TapByTap:
    """The plain way, for any stride."""

    def __init__(self, layer: Slides, rows: int, dtype: np.dtype[np.floating], places: int = 0) -> None:
        self.layer = layer
        filters, height, width = layer.output_shape
        self.maps = (filters, height, width)
        places = places or height * width
        self.at_once = min(rows, max(1, AT_ONCE // (layer.entries * places)))
        self.shares: Array = np.empty((self.at_once, layer.entries, places), dtype)
        self.by_tap = self.shares.reshape(self.at_once, layer.input_shape[0], *layer.kernel, places)

    def fill(self, weights: Array, delta: Array, x_gradient: Array) -> None:
        """Fill ``x_gradient`` (B, inputs) from W (filters, entries) and δ (B, units)."""
        pictures = x_gradient.reshape(-1, *self.layer.input_shape)
        maps = delta.reshape(-1, *self.maps)
        for start in range(0, len(maps), self.at_once):
            rows = slice(start, start + self.at_once)
            self.some(weights.T, maps[rows], pictures[rows])

    def some(self, transposed: Array, delta: Array, pictures: Array) -> None:
        """Do it for as many samples as the buffers hold."""
        count, (filters, height, width) = len(delta), self.maps
        np.matmul(transposed, delta.reshape(count, filters, -1), out=self.shares[:count])
        pictures.fill(0)
        for tap in self.layer.windows.taps:
            share = self.by_tap[:count, :, tap.row, tap.column].reshape(count, -1, height, width)
            pictures[tap.inputs] += share[tap.outputs]


class RunByRun(TapByTap):
    """The quick way for stride 1: with δ laid on rows as long as the picture's, a tap is one run of pixels.

    Between one row of δ and the next stand zeros, whose shares are 0: what a run carries over from the end
    of a row to the beginning of the next changes nothing.
    """

    def __init__(self, layer: Slides, rows: int, dtype: np.dtype[np.floating]) -> None:
        channels, height, width = layer.input_shape
        margin = layer.padding
        self.padded = (channels, height + 2 * margin, width + 2 * margin)
        self.length = (layer.output_shape[1] - 1) * self.padded[2] + layer.output_shape[2]
        super().__init__(layer, rows, dtype, self.length)
        self.inner = (..., slice(margin, margin + height), slice(margin, margin + width))
        self.spread: Array = np.zeros((self.at_once, *self.maps[:2], self.padded[2]), dtype)
        self.pictures: Array = np.empty((self.at_once, *self.padded), dtype)

    def some(self, transposed: Array, delta: Array, pictures: Array) -> None:
        """Do it for as many samples as the buffers hold."""
        count, filters = len(delta), self.maps[0]
        spread = self.spread[:count]
        spread[..., : self.maps[2]] = delta
        runs = spread.reshape(count, filters, -1)[:, :, : self.length]
        np.matmul(transposed, runs, out=self.shares[:count])
        into = self.pictures[:count] if self.layer.padding else pictures
        into.fill(0)
        pixels = into.reshape(count, self.padded[0], -1)
        for i, j in np.ndindex(self.layer.kernel):
            begin = i * self.padded[2] + j
            pixels[:, :, begin : begin + self.length] += self.by_tap[:count, :, i, j]
        if self.layer.padding:
            pictures[...] = into[self.inner]
