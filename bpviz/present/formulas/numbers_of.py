"""One layer's numbers of a trace, under the names that its formulas have for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.trace import LayerTrace

Array = NDArray[np.floating]

GATES = {"lstm": "ifgo", "gru": "rzn"}
"""The gates in the order of their rows in Wx, Wh and b."""
_WITHOUT_SUM = ("flatten", "dropout", "maxpool", "avgpool")
"""Layers without a z of their own: their δ is ∂L/∂a."""
_BY_STEP = {
    "rnn": {"z": "z", "h": "h", "delta": "delta", "delta_h": "dL_dh"},
    "lstm": {
        **{name: name for name in ("i", "f", "g", "o", "c", "h", "delta_i", "delta_f", "delta_g", "delta_o")},
        "delta_h": "dL_dh",
        "delta_c": "dL_dc",
    },
    "gru": {
        **{name: name for name in ("r", "q", "n", "h", "delta_r", "delta_q", "delta_n")},
        "z_gate": "z",
        "delta_z_gate": "delta_z",
        "delta_h": "dL_dh",
    },
}


def numbers_of(found: LayerTrace, samples: slice | int = 0) -> dict[str, Any]:
    """Return a layer's arrays by the keys of its lines, with its own number.

    Parameters
    ----------
    samples : int or slice
        One sample, or several: then their arrays have an axis more, the first.
    """
    if found.kind in _BY_STEP:
        return _of_steps(found, samples)
    number = found.number
    kept: dict[str, Any] = {"x": found.x[samples]} if number == 1 else {f"a({number - 1})": found.x[samples]}
    kept |= {f"z({number})": found.z[samples], f"a({number})": found.a[samples]}
    kept[f"delta({number})"] = found.delta[samples]
    if found.kind in _WITHOUT_SUM:
        kept[f"dL_da({number})"] = found.delta[samples]
    for state in found.parameters:
        kept |= {f"{state.name}({number})": state.values, f"dL_d{state.name}({number})": state.gradient}
    if "W" in {state.name for state in found.parameters}:
        kept |= {f"w({number})": kept[f"W({number})"], f"dL_dw({number})": kept[f"dL_dW({number})"]}
    if found.kind == "maxpool":
        kept["winner"] = _extra(found, "winner", samples) + 1
        kept["winner"] = kept["winner"].reshape((-1,) if isinstance(samples, int) else (len(found.x), -1))
    if found.kind == "dropout":
        kept["m"] = _extra(found, "mask", samples)
    return kept


def _extra(found: LayerTrace, name: str, samples: slice | int) -> Array:
    if isinstance(samples, int):
        return found.extras[samples][name]
    return np.array([extra[name] for extra in found.extras[samples]])


def _of_steps(found: LayerTrace, samples: slice | int) -> dict[str, Any]:
    kept: dict[str, Any] = {"x": found.x[samples]}
    for name, ours in _BY_STEP[found.kind].items():
        kept[ours] = _extra(found, name, samples)
    for state in found.parameters:
        kept |= {state.name: state.values, f"dL_d{state.name}": state.gradient}
        for name, array in ((state.name, state.values), (f"dL_d{state.name}", state.gradient)):
            kept |= _by_gate(name, array, GATES.get(found.kind, ""))
    return kept


def from_above(found: LayerTrace, sample: int, truncate: int = 0) -> Array:
    """Return what the layers above say about each step of a recurrent layer, ∂L/∂a_t (T, H)."""
    numbers = numbers_of(found, sample)
    by_state: Array = numbers["dL_dh"]
    if found.a.ndim == 2:
        above = np.zeros_like(by_state)
        above[-1] = by_state[-1]
        return above
    if found.kind != "rnn":
        return np.asarray(found.delta[sample])
    back = np.zeros_like(by_state)
    back[:-1] = numbers["delta"][1:] @ numbers["Wh"]
    for step in cuts(len(by_state), truncate):
        back[step] = 0.0
    return by_state - back


def cuts(steps: int, truncate: int) -> list[int]:
    """Return the steps, from 0, to which nothing flows back from the next."""
    return [step for step in range(steps - 1) if truncate and (steps - 1 - step) % truncate == 0]


def _by_gate(name: str, array: Array, gates: str) -> dict[str, Array]:
    if not gates:
        return {}
    parts = np.split(array, len(gates))
    return {f"{name}_{gate}": part for gate, part in zip(gates, parts, strict=True)}


def numbers_of_channel(layer: LayerTrace, channel: int, epsilon: float) -> Mapping[str, Any]:
    """Return a batch norm's numbers of one channel: all N of the batch in one row, sample by sample.

    Its δ are each sample's own.
    """
    rows = len(layer.x)
    axis = 1 if layer.x.ndim == 4 else -1
    picked = {name: np.take(getattr(layer, name), channel, axis) for name in ("x", "z", "a", "delta")}
    x_hat = np.take(np.array([extra["x_hat"] for extra in layer.extras]), channel, axis)
    kept: dict[str, Any] = {name: array.ravel() for name, array in picked.items()}
    for state in layer.parameters:
        kept |= {state.name: state.values[channel], f"dL_d{state.name}": state.gradient[channel]}
    statistics = layer.extras[0]
    return kept | {
        "x_hat": x_hat.ravel(),
        "mu": float(statistics["mean"][channel]),
        "variance": float(statistics["variance"][channel]),
        "epsilon": epsilon,
        "N": kept["x"].size,
        "B": rows,
    }
