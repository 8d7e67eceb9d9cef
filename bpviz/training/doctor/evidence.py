"""What a run shows at one moment, gathered at most once and only as far as a diagnosis asks for it.

Symbols as in `bpviz.snapshot`.  The probe is an evenly spaced part of the training samples, sent forward
and back once: so few that a look costs about a millisecond.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.initializers import INITIALIZERS
from bpviz.engine.layers import Layer
from bpviz.engine.network_objective import NetworkObjective
from bpviz.engine.optimizers import OPTIMIZERS
from bpviz.engine.samples import Samples
from bpviz.snapshot import GradientNorms, History
from bpviz.training.loop import Training
from bpviz.training.network_training import NetworkTraining
from bpviz.training.options import usual_rate

Array = NDArray[np.floating]

MOST_ROWS, LEAST_ROWS = 512, 32
MOST_COUNTED = 20_000
# Products of the pass forward over all rows of the probe.
PROBE_PRODUCTS = 2_000_000
# So many of the newest evaluations are taken together where a single one is too noisy.
RECENT = 5
_PLAIN_OPTIMIZERS = ("sgd", "momentum", "nesterov")


@dataclass(frozen=True)
class Probe:
    """A pass over some training samples: each layer's z, a and δ, (B, units), and what it was made of.

    ``delta`` is each sample's own, without the 1/B of the mean.
    """

    samples: Samples
    z: list[Array]
    a: list[Array]
    delta: list[Array]
    scores: Array | None
    steps: Array | None
    """‖∂L/∂h_t‖ of the mean's gradient at each step; None where nothing runs over time."""

    def __len__(self) -> int:
        return len(self.samples)


