"""A network and a data set as an objective: L(θ) = data loss + λ₁ Σ|w| + ½ λ₂ Σ w².

The penalty holds down the weights and leaves the biases alone; λ₂ w is its gradient, as PyTorch's
``weight_decay`` for gradient descent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.initializers import Initializer
from bpviz.engine.layers import Dense
from bpviz.engine.losses import Loss
from bpviz.engine.metrics import correct_share
from bpviz.engine.network import Network, Workspace, superscript
from bpviz.engine.objective import Array, Batch, Objective, Part, ShouldStop, check_stop
from bpviz.engine.stacked import CHUNK_CELLS, StackedNetworks, combined, matrices
from bpviz.snapshot import Evaluation

CHUNK_ROWS = 4096


@dataclass(frozen=True)
class Samples:
    """Inputs x (N, D), targets y (N, K) as the output layer is to give them, class indices or None."""

    x: Array
    y: Array
    labels: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.x)

    def thinned(self, count: int) -> Samples:
        """Return at most ``count`` rows, evenly spaced."""
        if len(self) <= count:
            return self
        rows = np.linspace(0, len(self) - 1, count).round().astype(np.intp)
        labels = None if self.labels is None else self.labels[rows]
        return Samples(self.x[rows], self.y[rows], labels)


class NetworkObjective(Objective):
    """The loss of a network over a data set.

    Parameters
    ----------
    network : Network
    loss : Loss
    initializer : Initializer
    train, test : Samples
        Of the network's dtype; ``test`` may be empty.
    """

    def __init__(
        self, network: Network, loss: Loss, initializer: Initializer, train: Samples, test: Samples
    ) -> None:
        self.network, self.loss_function, self.initializer = network, loss, initializer
        self.train, self.test = train, test
        self.size, self.dtype = network.size, network.dtype
        self.sample_count = len(train)
        self.l1 = self.l2 = 0.0
        self._mask = network.weight_mask()
        self._names: list[str] | None = None

    @property
    def parameter_names(self) -> Sequence[str]:
        """Names as ``W⁽¹⁾[2,1]``; made when first asked for."""
        if self._names is None:
            self._names = self.network.parameter_names()
        return self._names

    def set_penalty(self, l1: float, l2: float) -> None:
        """Set λ₁ and λ₂."""
        self.l1, self.l2 = l1, l2

    def initial(self, rng: np.random.Generator) -> Array:
        """Draw every layer's weights in turn; biases are 0."""
        theta = np.zeros(self.size, self.dtype)
        for layer, part in zip(self.network.layers, self.network.parts(), strict=True):
            drawn = self.initializer.weights(rng, layer.units, layer.inputs)
            theta[part.start : part.start + drawn.size] = drawn.ravel()
        return theta

    def batch_of(self, batch: Batch) -> tuple[Array, Array]:
        """Return x and y of a batch."""
        if batch is None:
            return self.train.x, self.train.y
        return self.train.x.take(batch, axis=0), self.train.y.take(batch, axis=0)

    def loss(self, theta: Array, batch: Batch = None) -> float:
        """Return L(θ), penalty included, in chunks of rows."""
        self.network.bind(theta)
        x, y = self.batch_of(batch)
        total = 0.0
        for start in range(0, len(x), CHUNK_ROWS):
            rows = slice(start, start + CHUNK_ROWS)
            work = self.network.forward(x[rows])
            total += float(self.loss_function.sample_losses(work.z[-1], work.a[-1], y[rows]).sum())
        return total / len(x) + self._penalty(theta)

    def loss_and_gradient(self, theta: Array, batch: Batch = None) -> tuple[float, Array]:
        """Return L(θ) and ∇L(θ) by backpropagation."""
        network = self.network
        network.bind(theta)
        x, y = self.batch_of(batch)
        if len(x) > CHUNK_ROWS:
            loss = self._gradient_by_chunks(x, y)
        else:
            work = network.forward(x)
            loss = self.loss_function.value(work.z[-1], work.a[-1], y)
            network.backward(x, y, work, self.loss_function)
        if self.l1 or self.l2:
            loss += self._penalty(theta)
            network.gradient += self._mask * (self.l2 * theta + self.l1 * np.sign(theta))
        return loss, network.gradient

    def _gradient_by_chunks(self, x: Array, y: Array) -> float:
        """Add up large batches piece by piece: the buffers stay small, the mean stays a mean."""
        network, total = self.network, 0.0
        gradient = np.zeros_like(network.gradient)
        for start in range(0, len(x), CHUNK_ROWS):
            rows = slice(start, start + CHUNK_ROWS)
            share = len(x[rows]) / len(x)
            work = network.forward(x[rows])
            total += share * self.loss_function.value(work.z[-1], work.a[-1], y[rows])
            network.backward(x[rows], y[rows], work, self.loss_function)
            gradient += share * network.gradient
        network.gradient[:] = gradient
        return total

    def _penalty(self, theta: Array) -> float:
        if not (self.l1 or self.l2):
            return 0.0
        weights = theta * self._mask
        return float(self.l1 * np.abs(weights).sum() + 0.5 * self.l2 * np.dot(weights, weights))

    def losses(self, thetas: Array, batch: Batch = None) -> Array:
        """Return L for each row of Θ (k, n): many networks through one matrix product a layer."""
        thetas = np.asarray(thetas, self.dtype)
        stacks = matrices(self.network, thetas)
        totals = np.zeros(len(thetas))
        x, y = self.batch_of(batch)
        for rows in _row_chunks(len(x)):
            stack = StackedNetworks(self.network, self.loss_function, y[rows])
            for cut in _cuts(len(thetas), stack.capacity):
                part = thetas[cut]
                stack.first_sums(len(part))[:] = self.network.first_sums(part, x[rows]).reshape(len(part), -1)
                totals[cut] += stack.losses(len(part), [weights[cut] for weights in stacks])
        return totals / len(x) + self._penalties(thetas)

    def losses_on_plane(
        self,
        origin: Array,
        first: Array,
        second: Array,
        u: Array,
        v: Array,
        batch: Batch = None,
        *,
        should_stop: ShouldStop | None = None,
    ) -> Array:
        """Return L over a plane as (len(v), len(u)).

        Every W, b and the first layer's z are linear in (1, u, v): each is computed for the three
        vectors of the plane, and for a point of it only combined.
        """
        basis = np.stack([origin, first, second]).astype(self.dtype)
        points = np.stack([np.ones(len(u) * len(v)), np.tile(u, len(v)), np.repeat(v, len(u))], axis=1)
        coefficients = points.astype(self.dtype)
        stacks = matrices(self.network, basis)
        totals = np.zeros(len(points))
        x, y = self.batch_of(batch)
        for rows in _row_chunks(len(x)):
            sums = self.network.first_sums(basis, x[rows]).reshape(3, -1)
            stack = StackedNetworks(self.network, self.loss_function, y[rows])
            for cut in _cuts(len(points), stack.capacity):
                check_stop(should_stop)
                at = coefficients[cut]
                np.matmul(at, sums, out=stack.first_sums(len(at)))
                totals[cut] += stack.losses(len(at), [combined(at, three) for three in stacks])
        losses = totals / len(x) + self._plane_penalties(basis, coefficients)
        return losses.reshape(len(v), len(u))

    def _plane_penalties(self, basis: Array, coefficients: Array) -> Array | float:
        if not (self.l1 or self.l2):
            return 0.0
        cuts = _cuts(len(coefficients), max(1, CHUNK_CELLS // self.size))
        return np.concatenate([self._penalties(coefficients[cut] @ basis) for cut in cuts])

    def _penalties(self, thetas: Array) -> Array:
        return np.array([self._penalty(theta) for theta in thetas]) if self.l1 or self.l2 else np.zeros(1)

    def forward(self, theta: Array, x: Array) -> Workspace:
        """Run ``x`` (B, D) through the network at θ; the buffers are the network's own."""
        self.network.bind(theta)
        return self.network.forward(np.ascontiguousarray(x, self.dtype))

    def predict(self, theta: Array, x: Array) -> Array:
        """Return ŷ (N, K), in chunks."""
        pieces = [
            self.forward(theta, x[start : start + CHUNK_ROWS]).a[-1].copy()
            for start in range(0, len(x), CHUNK_ROWS)
        ]
        return np.concatenate(pieces) if pieces else np.empty((0, self.network.layers[-1].units))

    def evaluate(self, theta: Array, part: Part = "train") -> Evaluation | None:
        """Return the data loss and the accuracy over a part."""
        samples = self.train if part == "train" else self.test
        return self.evaluate_samples(theta, samples)

    def evaluate_samples(self, theta: Array, samples: Samples) -> Evaluation | None:
        """Return the data loss and the accuracy over ``samples``, None when there are none."""
        if not len(samples):
            return None
        self.network.bind(theta)
        total, right = 0.0, 0.0
        for start in range(0, len(samples), CHUNK_ROWS):
            rows = slice(start, start + CHUNK_ROWS)
            work = self.network.forward(samples.x[rows])
            total += float(self.loss_function.sample_losses(work.z[-1], work.a[-1], samples.y[rows]).sum())
            if samples.labels is not None:
                right += correct_share(self.scores(work.a[-1]), samples.labels[rows]) * len(work.a[-1])
        count = len(samples)
        return Evaluation(total / count, right / count if samples.labels is not None else None)

    def scores(self, y_hat: Array) -> Array:
        """Return ŷ with one column a class: a single output p becomes (1 − p, p)."""
        if y_hat.shape[-1] > 1:
            return y_hat
        low = -1.0 if self.network.layers[-1].activation.low == -1.0 else 0.0
        p = (y_hat - low) / (1.0 - low)
        return np.concatenate([1.0 - p, p], axis=-1)

    def where_not_finite(self, theta: Array, batch: Batch = None) -> str:
        """Return the first of W⁽ˡ⁾, z⁽ˡ⁾, L and ∂L/∂W⁽ˡ⁾ that is not finite, in the order of computing."""
        self.network.bind(theta)
        x, y = self.batch_of(batch)
        x, y = x[:CHUNK_ROWS], y[:CHUNK_ROWS]
        with np.errstate(all="ignore"):
            work = self.network.forward(x)
            for number, (layer, z, a) in enumerate(zip(self.network.layers, work.z, work.a, strict=True), 1):
                if not np.isfinite(layer.weights).all():
                    return f"W{superscript(number)}"
                if not (np.isfinite(z).all() and np.isfinite(a).all()):
                    return f"z{superscript(number)}"
            if not np.isfinite(self.loss_function.value(work.z[-1], work.a[-1], y)):
                return f"L ← z{superscript(len(self.network.layers))}"
            self.network.backward(x, y, work, self.loss_function)
        for number in range(len(self.network.layers), 0, -1):
            if not np.isfinite(self.network.layers[number - 1].weight_gradient).all():
                return f"∂L/∂W{superscript(number)}"
        return ""

    def largest_gradient(self) -> str:
        """Return the ∂L/∂W⁽ˡ⁾ that holds the largest number of the last gradient."""
        largest = [np.abs(layer.weight_gradient).max(initial=0.0) for layer in self.network.layers]
        return f"∂L/∂W{superscript(int(np.argmax(largest)) + 1)}"

    def clone(self) -> Self:
        """Return the same objective with layers and buffers of its own."""
        layers = [
            Dense(layer.inputs, layer.units, layer.activation, bias=layer.has_bias)
            for layer in self.network.layers
        ]
        network = Network(layers, self.dtype)
        other = type(self)(network, self.loss_function, self.initializer, self.train, self.test)
        other.set_penalty(self.l1, self.l2)
        return other


def _row_chunks(rows: int) -> Iterator[slice]:
    return _cuts(rows, CHUNK_ROWS)


def _cuts(count: int, size: int) -> Iterator[slice]:
    """Cut range(count) into slices of at most ``size``."""
    return (slice(start, min(start + size, count)) for start in range(0, count, size))
