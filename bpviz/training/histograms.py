"""The histograms of a run as it stands: weights, activations over a probe, gradients, layer by layer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.layers import Layer
from bpviz.snapshot import Snapshot, SnapshotRequest
from bpviz.snapshot.spread import Histograms, Kind, LayerSpread, Spread, spread_of
from bpviz.training.doctor import Evidence
from bpviz.training.loop import Training


def histograms(training: Training) -> Histograms:
    """Count the numbers of each layer; for a function those of θ and of its gradient."""
    evidence = Evidence(training)
    if not evidence.is_network:
        point = _layer(1, "θ", weights=training.theta, gradients=training.gradient)
        return Histograms(training.iteration, (point,), cuts=training.line.cuts)
    layers = []
    for number, (layer, part) in enumerate(
        zip(evidence.layers, evidence.objective.network.parts(), strict=True), 1
    ):
        arrays = {"activations": evidence.probe.a[number - 1]}
        if layer.size:
            arrays["weights"] = _weights(layer, training.theta[part])
            arrays["gradients"] = _weights(layer, training.gradient[part])
        layers.append(_layer(number, evidence.layer_name(number), **arrays))
    return Histograms(training.iteration, tuple(layers), len(evidence.probe), training.line.cuts)


def _layer(number: int, name: str, **arrays: NDArray[np.floating]) -> LayerSpread:
    kinds: tuple[Kind, ...] = ("weights", "activations", "gradients")
    found: dict[Kind, Spread] = {}
    for kind in kinds:
        spread = spread_of(arrays[kind]) if kind in arrays and arrays[kind].size else None
        if spread is not None:
            found[kind] = spread
    return LayerSpread(number, name, found)


def _weights(layer: Layer, flat: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the weights' part of a layer's numbers, without biases; the gains where it has only these."""
    views = layer.split(flat)
    chosen = [views[one.name].reshape(-1) for one in layer.parameters if one.role == "weight"]
    return np.concatenate(chosen or [view.reshape(-1) for view in views.values()])


def taken(training: Training, request: SnapshotRequest) -> Snapshot:
    """Return the run's snapshot, with its histograms where ``request`` wants them."""
    snapshot = training.snapshot(request)
    return replace(snapshot, histograms=histograms(training)) if request.with_histograms else snapshot
