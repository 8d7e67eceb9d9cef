"""An iteration that is a change by hand: what it changes, in words.  The optimizer takes no step in it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bpviz.present.cards.card import subscript, superscript
from bpviz.present.cards.inspect import feature_name, variable_name
from bpviz.present.numbers import change as old_and_new
from bpviz.present.numbers import short
from bpviz.snapshot import ParameterState, RunInfo
from bpviz.snapshot.dissection import Dissection
from bpviz.snapshot.probing import ChangeMade
from bpviz.text import tr

MOST = 6
"""So many changes are told one by one."""


def name_of(info: RunInfo, dissection: Dissection, change: ChangeMade) -> str:
    """Return what a changed number is called: W⁽¹⁾[2,1], the input x₁ of sample 3."""
    layer = change.where.layer
    states = dissection.layers[layer - 1].parameters if dissection.layers and layer else ()
    return named(info, change, states, dissection.y[0].size if len(dissection.y) else 0)


def named(info: RunInfo, change: ChangeMade, states: tuple[ParameterState, ...], outputs: int) -> str:
    """Return the same, of a layer with the parameters ``states`` in a network with so many outputs."""
    where = change.where
    if change.sample >= 0:
        if where.name == "x":
            return tr(
                "the input {name} of sample {sample}",
                name=feature_name(info, where.place[0]),
                sample=change.sample,
            )
        index = "" if outputs == 1 else subscript(where.place[0] + 1)
        return tr("the target {name} of sample {sample}", name=f"y{index}", sample=change.sample)
    if not where.layer:
        return variable_name(info, where.place[0])
    symbol = next((one.symbol for one in states if one.name == where.name), where.name)
    return f"{symbol}⁽{superscript(where.layer)}⁾[{','.join(str(each + 1) for each in where.place)}]"


def plain_text(info: RunInfo, dissection: Dissection, change: ChangeMade) -> str:
    """Return ``W⁽¹⁾[2,1]: 0.1 → 0.75``, as the network sees it."""
    return plain_text_of(name_of(info, dissection, change), change)


def plain_text_of(name: str, change: ChangeMade) -> str:
    """Return the same of a number called ``name``."""
    return f"{name}: {old_and_new(change.before, change.after, 4)}"


def text_of(info: RunInfo, dissection: Dissection, change: ChangeMade) -> str:
    """Return the same; of an input or a target also in the data's own units."""
    return text_with_units(info, name_of(info, dissection, change), change)


def text_with_units(info: RunInfo, name: str, change: ChangeMade) -> str:
    """Return the same of a number called ``name``."""
    said = plain_text_of(name, change)
    scaling = scaling_of(info, change)
    if scaling is None:
        return said
    mean, scale = scaling
    before, after = (short(value * scale + mean) for value in (change.before, change.after))
    return tr("{said} (in the data’s own units {before} → {after})", said=said, before=before, after=after)


def scaling_of(info: RunInfo, change: ChangeMade) -> tuple[float, float] | None:
    """Return mean and scale of what was changed; None where the network sees it as it is in the data."""
    index = change.where.place[0]
    mean, scale = 0.0, 1.0
    if change.sample >= 0 and change.where.name == "x" and info.input_scaling is not None:
        mean, scale = (float(each[index]) for each in info.input_scaling)
    elif change.sample >= 0 and change.where.name == "y" and info.target_scale:
        mean, scale = info.target_mean[index], info.target_scale[index]
    return None if (mean, scale) == (0.0, 1.0) else (mean, scale)


def note(info: RunInfo, dissection: Dissection) -> str:
    """Return what the strip says of such an iteration, in short; empty of any other."""
    if not dissection.by_hand:
        return ""
    first, *others = sorted(dissection.by_hand, key=lambda one: one.sample >= 0)
    said = tr("changed by hand: {change}", change=plain_text(info, dissection, first))
    return said if not others else tr("{said} and {count} more", said=said, count=len(others))


def values_after(state: ParameterState, layer: int, changes: tuple[ChangeMade, ...]) -> NDArray[np.floating]:
    """Return a parameter after the update; what is set by hand is exactly what it was set to."""
    values: NDArray[np.floating] = state.values - state.update
    for one in changes:
        if one.sample < 0 and (one.where.layer, one.where.name) == (layer, state.name):
            values[one.where.place] = one.after
    return values


def sentences(info: RunInfo, dissection: Dissection) -> list[str]:
    """Return what such an iteration is and what it changes."""
    changes = dissection.by_hand
    said = [
        tr("This iteration is a change by hand: the optimizer takes no step, and the gradient moves nothing.")
    ]
    said += [
        tr("Changed by hand: {change}.", change=text_of(info, dissection, one)) for one in changes[:MOST]
    ]
    if len(changes) > MOST:
        said.append(tr("{count} more numbers were changed by hand.", count=len(changes) - MOST))
    if any(one.sample >= 0 for one in changes):
        said.append(tr("From here on the run learns from the samples as they are now."))
    return said
