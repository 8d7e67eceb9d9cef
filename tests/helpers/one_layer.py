"""One layer by itself: its gradients, and those by differences of L = Σ a ⊙ r for a random r."""

from __future__ import annotations

from typing import Any

import numpy as np

from bpviz.engine.layers import LAYERS, Layer, Work
from tests.helpers.networks import central_differences, relative_error


class Alone:
    """A layer with random parameters, on a random batch, with a random ∂L/∂a."""

    def __init__(
        self, name: str, input_shape: tuple[int, ...], *, rows=3, seed=0, dtype=np.float64, **fields
    ):
        self.layer: Layer = LAYERS[name].make(input_shape, **LAYERS[name].checked(fields))
        self.rng = np.random.default_rng(seed)
        self.theta = self.rng.normal(size=self.layer.size).astype(dtype)
        self.gradient = np.full(self.layer.size, np.nan, dtype)
        self.layer.bind(self.theta, self.gradient)
        self.x = self.rng.normal(size=(rows, self.layer.inputs)).astype(dtype)
        self.above = self.rng.normal(size=(rows, self.layer.units)).astype(dtype)
        self.work: Work = self.layer.work(rows, np.dtype(dtype))

    @property
    def pictures(self) -> np.ndarray:
        return self.x.reshape(-1, *self.layer.input_shape)

    @property
    def outputs(self) -> np.ndarray:
        return self.work.a.reshape(-1, *self.layer.output_shape)

    def forward(self, training: bool = True) -> np.ndarray:
        self.layer.forward(self.x, self.work, training)
        return self.outputs

    def backward(self, training: bool = True) -> tuple[np.ndarray, np.ndarray]:
        """Return ∂L/∂θ and ∂L/∂x."""
        self.forward(training)
        self.work.delta[...] = self.above
        x_gradient = np.full_like(self.x, np.nan)
        self.layer.backward(self.x, self.work, x_gradient, at_z=False)
        return self.gradient, x_gradient

    def loss(self, theta: np.ndarray, x: np.ndarray, training: bool = True):
        self.layer.bind(theta, None)
        work = self.layer.work(len(x), np.result_type(theta, x))
        value = np.sum(self.layer.forward(x, work, training) * self.above)
        self.layer.bind(self.theta, self.gradient)
        return value

    def check(self, training: bool = True, within: float = 1e-6) -> None:
        """Hold backpropagation to central differences and to the complex step, θ and x alike."""
        for which, found in enumerate(each.copy().ravel() for each in self.backward(training)):
            if found.size:
                by_differences = central_differences(
                    lambda moved, which=which: self._moved(moved, which, training), self._start(which)
                )
                assert relative_error(found, by_differences) < within
                assert relative_error(found, self._complex_step(which, training)) < 1e-12

    def _start(self, which: int) -> np.ndarray:
        return (self.theta, self.x)[which].ravel()

    def _moved(self, moved: np.ndarray, which: int, training: bool):
        if which:
            return self.loss(self.theta.astype(moved.dtype), moved.reshape(self.x.shape), training)
        return self.loss(moved, self.x.astype(moved.dtype), training)

    def _complex_step(self, which: int, training: bool) -> np.ndarray:
        start = self._start(which)
        found = np.empty(start.size)
        for index in range(start.size):
            moved = start.astype(complex)
            moved[index] += 1e-30j
            found[index] = self._moved(moved, which, training).imag / 1e-30
        return found


class Row:
    """Layers one on another without a network, with the parameters of a reference."""

    def __init__(self, layers: list[Layer], names: list[tuple[str, ...]], data: dict[str, Any]) -> None:
        self.layers, self.names, self.data = layers, names, data
        x = np.array(data["x"])
        self.inputs = [x.reshape(len(x), -1)]
        self.works = [layer.work(len(x), x.dtype) for layer in layers]
        for layer, own in zip(layers, names, strict=True):
            layer.bind(np.empty(layer.size), np.full(layer.size, np.nan))
            for parameter, name in zip(layer.parameters, own, strict=True):
                layer.p[parameter.name][...] = data["parameters"][name]

    @classmethod
    def of(cls, shape: tuple[int, ...], pieces: list[tuple[Any, ...]], data: dict[str, Any]) -> Row:
        """Build (kind, fields, the reference's parameter names …) one on another."""
        layers = []
        for kind, fields, *_ in pieces:
            layers.append(LAYERS[kind].make(shape, **LAYERS[kind].checked(fields)))
            shape = layers[-1].output_shape
        return cls(layers, [tuple(names) for _, _, *names in pieces], data)

    def forward(self) -> np.ndarray:
        """Return the last a of a training pass."""
        for layer, work in zip(self.layers, self.works, strict=True):
            self.inputs.append(layer.forward(self.inputs[-1], work, True))
        return self.inputs[-1]

    def check(self, loss: float, last: np.ndarray) -> None:
        """Go back from ``last`` = ∂L/∂a; hold output, loss and gradients to the reference."""
        np.testing.assert_allclose(self.inputs[-1], self.data["output"], rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(loss, self.data["loss"], rtol=1e-10)
        self.works[-1].delta[...] = last
        for index in range(len(self.layers) - 1, -1, -1):
            below = self.works[index - 1].delta if index else None
            self.layers[index].backward(self.inputs[index], self.works[index], below, at_z=False)
        for layer, own in zip(self.layers, self.names, strict=True):
            for parameter, name in zip(layer.parameters, own, strict=True):
                np.testing.assert_allclose(
                    layer.g[parameter.name], self.data["gradients"][name], rtol=1e-10, atol=1e-12
                )
