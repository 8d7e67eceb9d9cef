"""A gradient as what it is: the mean over the batch's samples, and what penalties and bounds make of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bpviz.engine.registries import REGULARIZERS
from bpviz.present.cards.card import CardLine
from bpviz.present.cards.chain_places import Places
from bpviz.snapshot import ParameterState
from bpviz.snapshot.dissection import Dissection
from bpviz.text import tr

MOST_SAMPLES = 5


def batch_lines(
    dissection: Dissection, places: Places, state: ParameterState, at: tuple[int, ...]
) -> list[CardLine]:
    """Return the samples' own parts, the first few, their mean, and how the whole gradient follows."""
    own = places.gradients
    count, whole = len(own), dissection.batch_size
    gradient = float(state.gradient[at])
    held = penalty(dissection.settings.get("penalties", {}), float(state.values[at]), state.role)
    product = f"δ · ∂z/∂{theta_symbol(state.name)}"
    many = places.delta.shape[1] > 1
    if many:
        product = tr("Σ {product} over {count} places", product=product, count=places.delta.shape[1])
    said = tr("The mean over the batch of {count} samples, each {product}:", count=whole, product=product)
    if whole == 1:
        said = tr("The batch is one sample, {product}:", product=product)
    lines = [CardLine(said, None, "muted")]
    if dissection.outside_of is not None:
        # What it would give by itself is no part of the batch's sum.
        lines = [_sample(dissection, places, 0), CardLine(tr("not in this batch"), None, "muted"), *lines]
    for row in range(min(count, MOST_SAMPLES) if dissection.outside_of is None else 0):
        lines.append(_sample(dissection, places, row))
    if count > MOST_SAMPLES:
        rest = float(own[MOST_SAMPLES:].sum())
        lines.append(CardLine("  " + tr("… and {count} more, their sum", count=count - MOST_SAMPLES), rest))
    if whole > count and dissection.outside_of is None:
        rest = (gradient - held) * whole - float(own.sum())
        lines.append(
            CardLine(
                "  " + tr("… and {count} that are not kept, their sum", count=whole - count), rest, "muted"
            )
        )
    mean = float(own.mean()) if whole == count else gradient - held
    lines.append(CardLine(tr("Σ over the samples / {count}", count=whole), mean, "backward"))
    return [*lines, *whole_lines(dissection.settings, held, gradient)]


def whole_lines(settings: Mapping[str, Any], held: float, gradient: float) -> list[CardLine]:
    """Return what is added to the samples' mean, and what becomes of the gradient before the update."""
    lines = []
    if held:
        lines.append(CardLine("+ " + tr("the penalty’s ∂R/∂w"), held, "backward"))
        lines.append(CardLine(tr("∂L/∂w, penalty included"), gradient, "backward"))
    bounds = [str(settings[name]) for name in ("clip_value", "clip_norm") if settings.get(name) is not None]
    if bounds:
        said = tr("This is the gradient before clipping (at {limit}).", limit=", ".join(bounds))
        lines.append(CardLine(said, None, "muted"))
    return lines


def penalty(values: Mapping[str, float], w: float, role: str) -> float:
    """Return ∂R/∂w of the regularizers in force, 0 for a bias or a gain."""
    total = np.zeros(1)
    if role != "weight":
        return 0.0
    for entry in REGULARIZERS:
        fields = {field.name: values[field.name] for field in entry.fields if field.name in values}
        one = entry.create(**fields)
        if one.active:
            one.add_gradient(np.array([w]), np.ones(1), total)
    return float(total[0])


def theta_symbol(name: str) -> str:
    """Return a parameter's symbol in a derivative."""
    return {"gamma": "γ", "beta": "β"}.get(name, "b" if name.startswith("b") else "w")


def _sample(dissection: Dissection, places: Places, row: int) -> CardLine:
    number = int(dissection.rows[row])
    name = "  " + (
        tr("sample {sample}", sample=number)
        if number >= 0
        else tr("sample {place} of the batch", place=row + 1)
    )
    value = float(places.gradients[row])
    if places.delta.shape[1] > 1:
        return CardLine(name, value)
    return CardLine(name, value, factors=(float(places.delta[row, 0]), float(places.source[row, 0])))
