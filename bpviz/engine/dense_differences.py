"""The loss of a dense network at θ ± h eᵢ for every i, without a forward pass for each.

Changing one weight W⁽ˡ⁾[j,i] by h changes one column of z⁽ˡ⁾ by h · (what came in at i): a rank-one
change, from which the pass goes on.  So, for every sample,

- all inputs i of a unit and both signs go together,
- inputs that are 0 change nothing and are left out,
- what lies below the changed column is computed once, and z⁽ˡ⁺¹⁾ changes by Δa_j · W⁽ˡ⁺¹⁾[:,j] alone,
- σ(z ± hx) of sigmoid and tanh takes e^(−z) e^(∓hx): exponentials of z and of hx, not of every pair.

These are the losses themselves, by whole passes from the change on: nothing is expanded, nothing is
propagated back.  The arithmetic is float64 whatever the network's own is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.activations import Activation
from bpviz.engine.activations.sigmoid import Sigmoid
from bpviz.engine.activations.tanh import Tanh
from bpviz.engine.dense_ends import CHUNK_CELLS, end_of
from bpviz.engine.layers import Dense
from bpviz.engine.losses import Loss
from bpviz.engine.network_objective import NetworkObjective
from bpviz.engine.objective import Batch, ShouldStop, check_stop

Array = NDArray[np.float64]
Progress = Callable[[int, int], None]

CHUNK_ROWS = 512


def dense_differences(
    objective: NetworkObjective,
    theta: NDArray[np.floating],
    batch: Batch,
    h: float,
    *,
    central: bool,
    should_stop: ShouldStop | None = None,
    progress: Progress | None = None,
) -> Array:
    """Return (L(θ + h eᵢ) − L(θ − h eᵢ)) / 2h, or (L(θ + h eᵢ) − L(θ)) / h, for every i: (n,).

    Parameters
    ----------
    objective : NetworkObjective
        Of dense layers on plain features; its penalties are part of L.
    should_stop, progress : callable, optional
        Asked between the samples; told (samples done, samples in all).

    Raises
    ------
    Cancelled
        Once ``should_stop`` says so.
    """
    signs = (h, -h) if central else (h,)
    x, y = objective.batch_of(batch)
    network = objective.network.with_dtype(np.dtype(np.float64))
    theta = np.ascontiguousarray(theta, np.float64)
    network.bind(theta)
    sums = np.zeros(network.size)
    with np.errstate(all="ignore"):
        for start in range(0, len(x), CHUNK_ROWS):
            rows = np.ascontiguousarray(x[start : start + CHUNK_ROWS], np.float64)
            work = network.forward(rows)
            layers = [layer for layer in network.layers if isinstance(layer, Dense)]
            samples = _Samples(layers, rows, work.z, work.a, objective.loss_function, signs)
            for row in range(len(rows)):
                check_stop(should_stop)
                samples.add(row, y[start + row].astype(np.float64), network.parts(), sums)
                if progress is not None:
                    progress(start + row + 1, len(x))
    sums /= len(x)
    if objective.penalties.active:
        above, below = (objective.penalties.changes(theta, step) for step in (h, -h))
        sums += above - below if central else above
    return sums / (2.0 * h if central else h)


class _Samples:
    """Some samples passed forward once, and each one's changes of the loss, added up for each parameter."""

    def __init__(
        self,
        layers: list[Dense],
        x: Array,
        z: list[NDArray[np.floating]],
        a: list[NDArray[np.floating]],
        loss: Loss,
        signs: tuple[float, ...],
    ) -> None:
        self.layers, self.z, self.a, self.signs = layers, z, a, signs
        self.inputs = [_with_ones(below, layer) for below, layer in zip([x, *a], layers, strict=False)]
        self.ends = [end_of(layers, index, loss) for index in range(len(layers))]

    def add(self, row: int, y: Array, parts: list[slice], sums: Array) -> None:
        """Add one sample's L₊ − L₋ (L₊ − L for one sign) to ``sums`` (n,)."""
        for index, part in enumerate(parts):
            came_in = self.inputs[index][row]
            used = np.flatnonzero(came_in)
            # One place for each used input and sign: what z of a unit changes by.
            shifts = np.concatenate([came_in[used] * sign for sign in self.signs])
            self.ends[index].start(self.z[self.ends[index].level][row], y)
            into = sums[part].reshape(-1, len(came_in))
            spread: Array = np.zeros((0, 0))
            for units, changes in self._changes(index, row, shifts):
                if len(self.signs) == 2:
                    changes = changes[:, : len(used)] - changes[:, len(used) :]
                if len(used) < len(came_in):
                    # Put down among zeros and added whole: half the time of adding to chosen columns.
                    if not len(spread):
                        spread = np.zeros((len(changes), len(came_in)))
                    spread[: len(changes), used] = changes
                    changes = spread[: len(changes)]
                into[units] += changes

    def _changes(self, index: int, row: int, shifts: Array) -> Iterator[tuple[slice, Array]]:
        """Yield the changes of the loss (units, m) of a layer, as many units at once as the cache holds."""
        layer, end = self.layers[index], self.ends[index]
        activation = layer.activation
        assert activation is not None
        step = max(1, CHUNK_CELLS // max(1, len(shifts) * end.width))
        exponentials = _exponentials(activation, shifts)
        for first in range(0, layer.width, step):
            units = slice(first, min(first + step, layer.width))
            if end.at_output:
                yield units, end.changed_output(units, shifts)
            else:
                moved = _moved(activation, self.z[index][row, units, None], shifts, exponentials)
                moved -= self.a[index][row, units, None]
                yield units, end.changed_below(units, moved)


def _with_ones(below: NDArray[np.floating], layer: Dense) -> Array:
    return np.concatenate([below, np.ones((len(below), int(layer.has_bias)))], axis=1)


def _exponentials(activation: Activation, shifts: Array) -> Array | None:
    """Return e^(−shift), for tanh e^(−2 shift); None where the activation is computed as it stands."""
    if type(activation) is Sigmoid:
        return np.asarray(np.exp(-shifts))
    return np.asarray(np.exp(-2.0 * shifts)) if type(activation) is Tanh else None


def _moved(
    activation: Activation, z: NDArray[np.floating], shifts: Array, exponentials: Array | None
) -> Array:
    """Return σ(z + shift) for z (units, 1) and shifts (m,), as (units, m)."""
    if exponentials is None:
        return np.asarray(activation.value(z + shifts))
    hyperbolic = type(activation) is Tanh
    a: Array = np.multiply(np.exp(z * -2.0 if hyperbolic else -z), exponentials)
    a += 1.0
    np.reciprocal(a, out=a)
    if hyperbolic:  # tanh z = 2 sigmoid(2z) − 1
        a *= 2.0
        a -= 1.0
    return a
