"""Unscaled inputs: features far from mean 0 and deviation 1, or of very different sizes."""

from __future__ import annotations

import numpy as np

from bpviz.snapshot.diagnosis import Finding
from bpviz.text import N_, Text
from bpviz.training.doctor.base import DIAGNOSES, Evidence, counted, figure, finding, remedy

FAR = 10.0
UNLIKE = 100.0
LEAST_SAMPLES = 5
_NEARLY = 5.0


@DIAGNOSES.register("unscaled", N_("Unscaled inputs"))
def unscaled(evidence: Evidence) -> list[Finding]:
    """Look at the mean and the deviation of each input over the training part."""
    if not evidence.is_network or not is_unscaled(evidence):
        return []
    mean, deviation = evidence.spread
    size = np.abs(mean) + deviation
    worst, least = int(size.argmax()), float(deviation[deviation > 0].min(initial=np.inf))
    names = evidence.info.feature_names
    far = np.flatnonzero(size > _NEARLY)
    return [
        finding(
            "unscaled",
            "hint",
            Text(
                "The inputs are not scaled: {name} has mean {mean} and deviation {deviation}, "
                "and the smallest deviation of an input is {least}.",
                name=names[worst] if worst < len(names) else counted([worst]),
                mean=figure(float(mean[worst])),
                deviation=figure(float(deviation[worst])),
                least=figure(least),
            ),
            Text(
                "A weight’s gradient is proportional to its input: large inputs make steps too large for "
                "any rate that suits the small ones, and drive units into saturation."
            ),
            remedy(N_("Standardize the inputs"), ("standardize", "on")),
            layer=0,
            units=far.tolist() or [worst],
            mean=float(mean[worst]),
            deviation=float(deviation[worst]),
        )
    ]


def is_unscaled(evidence: Evidence) -> bool:
    """Return whether some input is far from mean 0 and deviation 1, or two are of very different sizes."""
    if len(evidence.objective.train) < LEAST_SAMPLES:
        return False
    mean, deviation = evidence.spread
    varied = deviation > 0
    if not varied.any():
        return False
    if (np.maximum(np.abs(mean), deviation)[varied] > FAR).any():
        return True
    # A picture's pixels share one unit, and some of them are hardly ever inked.
    if evidence.info.picture_shape is not None:
        return False
    return bool(deviation[varied].max() > UNLIKE * deviation[varied].min())
