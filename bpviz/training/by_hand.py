"""Numbers changed by hand: what would follow from them, and θ and the samples changed for good.

What is only imagined is a copy: the run itself is not touched.  What is kept is an iteration of its own,
whose update is the change: so it stands in the record, and every way through the record does it again.
Samples that it changes are learnt from as they then are by every iteration after it.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from bpviz.errors import UserError
from bpviz.snapshot import Iteration
from bpviz.snapshot.probing import Change, ChangeMade
from bpviz.training.divergence import NotFinite
from bpviz.training.edits import DataChange, Edit, data_changes
from bpviz.training.network_training import NetworkTraining
from bpviz.training.preparing import SHOWN_ROWS
from bpviz.training.probing import index_of

if TYPE_CHECKING:
    from bpviz.training.loop import Training

    AnyTraining = TypeVar("AnyTraining", bound=Training)


def imagined(training: AnyTraining, changes: Sequence[Change]) -> AnyTraining:
    """Return the run as it would stand with these changes: loss and gradient over its last batch, anew.

    Only to be looked at (`Training.snapshot`) and taken apart (`dissect`); the run itself stays as it is,
    bit for bit.
    """
    view = copy.copy(training)
    view.optimizer = copy.deepcopy(training.optimizer)
    view.line = copy.copy(training.line)
    at = training.iteration
    view.line.edits = {number: edit for number, edit in training.line.edits.items() if number <= at}
    view.objective = training.objective.clone()
    view.objective.set_penalties(training.live.penalties)
    view.objective.recall(training.objective.memory())
    view.theta = training.theta.copy()
    for change in changes:
        if change.is_parameter:
            view.theta[index_of(view.objective, change.where)] = change.value
    if isinstance(view, NetworkTraining):
        view.imagined_samples = _of_data(view, changes)
        view.change_samples((*view.changes_of_samples, *view.imagined_samples))
    view.objective.begin(max(at - 1, 0))
    with np.errstate(all="ignore"):
        loss, gradient = view.objective.loss_and_gradient(view.theta, training.last_batch)
    view.loss, view.gradient = loss, gradient.copy()
    return view


def _of_data(training: Training, changes: Sequence[Change]) -> tuple[DataChange, ...]:
    count = training.objective.sample_count
    rows = np.linspace(0, count - 1, min(count, SHOWN_ROWS)).round().astype(np.intp)
    return data_changes(changes, rows)


def keep(training: Training, changes: Sequence[Change]) -> Iteration:
    """Change numbers for good: the next iteration is this change, on a branch where others follow.

    Returns what is recorded of it.

    Raises
    ------
    UserError
        Where the loss with these changes is no finite number: then nothing is changed.
    """
    view = imagined(training, changes)
    if not (math.isfinite(view.loss) and math.isfinite(view.evaluate()[0].loss)):
        raise UserError(
            "With these numbers the loss is not finite: they are not kept.", hint="Take smaller numbers."
        )
    at = training.iteration
    if at < training.line.last:
        training.branches.fork(at, training.live)
    training.line.go_on_with(at, training.live)
    training.line.edits[at + 1] = _edit(training, changes)
    try:
        made = training.step()
    except NotFinite:
        del training.line.edits[at + 1]
        raise
    training.recorder.add(made)
    return made


def _edit(training: Training, changes: Sequence[Change]) -> Edit:
    values = {index_of(training.objective, each.where): each.value for each in changes if each.is_parameter}
    index = np.array(list(values), np.intp)
    return Edit(tuple(changes), index, np.array(list(values.values())), _of_data(training, changes))


def take_back(training: Training) -> bool:
    """Undo what was kept last: forget the iteration that the run stands at, where nothing follows it.

    Returns whether it was such an iteration; then the run stands at the one before, on the branch on which
    it was kept.
    """
    at, branches = training.iteration, training.branches
    others = [one.forked_at for one in branches.infos() if one.parent == branches.present.id]
    if not training.by_hand or training.line.last != at or at in others:
        return False
    branch = branches.present
    training.seek(at - 1)
    if branch.forked_at == at - 1 and branch.parent is not None and branches.has(branch.parent):
        training.switch(branch.parent)
        training.seek(at - 1)
        branches.delete(branch.id)
    else:
        branches.cut(at - 1)
    return True


def coming(training: Training) -> tuple[ChangeMade, ...]:
    """Return what the next iteration changes by hand; nothing where the optimizer makes it."""
    edit = training.line.edits.get(training.iteration + 1)
    if edit is None:
        return ()
    data, made = iter(edit.data), []
    for one in edit.changes:
        if one.is_parameter:
            before = float(training.theta[index_of(training.objective, one.where)])
        else:
            assert isinstance(training, NetworkTraining)
            place, samples = next(data), training.objective.train
            held = samples.x if place.name == "x" else samples.y
            before = float(held[place.row, place.column])
        made.append(ChangeMade(one.where, before, one.value, one.sample))
    return tuple(made)
