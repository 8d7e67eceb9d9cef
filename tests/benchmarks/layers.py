"""One layer, forward and backward, against the same in PyTorch at one thread, where PyTorch is there."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bpviz.engine.layers.conv import Convolution
from tests.benchmarks.timing import Row, medians

PASSES = 10
BATCH = 64
PICTURE = (1, 28, 28)
FILTERS = 8


def convolution() -> list[Row]:
    """8 filters 3×3 with ReLU on 28×28, batch 64: without ∂L/∂x, as for a first layer, and with it."""
    rows = []
    for dtype in ("float32", "float64"):
        for with_input in (False, True):
            what = f"convolution 8 filters 3×3 on 28×28, batch {BATCH}, {dtype}"
            rows += _against_torch(
                f"{what}, with ∂L/∂x" if with_input else what,
                _our_convolution(dtype, with_input),
                _torch_convolution(dtype, with_input),
            )
    return rows


def _against_torch(name: str, ours: Callable[[], None], torchs: Callable[[], None] | None) -> list[Row]:
    functions = {"bpviz": ours} | ({"torch": torchs} if torchs else {})
    times = medians(functions, repeats=15)
    value = f"{times['bpviz'] / PASSES * 1e3:.2f} ms"
    if torchs is None:
        return [Row(name, value, "PyTorch is not installed")]
    against = f"PyTorch eager, 1 thread, {times['torch'] / PASSES * 1e3:.2f} ms"
    return [Row(name, value, against, times["torch"] / times["bpviz"], 1.0)]


def _numbers(dtype: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return x, θ and ∂L/∂a."""
    rng = np.random.default_rng(0)
    layer = Convolution(PICTURE, FILTERS)
    x = rng.normal(size=(BATCH, layer.inputs))
    theta = rng.normal(size=layer.size) / 3
    above = rng.normal(size=(BATCH, layer.units))
    return x.astype(dtype), theta.astype(dtype), above.astype(dtype)


def _our_convolution(dtype: str, with_input: bool) -> Callable[[], None]:
    x, theta, above = _numbers(dtype)
    layer = Convolution(PICTURE, FILTERS)
    layer.bind(theta, np.empty_like(theta))
    work = layer.work(BATCH, x.dtype)
    x_gradient = np.empty_like(x) if with_input else None
    # Once is enough: ReLU's slope is 0 or 1, so δ times the slope is δ again, pass after pass.
    work.delta[...] = above

    def passes() -> None:
        for _ in range(PASSES):
            layer.forward(x, work, True)
            layer.backward(x, work, x_gradient, at_z=False)

    return passes


def _torch_convolution(dtype: str, with_input: bool) -> Callable[[], None] | None:
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(1)
    numbers = _numbers(dtype)
    x = torch.tensor(numbers[0].reshape(BATCH, *PICTURE), requires_grad=with_input)
    layer = Convolution(PICTURE, FILTERS)
    weights, bias = (torch.tensor(view, requires_grad=True) for view in layer.split(numbers[1]).values())
    above = torch.tensor(numbers[2].reshape(BATCH, *layer.output_shape))

    def passes() -> None:
        for _ in range(PASSES):
            weights.grad = bias.grad = x.grad = None
            torch.relu(torch.nn.functional.conv2d(x, weights, bias)).backward(above)

    return passes
