"""Every number that is printed is the engine's, and every printed line evaluates to it."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.present.explain.formulas import formulas, lines, mean_lines
from bpviz.present.formulas.drawing import drawing
from bpviz.present.formulas.evaluate import printed_value, value
from bpviz.present.formulas.layout import laid_out
from bpviz.present.formulas.plain import plain, read
from tests.helpers.explained import LAYER_RUNS, RUNS, engine_number, moments


def close(found, expected):
    return np.isclose(found, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", RUNS)
def test_what_is_copied_evaluates_to_what_it_says(name):
    for moment in moments(name, places=1 if len(RUNS[name].get("layers", "")) > 40 else 3):
        for line in [*lines(moment), *mean_lines(moment)]:
            numbers = plain(line.numbers)
            assert f" {numbers}" in line.plain()
            # Read back from the text alone: nothing may fall back to the result that stands beside it.
            assert close(value(read(numbers)), line.result), (moment.operation, numbers)
            assert close(printed_value(line.plain()), line.result), (
                moment.operation,
                moment.place,
                line.plain(),
            )


@pytest.mark.parametrize("name", RUNS)
def test_the_result_is_the_engine_s(name):
    for moment in moments(name, places=1):
        operation = moment.operation
        results = [line.result for line in lines(moment)]
        if operation.kind == "update":
            before, taken = of_parameter(moment)
            expected = before - taken
        elif operation.kind == "loss":
            expected = float(moment.dissection.losses[moment.worst_row()])
        elif operation.kind == "value":
            expected = moment.dissection.loss
        else:
            whole = operation.kind == "gradient" or not moment.dissection.layers
            expected = engine_number(moment if whole else moment.worked())
        assert any(close(each, expected) for each in results), (operation, moment.place, expected, results)


def of_parameter(moment):
    dissection = moment.dissection
    if not dissection.layers:
        return float(dissection.theta[moment.place]), float(dissection.update[moment.place])
    state = moment.state(moment.parameter)
    return float(state.values[moment.place]), float(state.update[moment.place])


@pytest.mark.parametrize("name", LAYER_RUNS)
def test_a_mean_is_that_of_what_the_samples_make(name):
    for moment in moments(name, places=1):
        for line in mean_lines(moment):
            if moment.operation.kind == "loss":
                assert close(line.result, moment.dissection.losses.mean())
            elif moment.step < 0:
                assert close(line.result, engine_number(moment)), moment.operation


@pytest.mark.parametrize("seed", range(3))
def test_other_networks_too(seed):
    for name in ("dense", "pictures", "lstm"):
        for moment in moments(name, seed=seed + 10, places=0):
            for line in lines(moment):
                assert close(printed_value(line.plain()), line.result), (name, moment.operation, line.plain())


def test_long_sums_are_short_on_the_screen_and_whole_when_copied():
    moment = next(each for each in moments("pictures") if each.operation.kind == "sum" and each.number == 3)
    block = formulas(moment)[2]
    printed = block.printed[-1]
    assert any("cdots" in piece for part in printed.parts for piece in part)
    assert "…" not in block.copied()
    assert block.copied().count("·") >= 16


@pytest.mark.parametrize("name", LAYER_RUNS)
def test_every_operation_has_something_typeset(name):
    for moment in moments(name, places=0):
        assert formulas(moment), moment.operation


@pytest.mark.parametrize("name", RUNS)
def test_everything_is_drawn_within_a_small_panel(name):
    """Nothing reaches over the right edge, or is endlessly tall."""
    width = 26.0
    for moment in moments(name, places=0):
        if moment.mean == (moment.operation.phase == "loss"):
            continue
        for block in formulas(moment):
            for row in laid_out(block.printed, width):
                assert 0 < row.bottom - row.top < 60
                for piece in row.pieces:
                    reach = piece.x + drawing(piece.tex).width * piece.scale
                    assert reach <= width * 1.001, (moment.operation, piece.tex)


def test_a_function_has_its_own_formula_and_its_own_slopes():
    found = {
        moment.operation.kind: [each.plain for block in formulas(moment) for each in block.printed]
        for moment in moments("function", places=0)
    }
    theta = moment_theta()
    assert found["value"][0].startswith("f = x² + y² = ")
    assert printed_value(found["value"][0]) == pytest.approx(float(theta @ theta), rel=1e-12)
    assert found["slope"] == [
        f"∂f/∂{name} = {2 * each!r}" for name, each in zip("xy", theta.tolist(), strict=True)
    ]


def moment_theta():
    return next(moments("function", places=0)).dissection.theta
