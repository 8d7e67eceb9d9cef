"""Checks δ of one unit: the loss is taken again with only that unit's z (or a) moved.

Of one sample  δ = ∂L/∂z  is that of its own loss (where layers look at the whole batch, that of the sum of
its samples' losses); the mean of δ over a batch is the derivative of the batch's mean by a shift of all.
Penalties have no part in it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.gradient_check import LARGE, relative_errors
from bpviz.engine.kinks import kink_sources
from bpviz.engine.layers import LAYERS
from bpviz.engine.layers.recurrent import Recurrent
from bpviz.engine.network import Workspace
from bpviz.engine.network_objective import NetworkObjective
from bpviz.engine.objective import Array
from bpviz.engine.trace import trace
from bpviz.snapshot.probing import Difference, GradientProbe, ParameterPlace
from bpviz.training.layer_spec import parse_layers
from bpviz.training.method import BEST_STEPS, ROUGH_STEPS
from bpviz.training.network_training import NetworkTraining
from bpviz.training.preparing import SHOWN_ROWS

_SUMS = {
    "rnn": ("delta",),
    "lstm": ("delta_i", "delta_f", "delta_g", "delta_o"),
    "gru": ("delta_r", "delta_z_gate", "delta_n"),
}
"""δ of each block of rows of Wx, as traces call them."""


def error_probe(
    training: NetworkTraining, where: ParameterPlace, *, coming: bool = False, sample: int = -1
) -> GradientProbe:
    """Return δ of a unit beside the differences; ∂L/∂x for layer 0."""
    objective = training.objective.clone()
    objective.recall(training.objective.memory())
    objective.begin(training.iteration if coming else max(training.iteration - 1, 0))
    look = _Look(training, objective, where, coming=coming, sample=sample)
    steps = ROUGH_STEPS if training.theta.dtype == np.float32 else BEST_STEPS
    with np.errstate(all="ignore"):
        value, largest = look.by_backpropagation()
        central = look.difference(steps["central"], value, largest, central=True)
        forward = look.difference(steps["forward"], value, largest, central=False)
    bends = central.relative_error > LARGE and bool(kink_sources(objective))
    count = len(look.x) if sample < 0 else 1
    number, iteration = training.info.run_id, training.iteration
    at_kink = bends and look.jumps(central.step, value)
    return GradientProbe(
        number, iteration, where, count, value, central, forward, at_kink, sample, 0.0, look.truncated
    )


class _Look:
    """The samples that the loss is taken over, and the unit that is moved."""

    def __init__(
        self,
        training: NetworkTraining,
        objective: NetworkObjective,
        where: ParameterPlace,
        *,
        coming: bool,
        sample: int,
    ) -> None:
        self.objective, self.layer, self.where = objective, where.layer, where
        self.unit = where.place[0]
        self.wide = _widened(training, objective, where) if len(where.place) == 2 else None
        self.theta = training.theta.copy()
        self.x, self.y, self.training, self.row = _samples(training, objective, coming=coming, sample=sample)
        self.truncated = any(getattr(layer, "truncate", 0) for layer in objective.network.layers)

    @property
    def _moved(self) -> NDArray[np.intp]:
        return np.arange(len(self.x)) if self.row < 0 else np.array([self.row])

    def by_backpropagation(self) -> tuple[float, float]:
        """Return δ, and the largest number of the layer's δ."""
        found = trace(self.objective, self.theta, self.x, self.y, training=self.training)
        if self.wide is not None:
            extras = found.layers[self.layer - 1].extras
            own = np.mean([extras[row][self.where.name] for row in self._moved], axis=0)
            return float(own[self.where.place]), float(np.abs(own).max())
        delta = found.x_gradient if self.layer == 0 else found.layers[self.layer - 1].delta
        own = delta.reshape(len(self.x), -1)[self._moved].mean(axis=0)
        return float(own[self.unit]), float(np.abs(own).max())

    def loss(self, h: float) -> float:
        """Return the loss with the unit moved by ``h``."""
        network, rows = self.objective.network, self._moved
        network.bind(self.theta)
        x = self.x.copy()
        if self.layer == 0:
            x[rows, self.unit] += h
        work = network.forward(x, training=self.training)
        if self.layer:
            a = self._moved_layer(work, x, h)
            for above, its in zip(network.layers[self.layer :], work.layers[self.layer :], strict=True):
                a = above.forward(a, its, self.training)
        losses = self.objective.sample_losses(work, self.y)
        return float(losses.mean() if self.row < 0 else losses.sum())

    def _moved_layer(self, work: Workspace, x: Array, h: float) -> Array:
        """Return a of the layer with its unit moved."""
        layer, own = self.objective.network.layers[self.layer - 1], work.layers[self.layer - 1]
        rows = self._moved
        if self.wide is not None:
            own.a[...] = self._widely(work.layers[self.layer - 2].a if self.layer > 1 else x, h)
        elif layer.activation is None:
            own.a[rows, self.unit] += h
        else:
            own.z[rows, self.unit] += h
            width = layer.output_shape[-1]
            layer.activation.value(own.z.reshape(-1, width), own.a.reshape(-1, width))
        return own.a

    def _widely(self, below: Array, h: float) -> Array:
        """Return a of the recurrent layer where one sum is moved by ``h`` at one step: by one more input."""
        assert self.wide is not None
        layer = self.wide
        seen = np.zeros((len(below), layer.steps, layer.features), below.dtype)
        seen[:, :, :-1] = below.reshape(len(below), layer.steps, -1)
        seen[self._moved, self.where.place[0], -1] = h
        flat = seen.reshape(len(below), -1)
        return layer.forward(flat, layer.work(len(below), below.dtype), self.training)

    def difference(self, h: float, value: float, largest: float, *, central: bool) -> Difference:
        """Return a difference and the two losses that it came from."""
        above, below = self.loss(h), self.loss(-h if central else 0.0)
        found = (above - below) / (2.0 * h if central else h)
        error = float(relative_errors(np.array([value]), np.array([found]), largest)[0])
        return Difference(h, above, below, found, error)

    def jumps(self, h: float, value: float) -> bool:
        """Whether the slopes of both sides differ: there is a kink within ``h``."""
        right = (self.loss(h) - self.loss(0.0)) / h
        left = (self.loss(0.0) - self.loss(-h)) / h
        return abs(right - left) > 10 * LARGE * max(abs(right), abs(left), abs(value))