class Evidence:
    """A run as it stands; valid until it goes on."""

    def __init__(self, training: Training) -> None:
        self.training, self.info, self.live = training, training.info, training.live
        self.iteration = training.iteration
        self.learning_rate = training.live.learning_rate

    # --- what was recorded ---

    @cached_property
    def history(self) -> History:
        """All that is recorded; what lies after the present iteration is not looked at."""
        return self.training.recorder.history()

    @cached_property
    def evaluations(self) -> int:
        """How many evaluations there are up to the present iteration."""
        return int(np.searchsorted(self.history.evaluated, self.iteration, side="right"))

    @property
    def train_loss(self) -> Array:
        """The loss over the training part at each evaluation."""
        return self.history.train_loss[: self.evaluations]

    @property
    def test_loss(self) -> Array:
        """The loss over the test part at each evaluation, NaN where there is none."""
        return self.history.test_loss[: self.evaluations]

    @property
    def start_loss(self) -> float:
        """The loss of the start over the training part, NaN where it was not measured."""
        return float(self.train_loss[0]) if self.evaluations else math.nan

    @property
    def loss(self) -> float:
        """The newest loss over the training part."""
        return float(self.train_loss[-1]) if self.evaluations else math.nan

    @cached_property
    def loss_now(self) -> float:
        """The loss over the training part at the present θ, as the window shows it."""
        return self.training.evaluate()[0].loss

    @property
    def accuracy(self) -> float:
        """The newest accuracy over the training part, NaN where there is none."""
        return float(self.history.train_accuracy[self.evaluations - 1]) if self.evaluations else math.nan

    @property
    def test_accuracy(self) -> float:
        """The newest accuracy over the test part, NaN where there is none."""
        return float(self.history.test_accuracy[self.evaluations - 1]) if self.evaluations else math.nan

    @property
    def learnt(self) -> bool:
        """Whether the run has got where it was to go: what looks odd then does no harm."""
        return self.accuracy >= 0.95 or self.loss < 0.05 * self.start_loss

    def recent_norms(self, of: str = "layer_norms") -> Array | None:
        """Return the medians of the newest recorded gradient norms, by layer or by step."""
        norms = getattr(self.history, of)
        if norms is None or not self.evaluations:
            now = self._norms_now
            if now is None:
                return None
            return now.layers if of == "layer_norms" else now.steps
        rows: Array = np.median(norms[max(self.evaluations - RECENT, 0) : self.evaluations], axis=0)
        return rows

    @cached_property
    def _norms_now(self) -> GradientNorms | None:
        return self.training.gradient_norms()

    # --- how it moves ---

    @cached_property
    def relative_update(self) -> float:
        """‖Δθ‖ / ‖θ‖ of the last update; 0 at the start."""
        length = float(np.linalg.norm(self.training.theta))
        moved = float(np.linalg.norm(self.training.update))
        return moved / length if length else math.inf if moved else 0.0

    @cached_property
    def gradient_norm(self) -> float:
        """‖∇L‖ of the last batch."""
        return float(np.linalg.norm(self.training.gradient))

    @property
    def usual_rate(self) -> float:
        """The η that this optimizer is made for."""
        return usual_rate(OPTIMIZERS[name_of(OPTIMIZERS, self.training.optimizer)])

    @property
    def is_adaptive(self) -> bool:
        """Whether the optimizer gives each parameter a step of its own, of about η whatever the gradient."""
        optimizer = self.training.optimizer
        return not optimizer.searches and name_of(OPTIMIZERS, optimizer) not in _PLAIN_OPTIMIZERS

    # --- the network ---

    @property
    def is_network(self) -> bool:
        """Whether it is a network and no function."""
        return isinstance(self.training, NetworkTraining)

    @cached_property
    def objective(self) -> NetworkObjective:
        """The network's objective with buffers beside those that train."""
        assert isinstance(self.training, NetworkTraining)
        objective = self.training.probe()
        objective.network.bind(self.training.theta)
        return objective

    @property
    def layers(self) -> list[Layer]:
        """The layers, bound to the present θ; the first is layer 1 of the findings."""
        return self.objective.network.layers

    @property
    def initializer(self) -> str:
        """The name of what drew the first weights."""
        return name_of(INITIALIZERS, self.objective.initializer)

    def layer_name(self, layer: int) -> str:
        """Return how the diagram calls a layer: h2, ŷ; 0 is the input."""
        if layer == 0:
            return "x"
        return "ŷ" if layer == len(self.info.units) - 1 else f"h{layer}"

    @cached_property
    def probe(self) -> Probe:
        """Some training samples, sent forward and back."""
        objective = self.objective
        rows = min(max(PROBE_PRODUCTS // max(products(objective), 1), LEAST_ROWS), MOST_ROWS)
        samples = objective.train.thinned(min(rows, objective.chunk_rows))
        with np.errstate(all="ignore"):
            work = objective.forward(self.training.theta, samples.x)
            scores = None if samples.labels is None else objective.scores(work.output.a)
            objective.network.backward(samples.x, samples.y, work, objective.loss_function)
        delta = [each * len(samples) for each in work.delta]
        return Probe(samples, work.z, work.a, delta, scores, objective.network.step_norms(len(samples)))

    @cached_property
    def more_activations(self) -> list[Array]:
        """Each layer's a over more samples than the probe has, where there are more."""
        objective = self.objective
        samples = objective.train.thinned(min(MOST_ROWS, objective.chunk_rows))
        kept = self.probe.a
        return (
            kept if len(samples) <= len(self.probe) else objective.forward(self.training.theta, samples.x).a
        )

    @cached_property
    def true_and_told(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """How many samples of the training part are of each class, and how many are taken for it."""
        objective, answers = self.objective, list[Array]()
        samples = objective.train.thinned(MOST_COUNTED)
        assert samples.labels is not None
        with np.errstate(all="ignore"):
            objective.evaluate_samples(self.training.theta, samples, answers)
            told = np.concatenate([objective.scores(one).argmax(axis=1) for one in answers])
        count = len(self.info.class_names)
        true = np.bincount(samples.labels.ravel(), minlength=count)
        return true, np.bincount(told, minlength=count)

    @cached_property
    def learning_layers(self) -> list[int]:
        """The layers that have weights, counted from 1."""
        return [number for number, layer in enumerate(self.layers, 1) if layer.size]

    @cached_property
    def spread(self) -> tuple[Array, Array]:
        """Mean and deviation of each input over the training part, as the network sees it."""
        x = self.objective.train.thinned(MOST_ROWS).x
        return x.mean(axis=0), x.std(axis=0)


def name_of(registry: object, piece: object) -> str:
    """Return under which name a piece is registered."""
    return next((one.name for one in registry if one.make is type(piece)), "")  # type: ignore[attr-defined]


def products(objective: NetworkObjective) -> int:
    """Return about how many products one sample takes on its way forward."""
    total = 0
    for layer in objective.network.layers:
        width = layer.parameters[0].shape[0] if layer.parameters else layer.units
        total += layer.size * max(layer.units // width, getattr(layer, "steps", 1), 1)
    return total
