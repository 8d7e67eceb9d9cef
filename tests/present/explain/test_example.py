"""One example is followed through an iteration: the same unit, weight and sample from z to the update."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.present.explain.example import example_of
from bpviz.present.explain.explained import Explained
from bpviz.present.explain.moment import Moment
from tests.helpers.explained import LAYER_RUNS, taken_apart

NETWORKS = [name for name in LAYER_RUNS if name != "function"]


def shown(name):
    of_run, dissection = taken_apart(name)
    explained = Explained()
    explained.show_run(of_run.info)
    return explained, dissection


def looked_at(name, sample="mean"):
    explained, dissection = shown(name)
    for operation in dissection.operations:
        explained.look(dissection, operation, sample)
        yield explained.moment


@pytest.mark.parametrize("sample", ["mean", 1])
@pytest.mark.parametrize("name", NETWORKS)
def test_of_each_layer_one_unit_and_one_weight(name, sample):
    units, weights = {}, {}
    for moment in looked_at(name, sample):
        if moment.operation.kind == "loss":
            continue
        if moment.parameter:
            weights.setdefault(moment.number, set()).add((moment.parameter, moment.place))
        else:
            units.setdefault(moment.number, set()).add(
                moment.place[-1:] if moment.step >= 0 else moment.place
            )
    assert all(len({each[-1] for each in found}) == 1 for found in units.values())
    assert all(len(found) == 1 for found in weights.values())
    for number, found in weights.items():
        ((_, place),) = found
        (unit,) = {each[0] if len(each) == 3 else each[-1] for each in units[number]}
        count = taken_apart(name)[1].layers[number - 1].a.shape[1 if len(place) == 4 else -1]
        assert len(place) == 1 or place[0] % count == unit


def test_the_weight_has_the_largest_gradient_of_its_unit():
    for moment in looked_at("dense"):
        if moment.operation.kind in ("gradient", "update"):
            gradients = np.abs(moment.state("W").gradient[moment.place[0]])
            assert moment.parameter == "W"
            assert gradients[moment.place[1]] == gradients.max()


def test_the_unit_gets_the_largest_share_of_the_one_above():
    of_run, dissection = taken_apart("dense")
    units = example_of(Moment(of_run, dissection.operations[0])).units
    last = dissection.layers[-1].delta.mean(axis=0)
    assert abs(last[units[-1]]) == np.abs(last).max()
    for number in range(1, len(units)):
        weights = next(one.values for one in dissection.layers[number].parameters if one.name == "W")
        row = np.abs(weights[units[number][0]])
        assert row[units[number - 1][0]] == row.max()


@pytest.mark.parametrize("name", ["dense", "pictures", "lstm"])
def test_the_sample_is_one_all_the_way(name):
    worst = int(np.argmax(taken_apart(name)[1].losses))
    assert {moment.worst_row() for moment in looked_at(name)} == {worst}
    assert {moment.worked().rows[0] for moment in looked_at(name)} == {worst}


def test_what_was_chosen_is_followed_through_the_iteration():
    explained, dissection = shown("dense")
    explained.look(dissection, dissection.operations[0])
    explained.choose(3)
    seen = set()
    for operation in dissection.operations:
        explained.look(dissection, operation)
        if operation.layer == 1:
            seen.add(explained.moment.place[0])
    assert seen == {3}
