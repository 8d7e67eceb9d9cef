"""What a diagnosis is: a function from the evidence to its findings, under a name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bpviz.diagnosis import Finding, Remedy, Seat, Severity
from bpviz.engine.initializers import INITIALIZERS
from bpviz.registry import Registry
from bpviz.text import N_, Text
from bpviz.training.doctor.evidence import Evidence

__all__ = ["DIAGNOSES", "Evidence", "counted", "edits_of_start", "figure", "finding", "remedy"]

DIAGNOSES: Registry[Sequence[Finding]] = Registry(N_("finding"))
"""``make(evidence)`` gives the findings of one kind, mostly none, the worst first.

``extra["unless"]`` names findings that explain this one: where one of them is there, it is left out.
"""

_PLAIN_STARTS = ("uniform", "normal", "zeros", "constant")


def figure(value: float) -> str:
    """Return a number as a finding tells it: three digits."""
    return f"{value:.3g}".replace("-", "−")


def counted(units: Sequence[int], most: int = 6) -> str:
    """Return units as they are counted by people, from 1: ``2, 3, 5``; many are cut short."""
    told = ", ".join(str(unit + 1) for unit in units[:most])
    return told + ", …" if len(units) > most else told


def finding(
    key: str,
    severity: Severity,
    seen: Text,
    why: Text,
    remedy: Remedy | None = None,
    *,
    layer: int | None = None,
    units: Sequence[int] = (),
    seat: Seat = "network",
    **numbers: float,
) -> Finding:
    """Return a finding under the title of its registration."""
    return Finding(
        key, DIAGNOSES[key].label, severity, seen, why, remedy, layer, tuple(units), (), seat, numbers
    )


def remedy(label: str, *edits: tuple[str, Any], **fields: Any) -> Remedy | None:
    """Return a remedy, None where there is nothing to change."""
    return Remedy(Text(label, **fields), edits) if edits else None


def edits_of_start(evidence: Evidence, rectified: bool | None = None) -> tuple[tuple[str, Any], ...]:
    """Return the edit to a start that fits the activations, none where it is of that kind already."""
    if rectified is None:
        rectified = any("elu" in name for name in evidence.info.activations[:-1])
    wanted = "he" if rectified else "xavier"
    now = evidence.initializer
    fitting = now not in _PLAIN_STARTS and (now == wanted or not rectified)
    return () if fitting or wanted not in INITIALIZERS else (("initializer", wanted),)
