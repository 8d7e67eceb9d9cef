"""Recurrent layers by themselves, and their plain definitions: one sample, one step after the other."""

from __future__ import annotations

from typing import Any

import numpy as np

from bpviz.engine.activations.relu import Relu
from bpviz.engine.layers import LAYERS
from bpviz.engine.layers.recurrent import Recurrent

STATES = {"rnn": 1, "lstm": 2, "gru": 1}


class Alone:
    """A bound layer with random parameters, x and ∂L/∂a, for L = Σ ∂L/∂a ⊙ a."""

    def __init__(
        self,
        kind: str,
        steps: int,
        features: int,
        units: int,
        rows: int,
        *,
        seed: int = 0,
        dtype: Any = np.float64,
        **fields: Any,
    ) -> None:
        rng = np.random.default_rng(seed)
        made = LAYERS[kind].make((steps, features), units, **fields)
        assert isinstance(made, Recurrent)
        self.layer = made
        self.theta = rng.normal(scale=0.7, size=made.size).astype(dtype)
        self.gradient = np.full(made.size, np.nan, dtype)
        made.bind(self.theta, self.gradient)
        self.x = rng.normal(size=(rows, steps * features)).astype(dtype)
        self.upstream = rng.normal(size=(rows, made.units)).astype(dtype)
        self.work = made.work(rows, np.dtype(dtype))

    def loss(self, theta: np.ndarray | None = None, x: np.ndarray | None = None) -> Any:
        """Return L at other parameters or another input (complex too), by buffers of its own."""
        theta = self.theta if theta is None else theta
        x = self.x if x is None else x
        other = self.layer.clone()
        other.bind(theta, None)
        dtype = np.result_type(theta, x)
        a = other.forward(x.astype(dtype), other.work(len(x), dtype), training=False)
        return np.sum(self.upstream * a)

    def backward(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the parameters' gradient and ∂L/∂x."""
        self.layer.forward(self.x, self.work, training=True)
        self.work.delta[...] = self.upstream
        x_gradient = np.full_like(self.x, np.nan)
        self.layer.backward(self.x, self.work, x_gradient, at_z=False)
        return self.gradient, x_gradient


def complex_step(f: Any, point: np.ndarray, h: float = 1e-30) -> np.ndarray:
    """Return Im f(p + ih e_k) / h for every k: exact to the last digits."""
    flat = point.ravel()
    out = np.empty(flat.size)
    for k in range(flat.size):
        moved = flat.astype(complex)
        moved[k] += 1j * h
        out[k] = f(moved.reshape(point.shape)).imag / h
    return out.reshape(point.shape)


def states(
    kind: str,
    p: dict[str, np.ndarray],
    x: np.ndarray,
    activation: str = "tanh",
    held: dict[int, Any] | None = None,
) -> list[tuple[np.ndarray, ...]]:
    """Return (h_t,) or (h_t, c_t) for t = 0 … T of one sample x (T, D), by the definition.

    A step of ``held`` starts from that state instead: nothing flows back over it.
    """
    width = p["Wh"].shape[1]
    state: tuple[np.ndarray, ...] = (np.zeros(width),) * STATES[kind]
    out = [state]
    for t, x_t in enumerate(x):
        out.append(_STEPS[kind](p, x_t, (held or {}).get(t, out[-1]), activation))
    return out


def truncated_loss(alone: Alone, p: dict[str, np.ndarray], cuts: list[int]) -> float:
    """Return L by the definition, where the steps of ``cuts`` start from the states of the bound θ."""
    layer, total = alone.layer, 0.0
    activation = "relu" if isinstance(layer.activation, Relu) else "tanh"
    for row, x in enumerate(alone.x.reshape(-1, layer.steps, layer.features)):
        before = states(layer.kind, layer.p, x, activation)
        held = {t: before[t] for t in cuts}
        h = [state[0] for state in states(layer.kind, p, x, activation, held)[1:]]
        a = np.concatenate(h if layer.every_step else h[-1:])
        total += np.sum(alone.upstream[row] * a)
    return total


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-z))


def _biases(p: dict[str, np.ndarray]) -> tuple[Any, Any]:
    return p.get("b", p.get("bx", 0.0)), p.get("bh", 0.0)


def _rnn(p: Any, x: np.ndarray, state: Any, activation: str) -> tuple[np.ndarray, ...]:
    z = p["Wx"] @ x + p["Wh"] @ state[0] + p.get("b", 0.0)
    return (np.tanh(z) if activation == "tanh" else np.maximum(z, 0.0),)


def _lstm(p: Any, x: np.ndarray, state: Any, _activation: str) -> tuple[np.ndarray, ...]:
    h, c = state
    i, f, g, o = np.split(p["Wx"] @ x + p["Wh"] @ h + sum(_biases(p)), 4)
    c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)
    return _sigmoid(o) * np.tanh(c), c


def _gru(p: Any, x: np.ndarray, state: Any, _activation: str) -> tuple[np.ndarray, ...]:
    (h,) = state
    of_x, of_h = _biases(p)
    x_r, x_z, x_n = np.split(p["Wx"] @ x + of_x, 3)
    h_r, h_z, h_n = np.split(p["Wh"] @ h + of_h, 3)
    r, z = _sigmoid(x_r + h_r), _sigmoid(x_z + h_z)
    return ((1 - z) * np.tanh(x_n + r * h_n) + z * h,)


_STEPS = {"rnn": _rnn, "lstm": _lstm, "gru": _gru}
