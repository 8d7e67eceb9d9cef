"""What of a card about a step is known at an operation of the walk, which goes through time and back."""

from __future__ import annotations

import re
from dataclasses import replace

from bpviz.present.cards.card import Card, CardLine
from bpviz.present.unrolled.layout import Mark
from bpviz.present.unrolled.rows import RECURRENT
from bpviz.present.walk.light import Lit
from bpviz.present.walk.time import flows_back, known_steps

_NAMED = re.compile(r"‖?([cfghinorz])([₀₁₂₃₄₅₆₇₈₉]+)")
_DIGITS = {ord(small): digit for digit, small in enumerate("₀₁₂₃₄₅₆₇₈₉", ord("0"))}


def known_card(card: Card, lit: Lit | None, mark: Mark, steps: int) -> Card:
    """Return the card without the numbers of a step that the walk has not come to, forward or back."""
    if lit is None or mark.step < 0:
        return card
    return replace(card, lines=tuple(line for line in card.lines if _is_known(line, lit, mark, steps)))


def _is_known(line: CardLine, lit: Lit, mark: Mark, steps: int) -> bool:
    # What ∂L/∂h is the sum of is told in the tone of a sum.
    if line.tone == "backward" or "∂L/∂" in line.name:
        return flows_back(lit, mark.step, max(mark.layer, 1))
    kind = lit.dissection.layers[mark.layer - 1].kind if mark.layer else ""
    if lit.light.phase != "forward" or kind not in RECURRENT or line.value is None:
        return True
    found = _NAMED.match(line.name)
    if found is None:
        return known_steps(lit, mark.layer, steps) > mark.step
    # Of a GRU z is a gate.
    name = "z_gate" if found[1] == "z" and kind == "gru" else found[1]
    return known_steps(lit, mark.layer, steps, name) >= int(found[2].translate(_DIGITS))
