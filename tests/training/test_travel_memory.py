"""However long a run is and however it branches, what is recorded of it keeps within 256 MB."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bpviz.snapshot import Evaluation, GradientNorms, Iteration
from bpviz.training.branches import MOST_BRANCHES
from bpviz.training.build import build
from bpviz.training.checkpoints import MEMORY_BYTES
from bpviz.training.config import LiveSettings
from bpviz.training.loop import Training
from bpviz.training.options import run_config
from bpviz.training.recorder import KEPT_LOSSES, MOST_LOSSES, Recorder

LIMIT = 256 * 2**20
TRUE = 1.02
"""What small Python objects that are counted roughly may make of it."""


def size_of(thing: Any, seen: set[int]) -> int:
    """Return the bytes of a thing and of everything that it holds, each counted once."""
    if id(thing) in seen or isinstance(thing, type) or callable(thing):
        return 0
    seen.add(id(thing))
    if isinstance(thing, np.ndarray):
        if thing.base is not None:
            return size_of(thing.base, seen) + 128
        return thing.nbytes + 128
    size = sys.getsizeof(thing, 0)
    if isinstance(thing, dict):
        return size + sum(size_of(key, seen) + size_of(value, seen) for key, value in thing.items())
    if isinstance(thing, list | tuple | set):
        return size + sum(size_of(one, seen) for one in thing)
    for name in (*getattr(thing, "__slots__", ()), *getattr(thing, "__dict__", ())):
        if hasattr(thing, name):
            size += size_of(getattr(thing, name), seen)
    return size


def recorded(training: Training) -> int:
    """Return the bytes of the record, the checkpoints, the states nearby and the other branches."""
    return size_of([training.line, training.branches], set())


def fill(training: Training, last: int) -> None:
    """Record as if ``last`` iterations had been done, every tenth evaluated, with the checkpoints wanted."""
    norms = training.gradient_norms()
    state = training.place_now()
    copies = {name: np.array(value) for name, value in state.optimizer.items()}
    for number in range(training.recorder.last + 1, last + 1):
        train = Evaluation(0.5, 0.5) if number % 10 == 0 else None
        training.recorder.add(
            Iteration(1, number, 0.0, 0.5, 0.1, 1.0, train, train, norms if train else None)
        )
        if training.checkpoints.wants(number):
            training.checkpoints.note_seconds(0.01)
            own = {name: value.copy() for name, value in copies.items()}
            training.checkpoints.add(
                replace(state, iteration=number, theta=state.theta.copy(), optimizer=own)
            )
    training.iteration = last


NETWORKS = {
    "dense": {"layers": "8 tanh, 8 tanh", "optimizer": "sgd"},
    "adam": {"layers": "8 tanh, 8 tanh", "optimizer": "adam"},
    "bfgs": {"layers": "200 tanh", "optimizer": "bfgs", "batch": None},
    "39,760": {"data": "digits28", "layers": "50 sigmoid", "optimizer": "adam"},
    "conv": {"data": "digits", "layers": "conv 8 3, flatten, 10 tanh", "optimizer": "adam"},
    "lstm": {"data": "parity", "layers": "lstm 12", "optimizer": "adam"},
    "lbfgs": {"data": "digits28", "layers": "50 sigmoid", "optimizer": "lbfgs", "batch": None},
}


@pytest.mark.parametrize("name", NETWORKS)
def test_the_whole_record_of_a_long_run_with_branches_keeps_within_the_memory(name):
    training = build(run_config({"data": "xor", **NETWORKS[name]}))
    next(training.iterations())
    fill(training, 60_000)
    for number in range(MOST_BRANCHES + 2):
        training.iteration = at = 100 + 50 * number
        training.branches.fork(at, LiveSettings(0.01 * number))
        fill(training, at + 20_000)
    for number in range(40):
        training.line.nearby.add(replace(training.place_now(), iteration=number), 1000)
    counted, true = training.nbytes, recorded(training)
    assert counted <= LIMIT
    assert true <= TRUE * counted + 2**20
    assert training.line.checkpoints.nbytes <= MEMORY_BYTES


def test_a_full_record_and_its_cut_off_end_keep_within_their_memory():
    recorder = Recorder(1)
    train, norms = Evaluation(0.5, 0.5), GradientNorms(np.zeros(9), np.zeros(200))
    for number in range(MOST_LOSSES + 5000):
        measured = train if number % 40 == 0 else None
        recorder.add(Iteration(1, number, 0.0, 0.5, 0.1, 1.0, measured, None, norms if measured else None))
        if number % 2**18 == 0:
            assert recorder.nbytes <= 56 * 2**20
    assert size_of(recorder, set()) == pytest.approx(recorder.nbytes, rel=0.01)
    whole = recorder.nbytes
    tail = recorder.take(10)
    assert len(tail.history.loss) <= KEPT_LOSSES
    assert tail.nbytes <= 4 * 2**20
    assert tail.nbytes == pytest.approx(size_of(tail, set()), rel=0.01)
    recorder.join(tail)
    assert recorder.nbytes <= whole
