"""A network: layers in a row whose parameters live in one flat θ.

θ holds the layers' parts in turn, each as the layer lays it out (a dense layer: [W b] row by row).
Symbols as in `bpviz.snapshot`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.initializers import Initializer
from bpviz.engine.layers import Dense, Layer
from bpviz.engine.layers.recurrent import RecurrentWork
from bpviz.engine.losses import Loss

Array = NDArray[np.floating]

NOISE_STREAM = 0xD20
"""Keeps what layers draw apart from what others draw from the same seed."""


class Workspace:
    """The buffers of one batch size: one `Work` a layer, and ∂L/∂x (B, in) of the input."""

    def __init__(self, layers: Sequence[Layer], rows: int, dtype: np.dtype[np.floating]) -> None:
        self.layers = [layer.work(rows, dtype) for layer in layers]
        self.x_gradient: Array = np.empty((rows, layers[0].inputs), dtype)
        self.output = self.layers[-1]

    @property
    def z(self) -> list[Array]:
        """z of every layer, (B, units) each."""
        return [work.z for work in self.layers]

    @property
    def a(self) -> list[Array]:
        """a of every layer, (B, units) each."""
        return [work.a for work in self.layers]

    @property
    def delta(self) -> list[Array]:
        """δ of every layer, (B, units) each."""
        return [work.delta for work in self.layers]


class Network:
    """Layers in a row.

    Parameters
    ----------
    layers : sequence of Layer
        Each layer's input shape is the output shape of the layer before.
    dtype : numpy dtype
        float64 or float32 (complex128 for the complex-step derivative).
    """

    def __init__(self, layers: Sequence[Layer], dtype: np.dtype[np.floating]) -> None:
        self.layers = list(layers)
        for below, above in pairwise(self.layers):
            if below.output_shape != above.input_shape:
                raise ValueError(f"{below.output_shape} does not fit {above.input_shape}")
        self.dtype = dtype
        self.size = sum(layer.size for layer in self.layers)
        self.gradient: Array = np.zeros(self.size, dtype)
        self.stochastic = any(layer.stochastic for layer in self.layers)
        self.analytic = all(
            layer.analytic and (layer.activation is None or layer.activation.analytic)
            for layer in self.layers
        )
        self._theta: Array | None = None
        self._workspaces: dict[int, Workspace] = {}
        self._first_to_learn = next((i for i, one in enumerate(self.layers) if one.size), len(self.layers))
        self._recurrent = next((i for i, one in enumerate(self.layers) if one.recurrent), None)
        self._remembering = [i for i, one in enumerate(self.layers) if one.statistics() is not None]

    @property
    def inputs(self) -> int:
        """Number of features that the first layer takes."""
        return self.layers[0].inputs

    @property
    def outputs(self) -> int:
        """Number of values that a sample's answer has, all steps together."""
        return self.layers[-1].units

    @property
    def steps(self) -> int:
        """Number of steps that the answer has: 1, or T for one at every step of a sequence."""
        shape = self.layers[-1].output_shape
        return shape[0] if len(shape) == 2 else 1

    @property
    def is_dense(self) -> bool:
        """Whether it is dense layers on plain features and nothing else."""
        return all(type(layer) is Dense and len(layer.input_shape) == 1 for layer in self.layers)

    @property
    def cells(self) -> int:
        """About how many numbers a sample takes in the widest layer's buffers."""
        return max(layer.cells for layer in self.layers)

    @property
    def all_cells(self) -> int:
        """About how many numbers a sample takes in the buffers of all layers."""
        return sum(layer.cells for layer in self.layers)

    def bind(self, theta: Array) -> None:
        """Let every layer view its part of ``theta``; free when it is the vector already bound."""
        if theta is self._theta:
            return
        for layer, part in zip(self.layers, self.parts(), strict=True):
            layer.bind(theta[part], self.gradient[part])
        self._theta = theta

    def initialize(self, theta: Array, rng: np.random.Generator, initializer: Initializer) -> None:
        """Draw every layer's parameters in turn into ``theta``."""
        self.bind(theta)
        for layer in self.layers:
            layer.initialize(rng, initializer)

    def parts(self) -> list[slice]:
        """Return each layer's place in θ."""
        ends = np.cumsum([layer.size for layer in self.layers])
        return [slice(end - layer.size, end) for end, layer in zip(ends, self.layers, strict=True)]

    def workspace(self, rows: int) -> Workspace:
        """Return the buffers for a batch of ``rows``; a few sizes are kept."""
        found = self._workspaces.get(rows)
        if found is None:
            if len(self._workspaces) >= 8:
                self._workspaces.pop(next(iter(self._workspaces)))
            found = self._workspaces[rows] = Workspace(self.layers, rows, self.dtype)
        return found

    def release(self) -> None:
        """Give all buffers back; what needs them makes them again."""
        self._workspaces.clear()

    def set_noise(self, seed: int, step: int) -> None:
        """Let what layers draw in training be that of update number ``step``."""
        for index, layer in enumerate(self.layers):
            if layer.stochastic:
                layer.set_noise((seed, NOISE_STREAM, index, step))

    def forward(self, x: Array, *, training: bool = False) -> Workspace:
        """Run ``x`` (B, in) through every layer and return the buffers with z and a filled."""
        work = self.workspace(len(x))
        for layer, own in zip(self.layers, work.layers, strict=True):
            x = layer.forward(x, own, training)
        return work

    def backward(self, x: Array, y: Array, work: Workspace, loss: Loss, *, with_input: bool = False) -> None:
        """Fill ``gradient`` and every δ after ``forward`` of the same ``x``, from targets ``y``.

        ``with_input`` fills the workspace's ``x_gradient``, too, and the δ of layers below the first
        that has parameters.
        """
        self.loss_gradient(y, work, loss)
        works = work.layers
        last = len(self.layers) - 1
        for index in range(last, -1 if with_input else self._first_to_learn - 1, -1):
            below = works[index - 1].a if index else x
            into = self._into(work, index, with_input)
            at_z = index == last and loss.from_logits
            self.layers[index].backward(below, works[index], into, at_z=at_z)

    def _into(self, work: Workspace, index: int, with_input: bool) -> Array | None:
        """Return where layer ``index`` puts its ∂L/∂x, None where nobody below learns from it."""
        if index and (with_input or index > self._first_to_learn):
            return work.layers[index - 1].delta
        return work.x_gradient if with_input else None

    def loss_gradient(self, y: Array, work: Workspace, loss: Loss) -> None:
        """Fill the last δ with ∂L/∂z (``from_logits``) or ∂L/∂a of the mean over the batch."""
        out = work.output
        z, a, y, delta = (self.answers(each, loss) for each in (out.z, out.a, y, out.delta))
        loss.gradient(z, a, y, delta)

    def answers(self, rows: Array, loss: Loss) -> Array:
        """View outputs or targets (B, steps · K) as ``loss`` takes them.

        A loss over classes looks at each step as at a sample, (B · steps, K); any other adds up a
        sample's steps like its outputs.
        """
        if loss.by_step and self.steps > 1:
            return rows.reshape(-1, self.outputs // self.steps)
        return rows

    def step_norms(self, rows: int) -> Array | None:
        """Return ‖∂L/∂h_t‖ at each step t of the first recurrent layer, (T,), float64.

        After `backward` over a batch of ``rows``, whose samples count together (Frobenius's norm over
        units and samples).  None where no layer is recurrent.
        """
        if self._recurrent is None:
            return None
        work = self.workspace(rows).layers[self._recurrent]
        assert isinstance(work, RecurrentWork)
        by_step = work.delta_h.reshape(len(work.delta_h), -1)
        norms: Array = np.sqrt(np.einsum("ij,ij->i", by_step, by_step, dtype=np.float64))
        return norms

    def fold(self, rows: int) -> None:
        """Take the last training batch of ``rows`` into the layers' statistics."""
        for index in self._remembering:
            self.layers[index].fold(self.workspace(rows).layers[index])

    def statistics(self) -> list[Array]:
        """Return the layers' own arrays of what they remember beside θ."""
        found = [self.layers[index].statistics() for index in self._remembering]
        return [one for one in found if one is not None]

    def with_dtype(self, dtype: np.dtype[np.floating]) -> Network:
        """Return the same layers, unbound and with buffers of their own, for another dtype."""
        return Network([layer.clone() for layer in self.layers], dtype)

    def parameter_names(self) -> list[str]:
        """Return the name of each entry of θ: ``W⁽ˡ⁾[j,i]`` and ``b⁽ˡ⁾[j]``, counted from 1."""
        names = np.empty(self.size, dtype=object)
        for number, (layer, part) in enumerate(zip(self.layers, self.parts(), strict=True), 1):
            views = layer.split(names[part])
            for parameter in layer.parameters:
                view, mark = views[parameter.name], parameter.symbol + superscript(number)
                for index in np.ndindex(parameter.shape):
                    view[index] = f"{mark}[{','.join(str(i + 1) for i in index)}]"
        return list(names)

    def weight_mask(self) -> Array:
        """Return 1 for each weight and 0 for each bias or gain, (n,): what penalties hold down."""
        mask = np.ones(self.size, self.dtype)
        for layer, part in zip(self.layers, self.parts(), strict=True):
            views = layer.split(mask[part])
            for parameter in layer.parameters:
                if parameter.role != "weight":
                    views[parameter.name][...] = 0
        return mask

    def weight_rows(self, vector: Array) -> list[Array]:
        """Return views into ``vector`` (n,): every weight array as (units, incoming)."""
        rows: list[Array] = []
        for layer, part in zip(self.layers, self.parts(), strict=True):
            views = layer.split(vector[part])
            rows += [
                views[parameter.name].reshape(parameter.shape[0], -1)  # type: ignore[misc]
                for parameter in layer.parameters
                if parameter.role == "weight"
            ]
        return rows

    def named(self, vector: Array) -> dict[str, Array]:
        """Return views into ``vector`` (n,) by the names that files use: W1, b1, Wx2, …."""
        views: dict[str, Array] = {}
        for number, (layer, part) in enumerate(zip(self.layers, self.parts(), strict=True), 1):
            for name, view in layer.split(vector[part]).items():
                views[f"{name}{number}"] = view  # type: ignore[assignment]
        return views


def superscript(number: int) -> str:
    """Return a layer's number as it stands on a symbol: 2 → ⁽²⁾."""
    return "⁽" + str(number).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")) + "⁾"
