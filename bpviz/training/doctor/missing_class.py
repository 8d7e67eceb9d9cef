"""A class that is never predicted, though the training part has samples of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.optimizers import OPTIMIZERS
from bpviz.snapshot.diagnosis import Finding, Remedy
from bpviz.text import N_, Text
from bpviz.training.doctor.base import DIAGNOSES, Evidence, figure, finding, remedy
from bpviz.training.options import usual_rate

LEAST_SAMPLES = 5
LEAST_EPOCHS, LEAST_ITERATIONS = 20, 300
LEARNT_SOMETHING = 1.5, 0.1
"""So many times, or so much above, the accuracy of always answering with the commonest class."""
MARGIN = 0.15
"""Before that, a class falls short of the winner’s score by so much at least: on a plateau all are alike."""
MOST_NAMED = 12
STRONG_L2 = 0.03
STILL_FALLS = 0.02
"""By so much of the start’s loss it has come down over the later half of the evaluations."""
LEAST_UNITS, UNITS_PER_CLASS = 16, 2
"""A hidden layer with fewer is taken to be too narrow to part the classes."""
QUICK_OPTIMIZER = "adam"

Counts = NDArray[np.intp]

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
    missing = _never_near(evidence)
    if not len(missing):
        return []
    # A class that the probe lacks may be told somewhere: the whole training part is counted.
    true, told = evidence.true_and_told
    missing = missing[(true[missing] >= LEAST_SAMPLES) & (told[missing] == 0)]
    return [_finding(evidence, missing, true, told)] if len(missing) else []


def _never_near(evidence: Evidence) -> Counts:
    """Return the classes that the probe never gives, where this is no plateau on which all are alike."""
    probe = evidence.probe
    if probe.samples.labels is None or probe.scores is None:
        return np.empty(0, np.intp)
    count = len(evidence.info.class_names)
    told = np.bincount(probe.scores.argmax(axis=1), minlength=count)
    true = np.bincount(probe.samples.labels.ravel(), minlength=count)
    missing = (told == 0) & (true > 0)
    commonest = float(true.max()) / max(float(true.sum()), 1.0)
    times, above = LEARNT_SOMETHING
    if evidence.accuracy < min(times * commonest, above + commonest):
        nearest = (probe.scores / probe.scores.max(axis=1, keepdims=True)).max(axis=0)
        missing &= nearest < 1.0 - MARGIN
    return np.flatnonzero(missing)


def _finding(evidence: Evidence, missing: Counts, true: Counts, told: Counts) -> Finding:
    names, common = evidence.info.class_names, int(told.argmax())
    return finding(
        "missing_class",
        "warning",
        Text(
            "Of {samples} answers none is {which}, though {true} should be; {share} % are “{commonest}”.",
            samples=int(told.sum()),
            which=_listed(missing, true, names),
            true=int(true[missing].sum()),
            share=figure(100 * told[common] / told.sum()),
            commonest=names[common],
        ),
        Text(
            "Always to answer with the common classes already brings the loss down; "
            "a class that is rare, or that the network cannot part from the others, is given up."
        ),
        _remedy(evidence),
        layer=len(evidence.layers),
        units=[int(one) for one in missing],
        seat="map",
        missing=len(missing),
        samples=float(told.sum()),
        true=float(true[missing].sum()),
    )


def _listed(missing: Counts, true: Counts, names: Sequence[str]) -> Text | str:
    """Return the classes with how many samples each has; many are cut short."""
    told = ", ".join(f"“{names[one]}” ({true[one]})" for one in missing[:MOST_NAMED])
    rest = len(missing) - MOST_NAMED
    return Text("{classes} and {count} more", classes=told, count=rest) if rest > 0 else told


def _remedy(evidence: Evidence) -> Remedy | None:
    if evidence.live.penalties.get("l2", 0.0) >= STRONG_L2:
        return remedy(N_("Without L2"), ("l2", 0.0))
    units, wider = _wider(evidence)
    rate, faster = _faster(evidence)
    adam = len(faster) > 1
    if faster and wider:
        label = N_("{units} units, Adam, η = {rate}") if adam else N_("{units} units, η = {rate}")
        return remedy(label, *wider, *faster, units=units, rate=figure(rate))
    if faster:
        return remedy(N_("Adam, η = {rate}") if adam else N_("η = {rate}"), *faster, rate=figure(rate))
    seed = ("seed", 1 + _seed(evidence))
    if wider:
        return remedy(N_("{units} units, and another start"), *wider, seed, units=units)
    return remedy(N_("More units, and another start"), *_larger(evidence), seed)


def _faster(evidence: Evidence) -> tuple[float, tuple[tuple[str, Any], ...]]:
    """Return η, and the edits that hasten a loss that still falls; none where it is as fast as is usual."""
    losses = evidence.train_loss
    fallen = float(losses[len(losses) // 2] - losses[-1])
    if fallen < STILL_FALLS * evidence.start_loss:
        return evidence.learning_rate, ()
    if evidence.is_adaptive or evidence.training.optimizer.searches:
        rate = evidence.usual_rate
        return rate, (("learning_rate", rate),) if rate > evidence.learning_rate else ()
    rate = usual_rate(OPTIMIZERS[QUICK_OPTIMIZER])
    return rate, (("optimizer", QUICK_OPTIMIZER), ("learning_rate", rate))


def _wider(evidence: Evidence) -> tuple[int, tuple[tuple[str, int], ...]]:
    """Return how many units the classes ask for, and the edits to the hidden layers that have fewer."""
    units = max(UNITS_PER_CLASS * len(evidence.info.class_names), LEAST_UNITS)
    narrow = (index for index, has in _hidden_dense(evidence) if has < units)
    return units, tuple((f"layer.{index}.units", units) for index in narrow)


def _larger(evidence: Evidence) -> tuple[tuple[str, int], ...]:
    """Twice the units in each hidden dense layer, none beyond a hundred."""
    return tuple(
        (f"layer.{index}.units", max(has, min(2 * has, 100))) for index, has in _hidden_dense(evidence)
    )


def _hidden_dense(evidence: Evidence) -> list[tuple[int, int]]:
    """Return the places and the units of the hidden dense layers."""
    return [
        (index, layer.units)
        for index, layer in enumerate(evidence.layers[:-1])
        if layer.kind == "dense" and len(layer.output_shape) == 1
    ]


def _seed(evidence: Evidence) -> int:
    return int(evidence.objective.seed)
