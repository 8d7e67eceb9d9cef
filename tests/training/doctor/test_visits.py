"""When the doctor looks: seldom while the run goes on, at each iteration where it rests."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bpviz.training.build import build
from bpviz.training.config import LiveSettings, RunConfig, StopConfig, dense
from bpviz.training.doctor import Doctor
from bpviz.training.doctor.evidence import LEAST_ROWS, PROBE_PRODUCTS, Evidence
from bpviz.training.options import run_config


class Clock:
    """A time that goes on when it is told to; a look takes ``cost``."""

    def __init__(self, cost: float = 0.001) -> None:
        self.now, self.cost = 0.0, cost

    def __call__(self) -> float:
        self.now += self.cost / 2
        return self.now


@pytest.fixture
def sick():
    training = build(RunConfig(initializer="zeros"))
    return training, training.iterations()


def test_while_it_goes_on_a_finding_counts_when_it_is_seen_twice(sick):
    training, going = sick
    clock = Clock()
    doctor = Doctor(clock)
    next(going)
    assert doctor.visit(training, resting=False).findings == ()
    next(going)
    assert doctor.visit(training, resting=False) is None  # too soon
    clock.now += 0.6
    diagnosis = doctor.visit(training, resting=False)
    assert [one.key for one in diagnosis.findings] == ["symmetry"]
    assert (diagnosis.run_id, diagnosis.iteration) == (training.info.run_id, 1)


def test_where_it_rests_each_iteration_is_judged_at_once_and_once(sick):
    training, going = sick
    doctor = Doctor(Clock())
    next(going)
    assert [one.key for one in doctor.visit(training, resting=True).findings] == ["symmetry"]
    assert doctor.visit(training, resting=True) is None
    next(going)
    assert doctor.visit(training, resting=True).iteration == 1


def test_what_was_seen_once_is_told_when_the_run_rests(sick):
    training, going = sick
    doctor = Doctor(Clock())
    next(going)
    assert doctor.visit(training, resting=False).findings == ()
    assert len(doctor.visit(training, resting=True).findings) == 1


def test_a_look_that_takes_long_is_seldom(sick):
    training, going = sick
    clock = Clock(cost=0.2)
    doctor = Doctor(clock)
    next(going)
    doctor.visit(training, resting=False)
    next(going)
    clock.now += 5.0
    assert doctor.visit(training, resting=False) is None
    clock.now += 10.0
    assert doctor.visit(training, resting=False) is not None


def test_a_divergence_is_told_though_the_iteration_was_seen():
    training = build(
        RunConfig(function="parabola", optimizer="sgd", live=LiveSettings(3.0, None), stop=StopConfig())
    )
    doctor = Doctor(Clock())
    for _ in training.iterations():
        pass
    doctor.visit(training, resting=False)
    keys = [one.key for one in doctor.visit(training, resting=True).findings]
    assert keys == ["not_finite"]


def test_the_run_is_the_same_to_the_bit_with_a_doctor_and_without():
    def trained(visited: bool) -> bytes:
        training = build(RunConfig(stop=StopConfig(iterations=200)))
        clock = Clock()
        doctor = Doctor(clock)
        for _ in training.iterations():
            clock.now += 1.0
            if visited:
                doctor.visit(training, resting=False)
        return training.theta.tobytes()

    assert trained(True) == trained(False)


def test_the_probe_is_as_large_as_a_look_may_cost():
    for width, rows in ((4, 250), (100, PROBE_PRODUCTS // 10_501), (300, LEAST_ROWS)):
        training = build(RunConfig(layers=(dense(width), dense(width))))
        next(training.iterations())
        assert len(Evidence(training).probe) == rows


def test_the_same_iteration_of_another_branch_is_looked_at():
    training = build(run_config({"data": "xor", "layers": "4 tanh", "iterations": 30}))
    for _ in training.iterations():
        pass
    doctor = Doctor()
    assert doctor.visit(training, resting=True) is not None
    assert doctor.visit(training, resting=True) is None
    training.seek(0)
    training.apply(replace(training.live, learning_rate=0.5))
    for _ in training.iterations():
        pass
    assert training.iteration == 30
    assert doctor.visit(training, resting=True) is not None
