"""A card with what a check of its gradient found."""

from __future__ import annotations

from dataclasses import replace

from bpviz.present.cards.card import Card, CardLine
from bpviz.present.gradient_names import letter_of
from bpviz.present.numbers import exact, short
from bpviz.snapshot import Snapshot
from bpviz.snapshot.probing import Difference, GradientProbe, ParameterPlace, is_error
from bpviz.text import tr

_AFTER = 2
"""Where no line of the card tells the gradient itself, the check stands below the number and its gradient."""
_AGREES, _NEARLY = 1e-6, 1e-3
_ROUGHER = 100.0
"""A forward difference is off by about h: less is asked of it."""


def checkable_card(card: Card) -> Card:
    """Return the card with the lines marked whose gradient can be held against differences."""
    where = card.parameter
    if where is None:
        return card
    bias = where if len(where.place) == 1 else replace(where, name="b", place=where.place[:1])
    marks = {"w": where, "b": bias, None: None}
    lines = tuple(replace(line, check=line.check or marks[letter_of(line.name)]) for line in card.lines)
    return replace(card, lines=lines)


def checks_of(card: Card) -> tuple[ParameterPlace, ...]:
    """Return the gradients of a card that can be checked, its parameter's first."""
    found = [] if card.parameter is None else [card.parameter]
    return tuple(dict.fromkeys([*found, *(line.check for line in card.lines if line.check is not None)]))


def probed_card(card: Card, probe: GradientProbe | None, snapshot: Snapshot | None) -> Card:
    """Return the card with the check's lines below the gradient that was checked, at this iteration."""
    if probe is None or snapshot is None or probe.where not in checks_of(card):
        return card
    if (probe.run_id, probe.iteration) != (snapshot.run_id, snapshot.iteration):
        return card
    if is_error(probe.where) and probe.sample != snapshot.sample:
        return card
    at = next((i for i, line in enumerate(card.lines, 1) if line.check == probe.where), _AFTER)
    updated = any(line.name == tr("this update") for line in card.lines)
    return replace(card, lines=(*card.lines[:at], *probe_lines(probe, updated=updated), *card.lines[at:]))


def _at(probe: GradientProbe, *, updated: bool) -> str:
    """Say at which θ the check was made, and of which loss: an update changes θ only afterwards."""
    fields = {"count": probe.samples}
    if probe.sample >= 0 and updated:
        return tr("Check at θ before this update, the loss of this sample: backpropagation")
    if probe.sample >= 0:
        return tr("Check at this θ, the loss of this sample: backpropagation")
    if updated and probe.samples == 1:
        return tr("Check at θ before this update over 1 sample: backpropagation")
    if updated:
        return tr("Check at θ before this update over {count} samples: backpropagation", **fields)
    if probe.samples == 1:
        return tr("Check at this θ over 1 sample: backpropagation")
    return tr("Check at this θ over {count} samples: backpropagation", **fields)


def probe_lines(probe: GradientProbe, *, updated: bool = False) -> tuple[CardLine, ...]:
    """Return backpropagation, the two differences with their losses, and how well they agree.

    ``updated``: the card beside it shows the number after the update already.
    """
    central, forward = probe.central, probe.forward
    said = _at(probe, updated=updated)
    lines = [CardLine(said, probe.backprop, "backward")]
    if probe.penalty:
        lines.append(CardLine(tr("of which the penalty’s ∂R/∂w"), probe.penalty, "muted"))
    lines += [
        CardLine(tr("central difference, h = {step}", step=short(central.step)), central.value),
        _losses("L(+h)", "L(−h)", central),
        _agreement(central, 1.0),
        CardLine(tr("forward difference, h = {step}", step=short(forward.step)), forward.value),
        _losses("L(+h)", "L(0)", forward),
        _agreement(forward, _ROUGHER),
    ]
    notes = [
        (probe.at_kink, tr("A kink lies within h: no difference is right there.")),
        (probe.truncated, tr("Backpropagation through time is truncated: it leaves older steps out.")),
        (probe.clipped, tr("Checked before clipping: the update takes the clipped gradient.")),
    ]
    return (*lines, *(CardLine(note, None, "muted") for holds, note in notes if holds))


def _losses(above: str, below: str, found: Difference) -> CardLine:
    # With all digits: they differ in the last ones.
    said = f"{above} = {exact(found.above)} · {below} = {exact(found.below)}"
    return CardLine(said, None, "muted")


def _agreement(found: Difference, rougher: float) -> CardLine:
    error = found.relative_error
    name = tr("✗ they differ; relative error")
    if error <= _AGREES * rougher:
        name = tr("✓ they agree; relative error")
    elif error <= _NEARLY * rougher:
        name = tr("≈ they nearly agree; relative error")
    return CardLine(name, error, "muted")
