"""A run on a network: what the window, the exporters and the command line want to see of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpviz.data.dataset import Scaling, SplitDataset
from bpviz.engine.metrics import classification_metrics, confusion_matrix, regression_metrics
from bpviz.engine.network_objective import NetworkObjective
from bpviz.engine.samples import Samples
from bpviz.engine.trace import Trace, trace
from bpviz.snapshot import (
    Evaluation,
    GradientNorms,
    LayerState,
    Metrics,
    PredictionMap,
    Snapshot,
    SnapshotRequest,
    frozen,
)
from bpviz.snapshot.changes import ChangedSample
from bpviz.training.edits import DataChange, changed, data_until, told
from bpviz.training.loop import Training
from bpviz.training.preparing import SHOWN_ROWS, bytes_of
from bpviz.training.weights import STATISTICS

Array = NDArray[np.floating]

MARGIN = 0.1
# Inputs computed for one map over two of many features: points times features.
MAP_CELLS = 40_000


class NetworkTraining(Training):
    """`Training` of a `NetworkObjective`, with the layers taken apart."""

    objective: NetworkObjective
    imagined_samples: tuple[DataChange, ...] = ()
    """What is changed in the samples only to look, besides what the record holds."""

    def __init__(self, *args: Any, data: SplitDataset, targets: Scaling) -> None:
        super().__init__(*args)
        self.data, self.targets = data, targets
        # A second set of buffers: looking at the run leaves the run's own gradient alone.
        self._probe = self.objective.clone()
        self._parts = self.objective.network.parts()
        self._shown_train = self.objective.train.thinned(SHOWN_ROWS)
        self._shown_test = self.objective.test.thinned(SHOWN_ROWS)
        self._as_loaded = self.objective.train
        self._in_force: tuple[DataChange, ...] = ()
        self._told: tuple[ChangedSample, ...] = ()

    def parameters(self) -> dict[str, Array]:
        """Return copies of W1, b1, W2, …, and of what layers remember beside θ (``statistics2``)."""
        return {name: view.copy() for name, view in self._held().items()}

    def _held(self) -> dict[str, Array]:
        """Return views of everything that an answer depends on, by the names that files use."""
        network = self.objective.network
        held = dict(network.named(self.theta))
        for number, layer in enumerate(network.layers, 1):
            statistics = layer.statistics()
            if statistics is not None:
                held[f"{STATISTICS}{number}"] = statistics
        return held

    def put_aside(self) -> None:
        super().put_aside()
        self.objective.release()
        self._probe.release()
        # As long as the network is large, and made again from it.
        self.info = replace(self.info, parameter_names=())

    def take_up(self) -> None:
        super().take_up()
        if not self.info.parameter_names:
            self.info = replace(self.info, parameter_names=tuple(self.objective.parameter_names))

    def data_bytes(self) -> dict[int, int]:
        parts = (
            self.objective.train,
            self.objective.test,
            self._as_loaded,
            self._shown_train,
            self._shown_test,
        )
        arrays = [array for part in parts for array in (part.x, part.y, part.labels) if array is not None]
        return bytes_of(self.data) | {id(one): one.nbytes for one in arrays}

    def use_samples(self, iteration: int) -> None:
        wanted = (*data_until(self.line.edits, iteration), *self.imagined_samples)
        if wanted != self._in_force:
            self.change_samples(wanted)

    def change_samples(self, changes: tuple[DataChange, ...]) -> None:
        """Learn from the samples as they were loaded, with these changes."""
        objective = self.objective
        objective.learn_from(changed(objective, self._as_loaded, changes))
        self._in_force = changes
        self._told = told(self.info, objective.train, changes, self.data.scaling, self.targets)
        self._shown_train, self._probe = objective.train.thinned(SHOWN_ROWS), objective.clone()

    @property
    def changes_of_samples(self) -> tuple[DataChange, ...]:
        """What was changed by hand in the samples that are learnt from, the oldest first."""
        return self._in_force

    def set_parameters(self, named: Mapping[str, Array]) -> None:
        """Take the start from ``named`` (W1, b1, …; checked when they were read), before iteration 0."""
        for name, view in self._held().items():
            view[...] = named[name]
        self.checkpoints.cut(-1)
        self.checkpoints.add(self.place_now())

    def _norms_of(self, gradient: Array) -> GradientNorms:
        parts = [gradient[part] for part in self._parts]
        layers = np.array([math.sqrt(part.dot(part)) if part.size else math.nan for part in parts])
        steps = self.objective.step_norms(self._last_batch) if self.method.gradient == "backprop" else None
        for norms in (layers, steps):
            if norms is not None:
                norms.setflags(write=False)
        return GradientNorms(layers, steps)

    def record(self) -> dict[str, object]:
        """Return how features and targets were scaled: without it the parameters answer in unknown units."""
        return {
            "feature_names": list(self.info.feature_names),
            "feature_mean": self.data.scaling.mean.tolist(),
            "feature_scale": self.data.scaling.scale.tolist(),
            "target_mean": self.targets.mean.tolist(),
            "target_scale": self.targets.scale.tolist(),
            "class_names": list(self.info.class_names),
        }

    def snapshot(self, request: SnapshotRequest) -> Snapshot:
        """Return the run as it stands, all that ``request`` asks for included."""
        with np.errstate(all="ignore"):
            train, on_train = self._measured(self._shown_train)
            test, on_test = self._measured(self._shown_test)
            sample = min(max(request.sample, 0), len(self._shown_train) - 1)
            features = self._features(request)
            return Snapshot(
                self.info.run_id,
                self.iteration,
                self.epoch,
                self.loss,
                self.learning_rate,
                float(np.linalg.norm(self.gradient)),
                frozen(self.theta),
                frozen(self.gradient),
                train or Evaluation(math.nan),
                test,
                self._layers(sample, request),
                sample,
                frozen(self._shown_train.y[sample]),
                self._prediction_map(features, request.map_size) if request.with_maps else None,
                self._confusion(self._shown_train, on_train),
                self._confusion(self._shown_test, on_test),
                self._predictions(self._shown_train, on_train),
                self._predictions(self._shown_test, on_test),
                frozen(self.update),
                self._metrics(self._shown_train, on_train),
                self._metrics(self._shown_test, on_test),
                by_hand=self.by_hand,
                changed=self._told,
            )

    def _features(self, request: SnapshotRequest) -> tuple[int, ...]:
        last = self.objective.network.inputs - 1
        if last == 0:
            return (0,)
        return min(request.features[0], last), min(request.features[1], last)

    def probe(self) -> NetworkObjective:
        """Return the second set of buffers, remembering what the run remembers beside θ."""
        self._probe.recall(self.objective.memory())
        return self._probe

    def _traced(self, sample: int) -> Trace:
        """Trace one of the shown samples.

        Where training differs from answering (dropout, batch norm) it goes with the last batch, masks and
        statistics as they were, in the place of its first sample unless it is in the batch itself.
        """
        probe, shown = self.probe(), self._shown_train
        x, y = shown.x[sample : sample + 1], shown.y[sample : sample + 1]
        training = probe.in_one_piece
        place = 0
        if training:
            batch_x, batch_y = self.objective.batch_of(self._last_batch)
            # Before the first batch is drawn all the data stand for it, which may be too many.
            batch_x, batch_y = batch_x[: probe.training_rows], batch_y[: probe.training_rows]
            same = np.flatnonzero((batch_x == x).all(axis=1))
            place = int(same[0]) if same.size else 0
            x, y = np.array(batch_x), np.where(np.arange(len(batch_y))[:, None] == place, y, batch_y)
            x[place] = shown.x[sample]
            probe.begin(max(self.iteration - 1, 0))
        return trace(
            probe,
            self.theta,
            x,
            y,
            training=training,
            rows=slice(place, place + 1),
            gradient=self.gradient,
            update=self.update,
        )

    def _layers(self, sample: int, request: SnapshotRequest) -> tuple[LayerState, ...]:
        """Trace one sample forward and back, and draw each unit's map over the inputs."""
        traced = self._traced(sample)
        first, info = traced.layers[0], self.info
        x = first.x[0].ravel()
        states = [
            LayerState("x", "", x.size, x, x, traced.x_gradient[0].ravel(), kind="", shape=info.shapes[0])
        ]
        last = len(traced.layers) - 1
        for index, layer in enumerate(traced.layers):
            held = {state.name: state for state in layer.parameters} if layer.kind == "dense" else {}
            w, b = held.get("W"), held.get("b")
            states.append(
                LayerState(
                    "ŷ" if index == last else f"h{index + 1}",
                    info.activations[index],
                    info.units[index + 1],
                    layer.z[0].ravel(),
                    layer.a[0].ravel(),
                    layer.delta[0].ravel(),
                    w.values if w else None,
                    b.values if b else None,
                    w.gradient if w else None,
                    b.gradient if b else None,
                    kind=layer.kind,
                    text=info.texts[index],
                    shape=info.shapes[index + 1],
                    parameters=layer.parameters,
                    arrays=layer.extras[0],
                )
            )
        return self._with_maps(states, request) if request.with_maps else tuple(states)

    def _with_maps(self, states: list[LayerState], request: SnapshotRequest) -> tuple[LayerState, ...]:
        inputs = self.objective.network.inputs
        if inputs > 2 or self.info.sequence_shape is not None:
            return tuple(states)
        size = request.neuron_map_size
        width, height = (2 * size, 1) if inputs == 1 else (size, size)
        grid, _, _ = self._grid(tuple(range(inputs)), width, height)
        activations = [grid, *self.probe().forward(self.theta, grid).a]
        return tuple(
            replace(state, maps=frozen(a.T.reshape(state.units, height, width).astype(np.float32)))
            for state, a in zip(states, activations, strict=True)
        )

    def _grid(
        self, features: tuple[int, ...], width: int, height: int
    ) -> tuple[Array, tuple[float, float], tuple[float, float]]:
        """Return scaled inputs over a plane of ``features``, and its ranges in the data's own units.

        The other features stay at their mean over the training part.
        """
        scaling = self.data.scaling
        ranges = [self._range(feature) for feature in features]
        x_range, y_range = ranges[0], ranges[1] if len(ranges) > 1 else (0.0, 0.0)
        us = np.linspace(*x_range, width)
        vs = np.linspace(*y_range, height)
        rows = np.tile(scaling.invert(self.objective.train.x.mean(axis=0)), (width * height, 1))
        grid_u, grid_v = np.meshgrid(us, vs)
        rows[:, features[0]] = grid_u.ravel()
        if len(features) > 1:
            rows[:, features[1]] = grid_v.ravel()
        return scaling.apply(rows).astype(self.objective.dtype), x_range, y_range

    def _range(self, feature: int) -> tuple[float, float]:
        column = self.data.dataset.x[:, feature]
        moved = [float(one.x[feature]) for one in self._told]
        low, high = min([float(column.min()), *moved]), max([float(column.max()), *moved])
        margin = MARGIN * (high - low) or 1.0
        return low - margin, high + margin

    def _prediction_map(self, features: tuple[int, ...], size: int) -> PredictionMap | None:
        if self.info.picture_shape is not None or self.info.sequence_shape is not None:
            return None  # two pixels of a picture, two steps of a sequence say nothing about it
        inputs = self.objective.network.inputs
        if inputs > 2:
            size = max(16, min(size, int((MAP_CELLS / inputs) ** 0.5)))
        height = size if len(features) > 1 else 1
        width = size if len(features) > 1 else 4 * size
        grid, x_range, y_range = self._grid(features, width, height)
        values = self.probe().predict(self.theta, grid)
        if self.info.task == "classification":
            values = self._probe.scores(values)
        else:
            values = self.targets.invert(values)
        shaped = values.reshape(height, width, -1)
        return PredictionMap(features, x_range, y_range, frozen(shaped))

    def _measured(self, samples: Samples) -> tuple[Evaluation | None, Array | None]:
        """Return loss and accuracy over ``samples``, and ŷ, by one forward pass; None where there are none.

        ŷ has one row a sample (one a step where each has an answer).
        """
        pieces: list[Array] = []
        evaluation = self.probe().evaluate_samples(self.theta, samples, pieces)
        if not pieces:
            return None, None
        y_hat = np.concatenate(pieces)
        return evaluation, y_hat if samples.labels is None else self._probe.scores(y_hat)

    def _confusion(self, samples: Samples, scores: Array | None) -> NDArray[np.int64] | None:
        if samples.labels is None or scores is None or self._is_plane:
            return None
        return frozen(self._counts(samples, scores))

    def _counts(self, samples: Samples, scores: Array) -> NDArray[np.int64]:
        assert samples.labels is not None
        return confusion_matrix(scores.argmax(axis=1), samples.labels.ravel(), len(self.info.class_names))

    def _predictions(self, samples: Samples, y_hat: Array | None) -> Array | None:
        if samples.labels is not None or y_hat is None or self._is_plane:
            return None
        return frozen(self._in_own_units(y_hat))

    def _in_own_units(self, y_hat: Array) -> Array:
        return self.targets.invert(y_hat)

    @property
    def _is_plane(self) -> bool:
        """Whether the inputs are a line or a plane, which a map shows whole."""
        return self.objective.network.inputs <= 2

    def _metrics(
        self, samples: Samples, answers: Array | None, classes: Sequence[str] = ()
    ) -> Metrics | None:
        if answers is None:
            return None
        if samples.labels is None:
            return regression_metrics(self._in_own_units(answers), self._in_own_units(samples.y))
        labels = samples.labels.ravel()
        scores = answers[:, 1] if answers.shape[1] == 2 else None
        return classification_metrics(self._counts(samples, answers), scores, labels, classes)

    def metrics(
        self,
    ) -> tuple[Metrics | None, Metrics | None]:
        """Return the metrics over the whole training and test part at the present θ."""
        with np.errstate(all="ignore"):
            parts = (self.objective.train, self.objective.test)
            classes = self.info.class_names
            train, test = (self._metrics(part, self._measured(part)[1], classes) for part in parts)
        return train, test
