"""The story follows the numbers: every kind of bench tells its own work, and the drawing shows the same."""

from __future__ import annotations

import numpy as np
import pytest

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
            assert f"{round(100 * float(moment.extra(gate)[moment.step][moment.place]))} %" in text
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
