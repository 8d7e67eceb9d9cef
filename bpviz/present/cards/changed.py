"""What was changed by hand, only to look: what it was and what it became, and the card that tells it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bpviz.present.by_hand import named, plain_text_of, text_with_units
from bpviz.present.cards.card import Card, CardLine
from bpviz.snapshot import RunInfo, Snapshot
from bpviz.snapshot.changes import ChangeMade, ParameterPlace
from bpviz.text import tr


def value_of(snapshot: Snapshot, where: ParameterPlace) -> float | None:
    """Return a parameter, an input ("x") or a target ("y") as the network has it; None where it has none."""
    if not snapshot.layers:
        return float(snapshot.theta[where.place[0]])
    if where.layer == 0:
        values = snapshot.layers[0].a if where.name == "x" else snapshot.target
    else:
        states = snapshot.layers[where.layer].parameters
        values = next((each.values for each in states if each.name == where.name), None)
    if values is None:
        return None
    return float(values[where.place]) if where.layer else float(np.ravel(values)[where.place[0]])


def told(info: RunInfo, snapshot: Snapshot, changes: tuple[ChangeMade, ...]) -> str:
    """Return the first change, ``W⁽¹⁾[2,1]: 0.1 → 0.75``, and how many more there are."""
    if not changes:
        return ""
    said = plain_text_of(_name(info, snapshot, changes[0]), changes[0])
    more = len(changes) - 1
    return said if not more else tr("{said} and {count} more", said=said, count=more)


def all_told(info: RunInfo, snapshot: Snapshot, changes: tuple[ChangeMade, ...]) -> str:
    """Return every change on a line, inputs and targets in the data's own units as well."""
    return "\n".join(text_with_units(info, _name(info, snapshot, one), one) for one in changes)


def _name(info: RunInfo, snapshot: Snapshot, change: ChangeMade) -> str:
    layer = change.where.layer
    states = snapshot.layers[layer].parameters if 0 < layer < len(snapshot.layers) else ()
    return named(info, change, states, info.units[-1] if info.units else 0)


def changed_card(card: Card, changes: tuple[ChangeMade, ...], sample: int) -> Card:
    """Return the card with what was changed of its numbers, where ``sample`` is the one that is shown."""
    places = {number.where for number in card.numbers}
    if card.parameter is not None:
        places.add(card.parameter)
    own = [one for one in changes if one.where in places and one.sample in (-1, sample)]
    if not own:
        return card
    names = {tr("in the data"): tr("by hand, in the data’s own units")}
    renames = any(one.where.layer == 0 and one.where.name == "x" for one in own)
    lines = [replace(line, name=names.get(line.name, line.name)) if renames else line for line in card.lines]
    lines[1:1] = [_line(one) for one in own]
    return replace(card, lines=tuple(lines))


def _line(change: ChangeMade) -> CardLine:
    target = change.where.layer == 0 and change.where.name == "y"
    name = tr("target y, changed by hand") if target else tr("changed by hand")
    return CardLine(name, change.after, "normal", change.before)
