"""The samples of the batch in hand as a table: what went in, what should come out, what does, the loss."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from bpviz.present.feature_words import feature_word
from bpviz.present.numbers import short
from bpviz.present.walk.place import OUTSIDE, Sample
from bpviz.present.walk.words import sample_choices
from bpviz.snapshot import Array, RunInfo
from bpviz.snapshot.dissection import Dissection
from bpviz.text import tr

FEATURES = 4
"""With more inputs than these a sample is not known by its numbers."""


@dataclass(frozen=True)
class SampleTable:
    """Heads, and for each choice its value and its cells; the first cell names it."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Sample, tuple[str, ...]], ...]


def sample_table(info: RunInfo | None, dissection: Dissection | None) -> SampleTable:
    """Return whose numbers can be shown: the mean over the batch, its samples, and one that it does not have.

    Inputs are in the data's own units, targets and answers as the output layer has them.
    """
    if dissection is not None and dissection.outside_of is not None:
        within = sample_table(info, dissection.outside_of)
        own = sample_table(info, replace(dissection, outside_of=None, batch_size=1))
        return SampleTable(within.heads, (*within.rows, *((OUTSIDE, cells) for _, cells in own.rows)))
    choices = sample_choices(dissection)
    if dissection is None or info is None or not choices:
        return SampleTable((), tuple((value, (text,)) for text, value in choices))
    columns = list(_columns(info, dissection))
    heads = (tr("sample"), *(head for head, _ in columns), tr("loss"))
    rows = []
    for text, value in choices:
        if value == "mean":
            cells = ("",) * len(columns)
            loss = float(np.mean(dissection.losses))
        else:
            cells = tuple(words[value] for _, words in columns)
            loss = float(dissection.losses[value])
        rows.append((value, (text, *cells, short(loss))))
    return SampleTable(heads, tuple(rows))


def _columns(info: RunInfo, dissection: Dissection) -> Iterator[tuple[str, list[str]]]:
    """Yield (head, a cell for each sample) of the features, the target and the answer."""
    x, answers = dissection.layers[0].x, dissection.layers[-1].a
    features = info.feature_names
    if x.ndim == 2 and x.shape[1] == len(features) <= FEATURES:
        own = x if info.input_scaling is None else x * info.input_scaling[1] + info.input_scaling[0]
        for index, name in enumerate(features):
            yield feature_word(name), [short(float(value)) for value in own[:, index]]
    if info.target_steps or dissection.y.ndim != 2 or answers.shape != dissection.y.shape:
        return
    yield tr("target"), [_answer(info, row, sure=True) for row in dissection.y]
    yield tr("answer"), [_answer(info, row) for row in answers]


def _answer(info: RunInfo, row: Array, *, sure: bool = False) -> str:
    """Return a number, a class with its share, or the numbers one after the other."""
    if len(row) == len(info.class_names) > 1:
        best = int(np.argmax(row))
        name = info.class_names[best]
        return name if sure else f"{name} · {short(float(row[best]), 3)}"
    return ", ".join(short(float(value)) for value in row[:FEATURES]) + (" …" if len(row) > FEATURES else "")
