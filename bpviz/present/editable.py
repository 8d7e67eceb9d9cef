"""Which numbers of a card can be changed by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bpviz.present.cards import Card, Editable
from bpviz.present.diagram import Spot
from bpviz.probing import ParameterPlace
from bpviz.snapshot import RunInfo, Snapshot
from bpviz.text import tr


def editable_card(info: RunInfo, snapshot: Snapshot, card: Card, spot: Spot | None = None) -> Card:
    """Return the card with its numbers: its parameter, an input's value, an output's target."""
    numbers = [] if card.parameter is None else _parameter(snapshot, card.parameter)
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
    label = tr("bias b") if where.name.startswith("b") else "w"
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
