"""What the decision panel says: captions, scores and the numbers under the pointer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bpviz.present.loss.scales import percent, shown
from bpviz.present.numbers import grouped
from bpviz.present.walk.words import iteration_number
from bpviz.snapshot import Evaluation, RunInfo, Snapshot
from bpviz.text import tr

_MOST_CLASSES = 4


def score(snapshot: Snapshot | None, task: str) -> str:
    """Return ``train 100 % · test 98.4 %`` for classes, the two losses otherwise."""
    if snapshot is None:
        return ""
    if task == "function":
        return tr("f = {value}", value=shown(snapshot.train.loss))
    parts = [_part_score("train", snapshot.train)]
    if snapshot.test is not None:
        parts.append(_part_score("test", snapshot.test))
    return " · ".join(parts)


def _part_score(part: str, evaluation: Evaluation) -> str:
    accuracy = evaluation.accuracy
    said = shown(evaluation.loss) if accuracy is None else percent(accuracy)
    return tr("train {loss}", loss=said) if part == "train" else tr("test {loss}", loss=said)


def caption(
    info: RunInfo, snapshot: Snapshot | None, *, mapped: bool, limit: int | None, walked: bool = False
) -> str:
    """Return the quiet line under the picture; ``limit`` is how many points of a part it draws."""
    if snapshot is None:
        return ""
    parts = [tr("iteration {iteration}", iteration=iteration_number(snapshot.iteration, walked=walked))]
    if mapped and len(info.feature_names) > 2:
        parts.append(tr("other features at their mean"))
    if limit is not None:
        counts = [len(x) for x in (info.x_train, info.x_test) if x is not None]
        if max(counts, default=0) > limit:
            drawn = sum(min(count, limit) for count in counts)
            parts.append(tr("{drawn} of {all} points", drawn=grouped(drawn), all=grouped(sum(counts))))
    return " · ".join(parts)


def probability_lines(values: NDArray[np.floating], class_names: Sequence[str]) -> list[tuple[int, str]]:
    """Return (class, text) for the most probable classes, the best first."""
    order = np.argsort(-values, kind="stable")[:_MOST_CLASSES]
    return [(int(k), f"{class_names[k]}  {percent(float(values[k]))}") for k in order]


def prediction_lines(values: NDArray[np.floating], target_names: Sequence[str]) -> list[str]:
    """Return ``ŷ = 0.1234`` for each output."""
    if len(values) == 1:
        return [f"ŷ = {shown(float(values[0]))}"]
    return [f"ŷ {name} = {shown(float(value))}" for name, value in zip(target_names, values, strict=False)]


@dataclass(frozen=True)
class Answer:
    """What the network says of the chosen sample: its outputs, and the classes said and true."""

    outputs: NDArray[np.floating]
    said: int
    true: int


def answer_of(info: RunInfo, snapshot: Snapshot) -> Answer | None:
    """Return the answer to the chosen sample, where there is one output a class."""
    if not snapshot.layers or info.y_train is None or not 0 <= snapshot.sample < len(info.y_train):
        return None
    outputs = snapshot.layers[-1].a
    if info.target_steps:
        return None
    if len(outputs) != len(info.class_names) or not np.isfinite(outputs).all():
        return None
    return Answer(outputs, int(np.argmax(outputs)), int(info.y_train[snapshot.sample]))


def sample_lines(info: RunInfo, snapshot: Snapshot) -> list[tuple[str, str, str]]:
    """Return (role, text, shorter text) lines about the chosen sample; roles are quiet, good and bad."""
    said = tr("sample {row}", row=snapshot.sample)
    lines = [("quiet", said, said)]
    answer = answer_of(info, snapshot)
    if answer is None:
        return lines
    names = info.class_names
    role = "good" if answer.said == answer.true else "bad"
    true = tr("true class: {name}", name=names[answer.true])
    lines.append(("quiet", true, true))
    sign = "✓" if role == "good" else "✗"
    said = f"{sign} {tr('predicted: {name}', name=names[answer.said])}"
    lines.append((role, f"{said} · {percent(float(answer.outputs[answer.said]))}", said))
    return lines


def cell_lines(counts: NDArray[np.integer], true: int, said: int, names: Sequence[str]) -> list[str]:
    """Return what a cell of the confusion matrix means."""
    total = int(counts[true].sum())
    share = counts[true, said] / total if total else float("nan")
    return [
        tr("true class: {name}", name=names[true]),
        tr("predicted: {name}", name=names[said]),
        tr(
            "{count} of {total} ({share})",
            count=grouped(int(counts[true, said])),
            total=grouped(total),
            share=percent(float(share)),
        ),
    ]
