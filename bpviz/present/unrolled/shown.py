"""What goes in, what should come out and what does, as the unrolled picture shows it.

At rest that is a sample of the data.  In a walk it may be the mean over the batch, and after a change by
hand it is what was typed: both are read off what the network sees.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bpviz.present.decision.sequence_values import ShownSequence, channel_names, shown_sequence
from bpviz.present.walk.light import Lit
from bpviz.snapshot import RunInfo, Snapshot

Values = NDArray[np.floating]


def shown_in(info: RunInfo, snapshot: Snapshot, lit: Lit | None = None) -> ShownSequence | None:
    """Return what the snapshot shows; of a mean everything is a number, classes as well."""
    found = shown_sequence(info, snapshot)
    if found is None:
        return None if lit is None or not snapshot.layers else _as_seen(info, snapshot, lit)
    return _changed(info, snapshot, found) if snapshot.what_if else found


def own_input(info: RunInfo, seen: Values) -> Values:
    """Return an input as the network sees it (T D,) in the data's own units, (T, D)."""
    assert info.sequence_shape is not None
    mean, scale = info.input_scaling if info.input_scaling is not None else (0.0, 1.0)
    return np.asarray(seen * scale + mean).reshape(info.sequence_shape)


def own_target(info: RunInfo, seen: Values, answers: int) -> Values:
    """Return targets or answers (A K,) as (A, K): numbers in the data's own units, classes as they are."""
    scale, mean = info.target_scale, info.target_mean
    if info.task == "regression" and len(scale) == len(mean) == np.size(seen):
        seen = np.ravel(seen) * np.array(scale) + np.array(mean)
    return np.asarray(seen, np.float64).reshape(answers, -1)


def _as_seen(info: RunInfo, snapshot: Snapshot, lit: Lit) -> ShownSequence | None:
    """Return a mean, or a sample that the window does not hold, as numbers."""
    if info.sequence_shape is None:
        return None
    steps, channels = info.sequence_shape
    at = np.arange(steps) if info.target_steps else np.array([steps - 1])
    target = own_target(info, lit.of(lit.dissection.y), len(at))
    prediction = own_target(info, snapshot.layers[-1].a, len(at))
    x = own_input(info, snapshot.layers[0].a)
    return ShownSequence(channel_names(info), x, (False,) * channels, at, target, prediction)


def _changed(info: RunInfo, snapshot: Snapshot, found: ShownSequence) -> ShownSequence:
    """Return the sample with the inputs and targets that were changed by hand."""
    x = own_input(info, snapshot.layers[0].a)
    # What was not touched keeps every digit of the data.
    found = replace(found, x=np.where(np.isclose(x, found.x, rtol=1e-9, atol=1e-12), found.x, x))
    if snapshot.target is None:
        return found
    target = own_target(info, np.asarray(snapshot.target), len(found.answers_at))
    if found.labels is None:
        same = target.shape == found.target.shape and np.allclose(target, found.target, rtol=1e-9)
        return found if same else replace(found, target=target)
    if np.isin(target, (-1.0, 0.0, 1.0)).all():
        labels = target.argmax(axis=1) if target.shape[1] > 1 else (target[:, 0] > 0.5).astype(np.intp)
        return replace(found, labels=labels, target=labels[:, None] * 1.0)
    raw = own_target(info, snapshot.layers[-1].a, len(found.answers_at))
    return replace(found, labels=None, said=None, target=target, prediction=raw)
