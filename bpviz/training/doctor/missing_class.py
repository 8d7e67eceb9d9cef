"""A class that is never predicted, though the training part has samples of it."""

from __future__ import annotations

import numpy as np

from bpviz.diagnosis import Finding, Remedy
from bpviz.text import N_, Text
from bpviz.training.doctor.base import DIAGNOSES, Evidence, figure, finding, remedy

LEAST_SAMPLES = 5
LEAST_EPOCHS, LEAST_ITERATIONS = 20, 300
MARGIN = 0.15
"""By so much of the winner’s score it falls short at least: on a plateau all are about the same."""
STRONG_L2 = 0.03
_EXPLAINED = (
    "not_finite",
    "rate_high",
    "rate_low",
    "symmetry",
    "dead_units",
    "vanishing",
    "saturated",
    "unscaled",
)


@DIAGNOSES.register("missing_class", N_("A class never predicted"), unless=_EXPLAINED)
def missing_class(evidence: Evidence) -> list[Finding]:
    """Count true and predicted classes over the probe, once there was time to learn them."""
    if not evidence.is_network or evidence.info.task != "classification":
        return []
    if evidence.training.epoch < LEAST_EPOCHS or evidence.iteration < LEAST_ITERATIONS:
        return []
    probe = evidence.probe
    if probe.samples.labels is None or probe.scores is None:
        return []
    count = len(evidence.info.class_names)
    true = np.bincount(probe.samples.labels.ravel(), minlength=count)
    told = np.bincount(probe.scores.argmax(axis=1), minlength=count)
    nearest = (probe.scores / probe.scores.max(axis=1, keepdims=True)).max(axis=0)
    missing = np.flatnonzero((true >= LEAST_SAMPLES) & (told == 0) & (nearest < 1.0 - MARGIN))
    if not len(missing):
        return []
    names = evidence.info.class_names
    return [
        finding(
            "missing_class",
            "warning",
            Text(
                "Of {samples} answers none is {which}, though {true} should be; {share} % are “{commonest}”.",
                samples=int(told.sum()),
                which=", ".join(f"“{names[one]}”" for one in missing[:4]),
                true=int(true[missing].sum()),
                share=figure(100 * told[int(told.argmax())] / told.sum()),
                commonest=names[int(told.argmax())],
            ),
            Text(
                "Always to answer with the common classes already brings the loss down; "
                "a class that is rare, or that the network cannot part from the others, is given up."
            ),
            _remedy(evidence),
            layer=len(evidence.layers),
            units=[int(one) for one in missing] if len(names) == evidence.layers[-1].units else [0],
            seat="network",
            missing=len(missing),
        )
    ]


def _remedy(evidence: Evidence) -> Remedy | None:
    if evidence.live.penalties.get("l2", 0.0) >= STRONG_L2:
        return remedy(N_("Without L2"), ("l2", 0.0))
    return remedy(N_("More units, and another start"), *_larger(evidence), ("seed", 1 + _seed(evidence)))


def _larger(evidence: Evidence) -> tuple[tuple[str, int], ...]:
    """Twice the units in each hidden dense layer, none beyond a hundred."""
    hidden = enumerate(evidence.layers[:-1])
    return tuple(
        (f"layer.{index}.units", max(layer.units, min(2 * layer.units, 100)))
        for index, layer in hidden
        if layer.kind == "dense" and len(layer.output_shape) == 1
    )


def _seed(evidence: Evidence) -> int:
    return int(evidence.objective.seed)
