"""Numbers changed by hand: what would follow from them, and θ changed for good.

What is only imagined is a copy: the run itself is not touched.  What is kept is an iteration of its own,
whose update is the change: so it stands in the record, and every way through the record does it again.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from bpviz.engine.network_objective import NetworkObjective, Samples
from bpviz.probing import Change
from bpviz.snapshot import Iteration
from bpviz.training.network_training import NetworkTraining
from bpviz.training.probing import index_of

if TYPE_CHECKING:
    from bpviz.training.loop import Training

    AnyTraining = TypeVar("AnyTraining", bound=Training)


def imagined(training: AnyTraining, changes: Sequence[Change]) -> AnyTraining:
    """Return the run as it would stand with these changes: loss and gradient over its last batch, anew.

    Only to be looked at (`Training.snapshot`); the run itself stays as it is, bit for bit.
    """
    view = copy.copy(training)
    view.objective = training.objective.clone()
    view.objective.set_penalties(training.live.penalties)
    view.objective.recall(training.objective.memory())
    view.theta = training.theta.copy()
    for change in changes:
        if change.is_parameter:
            view.theta[index_of(view.objective, change.where)] = change.value
    if isinstance(view, NetworkTraining):
        view.look_apart(_changed(view.shown_train, changes))
        _change_data(view, changes)
    view.objective.begin(max(training.iteration - 1, 0))
    with np.errstate(all="ignore"):
        loss, gradient = view.objective.loss_and_gradient(view.theta, training.last_batch)
    view.loss, view.gradient = loss, gradient.copy()
    return view


def _change_data(view: NetworkTraining, changes: Sequence[Change]) -> None:
    objective = view.objective
    assert isinstance(objective, NetworkObjective)
    count, shown = len(objective.train), len(view.shown_train)
    rows = np.linspace(0, count - 1, shown).round().astype(np.intp)
    moved = [one if one.is_parameter else replace(one, sample=int(rows[one.sample])) for one in changes]
    objective.train = _changed(objective.train, moved)


def _changed(samples: Samples, changes: Sequence[Change]) -> Samples:
    of_data = [change for change in changes if not change.is_parameter]
    if not of_data:
        return samples
    x, y = samples.x.copy(), samples.y.copy()
    for change in of_data:
        (x if change.where.name == "x" else y)[change.sample, change.where.place[0]] = change.value
    return replace(samples, x=x, y=y)


def keep(training: Training, changes: Sequence[Change]) -> Iteration:
    """Change parameters for good: the next iteration is this change, on a branch where others follow.

    Returns what is recorded of it.  Changes of data are left out.
    """
    values = {index_of(training.objective, each.where): each.value for each in changes if each.is_parameter}
    at = training.iteration
    if at < training.line.last:
        training.branches.fork(at, training.live)
    training.line.go_on_with(at, training.live)
    training.line.edits[at + 1] = (np.array(list(values), np.intp), np.array(list(values.values())))
    made = training.step()
    training.recorder.add(made)
    return made
