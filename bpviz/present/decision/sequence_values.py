"""The shown sample of a set of sequences: what went in, what should come out, and what does."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bpviz.present.feature_words import feature_word
from bpviz.present.numbers import short
from bpviz.snapshot import RunInfo, Snapshot

Values = NDArray[np.floating]

_FEW = 4


@dataclass(frozen=True)
class ShownSequence:
    """One sample in the data's own units.

    Attributes
    ----------
    channels : tuple of str
    x : (T, D)
    bits : tuple of bool
        Which channels are 0 and 1 in all of the data.
    answers_at : (A,)
        The steps, from 0, at which there is an answer: all, or the last.
    target, prediction : (A, K)
        Numbers; of classes the index, and the probability of each (two columns for two classes).
    labels, said : (A,) or None
        Of classes the true index, and the most probable one.
    """

    channels: tuple[str, ...]
    x: Values
    bits: tuple[bool, ...]
    answers_at: NDArray[np.intp]
    target: Values
    prediction: Values
    labels: NDArray[np.intp] | None = None
    said: NDArray[np.intp] | None = None

    @property
    def wrong(self) -> NDArray[np.bool_]:
        """Which answers name another class than the true one, (A,)."""
        if self.labels is None or self.said is None:
            return np.zeros(len(self.answers_at), dtype=bool)
        return np.asarray(self.labels != self.said)


def channel_names(info: RunInfo) -> tuple[str, ...]:
    """Return the channels' names: those of the columns without their step, ``x`` for ``x[1]``."""
    assert info.sequence_shape is not None
    count = info.sequence_shape[1]
    names = tuple(feature_word(re.sub(r"\[\d+\]$", "", name)) for name in info.feature_names[:count])
    return names if len(names) == count else tuple(f"x{index + 1}" for index in range(count))


def shown_sequence(info: RunInfo, snapshot: Snapshot) -> ShownSequence | None:
    """Return the shown sample; None before there is one."""
    if info.sequence_shape is None or info.x_train is None or info.y_train is None or not snapshot.layers:
        return None
    sample = snapshot.sample
    if not 0 <= sample < len(info.x_train):
        return None
    steps, channels = info.sequence_shape
    x = np.asarray(info.x_train[sample]).reshape(steps, channels)
    columns = info.x_train.reshape(-1, channels)
    bits = tuple(bool(np.isin(columns[:, channel], (0.0, 1.0)).all()) for channel in range(channels))
    at = np.arange(steps) if info.target_steps else np.array([steps - 1])
    answer = _classes(info, snapshot, len(at))
    if answer is None:
        target, prediction = _numbers(info, snapshot, len(at))
        return ShownSequence(channel_names(info), x, bits, at, target, prediction)
    labels, chances = answer
    said = chances.argmax(axis=1)
    return ShownSequence(channel_names(info), x, bits, at, labels[:, None] * 1.0, chances, labels, said)


def _classes(info: RunInfo, snapshot: Snapshot, answers: int) -> tuple[NDArray[np.intp], Values] | None:
    """Return (labels, probabilities) where the answers are classes."""
    if info.task != "classification":
        return None
    assert info.y_train is not None
    labels = np.atleast_1d(np.asarray(info.y_train[snapshot.sample])).astype(np.intp)
    state = snapshot.layers[-1]
    outputs = state.a.reshape(answers, -1)
    if outputs.shape[1] > 1:
        return labels, outputs
    # A sigmoid's p as it is; what goes from −1 to 1 (tanh, a margin) is brought onto 0 … 1.
    p = outputs if state.activation == "sigmoid" else np.clip((outputs + 1.0) / 2.0, 0.0, 1.0)
    return labels, np.concatenate([1.0 - p, p], axis=1)


def _numbers(info: RunInfo, snapshot: Snapshot, answers: int) -> tuple[Values, Values]:
    assert info.y_train is not None
    target = np.asarray(info.y_train[snapshot.sample], np.float64).reshape(answers, -1)
    # The predictions are in the data's own units; a layer's outputs may be standardized.
    found = snapshot.predictions_train
    own = found[snapshot.sample] if found is not None else snapshot.layers[-1].a
    return target, np.asarray(own, np.float64).reshape(answers, -1)


def target_text(info: RunInfo, sample: int) -> str:
    """Return what a sample with an answer at every step should be answered with: 0110, or numbers."""
    assert info.y_train is not None
    target = np.asarray(info.y_train[sample]).ravel()
    if info.task == "classification":
        return answer_text(info, target.astype(np.intp))
    said = ", ".join(short(float(value), 3) for value in target[:_FEW])
    return f"{said}, …" if len(target) > _FEW else said


def answer_text(info: RunInfo, labels: NDArray[np.intp]) -> str:
    """Return classes in a row: together where each is one character (01101), else parted by blanks."""
    names = [info.class_names[label] if label < len(info.class_names) else str(label) for label in labels]
    return ("" if all(len(name) == 1 for name in names) else " ").join(names)
