"""A run on a network: what the window, the exporters and the command line want to see of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpviz.data.dataset import Scaling, SplitDataset
from bpviz.engine.metrics import confusion_matrix
from bpviz.engine.network_objective import NetworkObjective, Samples
from bpviz.snapshot import Evaluation, LayerState, PredictionMap, Snapshot, SnapshotRequest, frozen
from bpviz.training.loop import Training

Array = NDArray[np.floating]

# Beyond this many samples the window measures and shows an evenly spaced part of them.
SHOWN_ROWS = 20_000
MARGIN = 0.1
# Inputs computed for one map over two of many features: points times features.
MAP_CELLS = 40_000


class NetworkTraining(Training):
    """`Training` of a `NetworkObjective`, with the layers taken apart."""

    objective: NetworkObjective

    def __init__(self, *args: Any, data: SplitDataset, targets: Scaling) -> None:
        super().__init__(*args)
        self.data, self.targets = data, targets
        # A second set of buffers: looking at the run leaves the run's own gradient alone.
        self._probe = self.objective.clone()
        self._shown_train = self.objective.train.thinned(SHOWN_ROWS)
        self._shown_test = self.objective.test.thinned(SHOWN_ROWS)

    def parameters(self) -> dict[str, Array]:
        """Return copies of W1, b1, W2, …."""
        self.objective.network.bind(self.theta)
        named: dict[str, Array] = {}
        for number, layer in enumerate(self.objective.network.layers, 1):
            named[f"W{number}"] = layer.weights.copy()
            if layer.bias is not None:
                named[f"b{number}"] = layer.bias.copy()
        return named

    def set_parameters(self, named: Mapping[str, Array]) -> None:
        """Take the start from ``named`` (W1, b1, …; checked when they were read), before iteration 0."""
        self.objective.network.bind(self.theta)
        for number, layer in enumerate(self.objective.network.layers, 1):
            layer.weights[...] = named[f"W{number}"]
            if layer.bias is not None:
                layer.bias[...] = named[f"b{number}"]
        self.checkpoints.cut(-1)
        self._keep_checkpoint()

    def _evaluate_shown(self) -> tuple[Evaluation, Evaluation | None]:
        """Return loss and accuracy over the samples that the window shows: all, or 20,000 of them."""
        with np.errstate(all="ignore"):
            train = self.objective.evaluate_samples(self.theta, self._shown_train)
            test = self.objective.evaluate_samples(self.theta, self._shown_test)
        return train or Evaluation(math.nan), test

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
            train, test = self._evaluate_shown()
            sample = min(max(request.sample, 0), len(self._shown_train) - 1)
            features = self._features(request)
            return Snapshot(
                self.info.run_id,
                self.iteration,
                self.epoch,
                self.loss,
                self.live.learning_rate,
                float(np.linalg.norm(self.gradient)),
                frozen(self.theta),
                frozen(self.gradient),
                train,
                test,
                self._layers(sample, request),
                sample,
                frozen(self._shown_train.y[sample]),
                self._prediction_map(features, request.map_size) if request.with_maps else None,
                self._confusion(self._shown_train),
                self._confusion(self._shown_test),
                self._predictions(self._shown_train),
                self._predictions(self._shown_test),
            )

    def _features(self, request: SnapshotRequest) -> tuple[int, ...]:
        last = self.objective.network.inputs - 1
        if last == 0:
            return (0,)
        return min(request.features[0], last), min(request.features[1], last)

    def _layers(self, sample: int, request: SnapshotRequest) -> tuple[LayerState, ...]:
        """Trace one sample forward and back, and draw each unit's map over the inputs."""
        objective = self._probe
        x = self._shown_train.x[sample : sample + 1]
        y = self._shown_train.y[sample : sample + 1]
        work = objective.forward(self.theta, x)
        objective.network.backward(x, y, work, objective.loss_function)
        first, last = objective.network.layers[0], len(objective.network.layers) - 1
        input_gradient = work.delta[0] @ first.weights
        states = [LayerState("x", "", first.inputs, frozen(x[0]), frozen(x[0]), frozen(input_gradient[0]))]
        for index, (layer, part) in enumerate(
            zip(objective.network.layers, objective.network.parts(), strict=True)
        ):
            count = layer.weights.size
            gradient = self.gradient[part]
            states.append(
                LayerState(
                    "ŷ" if index == last else f"h{index + 1}",
                    self.info.activations[index],
                    layer.units,
                    frozen(work.z[index][0]),
                    frozen(work.a[index][0]),
                    frozen(work.delta[index][0]),
                    frozen(layer.weights),
                    None if layer.bias is None else frozen(layer.bias),
                    frozen(gradient[:count].reshape(layer.weights.shape)),
                    None if layer.bias is None else frozen(gradient[count:]),
                )
            )
        return self._with_maps(states, request) if request.with_maps else tuple(states)

    def _with_maps(self, states: list[LayerState], request: SnapshotRequest) -> tuple[LayerState, ...]:
        inputs = self.objective.network.inputs
        if inputs > 2:
            return tuple(states)
        size = request.neuron_map_size
        width, height = (2 * size, 1) if inputs == 1 else (size, size)
        grid, _, _ = self._grid(tuple(range(inputs)), width, height)
        activations = [grid, *self._probe.forward(self.theta, grid).a]
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
        low, high = float(column.min()), float(column.max())
        margin = MARGIN * (high - low) or 1.0
        return low - margin, high + margin

    def _prediction_map(self, features: tuple[int, ...], size: int) -> PredictionMap | None:
        if self.info.picture_shape is not None:
            return None  # two pixels of a picture say nothing about it
        inputs = self.objective.network.inputs
        if inputs > 2:
            size = max(16, min(size, int((MAP_CELLS / inputs) ** 0.5)))
        height = size if len(features) > 1 else 1
        width = size if len(features) > 1 else 4 * size
        grid, x_range, y_range = self._grid(features, width, height)
        values = self._probe.predict(self.theta, grid)
        if self.info.task == "classification":
            values = self._probe.scores(values)
        else:
            values = self.targets.invert(values)
        shaped = values.reshape(height, width, -1)
        return PredictionMap(features, x_range, y_range, frozen(shaped))

    def _confusion(self, samples: Samples) -> NDArray[np.int64] | None:
        if samples.labels is None or self.objective.network.inputs <= 2 or not len(samples):
            return None
        predicted = self._probe.scores(self._probe.predict(self.theta, samples.x)).argmax(axis=1)
        return frozen(confusion_matrix(predicted, samples.labels, len(self.info.class_names)))

    def _predictions(self, samples: Samples) -> Array | None:
        if samples.labels is not None or self.objective.network.inputs <= 2 or not len(samples):
            return None
        return frozen(self.targets.invert(self._probe.predict(self.theta, samples.x)))
