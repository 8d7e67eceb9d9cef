"""The story follows the numbers: every kind of bench tells its own work, and the drawing shows the same."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.present.explain.shares import forward as forward_shares
from bpviz.present.explain.story import story
from bpviz.present.numbers import short
from bpviz.text import set_language
from tests.helpers.explained import LAYER_RUNS, OPTIMIZER_RUNS, moments


@pytest.fixture(autouse=True)
def english_again():
    yield
    set_language("en")


def told(moment):
    return " ".join(story(moment).sentences)


@pytest.mark.parametrize("code", ["en", "zh_CN"])
@pytest.mark.parametrize("name", LAYER_RUNS)
def test_every_operation_is_told_in_both_languages(name, code):
    set_language(code)
    for moment in moments(name, places=1):
        sentences = story(moment).sentences
        assert 1 <= len(sentences) <= 5, moment.operation
        assert not any("{" in each or "nan" in each for each in sentences), sentences
        if code == "zh_CN":
            assert all(any("一" <= sign <= "鿿" for sign in each) for each in sentences), sentences


def test_each_kind_of_bench_has_work_of_its_own():
    first = {}
    for name in ("dense", "pictures", "lstm", "gru", "every step"):
        for moment in moments(name, places=0):
            if moment.operation.phase == "forward" and moment.step <= 0:
                first.setdefault((moment.kind, moment.operation.kind), told(moment))
    kinds = {kind for kind, _ in first}
    assert kinds == {
        *("dense", "conv", "avgpool", "maxpool", "batchnorm", "flatten", "dropout", "rnn", "lstm", "gru")
    }
    sums = [text for (kind, operation), text in first.items() if operation in ("sum", "gates", "pool")]
    starts = {text.split(".")[0] + text.split(".")[1] for text in sums}
    assert len(starts) == len(sums)


@pytest.mark.parametrize("name", ["lstm", "gru", "pictures"])
def test_what_it_says_are_the_engine_s_numbers(name):
    for moment in moments(name, places=2):
        kind, text = moment.operation.kind, told(moment)
        if kind == "cell":
            assert short(float(moment.extra("c")[moment.step][moment.place])) in text
        elif kind == "gates":
            gate = "f" if moment.kind == "lstm" else "r"
            assert f"{round(100 * float(moment.extra(gate)[moment.step][moment.place]))}\u00a0%" in text
        elif kind == "pool":
            assert short(float(moment.of(moment.trace.a)[moment.place])) in text
        elif kind == "normalize":
            of_one = moment.worked()
            assert short(float(of_one.of(of_one.trace.z)[of_one.place])) in text
        elif kind == "mask" and moment.mean:
            mask = moment.extras("mask")
            assert str(int((mask == 0).sum())) in text
            assert str(mask.size) in text


def test_the_drawing_shows_who_is_away_and_what_is_noted():
    for moment in moments("pictures", places=0):
        if moment.mean:
            continue
        bench = story(moment).factory.benches[-2]
        mask = (
            moment.extra(
                "mask",
            )
            if moment.kind == "dropout"
            else None
        )
        if mask is not None:
            assert [worker.away for worker in bench.workers] == list(mask[: len(bench.workers)] == 0)
        assert bench.kind == "dropout"
    for moment in moments("lstm", places=0):
        workers = story(moment).factory.benches[0].workers
        at = moment.step if moment.step >= 0 and moment.number == 1 else -1
        states = np.mean([moment.dissection.layers[0].extras[row]["h"][at] for row in moment.rows], axis=0)
        np.testing.assert_allclose([each.notes for each in workers], np.minimum(np.abs(states), 1.0))


def test_the_loudest_complaint_is_the_largest_share():
    moment = next(
        each for each in moments("dense", places=0) if each.operation.kind == "delta" and each.number == 1
    )
    above = moment.above
    weights = next(one.values for one in above.parameters if one.name == "W")
    shares = (above.delta[moment.rows] * weights[:, moment.place[0]]).mean(axis=0)
    worker = int(np.argmax(np.abs(shares)))
    assert f"The loudest complaint, {short(float(shares[worker]))}, came from worker {worker + 1}" in told(
        moment
    )


@pytest.mark.parametrize("name", OPTIMIZER_RUNS)
def test_every_optimizer_s_knob_goes_where_the_engine_turns_it(name):
    for moment in moments(name, places=1):
        if moment.operation.kind == "update":
            state = moment.state(moment.parameter)
            after = float(state.values[moment.place] - state.update[moment.place])
            assert short(after) in told(moment)


def test_a_complaint_is_told_with_the_machine_that_most_of_it_comes_from():
    told_of = 0
    for moment in moments("dense", places=3):
        if moment.operation.kind != "delta" or moment.number == 1:
            continue
        (part,) = forward_shares(moment).parts
        means, delta = part.values.mean(axis=0), float(moment.of(moment.trace.delta)[moment.place])
        term = int(np.argmax(means if delta > 0 else -means))
        if means[term] * delta > 0:
            told_of += 1
            assert f"comes from worker {term + 1} of " in told(moment)
            assert short(float(means[term])) in told(moment)
    assert told_of


def test_a_knob_is_told_with_its_complaint_and_what_came_in():
    for moment in moments("dense", places=3):
        if moment.operation.kind != "gradient" or moment.mean or moment.parameter != "W":
            continue
        row, (unit, source) = moment.rows[0], moment.place
        delta, x = float(moment.trace.delta[row, unit]), float(moment.trace.x[row, source])
        for number in (delta, x, delta * x):
            assert short(number) in told(moment)


def test_what_comes_back_from_a_max_pool_names_its_winner():
    kinds = set()
    for moment in moments("winners", places=12):
        above = moment.above
        if moment.operation.kind != "delta" or above is None or above.kind != "maxpool":
            continue
        flat = int(np.ravel_multi_index(moment.place, above.x.shape[1:]))
        wins = [bool((above.extras[row]["winner"] == flat).any()) for row in moment.rows]
        text = told(moment)
        kinds.add((moment.mean, any(wins)))
        if not any(wins):
            assert "won nowhere" in text
        elif moment.mean:
            assert f"won for {sum(wins)} of {len(wins)} pictures" in text
        else:
            assert f"The winner is row {moment.place[1] + 1}, column {moment.place[2] + 1}" in text
    assert {(True, True), (False, True), (False, False)} <= kinds
