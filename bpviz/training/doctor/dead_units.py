"""Dead ReLUs: units that are 0 for every sample; their slope is 0 there, so no gradient brings them back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.layers import Layer
from bpviz.snapshot.diagnosis import Finding, Remedy
from bpviz.text import N_, Text
from bpviz.training.doctor.base import DIAGNOSES, Evidence, brief, counted, figure, finding, remedy
from bpviz.training.doctor.units import count, per_unit

Array = NDArray[np.floating]

LEAST_SHARE, LEAST_SHARE_LEARNING, LEAST_SHARE_LEARNT = 0.3, 0.6, 0.9
"""A network that learns all the same, or has learnt, has units to spare."""
FAST = 3.0
"""By so much the rate is lowered, at least to the usual one: too long a step is what kills a unit."""


@DIAGNOSES.register("dead_units", N_("Dead ReLUs"))
def dead_units(evidence: Evidence) -> list[Finding]:
    """Look for units of ReLU layers that are 0 over the whole probe."""
    if not evidence.is_network:
        return []
    hidden = evidence.info.activations[:-1]
    rectified = [number for number, name in enumerate(hidden, 1) if name == "relu"]
    found = [one for number in rectified for one in _of_layer(evidence, number)]
    return sorted(found, key=lambda one: -one.numbers["share"])


def _of_layer(evidence: Evidence, number: int) -> list[Finding]:
    layer, least = evidence.layers[number - 1], _least_share(evidence)
    dead, _ = _dead(evidence.probe.a[number - 1], layer)
    if not len(dead) or len(dead) < least * count(layer):
        return []
    # A unit that only few samples reach is not dead: what the probe says is looked at once more.
    a = evidence.more_activations[number - 1]
    dead, places = _dead(a, layer)
    share, samples = len(dead) / count(layer), len(a)
    if share < least:
        return []
    return [
        finding(
            "dead_units",
            "grave" if share == 1.0 else "warning",
            Text(
                "{dead} of {units} units of {layer} are 0 for every one of {samples} samples: {which}.",
                dead=len(dead),
                units=count(layer),
                layer=evidence.layer_name(number),
                samples=samples,
                which=counted(dead.tolist()),
            ),
            Text(
                "Their weighted sums are negative everywhere; there σ′ = 0, so no gradient reaches "
                "their weights and they stay as they are. Too large a step often throws them there."
            ),
            _remedy(evidence),
            layer=number,
            units=[places[unit] for unit in dead],
            brief=brief(evidence.layer_name(number), dead.tolist(), count(layer)),
            dead=len(dead),
            share=share,
        )
    ]


def _dead(a: Array, layer: Layer) -> tuple[NDArray[np.intp], list[int]]:
    """Return the units that are 0 everywhere, and where each unit begins in the flat layer."""
    values, places = per_unit(a, layer)
    return np.flatnonzero(~values.any(axis=0)), places


def _least_share(evidence: Evidence) -> float:
    if evidence.iteration and evidence.evaluations < 2:
        return 1.0  # nobody knows yet whether it learns all the same
    if evidence.learnt:
        return LEAST_SHARE_LEARNT
    return LEAST_SHARE_LEARNING if evidence.loss < 0.5 * evidence.start_loss else LEAST_SHARE


def _remedy(evidence: Evidence) -> Remedy | None:
    edits = tuple(
        (f"layer.{index}.activation", "leaky_relu")
        for index, name in enumerate(evidence.info.activations[:-1])
        if name == "relu"
    )
    rate = evidence.learning_rate / FAST
    if rate > evidence.usual_rate:
        rate = evidence.usual_rate
    rate = float(f"{rate:.1g}")
    return remedy(N_("Leaky ReLU, and η = {rate}"), *edits, ("learning_rate", rate), rate=figure(rate))
