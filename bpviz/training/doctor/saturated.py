"""Saturated units: so far out on σ that its slope is next to nothing, and with it their gradient."""

from __future__ import annotations

import numpy as np

from bpviz.snapshot.diagnosis import Finding, Remedy
from bpviz.text import N_, Text
from bpviz.training.doctor.base import (
    DIAGNOSES,
    Evidence,
    brief,
    counted,
    edits_of_start,
    figure,
    finding,
    remedy,
)
from bpviz.training.doctor.units import per_unit
from bpviz.training.doctor.unscaled import is_unscaled

FLAT = 0.05
"""Of the largest slope: below that a unit counts as saturated."""
ALMOST_ALWAYS = 0.95
LEAST_SHARE = 0.5
_AROUND_ZERO = np.linspace(-3.0, 3.0, 61)


@DIAGNOSES.register("saturated", N_("Saturated units"), unless=("not_finite",))
def saturated(evidence: Evidence) -> list[Finding]:
    """Look for layers most of whose units are at an end of σ for nearly every sample."""
    if not evidence.is_network or evidence.learnt:
        return []
    hidden = range(1, len(evidence.layers))
    found = [one for number in hidden for one in _of_layer(evidence, number)]
    return sorted(found, key=lambda one: -one.numbers["stuck_share"])


def _of_layer(evidence: Evidence, number: int) -> list[Finding]:
    layer = evidence.layers[number - 1]
    sigma = layer.activation
    if sigma is None or sigma.low is None or sigma.high is None or layer.kind not in ("dense", "conv"):
        return []
    z, places = per_unit(evidence.probe.z[number - 1], layer)
    a, _ = per_unit(evidence.probe.a[number - 1], layer)
    largest = float(sigma.slope(_AROUND_ZERO, sigma.value(_AROUND_ZERO)).max())
    bound = FLAT * largest
    flat = np.abs(sigma.slope(z, a)) < bound
    stuck = np.flatnonzero(flat.mean(axis=0) >= ALMOST_ALWAYS)
    if len(stuck) < max(LEAST_SHARE * flat.shape[1], 1):
        return []
    return [
        finding(
            "saturated",
            "warning",
            Text(
                "{stuck} of {units} units of {layer} are saturated: for {share} % of {samples} samples, on "
                "average, their σ′ is below {bound} ({which}).",
                samples=len(evidence.probe),
                stuck=len(stuck),
                units=flat.shape[1],
                layer=evidence.layer_name(number),
                share=figure(100 * float(flat[:, stuck].mean())),
                bound=figure(bound),
                which=counted(stuck.tolist()),
            ),
            Text(
                "Their weighted sums are so large that σ is flat there, and next to nothing is left of "
                "a gradient that passes σ′. Large inputs or large weights do this."
            ),
            _remedy(evidence, number),
            layer=number,
            units=[places[unit] for unit in stuck],
            brief=brief(evidence.layer_name(number), stuck.tolist(), flat.shape[1]),
            stuck_share=len(stuck) / flat.shape[1],
            share=float(flat[:, stuck].mean()),
        )
    ]


def _remedy(evidence: Evidence, number: int) -> Remedy | None:
    if is_unscaled(evidence):
        return remedy(N_("Standardize the inputs"), ("standardize", "on"))
    start = edits_of_start(evidence)
    if start:
        return remedy(N_("A start of the right size"), *start)
    usual = float(f"{evidence.usual_rate:.1g}")
    if evidence.learning_rate > usual:
        return remedy(N_("η = {rate}"), ("learning_rate", usual), rate=figure(usual))
    rectified = edits_of_start(evidence, rectified=True)
    return remedy(N_("ReLU, and He’s start"), (f"layer.{number - 1}.activation", "relu"), *rectified)
