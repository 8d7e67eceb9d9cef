"""An update's lines lead from the raw gradient to the new number, and every number is the engine's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bpviz.engine.registries import OPTIMIZERS, SCHEDULES
from bpviz.present.explain import choice
from bpviz.present.explain.formulas import formulas
from bpviz.present.explain.formulas_update import own_symbol, parts, update
from bpviz.present.explain.made import made
from bpviz.present.explain.moment import Moment
from bpviz.present.formulas.evaluate import key, printed_value
from bpviz.present.formulas.tree import Symbol, walk
from bpviz.training.build import build
from bpviz.training.dissecting import dissect
from bpviz.training.options import run_config
from tests.helpers.explained import OPTIMIZER_RUNS, moments

SEARCHING = [entry.name for entry in OPTIMIZERS if entry.make.searches]
STEPPING = [entry.name for entry in OPTIMIZERS if not entry.make.searches]


def close(found, expected):
    return np.isclose(found, expected, rtol=1e-9, atol=1e-14)


def updates(options, iterations=3, places=4, seed=1):
    """Yield the updates of an iteration at a few places, with the run before it."""
    config = run_config({"data": "spiral", "layers": "3 tanh", "seed": seed, **options})
    training = build(config)
    going = training.iterations()
    for _ in range(iterations):
        next(going)
    dissection = dissect(training, config)
    of_run = made(training.info, dissection)
    rng = np.random.default_rng(seed)
    for operation in dissection.operations:
        if operation.kind != "update":
            continue
        base = Moment(of_run, operation)
        for each in rng.integers(0, choice.count(base), places):
            yield choice.chosen_at(base, choice.choice_at(base, int(each))), training


def random_options(seed, optimizer):
    """Return any mixture of penalties, bounds and schedules."""
    rng = np.random.default_rng(seed)
    strengths = {name: float(rng.uniform(0.01, 0.2)) for name in ("l1", "l2", "elastic_net")}
    bounds = {
        "max_norm": float(rng.uniform(0.2, 0.9)),
        "clip_value": float(rng.uniform(0.01, 0.1)),
        "clip_norm": float(rng.uniform(0.02, 0.3)),
    }
    every = {**strengths, **bounds}
    chosen = {name: value for name, value in every.items() if rng.random() < 0.6}
    names = list(SCHEDULES.names())
    schedule = names[seed % len(names)]
    return {**chosen, "schedule": schedule, "optimizer": optimizer, "learning_rate": 0.3}


def raw_gradient(moment, training):
    """Return the slope of the loss without penalties, by the objective itself."""
    objective, theta = training.objective, np.array(moment.dissection.theta)
    penalties, batch = dict(training.live.penalties), training.rehearse().batch
    objective.set_penalties({})
    gradient = objective.loss_and_gradient(theta, batch)[1].copy()
    objective.set_penalties(penalties)
    return float(gradient[place_in_theta(moment)])


def place_in_theta(moment):
    return int(moment.made.places[moment.number - 1][moment.parameter][moment.place])


@pytest.mark.parametrize("seed", range(2 * len(SCHEDULES.names())))
def test_no_line_is_missing_between_the_raw_gradient_and_the_new_number(seed):
    optimizer = STEPPING[seed % len(STEPPING)] if seed % 5 else SEARCHING[seed // 5 % len(SEARCHING)]
    for moment, training in updates(random_options(seed, optimizer), seed=seed):
        dissection, place = moment.dissection, place_in_theta(moment)
        slope, theta = raw_gradient(moment, training), float(dissection.theta[place])
        rate = float(training.live.learning_rate)
        own = own_symbol(moment)
        by_own = replace(own, name=f"dL_d{own.name}")
        for line in update(moment):
            read = line.values
            assert "θ" not in line.plain().replace("L(θ", "")
            for symbol, now in ((Symbol("g"), slope), (by_own, slope), (own, theta), (Symbol("eta0"), rate)):
                if symbol != line.target and symbol in walk(line.formula):
                    assert close(read[key(symbol)], now), (symbol, line.plain())
            assert close(printed_value(line.plain()), line.result), line.plain()
            if line.target == by_own:
                slope = line.result
            elif line.target == own:
                assert close(read["theta"], theta), line.plain()
                theta = line.result
            elif line.target.name == "eta":
                rate = line.result
                assert rate == dissection.learning_rate
        assert close(theta, dissection.theta[place] - dissection.update[place])


@pytest.mark.parametrize("optimizer", SEARCHING)
@pytest.mark.parametrize("function", ["bowl", "rosenbrock", "parabola"])
def test_a_search_s_lines_are_its_direction_and_its_step(optimizer, function):
    config = run_config({"function": function, "optimizer": optimizer, "seed": 2})
    training = build(config)
    going = training.iterations()
    next(going)
    for _ in range(6):
        dissection = dissect(training, config)
        operation = dissection.operations[-1]
        before = training.theta.copy()
        next(going)
        found = dissection.settings["found"]
        for place in range(len(before)):
            lines = update(Moment(made(training.info, dissection), operation, place=(place,)))
            made_of = {line.target.name: line for line in lines}
            name = training.info.parameter_names[place] if training.info.parameter_names else "xy"[place]
            assert close(made_of.get(name, made_of.get("theta")).result, training.theta[place])
            for line in lines:
                assert close(printed_value(line.plain()), line.result), line.plain()
            if found:
                direction = float(found["d"][place])
                assert np.isclose(printed_value(made_of["d"].plain()), direction, rtol=1e-7, atol=1e-12)
                assert made_of["alpha"].result == found["alpha"]
                assert made_of["loss_there"].result == training.objective.loss(training.theta)
                assert found["alpha"] == 0 or made_of["loss_there"].result <= made_of["loss_bound"].result


def test_newton_s_row_is_that_of_its_equation():
    """(H + τI) d = −g for x² + y² at any point: H = 2I, d = −(x, y)."""
    config = run_config({"function": "bowl", "optimizer": "newton"})
    training = build(config)
    dissection = dissect(training, config)
    lines = update(Moment(made(training.info, dissection), dissection.operations[-1], place=(0,)))
    direction = next(line for line in lines if line.target.name == "d")
    assert direction.evaluate() == pytest.approx(-training.theta[0], rel=1e-6)


def test_what_is_done_is_said_above_its_lines():
    options = {"l2": 1e-4, "clip_norm": 0.1, "schedule": "exponential", "max_norm": 0.1}
    found = [moment for moment, _ in updates(options, places=40) if moment.parameter == "W"]
    for moment in found:
        assert [len(part.lines) for part in parts(moment)] == [2, 1, 1, 1]
    moment = next(each for each in found if parts(each)[-1].lines[0].values["row_norm"] > 0.1)
    captions = [block.caption for block in formulas(moment)]
    assert captions[0] == ""
    assert len(captions) == len(set(captions)) == 5
    held = parts(moment)[-1].lines[0]
    assert abs(held.result) < abs(held.values["theta"])
    assert close(printed_value(held.plain()), held.result)


def test_the_weight_that_is_updated_has_its_own_symbol():
    moment = next(each for each, _ in updates({}, places=40) if each.parameter == "W" and each.number == 2)
    symbols, block = formulas(moment.at((0, 1), "W"))
    assert symbols.copied() == "θ ← θ - η·∂L/∂θ"
    assert block.printed[0].plain.startswith("w₁₂⁽²⁾ ← w₁₂⁽²⁾ − η·∂L/∂w₁₂⁽²⁾ = ")


@pytest.mark.parametrize("name", OPTIMIZER_RUNS)
def test_every_optimizer_is_shown_in_symbols_first_and_copied_as_text(name):
    for moment in moments(name, places=0):
        if moment.operation.kind == "update":
            symbols, *numbers = formulas(moment)
            assert not symbols.caption
            assert "θ" in symbols.copied()
            assert all(len(line.parts) == 1 for line in symbols.printed)
            assert numbers
            for sign in "\\{}":
                assert sign not in symbols.copied(), symbols.copied()


def test_of_a_function_f_is_differentiated():
    (moment,) = (each for each in moments("function", places=0) if each.operation.kind == "update")
    assert formulas(moment)[0].copied() == "θ ← θ - η·∂f/∂θ"


def test_nothing_is_said_of_what_is_not_done():
    for moment, _ in updates({}):
        assert [part.caption for part in parts(moment)] == ["With the numbers"]


@pytest.mark.parametrize("optimizer", STEPPING)
def test_where_the_rate_is_0_nothing_moves(optimizer):
    options = {"optimizer": optimizer, "schedule": "cosine", "total_steps": 2, "final_rate": 0.0}
    for moment, _ in updates(options, iterations=4):
        assert moment.dissection.learning_rate == 0
        line = next(line for line in update(moment) if line.target == own_symbol(moment))
        before = moment.dissection.theta[place_in_theta(moment)]
        assert printed_value(line.plain()) == before == line.result
