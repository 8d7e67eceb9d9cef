"""Pooling: each channel of a picture smaller, one number a window.

Largest:  a = the window's largest pixel; ∂L/∂a goes back to that pixel alone, to the first in row-major
          order where several are equal.
Mean:     a = the mean of the window's pixels; each gets its share ∂L/∂a / size².

Windows that would reach over the edge are left out, so with a size of 2 a last odd row is not seen.
"""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.activations.base import is_complex
from bpviz.engine.layers.base import LAYERS, Array, Layer, Shape, Work, need
from bpviz.engine.layers.windows import Tap, Windows, need_picture
from bpviz.registry import Field
from bpviz.text import N_

FIELDS = (
    Field(
        "size",
        N_("Size"),
        "int",
        2,
        minimum=1,
        maximum=1000,
        low=1,
        high=4,
        help=N_("Height and width of the window, in pixels."),
    ),
    Field(
        "stride",
        N_("Stride"),
        "int",
        0,
        minimum=0,
        maximum=1000,
        low=0,
        high=4,
        help=N_("How many pixels the window moves on; 0 means its size, so that windows lie side by side."),
    ),
)


class PoolWork(Work):
    """Beside the layer's own buffers their pictures; a is z."""

    def __init__(self, rows: int, layer: Pool, dtype: np.dtype[np.floating]) -> None:
        super().__init__(rows, layer.units, dtype)
        self.z = self.a
        pictures = (rows, *layer.output_shape)
        self.out = self.a.reshape(pictures)
        self.delta_out = self.delta.reshape(pictures)
        self.share = self.slope.reshape(pictures)
        self.hit: NDArray[np.bool_] = np.empty(pictures, np.bool_)
        self.free: NDArray[np.bool_] = np.empty(pictures, np.bool_)


class Pool(Layer):
    """Windows of ``size`` × ``size`` on every channel.

    Raises
    ------
    UserError
        When what comes in is no picture, or smaller than a window.
    """

    def __init__(self, input_shape: Shape, size: int = 2, stride: int = 0) -> None:
        need_picture(input_shape)
        channels, height, width = input_shape
        self.windows = Windows((height, width), (size, size), stride or size)
        need(
            self.windows.height > 0 and self.windows.width > 0,
            N_("a window of {size} × {size} does not fit a picture of {height} × {width}."),
            input_shape,
            N_("Make it smaller."),
            size=size,
            height=height,
            width=width,
        )
        super().__init__(input_shape, (channels, self.windows.height, self.windows.width))
        self.size_of_window, self.stride = size, stride or size
        self.overlapping = self.stride < size

    def work(self, rows: int, dtype: np.dtype[np.floating]) -> PoolWork:
        """Return buffers for a batch of ``rows``."""
        return PoolWork(rows, self, dtype)

    def forward(self, x: Array, work: Work, training: bool) -> Array:
        """Fill a, one tap of the windows after the other."""
        assert isinstance(work, PoolWork)
        pictures = x.reshape(-1, *self.input_shape)
        first, *others = (pictures[tap.inputs] for tap in self.windows.taps)
        np.copyto(work.out, first)
        self.gather(work, others)
        return work.a

    def backward(self, x: Array, work: Work, x_gradient: Array | None, *, at_z: bool) -> None:
        """Give every pixel of a window its share of ∂L/∂a."""
        assert isinstance(work, PoolWork)
        if x_gradient is None:
            return
        # What no window saw, an odd last row say, gets nothing.
        x_gradient.fill(0)
        self.scatter(x.reshape(-1, *self.input_shape), work, x_gradient.reshape(-1, *self.input_shape))

    @abstractmethod
    def gather(self, work: PoolWork, others: list[Array]) -> None:
        """Make a of the first tap's pixels, which it holds, and the others'."""

    @abstractmethod
    def scatter(self, pictures: Array, work: PoolWork, gradient: Array) -> None:
        """Add each tap's share to ``gradient``, of the pictures' shape."""

    def give(self, gradient: Array, tap: Tap, share: Array) -> None:
        """Add ``share`` to the pixels under ``tap``; side by side, windows share no pixel."""
        if self.overlapping:
            gradient[tap.inputs] += share
        else:
            gradient[tap.inputs] = share


@LAYERS.register(
    "maxpool",
    N_("Max pooling"),
    help=N_("Keeps the largest pixel of each window: whether a pattern was there, not where exactly."),
    fields=FIELDS,
    positional=("size",),
)
class MaxPool(Pool):
    """a = max over the window; a complex number is as large as its real part."""

    formulas = {
        "sum": ("a(l)[c,r,s] = max_over(a(l-1)[c, t*(r-1) + i, t*(s-1) + j], i, j)",),
        "back": ("dL_da(l-1)[p] = sum(indicator(winner[n] == p) * dL_da(l)[n], n)",),
    }
    kind = "maxpool"
    kinked = True
    forward_operations = ("pool",)
    backward_operations = ("delta",)

    def gather(self, work: PoolWork, others: list[Array]) -> None:
        """Keep the larger, tap by tap."""
        for pixels in others:
            if is_complex(pixels):  # the first of equal ones, as on the way back
                np.copyto(work.out, pixels, where=pixels.real > work.out.real)
            else:
                np.maximum(work.out, pixels, out=work.out)

    def scatter(self, pictures: Array, work: PoolWork, gradient: Array) -> None:
        """Give all of δ to the first pixel that is as large as a."""
        work.free.fill(True)
        for tap in self.windows.taps:
            np.equal(pictures[tap.inputs], work.out, out=work.hit)
            np.logical_and(work.hit, work.free, out=work.hit)
            np.logical_xor(work.free, work.hit, out=work.free)
            np.multiply(work.delta_out, work.hit, out=work.share)
            self.give(gradient, tap, work.share)

    def trace(self, x: Array, work: Work, row: int) -> dict[str, Array]:
        """Return ``winner`` (channels, height, width): where in x[row] each window's largest pixel is."""
        assert isinstance(work, PoolWork)
        picture, largest = x[row].reshape(self.input_shape), work.out[row]
        places = np.arange(self.inputs).reshape(self.input_shape)
        winner = places[self.windows.taps[0].inputs].copy()
        for tap in reversed(self.windows.taps):
            np.copyto(winner, places[tap.inputs], where=picture[tap.inputs] == largest)
        return {"winner": winner}  # type: ignore[dict-item]  # places, not measures


@LAYERS.register(
    "avgpool",
    N_("Average pooling"),
    help=N_("Keeps the mean of each window."),
    fields=FIELDS,
    positional=("size",),
)
class AveragePool(Pool):
    """a = Σ over the window / size²."""

    formulas = {
        "sum": ("a(l)[c,r,s] = 1 / k**2 * sum(a(l-1)[c, t*(r-1) + i, t*(s-1) + j], i, j)",),
        "back": ("dL_da(l-1)[c,u,v] = 1 / k**2 * sum(dL_da(l)[c, (u - i) / t + 1, (v - j) / t + 1], i, j)",),
    }
    kind = "avgpool"
    forward_operations = ("pool",)
    backward_operations = ("delta",)

    def gather(self, work: PoolWork, others: list[Array]) -> None:
        """Add up, then divide."""
        for pixels in others:
            np.add(work.out, pixels, out=work.out)
        np.divide(work.out, self.size_of_window**2, out=work.out)

    def scatter(self, pictures: Array, work: PoolWork, gradient: Array) -> None:
        """Give every pixel the same."""
        np.divide(work.delta_out, self.size_of_window**2, out=work.share)
        for tap in self.windows.taps:
            self.give(gradient, tap, work.share)
