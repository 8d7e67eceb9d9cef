"""The update of an iteration that is a change by hand: no optimizer made it, and no formula of one fits."""

from __future__ import annotations

from bpviz.present import by_hand
from bpviz.present.explain.choice import symbol
from bpviz.present.explain.formulas_update import own_symbol
from bpviz.present.explain.moment import Moment
from bpviz.present.formulas.line import Line
from bpviz.present.formulas.tree import Number
from bpviz.present.numbers import short
from bpviz.snapshot.probing import ChangeMade
from bpviz.text import tr


def applies(moment: Moment) -> bool:
    """Whether the operation is the update of such an iteration."""
    return moment.operation.phase == "update" and bool(moment.dissection.by_hand)


def change_of(moment: Moment) -> ChangeMade | None:
    """Return the change of the parameter that is looked at, if it is one of those changed."""
    layer = moment.number if moment.dissection.layers else 0
    return next(
        (
            one
            for one in moment.dissection.by_hand
            if one.sample < 0
            and one.where.place == moment.place
            and (not layer or (one.where.layer, one.where.name) == (layer, moment.parameter))
        ),
        None,
    )


def before(moment: Moment) -> float:
    """Return the number that is looked at, as it was."""
    if not moment.dissection.layers:
        return float(moment.dissection.theta[moment.place[0]])
    state = moment.state(moment.parameter)
    assert state is not None
    return float(state.values[moment.place])


def words(moment: Moment) -> list[str]:
    """Say what was changed, and what became of the number that is looked at."""
    said = by_hand.sentences(moment.info, moment.dissection)
    if change_of(moment) is None:
        said.append(tr("{name} stays at {value}.", name=symbol(moment), value=short(before(moment))))
    return said


def story(moment: Moment) -> list[str]:
    """Tell a child."""
    change = change_of(moment)
    said = [tr("This time nobody in the factory turns a knob: you did it yourself, by hand.")]
    if change is not None:
        fields = {"before": short(change.before), "after": short(change.after)}
        said.append(tr("You turned this one from {before} to {after}.", **fields))
    else:
        said.append(tr("This one stays at {before}.", before=short(before(moment))))
    if any(one.sample >= 0 for one in moment.dissection.by_hand):
        said.append(tr("And you changed an order: from now on it is made as it says now."))
    return said


def caption(moment: Moment) -> str:
    """Return what stands over the line: old → new, or that it stays."""
    change = change_of(moment)
    name = symbol(moment)
    if change is None:
        return tr("Changed by hand, and not {name}: no step of the optimizer", name=name)
    fields = {"name": name, "before": short(change.before), "after": short(change.after)}
    return tr("{name} changed by hand: {before} → {after}; no step of the optimizer", **fields)


def line(moment: Moment) -> Line:
    """Return the number that is set; the printed line is nothing but that."""
    change = change_of(moment)
    value = before(moment) if change is None else change.after
    return Line(own_symbol(moment), Number(value), {}, value, True)
