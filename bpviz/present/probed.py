"""A card with what a check of its gradient found."""

from __future__ import annotations

from dataclasses import replace

from bpviz.present.cards import Card, CardLine
from bpviz.present.numbers import exact, short
from bpviz.probing import Difference, GradientProbe
from bpviz.snapshot import Snapshot
from bpviz.text import tr

_AFTER = 2
"""The check stands below the number and its gradient."""


def probed_card(card: Card, probe: GradientProbe | None, snapshot: Snapshot | None) -> Card:
    """Return the card with the check's lines, where it is of this parameter at this iteration."""
    if probe is None or snapshot is None or card.parameter != probe.where:
        return card
    if (probe.run_id, probe.iteration) != (snapshot.run_id, snapshot.iteration):
        return card
    return replace(card, lines=(*card.lines[:_AFTER], *probe_lines(probe), *card.lines[_AFTER:]))


def probe_lines(probe: GradientProbe) -> tuple[CardLine, ...]:
    """Return backpropagation, the two differences with their losses, and how well they agree."""
    central, forward = probe.central, probe.forward
    said = tr("Check at this θ over {count} samples: backpropagation", count=probe.samples)
    lines = [
        CardLine(said, probe.backprop, "backward"),
        CardLine(tr("central difference, h = {step}", step=short(central.step)), central.value),
        _losses("L(+h)", "L(−h)", central),
        _agreement(central),
        CardLine(tr("forward difference, h = {step}", step=short(forward.step)), forward.value),
        _losses("L(+h)", "L(0)", forward),
        _agreement(forward),
    ]
    if probe.at_kink:
        lines.append(CardLine(tr("A kink lies within h: no difference is right there."), None, "muted"))
    return tuple(lines)


def _losses(above: str, below: str, found: Difference) -> CardLine:
    # With all digits: they differ in the last ones.
    said = f"{above} = {exact(found.above)} · {below} = {exact(found.below)}"
    return CardLine(said, None, "muted")


def _agreement(found: Difference) -> CardLine:
    name = tr("they agree but for the relative error")
    return CardLine(name, found.relative_error, "muted")
