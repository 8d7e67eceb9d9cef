"""What is said and shown of the doctor's findings."""

from __future__ import annotations

from bpviz.diagnosis import Diagnosis, Finding, Severity
from bpviz.present.palette import Palette
from bpviz.text import tr


def colour(severity: Severity, palette: Palette) -> str:
    """Return a gravity's colour."""
    return {"grave": palette.danger, "warning": palette.warning, "hint": palette.accent}[severity]


def gravest(findings: tuple[Finding, ...]) -> Severity | None:
    """Return the gravity of the gravest, None where there is none."""
    return findings[0].severity if findings else None


def layer_names(info_units: int, layers: tuple[int, ...]) -> str:
    """Return layers as the diagram calls them; ``info_units`` counts all layers, the input included."""
    return ", ".join("ŷ" if one == info_units - 1 else f"h{one}" for one in layers)


def seen(finding: Finding, info_units: int) -> str:
    """Return what is to be seen, and in which other layers, too."""
    said = str(finding.seen)
    if finding.also:
        said += " " + tr("The same in {layers}.", layers=layer_names(info_units, finding.also))
    return said


def summary(diagnosis: Diagnosis | None) -> str:
    """Return the doctor's judgement in one line: nothing, or the titles of what was found."""
    if diagnosis is None or not diagnosis.findings:
        return tr("The doctor sees nothing wrong.")
    titles = ", ".join(tr(one.title) for one in diagnosis.findings)
    return tr("The doctor sees: {titles}", titles=titles)
