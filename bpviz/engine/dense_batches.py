"""Batches of a data set through `DenseStep`: the data laid out for it, one step a batch size."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.dense_kernels import Call
from bpviz.engine.dense_outputs import output_class
from bpviz.engine.dense_step import DenseStep
from bpviz.engine.layers import Dense
from bpviz.engine.losses import Loss
from bpviz.engine.network import Network

Array = NDArray[np.floating]

Take = tuple[Callable[..., Array], int, Array]
Step = tuple[tuple[Take, ...], list[Call], Callable[[], float]]
Steps = dict[int | None, Step]

# The data are kept a second time, with their column of ones: not where they are very many.
MOST_BYTES = 1 << 29
MOST_SIZES = 8
FEW_FEATURES = 16


class DenseBatches:
    """Loss and gradient of a dense network over rows of one data set.

    Parameters
    ----------
    network : Network
        Of dense layers only; its ``gradient`` is what `run` fills.
    loss : Loss
    x, y : (N, D), (N, K)
        Of the network's dtype.
    """

    def __init__(self, network: Network, loss: Loss, x: Array, y: Array) -> None:
        self.network, self.loss = network, loss
        first, last = network.layers[0], network.layers[-1]
        assert isinstance(first, Dense) and last.activation is not None
        ones = np.ones((len(x), int(first.has_bias)), x.dtype)
        self._x: Array = np.concatenate([x, ones], axis=1)
        kept = output_class(loss, last.activation).kept(loss, y)
        self._targets: Array = np.ascontiguousarray(kept, x.dtype)
        # Few features: with the targets, so that one call gathers both.
        self._columns: Array | None = None
        if self._x.shape[1] <= FEW_FEATURES:
            self._columns = np.ascontiguousarray(np.concatenate([self._x.T, self._targets]))
        self._own: Array = np.empty(network.size, network.dtype)
        self._bound = self._last = self._own
        self._steps: Steps = {}
        self._own_steps: Steps = {}

    @staticmethod
    def fits(network: Network, x: Array) -> bool:
        """Whether this network over these data can be computed here."""
        return network.is_dense and x.nbytes <= MOST_BYTES

    def run(self, theta: Array, batch: NDArray[np.intp] | None) -> float:
        """Return L(θ) over the batch (None: all rows) and fill the network's gradient."""
        steps = self._steps if theta is self._bound else self._steps_for(theta)
        rows = None if batch is None else len(batch)
        takes, calls, value = steps.get(rows) or self._prepared(rows, steps)
        for take, axis, into in takes:
            # A batch is in range: with "clip" that is not looked at again, and nothing is copied twice.
            take(batch, axis, into, "clip")
        for call in calls:
            call()
        return value()

    def _steps_for(self, theta: Array) -> Steps:
        """Return steps for a θ that is not the one bound: on a copy of it, at first.

        A θ that comes twice in a row is one that is trained: it is bound itself from then on.
        """
        if theta is self._last and theta.flags.c_contiguous and theta.dtype == self._own.dtype:
            self._bound = theta
            self._steps = {}
            return self._steps
        self._last = theta
        self.network.bind(theta)
        np.copyto(self._own, theta)
        return self._own_steps

    def _prepared(self, rows: int | None, steps: Steps) -> Step:
        """Make the step of one batch size; a few are kept."""
        if len(steps) >= MOST_SIZES:
            steps.pop(next(iter(steps)))
        takes, x, targets = ((), self._x, self._targets) if rows is None else self._gathered(rows)
        theta = self._bound if steps is self._steps else self._own
        step = DenseStep(self.network.layers, self.loss, theta, self.network.gradient, x, targets)
        steps[rows] = takes, step.calls, step.value
        return steps[rows]

    def _gathered(self, rows: int) -> tuple[tuple[Take, ...], Array, Array]:
        """Return how a batch is gathered, and into which inputs and targets."""
        if self._columns is None:
            x: Array = np.empty((rows, self._x.shape[1]), self._x.dtype)
            targets: Array = np.empty((len(self._targets), rows), x.dtype)
            return ((self._x.take, 0, x), (self._targets.take, 1, targets)), x, targets
        both: Array = np.empty((len(self._columns), rows), self._x.dtype)
        inputs = self._x.shape[1]
        return ((self._columns.take, 1, both),), both[:inputs].T, both[inputs:]
