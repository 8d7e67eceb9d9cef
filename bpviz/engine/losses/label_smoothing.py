"""Label smoothing (Szegedy et al., 2016): targets y become (1 − ε) y + ε / K over K classes."""

from __future__ import annotations

from bpviz.engine.losses.base import Array
from bpviz.registry import Field
from bpviz.text import N_

LABEL_SMOOTHING = Field(
    "label_smoothing",
    N_("Label smoothing"),
    default=0.0,
    minimum=0.0,
    maximum=0.5,
    step=0.01,
    help=N_("The share of each target that is spread evenly over all classes, so that none is ever sure."),
)


def smoothed(y: Array, label_smoothing: float, classes: int) -> Array:
    """Return (1 − ε) y + ε / K; ``y`` itself for ε = 0."""
    if not label_smoothing:
        return y
    return y * (1.0 - label_smoothing) + label_smoothing / classes