def _widened(training: NetworkTraining, objective: NetworkObjective, where: ParameterPlace) -> Recurrent:
    """Return the recurrent layer with one more input, which goes into the sum at ``where`` alone."""
    network = objective.network
    network.bind(training.theta)
    layer = network.layers[where.layer - 1]
    assert isinstance(layer, Recurrent)
    written = parse_layers(training.info.texts[where.layer - 1])[0]
    entry = LAYERS[layer.kind]
    options = entry.checked(written.options)
    options["returns"] = "sequence" if layer.every_step else "last"
    wide = entry.make((layer.steps, layer.features + 1), **options)
    assert isinstance(wide, Recurrent)
    wide.bind(np.zeros(wide.size, network.dtype), None)
    for name, values in layer.p.items():
        wide.p[name][..., : values.shape[-1]] = values
    row = _SUMS[layer.kind].index(where.name) * layer.width + where.place[1]
    wide.p["Wx"][row, -1] = 1.0
    return wide


def _samples(
    training: NetworkTraining, objective: NetworkObjective, *, coming: bool, sample: int
) -> tuple[Array, Array, bool, int]:
    """Return x, y, whether layers are as in training, and the row that is moved (−1: all)."""
    shown = objective.train.thinned(SHOWN_ROWS)
    batch = training.batches.peek() if coming else training.last_batch
    together = objective.in_one_piece
    if sample >= 0 and not together:
        return shown.x[sample : sample + 1].copy(), shown.y[sample : sample + 1].copy(), coming, 0
    x, y = (np.array(each[: objective.training_rows]) for each in objective.batch_of(batch))
    if sample < 0:
        return x, y, coming or together, -1
    same = np.flatnonzero((x == shown.x[sample]).all(axis=1))
    place = int(same[0]) if same.size else 0
    x[place], y[place] = shown.x[sample], shown.y[sample]
    return x, y, True, place
