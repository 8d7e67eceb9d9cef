"""Dead ReLUs: units that are 0 for every sample; their slope is 0 there, so no gradient brings them back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bpviz.diagnosis import Finding, Remedy
from bpviz.text import N_, Text
from bpviz.training.doctor.base import DIAGNOSES, Evidence, counted, figure, finding, remedy
from bpviz.training.doctor.units import per_unit

LEAST_SHARE = 0.3
LEAST_SHARE_LEARNT = 0.7
"""A network that has learnt all the same has units to spare."""
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
    layer, a = evidence.layers[number - 1], evidence.probe.a[number - 1]
    values, places = per_unit(a, layer)
    dead: NDArray[np.intp] = np.flatnonzero(~values.any(axis=0))
    share = len(dead) / values.shape[1]
    if not len(dead) or share < (LEAST_SHARE_LEARNT if evidence.learnt else LEAST_SHARE):
        return []
    return [
        finding(
            "dead_units",
            "grave" if share == 1.0 else "warning",
            Text(
                "{dead} of {units} units of {layer} are 0 for every one of {samples} samples: {which}.",
                dead=len(dead),
                units=values.shape[1],
                layer=evidence.layer_name(number),
                samples=len(evidence.probe),
                which=counted(dead.tolist()),
            ),
            Text(
                "Their weighted sums are negative everywhere; there σ′ = 0, so no gradient reaches "
                "their weights and they stay as they are. Too large a step often throws them there."
            ),
            _remedy(evidence),
            layer=number,
            units=[places[unit] for unit in dead],
            dead=len(dead),
            share=share,
        )
    ]


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
