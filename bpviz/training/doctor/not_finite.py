"""Not a number: the run left the finite numbers; the first place and iteration where it did."""

from __future__ import annotations

from bpviz.snapshot.diagnosis import Finding
from bpviz.text import N_, Text
from bpviz.training.doctor.base import DIAGNOSES, Evidence, figure, finding, remedy
from bpviz.training.doctor.unscaled import is_unscaled

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


@DIAGNOSES.register("not_finite", N_("Not a number"))
def not_finite(evidence: Evidence) -> list[Finding]:
    """Tell of a divergence that ended the run."""
    divergence = evidence.training.divergence
    if divergence is None:
        return []
    lower = float(f"{min(evidence.learning_rate / 10.0, 0.1):.1g}")
    rate = divergence.safe_rate or lower
    edits: tuple[tuple[str, object], ...] = (("learning_rate", rate),)
    label = N_("η = {rate}")
    if evidence.is_network and is_unscaled(evidence):
        # On other data the steep directions are gone: what was tried on these says too little of them.
        rate = lower
        edits, label = (
            (("learning_rate", rate), ("standardize", "on")),
            N_("η = {rate}, and standardized inputs"),
        )
    return [
        finding(
            "not_finite",
            "grave",
            Text(
                "Iteration {iteration} gives no finite number: it began in {place}, with η = {rate}.",
                iteration=divergence.iteration,
                place=divergence.place,
                rate=figure(divergence.learning_rate),
            ),
            Text(
                "Each step overshot further than the one before, until a number was too large to be held; "
                "∞ − ∞ and ∞ / ∞ are no numbers, and spoil all that they touch."
            ),
            remedy(label, *edits, rate=figure(rate)),
            layer=layer_of(divergence.place) if evidence.is_network else None,
            seat="network" if evidence.is_network else "loss",
            iteration=divergence.iteration,
        )
    ]


def layer_of(place: str) -> int | None:
    """Return the layer in a place like ``∂L/∂W⁽²⁾``, None where it names none."""
    _, opened, rest = place.partition("⁽")
    number = rest.partition("⁾")[0].translate(_SUPERSCRIPTS)
    return int(number) if opened and number.isdecimal() else None
