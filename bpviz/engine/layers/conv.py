"""A convolution over pictures, forward beside backward.

Forward:   z[f, r, s] = b[f] + Σ_{c, i, j} W[f, c, i, j] · x[c, r·t − q + i, s·t − q + j],  a = σ(z),
           t the stride, q the padding: zeros beyond the picture's edge.  The kernel is not mirrored:
           strictly this is a cross-correlation, as in every framework.
Backward:  δ = ∂L/∂a ⊙ σ′(z),  ∂L/∂W[f, c, i, j] = Σ_{B, r, s} δ[f, r, s] · x[c, …],  ∂L/∂b = Σ_{B, r, s} δ,
           ∂L/∂x: every δ[f, r, s] goes back, times W[f], to the pixels that its window saw.

The windows of a sample are written out as the columns X (K, h′·w′) of a matrix, K = channels · kernel height
· kernel width, with a row of ones below: z = [W b] X, ∂L/∂[W b]ᵀ = Σ_B X δᵀ, and Wᵀδ are the shares of the
pixels, window by window.  So all of the arithmetic is products of matrices.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.activations import ACTIVATIONS
from bpviz.engine.layers.base import LAYERS, Array, Layer, Parameter, Shape, Work, need, side_by_side
from bpviz.engine.layers.conv_back import RunByRun, TapByTap
from bpviz.engine.layers.fields import activation_field, bias_field, hidden_activations, units_field
from bpviz.engine.layers.windows import Windows, kernel_shape, need_picture
from bpviz.registry import Field
from bpviz.text import N_

KERNEL = Field(
    "kernel",
    N_("Kernel"),
    "text",
    "3x3",
    help=N_("Height × width of the window that slides over the picture, like 3x3; 3 means both."),
)
STRIDE = Field(
    "stride",
    N_("Stride"),
    "int",
    1,
    minimum=1,
    maximum=1000,
    low=1,
    high=4,
    help=N_("How many pixels the window moves on."),
)
PADDING = Field(
    "padding",
    N_("Padding"),
    "int",
    0,
    minimum=0,
    maximum=1000,
    low=0,
    high=4,
    help=N_("How many rows and columns of zeros are put around the picture."),
)


_SEEN = "a(l-1)[c, t*(r-1) + i - q, t*(s-1) + j - q]"
"""As it is printed, places counted from 1: the pixel under tap (i, j) of window (r, s)."""
_SEEING = "delta(l)[f, (u + q - i) / t + 1, (v + q - j) / t + 1]"
"""The window under whose tap (i, j) pixel (u, v) lies; there is none where that is no whole number."""


class ConvolutionWork(Work):
    """Beside the layer's own buffers the windows as columns, and what the products fill.

    The columns hold zeros where a window reaches over the edge: written here, never touched again.
    """

    def __init__(self, rows: int, layer: Convolution, dtype: np.dtype[np.floating]) -> None:
        super().__init__(rows, layer.units, dtype)
        filters, height, width = layer.output_shape
        places, entries = height * width, layer.entries
        self.columns: Array = np.zeros((rows, entries + layer.has_bias, places), dtype)
        self.columns[:, entries:] = 1
        self.products: Array = np.empty((rows, entries + layer.has_bias, filters), dtype)
        by_tap = (layer.input_shape[0], *layer.kernel, height, width)
        self.columns_by_tap = self.columns[:, :entries].reshape(rows, *by_tap)
        self.way_back = (RunByRun if layer.stride == 1 else TapByTap)(layer, rows, dtype)
        self.z_maps = self.z.reshape(rows, filters, places)
        self.delta_maps = self.delta.reshape(rows, filters, places)


@LAYERS.register(
    "conv",
    N_("Convolution"),
    help=N_("Small kernels slide over the picture; each looks for its pattern everywhere."),
    fields=(
        units_field(N_("Filters"), 8, "filters"),
        KERNEL,
        STRIDE,
        PADDING,
        activation_field("relu", hidden_activations()),
        bias_field(),
    ),
    positional=("filters", "kernel"),
)
class Convolution(Layer):
    """z = W ⋆ x + b, a = σ(z); W (filters, channels, height, width), b (filters,).

    In θ it is the matrix [W b] row by row: each filter's kernel, then its bias.

    Raises
    ------
    UserError
        When ``kernel`` is none, what comes in is no picture, or the kernel does not fit on it.
    """

    formulas = {
        "sum": (f"z(l)[f,r,s] = sum(W(l)[f,c,i,j] * {_SEEN}, c, i, j) + b(l)[f]",),
        "activation": ("a(l) = sigma(z(l))",),
        "delta": ("delta(l) = dL_da(l) ⊙ sigma_prime(z(l))",),
        "gradient": (
            f"dL_dW(l)[f,c,i,j] = sum(delta(l)[f,r,s] * {_SEEN}, r, s)",
            "dL_db(l)[f] = sum(delta(l)[f,r,s], r, s)",
        ),
        "back": (f"dL_da(l-1)[c,u,v] = sum(W(l)[f,c,i,j] * {_SEEING}, f, i, j)",),
    }
    kind = "conv"
    _matrix: Array
    _matrix_gradient: Array

    def __init__(
        self,
        input_shape: Shape,
        filters: int,
        kernel: str = "3x3",
        stride: int = 1,
        padding: int = 0,
        activation: str = "relu",
        *,
        bias: bool = True,
    ) -> None:
        need_picture(input_shape)
        self.kernel = kernel_shape(kernel)
        channels, *picture = input_shape
        self.windows = Windows(tuple(picture), self.kernel, stride, padding)
        need(
            self.windows.height > 0 and self.windows.width > 0,
            N_("kernel {kernel} does not fit a picture of {height} × {width} with padding {padding}."),
            input_shape,
            N_("Make the kernel smaller or the padding larger."),
            kernel="x".join(map(str, self.kernel)),
            height=picture[0],
            width=picture[1],
            padding=padding,
        )
        super().__init__(input_shape, (filters, self.windows.height, self.windows.width))
        self.stride, self.padding, self.has_bias = stride, padding, bias
        self.entries = channels * math.prod(self.kernel)
        self.activation = ACTIVATIONS.create(activation)
        weights = Parameter("W", "W", (filters, channels, *self.kernel))
        self.parameters = (weights, Parameter("b", "b", (filters,), "bias")) if bias else (weights,)

    @property
    def cells(self) -> int:
        """About how many numbers a sample takes in its buffers."""
        filters, height, width = self.output_shape
        return 4 * self.units + (height * width + filters) * (self.entries + 1)

    def split(self, flat: NDArray[np.generic]) -> dict[str, NDArray[np.generic]]:
        """Return W and b as columns of [W b]."""
        return side_by_side(flat, self.output_shape[0], self.parameters)

    def bind(self, theta: Array, gradient: Array | None) -> None:
        """View this layer's part of θ and of ∇L, as W and b and as [W b]."""
        super().bind(theta, gradient)
        self._matrix = theta.reshape(self.output_shape[0], -1)
        if gradient is not None:
            self._matrix_gradient = gradient.reshape(self._matrix.shape)

    def work(self, rows: int, dtype: np.dtype[np.floating]) -> ConvolutionWork:
        """Return buffers for a batch of ``rows``."""
        return ConvolutionWork(rows, self, dtype)

    def forward(self, x: Array, work: Work, training: bool) -> Array:
        """z = [W b] X, a = σ(z)."""
        assert isinstance(work, ConvolutionWork) and self.activation is not None
        pictures = x.reshape(-1, *self.input_shape)
        for tap in self.windows.taps:
            work.columns_by_tap[:, :, tap.row, tap.column][tap.outputs] = pictures[tap.inputs]
        np.matmul(self._matrix, work.columns, out=work.z_maps)
        self.activation.value(work.z, work.a)
        return work.a

    def backward(self, x: Array, work: Work, x_gradient: Array | None, *, at_z: bool) -> None:
        """∂L/∂[W b]ᵀ = Σ_B X δᵀ, and ∂L/∂x where it is wanted."""
        assert isinstance(work, ConvolutionWork)
        if not at_z:
            self.to_z(work)
        # This way round: δ Xᵀ itself takes a quarter longer in float32.
        np.matmul(work.columns, work.delta_maps.transpose(0, 2, 1), out=work.products)
        np.add.reduce(work.products, axis=0, out=self._matrix_gradient.T)
        if x_gradient is not None:
            work.way_back.fill(self._matrix[:, : self.entries], work.delta, x_gradient)

    def trace(self, x: Array, work: Work, row: int) -> dict[str, Array]:
        """Return the picture ``x`` (channels, height, width) that the kernels slide over."""
        return {"x": x[row].reshape(self.input_shape)}
