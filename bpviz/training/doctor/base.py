"""What a diagnosis is: a function from the evidence to its findings, under a name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bpviz.engine.initializers import INITIALIZERS
from bpviz.registry import Registry
from bpviz.snapshot.diagnosis import Finding, Remedy, Seat, Severity
from bpviz.text import N_, Text
from bpviz.training.doctor.evidence import Evidence

__all__ = ["DIAGNOSES", "Evidence", "brief", "counted", "edits_of_start", "figure", "finding", "remedy"]

DIAGNOSES: Registry[Sequence[Finding]] = Registry(N_("finding"))
"""``make(evidence)`` gives the findings of one kind, mostly none, the worst first.

``extra["unless"]`` names findings that explain this one: where one of them is there, it is left out.
"""

_PLAIN_STARTS = ("uniform", "normal", "zeros", "constant")


def figure(value: float, digits: int = 3) -> str:
    """Return a number as a finding tells it: three digits, a loss as the window does, four."""
    if 10.0**digits <= abs(value) < 1e5:
        return f"{value:.0f}".replace("-", "−")
    mantissa, _, exponent = f"{value:.{digits}g}".partition("e")
    return (mantissa + (f"e{int(exponent)}" if exponent else "")).replace("-", "−")


def counted(units: Sequence[int], most: int = 6) -> Text | str:
    """Return units as they are counted by people, from 1: ``2, 5–8``; many are cut short."""
    runs: list[list[int]] = []
    for unit in units:
        if runs and unit == runs[-1][-1] + 1:
            runs[-1].append(unit)
        else:
            runs.append([unit])
    parts = [part for run in runs for part in ([run] if len(run) > 2 else [[one] for one in run])]
    told = ", ".join(_numbered(part) for part in parts[:most])
    rest = sum(map(len, parts[most:]))
    return Text("{units} and {count} more", units=told, count=rest) if rest else told


def _numbered(run: Sequence[int]) -> str:
    return str(run[0] + 1) if len(run) == 1 else f"{run[0] + 1}–{run[-1] + 1}"


def brief(layer: str, units: Sequence[int], of: int) -> Text:
    """Return which units of another layer share a trouble, in few words."""
    which = counted(units)
    return Text("{layer}: {count} of {units} ({which})", layer=layer, count=len(units), units=of, which=which)


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
    brief: Text | None = None,
    flow: Sequence[tuple[str, float]] = (),
    **numbers: float,
) -> Finding:
    """Return a finding under the title of its registration."""
    return Finding(
        key,
        DIAGNOSES[key].label,
        severity,
        seen,
        why,
        remedy,
        layer,
        tuple(units),
        (),
        seat,
        numbers,
        brief,
        tuple(flow),
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
