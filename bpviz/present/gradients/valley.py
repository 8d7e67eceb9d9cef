"""The valley of a numerical gradient's error over its step h, between truncation and rounding."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bpviz.present.gradients.check import AGREES, CheckReport, method_word
from bpviz.present.loss.scales import Axis
from bpviz.present.numbers import power_of_ten, short
from bpviz.snapshot import ErrorValley
from bpviz.text import N_, tr

Floats = NDArray[np.float64]

# No float64 is nearer to another than this share: an error of 0 is drawn here.
FLOOR, CEILING = 1e-17, 1e2
SLOPES: dict[str, str] = {
    "forward": N_("Forward: truncation ∝ h, rounding ∝ 1/h."),
    "central": N_("Central: truncation ∝ h², rounding ∝ 1/h."),
    "complex": N_("Complex step: truncation ∝ h², no rounding."),
}


@dataclass(frozen=True)
class ValleyCurve:
    """One method's errors, (k,) each, over the same steps."""

    method: str
    steps: Floats
    largest: Floats
    median: Floats


def curves(valley: ErrorValley) -> list[ValleyCurve]:
    """Return each method's curve, steps rising, what is not finite drawn at the top."""
    order = np.argsort(valley.steps)
    found = []
    for method in valley.largest:
        largest, median = (
            np.nan_to_num(errors[method][order], nan=CEILING, posinf=CEILING).clip(FLOOR, CEILING)
            for errors in (valley.largest, valley.median)
        )
        found.append(ValleyCurve(method, np.asarray(valley.steps)[order], largest, median))
    return found


def error_bounds(drawn: list[ValleyCurve]) -> tuple[float, float]:
    """Return whole powers of ten around every error."""
    low = min(float(curve.median.min()) for curve in drawn)
    high = max(float(curve.largest.max()) for curve in drawn)
    return 10.0 ** np.floor(np.log10(low)), 10.0 ** (np.floor(np.log10(high)) + 1)


def nearest(steps: Floats, axis: Axis, pixel: float) -> int:
    """Return the step that lies nearest to a pixel."""
    return int(np.abs(axis.pixel(steps) - pixel).argmin())


def reading(drawn: list[ValleyCurve], index: int) -> list[tuple[str, str]]:
    """Return (method, text) lines for one step; the first has no method."""
    lines = [("", f"h = {short(float(drawn[0].steps[index]), 2)}")]
    for curve in drawn:
        said = tr(
            "{method}: max {largest} · median {median}",
            method=method_word(curve.method),
            largest=short(float(curve.largest[index]), 2),
            median=short(float(curve.median[index]), 2),
        )
        lines.append((curve.method, said))
    return lines


def explanation(valley: ErrorValley, parameters: int) -> list[tuple[str, str]]:
    """Say in words why the curves look as they do: (method, sentence), what concerns all of no method."""
    said = [(method, tr(SLOPES[method])) for method in valley.largest]
    said.append(("", tr("Solid: the largest error; dashed: the median.")))
    if len(valley.indices) < parameters:
        said.append(("", tr("Drawn from {count} of the parameters.", count=len(valley.indices))))
    return said


def power_labels(axis: Axis, spacing: float) -> list[tuple[float, str]]:
    """Return the powers of ten of a logarithmic axis, all written alike."""
    return [
        (tick, "1" + power_of_ten(round(np.log10(tick))) if tick != 1 else "1")
        for tick in axis.ticks(spacing)
    ]


def advice(report: CheckReport) -> str:
    """Say which side of the valley the step lies on, where the error is more than rounding; else nothing."""
    check, valley = report.check, report.valley
    if check.max_relative_error <= AGREES or valley is None or check.method not in valley.largest:
        return ""
    curve = next(curve for curve in curves(valley) if curve.method == check.method)
    best = int(curve.largest.argmin())
    h = short(float(curve.steps[best]), 2)
    if curve.largest[best] * 3 > check.max_relative_error:
        if check.method == "forward" and float(valley.largest["central"].min()) <= AGREES:
            return tr("Forward differences cannot do much better; central ones can.")
        return tr("No step does much better: look for a mistake.")
    if check.step > curve.steps[best]:
        return tr("h is too large: the curve bends within the step (truncation). Try h = {h}.", h=h)
    return tr("h is too small: the difference drowns in rounding. Try h = {h}.", h=h)
