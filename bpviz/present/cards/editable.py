"""Which numbers of a card can be changed by hand, and the samples once they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bpviz.present.cards.card import Card, Editable
from bpviz.present.diagram.layout import Spot
from bpviz.snapshot import RunInfo, Snapshot, frozen
from bpviz.snapshot.changes import ChangedSample
from bpviz.snapshot.probing import ParameterPlace
from bpviz.text import tr


def editable_card(info: RunInfo, snapshot: Snapshot, card: Card, spot: Spot | None = None) -> Card:
    """Return the card with its numbers: its parameter, an input's value, an output's target."""
    numbers = [] if card.parameter is None else _parameter(snapshot, card.parameter)
    for where in card.others:
        numbers += _parameter(snapshot, where)
    if spot is not None and info.kind == "network" and snapshot.sample >= 0 and spot.is_neuron:
        numbers += _data(snapshot, spot)
    return replace(card, numbers=tuple(numbers)) if numbers else card


def _parameter(snapshot: Snapshot, where: ParameterPlace) -> list[Editable]:
    if not snapshot.layers:
        return [Editable(where, tr("Value"), float(snapshot.theta[where.place[0]]))]
    state = snapshot.layers[where.layer]
    values = {each.name: each.values for each in state.parameters}.get(where.name)
    if values is None:
        return []
    plain = tr("bias b") if where.name in ("b", "bx", "bh") else "w"
    label = {"gamma": "γ", "beta": "β"}.get(where.name, plain)
    return [Editable(where, label, float(values[where.place]))]


def _data(snapshot: Snapshot, spot: Spot) -> list[Editable]:
    state = snapshot.layers[spot.layer]
    if spot.layer == 0:
        where = ParameterPlace(0, "x", (spot.unit,))
        return [Editable(where, tr("the input, as the network sees it"), float(state.a[spot.unit]))]
    last = spot.layer == len(snapshot.layers) - 1
    if not last or snapshot.target is None or np.size(snapshot.target) != state.units:
        return []
    target = float(np.ravel(snapshot.target)[spot.unit])
    return [Editable(ParameterPlace(0, "y", (spot.unit,)), tr("target y"), target)]


def in_both_units(info: RunInfo, snapshot: Snapshot, numbers: tuple[Editable, ...]) -> tuple[Editable, ...]:
    """Return the numbers with each input and target in the data's units, too, where these are others."""
    found = []
    for number in numbers:
        found.append(number)
        scaling = _scaling(info, number.where)
        if scaling is not None:
            label = tr("the same in the data’s own units")
            value = _in_the_data(info, snapshot.sample, number, scaling)
            found.append(Editable(number.where, label, value, *scaling))
    return tuple(found)


def _scaling(info: RunInfo, where: ParameterPlace) -> tuple[float, float] | None:
    """Return mean and scale of an input or a target; None where the network sees it as it is."""
    if where.layer:
        return None
    index = where.place[0]
    mean, scale = 0.0, 1.0
    if where.name == "x" and info.input_scaling is not None:
        mean, scale = (float(each[index]) for each in info.input_scaling)
    elif where.name == "y" and info.target_scale:
        mean, scale = info.target_mean[index], info.target_scale[index]
    return None if (mean, scale) == (0.0, 1.0) else (mean, scale)


def _in_the_data(info: RunInfo, sample: int, number: Editable, scaling: tuple[float, float]) -> float:
    held = info.x_train if number.where.name == "x" else info.y_train
    if held is not None and 0 <= sample < len(held):
        return float(np.ravel(held[sample])[number.where.place[0]])
    return number.value * scaling[1] + scaling[0]


def with_changed(info: RunInfo, changed: tuple[ChangedSample, ...]) -> RunInfo:
    """Return the run's description with the samples as they stand now."""
    if not changed or info.x_train is None or info.y_train is None:
        return info
    x, y = np.array(info.x_train), np.array(info.y_train)
    for one in changed:
        x[one.sample], y[one.sample] = one.x, one.y
    return replace(info, x_train=frozen(x), y_train=frozen(y))
