"""A card in a walk: its numbers are those before the update, and what the update makes of them."""

from __future__ import annotations

from dataclasses import replace

from bpviz.present.by_hand import values_after
from bpviz.present.cards.card import Card, CardLine, Table
from bpviz.present.diagram.layout import Spot
from bpviz.present.gradient_names import in_a_walk, letter_of
from bpviz.present.unrolled.weights import parameter
from bpviz.present.walk.light import Light, Lit, walked_snapshot
from bpviz.snapshot import Snapshot
from bpviz.text import tr


def before_update(snapshot: Snapshot, lit: Lit | None) -> Snapshot:
    """Return the numbers to which z, a and δ belong: no parameter has taken its step yet."""
    if lit is None or not lit.light.updated:
        return snapshot
    return walked_snapshot(snapshot, replace(lit, light=replace(lit.light, updated=frozenset())))


def error_known(light: Light, layer: int) -> bool:
    """Whether δ of a layer has been computed at this operation, of the input ∂L/∂x."""
    return light.phase == "update" or light.errors <= max(layer, 1)


def gradient_known(light: Light, layer: int) -> bool:
    """Whether the gradient of a layer's parameters has been computed at this operation."""
    return light.phase == "update" or light.gradients <= layer


def walking_card(snapshot: Snapshot, card: Card, lit: Lit | None, spot: Spot | None = None) -> Card:
    """Return the card as it is in a walk: which update its gradient makes, and old → new once it is made.

    What this operation has not come to yet is left out.
    """
    where = card.parameter
    if lit is None or not snapshot.layers:
        return card
    layer = spot.layer if spot is not None else where.layer if where is not None else None
    # What the updates before this one have changed is told at rest.
    lines = [_renamed(line) for line in card.lines if line.before is None]
    lines = _known(lines, lit.light, layer)
    state = None if where is None else parameter(snapshot.layers[where.layer], where.name)
    if where is not None and state is not None and where.layer in lit.light.updated:
        after = values_after(state, where.layer, lit.dissection.by_hand)[where.place]
        lines = _updated(lines, float(state.values[where.place]), float(after))
    tables = tuple(table for table in card.tables if _is_made(table, lit.light, layer))
    return replace(card, lines=tuple(lines), tables=tables)


def _updated(lines: list[CardLine], before: float, after: float) -> list[CardLine]:
    """Return the lines with old → new: where the parameter is told, as the diagram shows the new one."""
    for at, line in enumerate(lines):
        if line.name in ("w", "b", tr("bias b")) and line.value == before and not line.more:
            return [*lines[:at], replace(line, value=after, before=before), *lines[at + 1 :]]
    at = next((i for i, line in enumerate(lines) if line.name.startswith("∂L/∂")), len(lines) - 1)
    return [*lines[: at + 1], CardLine(tr("this update"), after, "normal", before), *lines[at + 1 :]]


def _is_made(table: Table, light: Light, layer: int | None) -> bool:
    """Whether a kernel's gradient, or its change, has been computed at an operation."""
    if layer is None or table.name not in ("∂L/∂w", "Δw"):
        return True
    return gradient_known(light, layer) if table.name == "∂L/∂w" else layer in light.updated


def _known(lines: list[CardLine], light: Light, layer: int | None) -> list[CardLine]:
    """Return the lines whose numbers are known at an operation."""
    if layer is None:
        back = light.phase in ("backward", "update")
        return [line for line in lines if back or line.tone != "backward"]
    found = []
    for line in lines:
        if line.name == tr("z, term by term: w · a") and light.summed < layer:
            # Its terms are what follows to the end.
            break
        if _is_known(line, light, layer):
            found.append(line)
    return found


def _is_known(line: CardLine, light: Light, layer: int) -> bool:
    if letter_of(line.name) is not None:
        return gradient_known(light, layer)
    if line.tone == "backward":
        return error_known(light, layer)
    name = line.name.partition(" = ")[0]
    if not layer or line.tone != "normal":
        return True
    return {"z": light.summed >= layer, "Σ w·x": light.summed >= layer, "a": light.active >= layer}.get(
        name, True
    )


def _renamed(line: CardLine) -> CardLine:
    letter = letter_of(line.name)
    return line if letter is None else replace(line, name=in_a_walk(letter))
