"""A card in a walk: its numbers are those before the update, and what the update makes of them."""

from __future__ import annotations

from dataclasses import replace

from bpviz.present.cards import Card, CardLine
from bpviz.present.gradient_names import in_a_walk, letter_of
from bpviz.present.unrolled_weights import parameter
from bpviz.present.walk_light import Lit, walked_snapshot
from bpviz.snapshot import Snapshot
from bpviz.text import tr


def before_update(snapshot: Snapshot, lit: Lit | None) -> Snapshot:
    """Return the numbers to which z, a and δ belong: no parameter has taken its step yet."""
    if lit is None or not lit.light.updated:
        return snapshot
    return walked_snapshot(snapshot, replace(lit, light=replace(lit.light, updated=frozenset())))


def walking_card(snapshot: Snapshot, card: Card, lit: Lit | None) -> Card:
    """Return the card as it is in a walk: which update its gradient makes, and old → new once it is made."""
    where = card.parameter
    if lit is None or not snapshot.layers:
        return card
    lines = [_renamed(line) for line in card.lines if line.name != tr("last change")]
    state = None if where is None else parameter(snapshot.layers[where.layer], where.name)
    if where is not None and state is not None and where.layer in lit.light.updated:
        before = float(state.values[where.place])
        after = before - float(state.update[where.place])
        at = next((i for i, line in enumerate(lines) if line.name.startswith("∂L/∂")), len(lines) - 1)
        lines.insert(at + 1, CardLine(tr("this update"), after, "normal", before))
    return replace(card, lines=tuple(lines))


def _renamed(line: CardLine) -> CardLine:
    letter = letter_of(line.name)
    return line if letter is None else replace(line, name=in_a_walk(letter))
