"""What a card says where its numbers are means over a batch."""

from __future__ import annotations

from dataclasses import replace

from bpviz.present.cards.card import Card, CardLine

_AFTER = 2


def of_mean(card: Card, said: str) -> Card:
    """Return the card without its formulas, with ``said``: the mean of what they make.

    σ of a mean is not the mean of σ: the numbers are means each, and no formula leads from one to the next.
    """
    lines = [replace(line, name=line.name.partition(" = ")[0]) for line in card.lines]
    lines.insert(_AFTER, CardLine(said, None, "muted"))
    return replace(card, lines=tuple(lines))
