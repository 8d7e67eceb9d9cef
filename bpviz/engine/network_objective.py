"""A network and a data set as an objective: L(θ) = data loss + the penalties of the regularizers.

The penalties hold down the weights and leave biases and gains alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Self, cast

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.activations import ACTIVATIONS
from bpviz.engine.dense_batches import DenseBatches
from bpviz.engine.initializers import Initializer
from bpviz.engine.layers import LAYERS
from bpviz.engine.losses import LOSSES, Loss
from bpviz.engine.metrics import correct_share
from bpviz.engine.network import Network, Workspace
from bpviz.engine.not_finite import first_not_finite, largest_gradient, sample_losses
from bpviz.engine.objective import Array, Batch, Objective, Part, ShouldStop, check_stop
from bpviz.engine.penalties import Penalties
from bpviz.engine.planes import cuts, point_by_point
from bpviz.engine.samples import Samples
from bpviz.engine.stacked import StackedNetworks, combined, first_sums, matrices
from bpviz.errors import UserError
from bpviz.snapshot import Evaluation
from bpviz.text import Text

CHUNK_ROWS = 4096
# Layers are written for real numbers and work on complex ones as they are.
COMPLEX = cast("np.dtype[np.floating]", np.dtype(np.complex128))
# Numbers in the buffers of the widest layer for one chunk of rows.
CHUNK_BUFFER = 1 << 22
# Numbers in the buffers of all layers together, for a batch that must go through in one piece: a gigabyte.
MOST_NUMBERS = 1 << 27


class NetworkObjective(Objective):
    """The loss of a network over a data set.

    Large batches go through in pieces, so that the buffers stay small.  In training a network that looks
    at the batch as a whole (batch norm) or draws numbers for it (dropout) takes it in one piece.

    Parameters
    ----------
    network : Network
    loss : Loss
    initializer : Initializer
    train, test : Samples
        Of the network's dtype; ``test`` may be empty.
    seed : int
        Of what layers draw in training.
    """

    def __init__(
        self,
        network: Network,
        loss: Loss,
        initializer: Initializer,
        train: Samples,
        test: Samples,
        seed: int = 0,
    ) -> None:
        self.network, self.loss_function, self.initializer = network, loss, initializer
        self.train, self.test, self.seed = train, test, seed
        self.size, self.dtype = network.size, network.dtype
        self.sample_count = len(train)
        self.penalties = Penalties(network)
        self.in_one_piece = network.stochastic or bool(network.statistics())
        self._names: list[str] | None = None
        self._complex: Network | None = None
        self._most_dense_rows = self.chunk_rows if DenseBatches.fits(network, train.x) else 0
        self._dense: DenseBatches | None = None

    def learn_from(self, train: Samples) -> None:
        """Take other training samples, as many as before."""
        if train is not self.train:
            self.train, self._dense = train, None

    @property
    def parameter_names(self) -> Sequence[str]:
        """Names as ``W⁽¹⁾[2,1]``; made when first asked for."""
        if self._names is None:
            self._names = self.network.parameter_names()
        return self._names

    @property
    def chunk_rows(self) -> int:
        """How many samples go through the network at once, where it does not take a batch whole."""
        return max(1, min(CHUNK_ROWS, CHUNK_BUFFER // self.network.cells))

    @property
    def training_rows(self) -> int:
        """How many samples a training pass takes at once: a chunk, or the largest batch in one piece."""
        return self.chunk_rows if not self.in_one_piece else MOST_NUMBERS // self.network.all_cells

    def check_batch(self, rows: int) -> None:
        """Refuse a batch of ``rows`` that would have to go through in one piece and is too large for it.

        Raises
        ------
        UserError
            Names the batch, the layer that wants it whole, and the largest batch that would do.
        """
        if self.in_one_piece and rows > self.training_rows:
            layers = self.network.layers
            layer = next(one for one in layers if one.stochastic or one.statistics() is not None)
            raise UserError(
                "A batch of {batch} samples is too large: “{layer}” needs the whole batch at once, and "
                "the network's buffers for it would hold {numbers} numbers.",
                hint="Take at most {most} samples, or fewer units or filters.",
                batch=f"{rows:,}",
                layer=_label(layer),
                numbers=f"{rows * self.network.all_cells:,}",
                most=f"{self.training_rows:,}",
            )

    def set_penalties(self, penalties: Mapping[str, float]) -> None:
        """Set the regularizers' strengths, by the names of their fields."""
        self.penalties.set(penalties)

    def begin(self, step: int) -> None:
        """Let dropout draw the masks of update number ``step``."""
        if self.network.stochastic:
            for network in (self.network, self._complex):
                if network is not None:
                    network.set_noise(self.seed, step)

    @property
    def projects(self) -> bool:
        """Whether max-norm is in force."""
        return self.penalties.projects

    def after_step(self, theta: Array, batch: Batch = None) -> bool:
        """Take the batch into the statistics and hold the weights within max-norm."""
        self.network.fold(self._rows_held(batch))
        return self.penalties.project(theta)

    def step_norms(self, batch: Batch) -> Array | None:
        """Return ‖∂L/∂h_t‖ of the last gradient, which was over ``batch``; see `Network.step_norms`.

        Of a batch that went through in chunks it is that of the last one.
        """
        return self.network.step_norms(self._rows_held(batch))

    def _rows_held(self, batch: Batch) -> int:
        """Return how many rows the buffers of a training batch hold: all, or the last chunk's."""
        rows, chunk = len(self.train) if batch is None else len(batch), self.training_rows
        return rows if rows <= chunk else (rows - 1) % chunk + 1

    def memory(self) -> Array | None:
        """Return the layers' statistics in one array."""
        statistics = self.network.statistics()
        return np.concatenate(statistics) if statistics else None

    def recall(self, memory: Array | None) -> None:
        """Put the layers' statistics back."""
        start = 0
        for own in self.network.statistics():
            assert memory is not None
            own[:] = memory[start : start + len(own)]
            start += len(own)

    def initial(self, rng: np.random.Generator) -> Array:
        """Draw every layer's weights in turn; biases begin where their layer says, mostly at 0."""
        theta = np.zeros(self.size, self.dtype)
        self.network.initialize(theta, rng, self.initializer)
        return theta

    def batch_of(self, batch: Batch) -> tuple[Array, Array]:
        """Return x and y of a batch."""
        if batch is None:
            return self.train.x, self.train.y
        return self.train.x.take(batch, axis=0), self.train.y.take(batch, axis=0)

    def loss(self, theta: Array, batch: Batch = None) -> float:
        """Return L(θ) as the trained network answers, penalty included, in chunks of rows."""
        return self._loss(theta, batch, training=False)

    def training_loss(self, theta: Array, batch: Batch = None) -> float:
        """Return L(θ) as training sees it: dropout's masks in force, batch norm by the whole batch."""
        return self._loss(theta, batch, training=True)

    def _loss(self, theta: Array, batch: Batch, *, training: bool) -> float:
        self.network.bind(theta)
        x, y = self.batch_of(batch)
        total = 0.0
        for rows in self._training_chunks(len(x)) if training else self._chunks(len(x)):
            work = self.network.forward(x[rows], training=training)
            total += self._loss_sum(work, y[rows])
        return total / len(x) + self.penalties.value(theta)

    def complex_loss(self, theta: NDArray[np.complexfloating], batch: Batch = None) -> complex:
        """Return L as training sees it at a complex θ; see `Objective.complex_loss`."""
        if not (self.network.analytic and self.loss_function.analytic):
            raise UserError(
                "The complex step needs functions of complex numbers, and {piece} is none.",
                hint="Choose central differences.",
                piece=self._not_analytic(),
            )
        if self._complex is None:
            self._complex = self.network.with_dtype(COMPLEX)
        network = self._complex
        for own, live in zip(network.statistics(), self.network.statistics(), strict=True):
            own[:] = live
        network.bind(cast(Array, theta))
        x, y = self.batch_of(batch)
        total = 0j
        for rows in self._training_chunks(len(x)):
            work = network.forward(x[rows].astype(network.dtype), training=True)
            out, loss = work.output, self.loss_function
            z, a, targets = (network.answers(each, loss) for each in (out.z, out.a, y[rows]))
            total += complex(loss.sample_losses(z, a, targets).sum()) * len(y[rows]) / len(z)
        return total / len(x) + self.penalties.complex_value(theta)

    def _not_analytic(self) -> Text:
        """Return the name of the first piece that takes no complex numbers."""
        layers = [layer for layer in self.network.layers if not layer.analytic]
        activations = [layer.activation for layer in self.network.layers if layer.activation is not None]
        others = [one for one in activations if not one.analytic]
        piece = [*layers, *others, self.loss_function][0]
        return _label(piece)

    def _loss_sum(self, work: Workspace, y: Array) -> float:
        """Return the sum of the samples' losses."""
        return float(self.sample_losses(work, y).sum())

    def sample_losses(self, work: Workspace, y: Array) -> Array:
        """Return each sample's loss, (B,)."""
        return sample_losses(self.network, self.loss_function, work, y)

    def loss_and_gradient(self, theta: Array, batch: Batch = None) -> tuple[float, Array]:
        """Return L(θ) as training sees it and ∇L(θ), by backpropagation."""
        network = self.network
        if (self.sample_count if batch is None else len(batch)) <= self._most_dense_rows:
            if self._dense is None:
                self._dense = DenseBatches(network, self.loss_function, self.train.x, self.train.y)
            loss = self._dense.run(theta, batch)
        else:
            network.bind(theta)
            loss = self._gradient_by_layers(*self.batch_of(batch))
        if self.penalties.active:
            loss += self.penalties.value(theta)
            self.penalties.add_gradient(theta, network.gradient)
        return loss, network.gradient

    def _gradient_by_layers(self, x: Array, y: Array) -> float:
        """Fill the gradient by the layers' own definitions, whatever they are."""
        self.check_batch(len(x))
        if len(x) > self.training_rows:
            return self._gradient_by_chunks(x, y)
        return self._gradient_at_once(x, y)

    def _gradient_at_once(self, x: Array, y: Array) -> float:
        network = self.network
        work = network.forward(x, training=True)
        loss = self._loss_sum(work, y) / len(y)
        network.backward(x, y, work, self.loss_function)
        return loss

    def _gradient_by_chunks(self, x: Array, y: Array) -> float:
        """Add up large batches piece by piece: the buffers stay small, the mean stays a mean."""
        network, total = self.network, 0.0
        gradient = np.zeros_like(network.gradient)
        for rows in self._chunks(len(x)):
            share = len(x[rows]) / len(x)
            total += share * self._gradient_at_once(x[rows], y[rows])
            gradient += share * network.gradient
        network.gradient[:] = gradient
        return total

    def losses(self, thetas: Array, batch: Batch = None) -> Array:
        """Return L for each row of Θ (k, n): many dense networks through one matrix product a layer."""
        thetas = np.asarray(thetas, self.dtype)
        if not self.network.is_dense:
            return np.array([self.loss(theta, batch) for theta in thetas])
        stacks = matrices(self.network, thetas)
        totals = np.zeros(len(thetas))
        x, y = self.batch_of(batch)
        for rows in self._chunks(len(x)):
            stack = StackedNetworks(self.network, self.loss_function, y[rows])
            for cut in cuts(len(thetas), stack.capacity):
                part = thetas[cut]
                stack.first_sums(len(part))[:] = first_sums(self.network, part, x[rows])
                totals[cut] += stack.losses(len(part), [weights[cut] for weights in stacks])
        return totals / len(x) + self.penalties.values_at(thetas)

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
        if not self.network.is_dense:
            loss = partial(self.loss, batch=batch)
            return point_by_point(loss, (origin, first, second), u, v, self.dtype, should_stop)
        basis = np.stack([origin, first, second]).astype(self.dtype)
        points = np.stack([np.ones(len(u) * len(v)), np.tile(u, len(v)), np.repeat(v, len(u))], axis=1)
        coefficients = points.astype(self.dtype)
        stacks = matrices(self.network, basis)
        totals = np.zeros(len(points))
        x, y = self.batch_of(batch)
        for rows in self._chunks(len(x)):
            sums = first_sums(self.network, basis, x[rows])
            stack = StackedNetworks(self.network, self.loss_function, y[rows])
            for cut in cuts(len(points), stack.capacity):
                check_stop(should_stop)
                at = coefficients[cut]
                np.matmul(at, sums, out=stack.first_sums(len(at)))
                totals[cut] += stack.losses(len(at), [combined(at, three) for three in stacks])
        losses = totals / len(x) + self.penalties.values_on_plane(basis, coefficients)
        return losses.reshape(len(v), len(u))

    def forward(self, theta: Array, x: Array) -> Workspace:
        """Run ``x`` (B, D) through the network at θ; the buffers are the network's own."""
        self.network.bind(theta)
        return self.network.forward(np.ascontiguousarray(x, self.dtype))

    def predict(self, theta: Array, x: Array) -> Array:
        """Return ŷ (N, K), in chunks."""
        pieces = [self.forward(theta, x[rows]).output.a.copy() for rows in self._chunks(len(x))]
        return np.concatenate(pieces) if pieces else np.empty((0, self.network.outputs))

    def evaluate(self, theta: Array, part: Part = "train") -> Evaluation | None:
        """Return the data loss and the accuracy over a part."""
        samples = self.train if part == "train" else self.test
        return self.evaluate_samples(theta, samples)

    def evaluate_samples(
        self, theta: Array, samples: Samples, answers: list[Array] | None = None
    ) -> Evaluation | None:
        """Return the data loss and the accuracy over ``samples``, None when there are none.

        Into ``answers`` goes ŷ of each chunk, as `predict` gives it, by the same pass.
        """
        if not len(samples):
            return None
        self.network.bind(theta)
        total, right = 0.0, 0.0
        for rows in self._chunks(len(samples)):
            work = self.network.forward(samples.x[rows])
            total += self._loss_sum(work, samples.y[rows])
            if answers is not None:
                answers.append(work.output.a.copy())
            if samples.labels is not None:
                scores = self.scores(work.output.a)
                right += correct_share(scores, samples.labels[rows].ravel()) * len(work.output.a)
        count = len(samples)
        return Evaluation(total / count, right / count if samples.labels is not None else None)

    def scores(self, y_hat: Array) -> Array:
        """Return ŷ with one column a class: a single output p becomes (1 − p, p).

        Where there is an answer at every step, each step is a row.
        """
        if self.network.steps > 1:
            y_hat = y_hat.reshape(-1, self.network.outputs // self.network.steps)
        if y_hat.shape[-1] > 1:
            return y_hat
        activation = self.network.layers[-1].activation
        low = max(self.loss_function.class_low, -1.0)
        if activation is not None and activation.low == -1.0:
            low = -1.0
        p = (y_hat - low) / (1.0 - low)
        return np.concatenate([1.0 - p, p], axis=-1)

    def where_not_finite(self, theta: Array, batch: Batch = None) -> str:
        """Return the first of W⁽ˡ⁾, z⁽ˡ⁾, L and ∂L/∂W⁽ˡ⁾ that is not finite, in the order of computing."""
        self.network.bind(theta)
        x, y = self.batch_of(batch)
        rows = self.training_rows
        return first_not_finite(self.network, self.loss_function, x[:rows], y[:rows])

    def largest_gradient(self) -> str:
        """Return the ∂L/∂W⁽ˡ⁾ that holds the largest number of the last gradient."""
        return largest_gradient(self.network)

    def release(self) -> None:
        """Give all buffers back; what needs them makes them again."""
        self.network.release()
        self._names = self._complex = self._dense = None

    def clone(self) -> Self:
        """Return the same objective with layers and buffers of its own."""
        network = self.network.with_dtype(self.dtype)
        other = type(self)(network, self.loss_function, self.initializer, self.train, self.test, self.seed)
        other.set_penalties(self.penalties.values)
        return other

    def _chunks(self, rows: int) -> Iterator[slice]:
        return cuts(rows, self.chunk_rows)

    def _training_chunks(self, rows: int) -> Iterator[slice]:
        self.check_batch(rows)
        return cuts(rows, self.training_rows)


def _label(piece: object) -> Text:
    """Return the name of a layer, an activation or a loss."""
    entries = (*LAYERS, *ACTIVATIONS, *LOSSES)
    return Text(next((one.label for one in entries if one.make is type(piece)), type(piece).__name__))
