"""The story follows the numbers: every kind of bench tells its own work, and the drawing shows the same."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.present.explain.names import sample_name
from bpviz.present.explain.story import story
from bpviz.present.explain.story_back import error_shares
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


@pytest.mark.parametrize("name", ["dense", "pictures", "every step"])
def test_what_a_complaint_comes_from_are_shares_that_sum_to_it(name):
    told_of = 0
    for moment in moments(name, places=4):
        of_delta = moment.operation.kind == "delta" and moment.step < 0 and not moment.output
        shares = error_shares(moment) if of_delta else {}
        if len(shares) < 2 or moment.above.kind == "maxpool":
            continue
        delta = float(moment.of(moment.trace.delta)[moment.place])
        np.testing.assert_allclose(sum(shares.values()), delta, rtol=1e-9, atol=1e-15)
        text = told(moment)
        worker = max(shares, key=lambda each: shares[each] * delta)
        share = abs(shares[worker])
        if not delta:
            assert "comes from" not in text
            continue
        told_of += 1
        assert f"comes from worker {worker} of " in text
        assert f": {short(share)}" in text
        assert ("Most of it" in text) == (share > 0.5 * abs(delta))
        assert ("others take some of it back" in text) == (share > abs(delta))
    assert told_of


def test_an_output_s_mean_error_comes_from_samples():
    told_of = 0
    for moment in moments("dense", places=0):
        if moment.operation.kind not in ("output_delta", "delta") or not moment.output or not moment.mean:
            continue
        own = moment.trace.delta[:, moment.place[0]] / len(moment.rows)
        row = int(np.argmax(own * own.sum()))
        told_of += 1
        assert f"comes from {sample_name(moment, row)}: {short(abs(float(own[row])))}" in told(moment)
    assert told_of


def test_one_sample_s_loss_is_told_apart_from_the_mean():
    for moment in moments("dense", places=0):
        if moment.operation.kind == "loss" and moment.mean:
            row = moment.worst_row()
            assert f"Take {sample_name(moment, row)} as an example" in told(moment)
            assert short(float(moment.dissection.losses[row])) in told(moment)
            assert f"orders it is {short(float(moment.dissection.losses.mean()))} in the mean" in told(moment)


def test_a_single_worker_is_not_told_of_as_many():
    for moment in moments("dense", places=0):
        if moment.output and moment.operation.phase == "forward":
            assert "very worker" not in told(moment)


@pytest.mark.parametrize("name", OPTIMIZER_RUNS)
def test_every_optimizer_s_knob_goes_where_the_engine_turns_it(name):
    for moment in moments(name, places=1):
        if moment.operation.kind == "update":
            state = moment.state(moment.parameter)
            after = float(state.values[moment.place] - state.update[moment.place])
            assert short(after) in told(moment)


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
