"""Which numbers of an unrolled network can be changed by hand: parameters, inputs and targets of a step."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bpviz.present.cards.card import Card, Editable
from bpviz.present.cards.editable import editable_card
from bpviz.present.decision.sequence_values import channel_names
from bpviz.present.unrolled.layout import Mark
from bpviz.snapshot import RunInfo, Snapshot
from bpviz.snapshot.probing import ParameterPlace
from bpviz.text import tr


def changeable(info: RunInfo, snapshot: Snapshot, card: Card, mark: Mark) -> Card:
    """Return the card with the numbers that can be typed anew: its parameter, its inputs, its targets.

    Inputs and targets are one sample's, as the network sees them: a mean has none.
    """
    card = editable_card(info, snapshot, card)
    if snapshot.sample < 0 or mark.kind not in ("cell", "block"):
        return card
    numbers: list[Editable] = []
    if mark.layer == 0:
        numbers = _inputs(info, snapshot, mark)
    elif mark.layer == len(snapshot.layers) - 1:
        numbers = _targets(info, snapshot, mark)
    return replace(card, numbers=(*card.numbers, *numbers)) if numbers else card


def _inputs(info: RunInfo, snapshot: Snapshot, mark: Mark) -> list[Editable]:
    """Return the channels of a step, or the one that is meant."""
    assert info.sequence_shape is not None
    names, channels = channel_names(info), info.sequence_shape[1]
    found = []
    for channel in range(channels) if mark.unit < 0 else (mark.unit,):
        index = mark.step * channels + channel
        label = tr("{name} at step {step}, as the network sees it", name=names[channel], step=mark.step + 1)
        found.append(Editable(ParameterPlace(0, "x", (index,)), label, float(snapshot.layers[0].a[index])))
    return found


def _targets(info: RunInfo, snapshot: Snapshot, mark: Mark) -> list[Editable]:
    """Return the targets of an answer: of a step's, or of the only one."""
    output = snapshot.layers[-1]
    if snapshot.target is None or np.size(snapshot.target) != output.units:
        return []
    every = bool(info.target_steps)
    each = output.units // info.target_steps if every else output.units
    first = mark.step * each if every else 0
    found = []
    for unit in range(each) if mark.unit < 0 else (mark.unit,):
        value = float(np.ravel(snapshot.target)[first + unit])
        label = tr("target y at step {step}", step=mark.step + 1) if every else tr("target y")
        found.append(Editable(ParameterPlace(0, "y", (first + unit,)), label, value))
    return found
