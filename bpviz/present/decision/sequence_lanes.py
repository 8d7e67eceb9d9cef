"""The shown sequence as lanes over time: each channel one, then what should come out beside what does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bpviz.present.decision.sequence_values import ShownSequence
from bpviz.present.loss.scales import percent, shown
from bpviz.present.numbers import short
from bpviz.snapshot import RunInfo
from bpviz.text import tr

Values = NDArray[np.floating]
LaneKind = Literal["bits", "line", "classes", "chances", "answers"]

_LINE_SHARE = 3.0


@dataclass(frozen=True)
class Lane:
    """One lane.

    ``kind``: "bits" and "line" are an input's channel ``index``, "classes" the true classes, "chances" the
    predicted ones, "answers" the numbers of target ``index`` with the predictions.  ``low`` and ``high``
    are the ends of a line's scale; ``ahead`` has the answer after the last step, on the channel's own scale.
    """

    kind: LaneKind
    label: str
    index: int
    top: float
    height: float
    low: float = 0.0
    high: float = 1.0
    ahead: bool = False

    def y(self, value: float) -> float:
        """Return the height of a value on a line's scale, within the lane."""
        share = (value - self.low) / (self.high - self.low)
        inner = max(self.height - 6.0, 1.0)
        return self.top + 3.0 + (1.0 - min(max(share, -0.05), 1.05)) * inner


@dataclass(frozen=True)
class Lanes:
    """All lanes between ``left`` and ``right``.

    ``columns`` is the number of steps, and one more where the answer lies ahead.
    """

    lanes: tuple[Lane, ...]
    left: float
    right: float
    columns: int

    @property
    def column(self) -> float:
        """The width of a step."""
        return (self.right - self.left) / self.columns

    def x(self, step: float) -> float:
        """Return the middle of a step's column."""
        return self.left + (step + 0.5) * self.column

    def step_at(self, x: float) -> int | None:
        """Return the step whose column holds ``x``."""
        step = int((x - self.left) // self.column)
        return step if self.left <= x < self.right else None


def looks_ahead(info: RunInfo, sequence: ShownSequence) -> bool:
    """Whether the one answer is the next value of the only channel, and belongs onto its line."""
    if sequence.labels is not None or len(sequence.channels) != 1 or sequence.target.shape != (1, 1):
        return False
    name = info.target_names[0] if info.target_names else ""
    channel = sequence.channels[0]
    return not sequence.bits[0] and name in (channel, f"next {channel}")


def lay_out_lanes(
    info: RunInfo,
    sequence: ShownSequence,
    area: tuple[float, float, float, float],
    line: float,
    labels: float,
) -> Lanes:
    """Place the lanes in ``area`` (x, y, width, height).

    Parameters
    ----------
    line : float
        The height of a line of text, which is that of a lane of bits.
    labels : float
        The room for the lanes' names on the left.
    """
    x, y, width, height = area
    ahead = looks_ahead(info, sequence)
    wanted = _wanted(info, sequence, ahead)
    bits = sum(lane.kind not in ("line", "answers") for lane in wanted)
    lines = len(wanted) - bits
    gap = min(4.0, 0.1 * height / len(wanted))
    room = height - gap * (len(wanted) - 1)
    most = line + 4.0 if lines else max(2.0 * line, 0.13 * height)
    small = min(most, room / max(bits + _LINE_SHARE * lines, 1.0))
    large = (room - bits * small) / lines if lines else 0.0
    placed = []
    for lane in wanted:
        own = small if lane.kind not in ("line", "answers") else large
        placed.append(Lane(lane.kind, lane.label, lane.index, y, own, lane.low, lane.high, lane.ahead))
        y += own + gap
    columns = len(sequence.x) + (1 if ahead else 0)
    return Lanes(tuple(placed), x + labels, x + width, columns)


def _wanted(info: RunInfo, sequence: ShownSequence, ahead: bool) -> list[Lane]:
    lanes = []
    assert info.x_train is not None
    count = len(sequence.channels)
    columns = info.x_train.reshape(-1, count)
    for index, (name, bits) in enumerate(zip(sequence.channels, sequence.bits, strict=True)):
        if bits:
            lanes.append(Lane("bits", name, index, 0.0, 0.0))
            continue
        low, high = _ends(columns[:, index])
        lanes.append(Lane("line", name, index, 0.0, 0.0, low, high, ahead))
    if sequence.labels is not None:
        return [*lanes, Lane("classes", "y", 0, 0.0, 0.0), Lane("chances", "ŷ", 0, 0.0, 0.0)]
    if ahead:
        return lanes
    targets = np.asarray(info.y_train, np.float64).reshape(-1, sequence.target.shape[1])
    for index in range(sequence.target.shape[1]):
        name = info.target_names[index] if index < len(info.target_names) else "y"
        low, high = _ends(targets[:, index])
        lanes.append(Lane("answers", name, index, 0.0, 0.0, low, high))
    return lanes


def _ends(values: Values) -> tuple[float, float]:
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    if 0.0 < low < 0.05 * high:
        low = 0.0
    return (low, high) if low < high else (low - 1.0, high + 1.0)


def verdict(info: RunInfo, sequence: ShownSequence) -> tuple[str, str]:
    """Return (role, sentence) about the answers; roles are good, bad and quiet."""
    if sequence.labels is None or sequence.said is None:
        error = float(np.abs(sequence.prediction - sequence.target).mean())
        if sequence.target.size == 1:
            fields = {
                "said": shown(float(sequence.prediction[0, 0])),
                "true": shown(float(sequence.target[0, 0])),
            }
            return "quiet", tr("predicted {said}, target {true}", **fields)
        return "quiet", tr("mean distance from the target {error}", error=shown(error))
    wrong = int(sequence.wrong.sum())
    names = info.class_names
    if len(sequence.labels) == 1:
        label, said = int(sequence.labels[0]), int(sequence.said[0])
        chance = percent(float(sequence.prediction[0, said]))
        sentence = tr(
            "says {said} ({chance}), true {true}", said=names[said], chance=chance, true=names[label]
        )
    else:
        count = len(sequence.labels)
        sentence = tr("{right} of {count} steps right", right=count - wrong, count=count)
    return ("bad", f"✗ {sentence}") if wrong else ("good", f"✓ {sentence}")


def step_lines(info: RunInfo, sequence: ShownSequence, step: int) -> list[str]:
    """Return what there is at a step, which is one after the last where the answer lies ahead."""
    lines = [tr("step {step}", step=step + 1)]
    if step < len(sequence.x):
        lines += [
            f"{name} = {short(float(value)) if bits else shown(float(value))}"
            for name, bits, value in zip(sequence.channels, sequence.bits, sequence.x[step], strict=True)
        ]
    ahead = looks_ahead(info, sequence)
    at = np.flatnonzero(sequence.answers_at + (1 if ahead else 0) == step)
    if not at.size:
        return lines
    answer = int(at[0])
    if sequence.labels is None or sequence.said is None:
        for index in range(sequence.target.shape[1]):
            name = info.target_names[index] if index < len(info.target_names) else "y"
            lines.append(
                f"{name}: {tr('target {value}', value=shown(float(sequence.target[answer, index])))}"
            )
            lines.append(tr("prediction {value}", value=shown(float(sequence.prediction[answer, index]))))
        return lines
    label, said = int(sequence.labels[answer]), int(sequence.said[answer])
    names = info.class_names
    lines.append(tr("true class: {name}", name=names[label]))
    chance = percent(float(sequence.prediction[answer, said]))
    lines.append(f"{'✓' if label == said else '✗'} {tr('predicted: {name}', name=names[said])} · {chance}")
    return lines
