"""The recurrent layers against PyTorch's, forward and backward with every parameter's gradient."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bpviz.engine.layers import LAYERS
from tests.benchmarks.timing import Row, medians

UNITS, STEPS, ROWS = 32, 50, 32
PASSES = 10
PEERS = {"lstm": "LSTM", "gru": "GRU"}


def recurrent() -> list[Row]:
    """LSTM and GRU, 32 units, 50 steps, batch 32, the last step's state given on."""
    rows = []
    for kind, features, dtype in (
        ("lstm", 1, np.float64),
        ("lstm", 8, np.float64),
        ("lstm", 1, np.float32),
        ("lstm", 8, np.float32),
        ("gru", 8, np.float64),
    ):
        functions = {"bpviz": _our_passes(kind, features, dtype)}
        peer = _torch_passes(kind, features, dtype)
        if peer is not None:
            functions["PyTorch"] = peer
        times = medians(functions)
        name = f"{kind} {UNITS}, {STEPS} steps of {features}, batch {ROWS}, {np.dtype(dtype)}"
        value = f"{times['bpviz'] / PASSES * 1e3:.2f} ms"
        if peer is None:
            rows.append(Row(name, value, "PyTorch is not installed"))
            continue
        against = f"PyTorch {times['PyTorch'] / PASSES * 1e3:.2f} ms"
        rows.append(Row(name, value, against, times["PyTorch"] / times["bpviz"], 1.0))
    return rows


def _our_passes(kind: str, features: int, dtype: type[np.floating]) -> Callable[[], None]:
    rng = np.random.default_rng(0)
    layer = LAYERS[kind].make((STEPS, features), UNITS, biases="two")
    layer.bind(rng.uniform(-0.18, 0.18, layer.size).astype(dtype), np.empty(layer.size, dtype))
    work = layer.work(ROWS, np.dtype(dtype))
    x = rng.normal(size=(ROWS, layer.inputs)).astype(dtype)
    upstream = rng.normal(size=(ROWS, layer.units)).astype(dtype)

    def passes() -> None:
        for _ in range(PASSES):
            layer.forward(x, work, training=True)
            work.delta[...] = upstream
            layer.backward(x, work, None, at_z=False)

    return passes


def _torch_passes(kind: str, features: int, dtype: type[np.floating]) -> Callable[[], None] | None:
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(1)
    like = torch.from_numpy(np.empty(0, dtype)).dtype
    module = getattr(torch.nn, PEERS[kind])(features, UNITS, batch_first=True).to(like)
    x = torch.randn(ROWS, STEPS, features, dtype=like)
    upstream = torch.randn(ROWS, UNITS, dtype=like)

    def passes() -> None:
        for _ in range(PASSES):
            module.zero_grad(set_to_none=True)
            output, _ = module(x)
            output[:, -1].backward(upstream)

    return passes
