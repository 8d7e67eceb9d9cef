"""What schedules and regularizers print is what the engine works out."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.engine.regularizers import REGULARIZERS
from bpviz.engine.schedules import SCHEDULES
from bpviz.present.formulas.evaluate import printed_value
from bpviz.present.formulas.pieces import regularizer_lines, result_of, schedule_lines, worked_out
from tests.helpers.random_fields import random_fields


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("entry", list(SCHEDULES), ids=lambda e: e.name)
def test_a_schedule_s_lines_are_its_rates(entry, seed):
    rng = np.random.default_rng(seed)
    fields = random_fields(entry.fields, rng) if seed else entry.checked({})
    schedule = entry.create(**fields)
    lines = schedule_lines(schedule, fields)
    eta0 = float(rng.uniform(0.01, 2.0))
    steps = [*range(12), 48, 49, 50, 51, 99, 150, 499, 500, 501, 1500, 1999, 2000, 4321]
    for t in steps:
        if schedule.uses_loss:
            schedule.observe(float(rng.uniform(0.1, 1.0)), t)
        known = {**fields, **schedule.state(), "eta0": eta0, "t": t}
        assert result_of(lines, known) == pytest.approx(schedule.rate(eta0, t), rel=1e-12, abs=1e-300), t
    for line in worked_out(lines, known):
        assert printed_value(line.plain()) == pytest.approx(line.result, rel=1e-12, abs=1e-300)


@pytest.mark.parametrize("growth", [2, 3])
def test_a_restart_is_met_to_the_update(growth):
    fields = {"cycle": 7, "cycle_growth": growth, "final_rate": 0.1}
    schedule = SCHEDULES.create("cosine_restarts", **fields)
    lines = schedule_lines(schedule, fields)
    for t in range(400):
        found = result_of(lines, {**fields, "eta0": 1.0, "t": t})
        assert found == pytest.approx(schedule.rate(1.0, t), rel=1e-12), t


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("entry", list(REGULARIZERS), ids=lambda e: e.name)
def test_a_regularizer_s_formulas_are_its_penalty_its_gradient_and_its_bound(entry, seed):
    rng = np.random.default_rng(seed)
    fields = random_fields(entry.fields, rng)
    fields[entry.fields[0].name] = float(rng.uniform(0.05, 1.5))
    regularizer = entry.create(**fields)
    w = rng.normal(size=7)
    w[2] = 0.0
    lines = {line.target.name: line for line in regularizer_lines(regularizer)}
    assert ("w" in lines) is regularizer.projects
    assert ("R" in lines) is not regularizer.projects
    if "R" in lines:
        assert result_of([lines["R"]], {**fields, "w": w}) == pytest.approx(regularizer.penalty(w), rel=1e-12)
        gradient = np.zeros(7)
        regularizer.add_gradient(w, np.ones(7), gradient)
        found = [result_of([lines["dR_dw"]], {**fields, "w": each}) for each in w]
        np.testing.assert_allclose(found, gradient, rtol=1e-12, atol=1e-15)
        line = worked_out([lines["R"]], {**fields, "w": w})[0]
        assert printed_value(line.plain()) == pytest.approx(regularizer.penalty(w), rel=1e-12)
    else:
        matrix = rng.normal(size=(5, 7))
        before = matrix.copy()
        regularizer.project([matrix])
        found = [result_of([lines["w"]], {**fields, "w": row}) for row in before]
        np.testing.assert_allclose(found, matrix, rtol=1e-12)
