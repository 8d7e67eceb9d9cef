"""A gradient's lines: a sample's own share, the mean over the batch, and what of it was looked at."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.present.explain import choice
from bpviz.present.explain.formulas import formulas
from bpviz.present.explain.formulas_learn import gradient_parts
from bpviz.present.explain.made import made
from bpviz.present.explain.moment import Moment
from bpviz.present.formulas.evaluate import printed_value
from bpviz.training.build import build
from bpviz.training.dissecting import dissect
from bpviz.training.options import run_config
from tests.helpers.explained import LAYER_RUNS, moments


def close(found, expected):
    return np.isclose(found, expected, rtol=1e-9, atol=1e-13)


def gradients(sample, rows=None, **options):
    config = run_config({"data": "spiral", "layers": "3 tanh", "seed": 4, **options})
    training = build(config)
    next(training.iterations())
    dissection = dissect(training, config, rows)
    of_run = made(training.info, dissection)
    for operation in dissection.operations:
        if operation.kind == "gradient":
            base = Moment(of_run, operation, sample)
            for index in range(choice.count(base)):
                yield choice.chosen_at(base, choice.choice_at(base, index))


@pytest.mark.parametrize("name", [name for name in LAYER_RUNS if name not in ("function", "whole batch")])
def test_the_samples_shares_have_the_mean_that_is_printed(name):
    for moment in moments(name, places=1):
        if moment.operation.kind != "gradient" or not moment.mean:
            continue
        shares = []
        for row in moment.rows:
            of_one = Moment(moment.made, moment.operation, row, moment.place, moment.parameter)
            share = gradient_parts(of_one)[0].lines[0]
            assert close(printed_value(share.plain()), share.result)
            shares.append(share.result)
        first = gradient_parts(moment)[0].lines[0]
        assert np.isclose(np.mean(shares), first.result, rtol=1e-9, atol=1e-13)


def test_of_a_sample_first_its_own_share_then_the_mean():
    for moment in gradients(2):
        captions = [block.caption for block in formulas(moment)][1:]
        assert captions[0].startswith("Sample ")
        assert captions[0].endswith(" by itself, [3] of the 10 in the batch")
        share = gradient_parts(moment)[0].lines[0]
        assert "∂L[3]/∂" in share.plain()
        delta = moment.trace.delta[2, moment.place[0]]
        source = 1.0 if moment.parameter == "b" else moment.trace.x[2, moment.place[1]]
        assert share.result == pytest.approx(float(delta * source), rel=1e-12)
        assert captions[1] == "The mean over 10 samples"
        last = gradient_parts(moment)[-1].lines[-1]
        assert close(last.result, moment.state(moment.parameter).gradient[moment.place])
        assert close(printed_value(last.plain()), last.result)


@pytest.mark.parametrize("sample", [0, "mean"])
def test_where_only_some_samples_are_looked_at_the_batch_s_number_is_told(sample):
    for moment in gradients(sample, rows=np.array([7, 9]), batch_size=20):
        parts = gradient_parts(moment)
        assert parts[-1].caption == "The mean over 20 samples"
        (told,) = parts[-1].lines
        assert told.result == moment.state(moment.parameter).gradient[moment.place]
        if sample == "mean":
            assert parts[0].caption == "The mean over 2 of 20 samples"


def test_the_general_formula_is_a_mean_as_well():
    moment = next(iter(gradients("mean")))
    (line,) = formulas(moment)[0].printed
    assert line.plain.startswith("∂L/∂W")
    assert "= 1/10·Σₘ" in line.plain
