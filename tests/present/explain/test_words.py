"""Words and story name the numbers that are in the dissection, in both languages."""

from __future__ import annotations

import re

import numpy as np
import pytest

from bpviz.present.explain import words as w
from bpviz.present.explain.names import source, title, whose
from bpviz.present.explain.shares import GATES
from bpviz.present.explain.shares_back import gradient as gradient_shares
from bpviz.present.explain.shares_back import reaching
from bpviz.present.explain.story import story
from bpviz.present.explain.story_factory import MOST_WORKERS
from bpviz.present.explain.words_forward import channel_of
from bpviz.present.explain.words_learn import penalty_in_force
from bpviz.present.formulas.numbers_of import GATES as GATE_NAMES
from bpviz.present.numbers import short
from bpviz.text import set_language
from tests.helpers.explained import LAYER_RUNS, RUNS, engine_number, moments, taken_apart


@pytest.fixture(params=["en", "zh_CN"])
def language(request):
    set_language(request.param)
    yield request.param
    set_language("en")


def said(moment):
    return " ".join(w.words(moment))


def expected_numbers(moment):
    """Return what the sentences about an operation must name."""
    kind = moment.operation.kind
    moment = w.about(moment)
    if kind == "loss":
        return [float(moment.losses().mean())]
    if kind == "update":
        state = moment.state(moment.parameter) if moment.number else None
        if state is None:
            return [float(moment.dissection.theta[moment.place] - moment.dissection.update[moment.place])]
        before, step = float(state.values[moment.place]), float(state.update[moment.place])
        return [before, before - step]
    if kind == "slope":
        return [float(each) for each in moment.dissection.gradient]
    if kind == "value":
        return [moment.dissection.loss]
    if kind == "gradient" and moment.mean and len(moment.rows) == moment.dissection.batch_size:
        own = float(gradient_shares(moment).total())
        return [own, engine_number(moment)] if penalty_in_force(moment) and moment.parameter == "W" else [own]
    if kind == "normalize" and moment.mean:
        extras, channel = moment.trace.extras[0], channel_of(moment)
        return [float(extras[name][channel]) for name in ("mean", "variance")]
    if (
        kind == "activation"
        and moment.kind == "batchnorm"
        and moment.layer.activation is None
        and moment.mean
    ):
        return []
    if kind == "mask" and not moment.mean and engine_number(moment) == 0:
        return [0.0]
    return [engine_number(moment)]


@pytest.mark.parametrize("name", RUNS)
def test_words_name_the_number_that_is_made(name, language):
    for moment in moments(name, places=1):
        text = said(moment)
        for number in expected_numbers(moment):
            # A gradient that is 0 to the last digits has none to tell.
            assert short(number) in text or abs(number) < 1e-14, (
                moment.operation,
                moment.place,
                number,
                text,
            )


@pytest.mark.parametrize("name", LAYER_RUNS)
def test_every_operation_is_told_three_times(name, language):
    for moment in moments(name, places=0):
        assert title(moment)
        assert w.told(moment)
        told = story(moment)
        assert told.sentences
        for text in (title(moment), *w.told(moment), *told.sentences, whose(moment)):
            assert "{" not in text
            assert "nan" not in text.lower()
            if language == "zh_CN":
                # The features' own names are as they are in the data.
                assert "(cm)" in text or not re.search(r"[a-z]{3,} [a-z]{3,}", text), text


@pytest.mark.parametrize("name", LAYER_RUNS)
def test_what_is_said_of_a_mean_is_what_it_is_the_mean_of(name):
    for moment in moments(name, places=0):
        if not moment.dissection.layers or moment.operation.kind == "update":
            assert whose(moment) == ""
        elif moment.mean:
            assert str(len(moment.rows)) in whose(moment)
        else:
            assert str(int(moment.dissection.rows[moment.rows[0]])) in whose(moment)


def test_the_larger_batch_is_told():
    _, dissection = taken_apart("whole batch")
    assert dissection.batch_size <= 256 or len(dissection.rows) == 256
    moment = next(moments("whole batch"))
    assert str(dissection.batch_size) in whose(moment)


@pytest.mark.parametrize("name", [name for name in LAYER_RUNS if name != "function"])
def test_the_drawing_follows_the_numbers(name):
    for moment in moments(name, places=0):
        factory = story(moment).factory
        dissection = moment.dissection
        assert len(factory.benches) == len(dissection.layers)
        row = moment.worst_row()
        y_hat, y = dissection.layers[-1].a[row].ravel(), dissection.y[row].ravel()
        unit = int(np.argmax(np.abs(y_hat - y)))
        assert (factory.made, factory.ordered) == (short(float(y_hat[unit])), short(float(y[unit])))
        assert 0 <= factory.complaint <= 1
        for bench in factory.benches:
            assert 1 <= len(bench.workers) <= MOST_WORKERS
            assert bench.lit == (bench.number == moment.number)
            assert all(
                abs(worker.part) <= 1 + 1e-12 and abs(worker.complaint) <= 1 + 1e-12
                for worker in bench.workers
            )
        if moment.number and moment.operation.phase != "update":
            assert factory.done == moment.number


def test_workers_wear_the_sign_of_what_they_made():
    moment = next(
        each
        for each in moments("dense", places=0)
        if each.number == 2 and each.operation.kind == "activation"
    )
    a = moment.of(moment.trace.a)
    workers = story(moment).factory.benches[1].workers
    np.testing.assert_allclose([worker.part for worker in workers], a / np.abs(a).max())


def test_recurrent_layers_tell_each_gate():
    for moment in moments("lstm", places=0):
        if moment.operation.kind == "gates" and not moment.mean:
            for name in GATES["lstm"]:
                assert short(float(moment.extra(name)[moment.step][moment.place])) in said(moment)


@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_what_comes_from_the_step_after_names_the_gate_and_a_unit_that_there_is(name, language):
    found = 0
    for moment in moments(name, places=1):
        if moment.operation.kind != "delta" or moment.kind != name:
            continue
        units = moment.layer.width
        for part in reaching(moment).parts:
            for term in range(part.values.shape[1]) if part.of == "later" else ():
                text = source(moment, "later", part.source(term))
                step, unit, gate = moment.step + 2, term % units + 1, GATE_NAMES[name][term // units]
                numbers = [int(each) for each in re.findall(r"\d+", text)]
                assert sorted(numbers) == sorted((step, unit))
                assert re.search(rf"\b{gate}\b", text)
                found += 1
    assert found
