"""The card's lower part: the chain rule of its parameter, and where its δ comes from.

It speaks of one sample (the factors of every place, the paths or the layers up to the loss) or, where the
batch's mean is shown, of the samples whose mean the gradient is.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bpviz.present.cards.card import Card, CardLine
from bpviz.present.cards.card_walk import error_known, gradient_known
from bpviz.present.cards.chain import chain_lines, head_of
from bpviz.present.cards.chain_batch import batch_lines, theta_symbol
from bpviz.present.cards.chain_ladder import ladder_lines, recurrent_rungs
from bpviz.present.cards.chain_places import Places, places_at_rest, places_of_batch
from bpviz.present.diagram.layout import Spot
from bpviz.present.unrolled.rows import GATES, RECURRENT
from bpviz.present.unrolled.weights import parameter
from bpviz.present.walk.light import Lit
from bpviz.snapshot import RunInfo, Snapshot
from bpviz.snapshot.dissection import Dissection
from bpviz.snapshot.probing import ParameterPlace
from bpviz.text import tr

MOST_PLACES = 4


def chained_card(
    info: RunInfo, snapshot: Snapshot, card: Card, lit: Lit | None = None, spot: Spot | None = None
) -> Card:
    """Return the card with its chain rule below.

    Parameters
    ----------
    snapshot : Snapshot
        With the numbers that δ belongs to: those before the update (`before_update`).
    spot : Spot or None
        The neuron that the card is about, if it is one: then its δ is followed, else the parameter's.
    """
    if info.kind != "network" or not snapshot.layers:
        return card
    lines: list[CardLine] = []
    where = card.parameter
    if lit is not None and not _known(lit, where, spot):
        return _later(card, spot)
    mean = snapshot.sample < 0
    if where is not None and mean and lit is not None:
        lines = _mean_lines(snapshot, lit.dissection, where)
    elif where is not None and not mean:
        neuron = spot is not None and spot.is_neuron
        lines = _sample_lines(info, snapshot, where, ladder=not neuron)
        if lit is not None and where.layer in lit.light.updated:
            lines = [_before_update(line) for line in lines]
    if spot is not None and spot.is_neuron and not mean:
        lines += ladder_lines(snapshot, spot.layer, spot.unit, head_of(info, snapshot))
    return replace(card, lines=(*card.lines, *lines)) if lines else card


def _later(card: Card, spot: Spot | None) -> Card:
    """Return the card of a parameter whose gradient has not been computed yet: it says that it comes."""
    if card.parameter is None or (spot is not None and spot.is_neuron):
        return card
    said = tr("Its gradient, and the chain rule that makes it, come on the way back.")
    return replace(card, lines=(*card.lines, CardLine(said, None, "muted")))


def _known(lit: Lit, where: ParameterPlace | None, spot: Spot | None) -> bool:
    """Whether in a walk the factors have been computed: of a neuron its δ, of a weight its gradient."""
    if spot is not None and spot.is_neuron:
        return error_known(lit.light, spot.layer)
    return where is None or gradient_known(lit.light, where.layer)


def _mean_lines(snapshot: Snapshot, dissection: Dissection, where: ParameterPlace) -> list[CardLine]:
    places = places_of_batch(snapshot, dissection, where)
    state = parameter(snapshot.layers[where.layer], where.name)
    if places is None or state is None:
        return []
    return batch_lines(dissection, places, state, where.place)


def _sample_lines(
    info: RunInfo, snapshot: Snapshot, where: ParameterPlace, *, ladder: bool
) -> list[CardLine]:
    places = places_at_rest(snapshot, where)
    if places is None:
        return []
    bias = np.ndim(where.place) == 1 and len(where.place) == 1
    many = places.delta.shape[1] > 1
    if bias and not many and not ladder:
        return []
    lines = own_lines(places, f"δ · ∂z/∂{theta_symbol(where.name)}")
    if not ladder:
        return lines
    spot = Spot(where.layer, where.place[0], where.place[1] if len(where.place) == 2 else -1)
    paths = chain_lines(info, snapshot, spot) if where.name == "W" and len(where.place) == 2 else []
    return lines + (paths or _upward(info, snapshot, where, places))


def _before_update(line: CardLine) -> CardLine:
    """Return a line of what holds now as one of what held before the parameters took their step."""
    now = tr("now, this sample: {product}", product="")
    then = tr("before the update, this sample: {product}", product="")
    return replace(line, name=then + line.name.removeprefix(now)) if line.name.startswith(now) else line


def own_lines(places: Places, product: str) -> list[CardLine]:
    """Return this sample's gradient, place by place, the largest first."""
    delta, source, terms = places.delta[0], places.source[0], places.terms[0]
    if len(terms) == 1:
        said = tr("now, this sample: {product}", product=product)
        return [CardLine(said, float(terms[0]), "backward", factors=(float(delta[0]), float(source[0])))]
    product = tr("Σ {product} over {count} places", product=product, count=len(terms))
    said = tr("now, this sample: {product}", product=product)
    lines = [CardLine(said, float(terms.sum()), "backward")]
    order = np.argsort(-np.abs(terms), kind="stable")[:MOST_PLACES].tolist()
    for index in order:
        factors = (float(delta[index]), float(source[index]))
        lines.append(CardLine("  " + places.name(index), float(terms[index]), factors=factors))
    if len(terms) > len(order):
        rest = float(np.delete(terms, order).sum())
        lines.append(CardLine("  " + tr("… and {count} more, together", count=len(terms) - len(order)), rest))
    return lines


def _upward(info: RunInfo, snapshot: Snapshot, where: ParameterPlace, places: Places) -> list[CardLine]:
    """Return where δ of the place that adds most comes from."""
    strongest = int(np.argmax(np.abs(places.terms[0])))
    state, head = snapshot.layers[where.layer], head_of(info, snapshot)
    said = CardLine(tr("Where δ comes from, the largest part of each sum first:"), None, "muted")
    if state.kind not in RECURRENT:
        return [said, *ladder_lines(snapshot, where.layer, int(places.units[strongest]), head)]
    width = state.arrays["h"].shape[1]
    gate = GATES[state.kind][where.place[0] // width]
    lines, unit = recurrent_rungs(snapshot.layers, where.layer, strongest, gate, where.place[0] % width)
    return [said, *lines, *ladder_lines(snapshot, where.layer, unit, head)]
