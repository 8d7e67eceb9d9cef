"""What is said and shown of the doctor's findings."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bpviz.present.numbers import short
from bpviz.present.palette import Palette
from bpviz.snapshot.diagnosis import Diagnosis, Finding, Severity
from bpviz.text import tr


def colour(severity: Severity, palette: Palette) -> str:
    """Return a gravity's colour."""
    return {"grave": palette.danger, "warning": palette.warning, "hint": palette.accent}[severity]


def gravest(findings: tuple[Finding, ...]) -> Severity | None:
    """Return the gravity of the gravest, None where there is none."""
    return findings[0].severity if findings else None


def seen(finding: Finding) -> str:
    """Return what is to be seen, and in which other places too, each with its own numbers."""
    said = str(finding.seen)
    places = "; ".join(str(one.brief) for one in finding.also if one.brief is not None)
    if places:
        said = tr("{seen} Also in {places}.", seen=said, places=places)
    for one in finding.also:
        if one.brief is None:
            said = tr("{first} {second}", first=said, second=one.seen)
    return said


def summary(diagnosis: Diagnosis | None) -> str:
    """Return the doctor's judgement in one line: nothing, or the titles of what was found."""
    if diagnosis is None or not diagnosis.findings:
        return tr("The doctor sees nothing wrong.")
    titles = ", ".join(tr(one.title) for one in diagnosis.findings)
    return tr("The doctor sees: {titles}", titles=titles)


@dataclass(frozen=True)
class FlowBars:
    """How large the gradient is at each place: bars on a logarithmic axis.

    ``heights`` are shares of the axis, which goes from ``low`` to ``high``; both are powers of ten.
    """

    names: tuple[str, ...]
    values: tuple[float, ...]
    heights: tuple[float, ...]
    low: str
    high: str
    ratio: str

    def spoken(self) -> str:
        """Return all values in a line."""
        return ", ".join(
            f"{name}: {short(value, 3)}" for name, value in zip(self.names, self.values, strict=True)
        )


def flow_bars(finding: Finding) -> FlowBars | None:
    """Return the picture of how a gradient vanishes or explodes; None for what is no matter of that."""
    values = tuple(value for _, value in finding.flow)
    there = [value for value in values if value > 0 and math.isfinite(value)]
    if len(there) < 2:
        return None
    low, high = math.floor(math.log10(min(there))) - 1, math.ceil(math.log10(max(there)))
    heights = tuple(
        min(max((math.log10(value) - low) / (high - low), 0.0), 1.0) if value > 0 else 0.0 for value in values
    )
    ratio = finding.numbers.get("ratio", math.nan)
    return FlowBars(
        tuple(name for name, _ in finding.flow),
        values,
        heights,
        short(10.0**low),
        short(10.0**high),
        "× " + short(ratio, 3),
    )
