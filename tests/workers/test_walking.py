"""Every registered piece is walked through, operation by operation, on and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpviz.engine.layers import LAYERS
from bpviz.engine.losses import LOSSES
from bpviz.engine.optimizers import OPTIMIZERS
from bpviz.present.walk.light import lit_at, walked_snapshot
from bpviz.present.walk.place import GRAINS
from bpviz.present.walk.words import KINDS, place_parts, steps_of
from bpviz.snapshot import SnapshotRequest
from bpviz.training.config import RunConfig
from bpviz.training.options import run_config
from tests.helpers.walking import Walker, first_that_builds

PICTURES = ("conv", "maxpool", "avgpool")
SEQUENCES = ("rnn", "lstm", "gru")


def config_with(kind: str) -> RunConfig:
    """Return a run with one layer of ``kind`` in it, and others round it."""
    if kind in SEQUENCES:
        return run_config(
            {"data": "delayed_xor", "layers": f"{kind} 3", "batch_size": 4, "steps": 5, "delay": 2}
        )
    texts = {
        "dense": "3 tanh",
        "flatten": "conv 2 3x3 relu, flatten, 4 tanh",
        "dropout": "5 relu, dropout 0.3",
        "batchnorm": "5 relu, batchnorm",
        "conv": "conv 2 3x3 relu, flatten",
        "maxpool": "conv 2 3x3 relu, maxpool 2, flatten",
        "avgpool": "conv 2 3x3 relu, avgpool 2, flatten",
    }
    pictures = kind in (*PICTURES, "flatten")
    data = "digits" if pictures else "spiral"
    return run_config({"data": data, "layers": texts.get(kind, f"{kind} 3"), "batch_size": 6})


def walk_both_ways(config: RunConfig) -> Walker:
    """Walk through one iteration and into the next, and back to the start; every state is met again."""
    walker = Walker(config)
    states = [walker.state()]
    walker.on()
    count = len(walker.walk.operations)
    states.append(walker.state())
    for _ in range(count):
        walker.on()
        states.append(walker.state())
    assert walker.walk.iteration == walker.training.iteration == 1
    assert walker.walk.operation == 0
    for state in reversed(states[1:-1]):
        assert walker.back()
        assert walker.state()[1:] == state[1:]
        assert walker.walk == state[0]
    assert walker.back()
    assert not walker.walk.on
    assert walker.state()[1:3] == states[0][1:3]
    assert not walker.back()
    return walker


def check_what_is_shown(config: RunConfig) -> None:
    """Every operation has words, and its numbers can be shown: of the mean, and of a sample."""
    walker = Walker(config)
    walker.on()
    snapshot = walker.training.snapshot(SnapshotRequest())
    for operation in walker.walk.operations:
        assert operation.kind in KINDS
        for sample in ("mean", 0):
            lit = lit_at(walker.dissection, operation, sample)
            shown = walked_snapshot(snapshot, lit)
            assert [state.shape for state in shown.layers] == [state.shape for state in snapshot.layers]
            assert [state.a.size for state in shown.layers] == [state.a.size for state in snapshot.layers]
        assert place_parts(walker.walk, steps_of(walker.walk.operations))
        if walker.walk.operation < len(walker.walk.operations) - 1:
            walker.on()


@pytest.mark.parametrize("kind", [entry.name for entry in LAYERS])
def test_each_layer_is_walked_both_ways(kind):
    config = config_with(kind)
    assert kind in [layer.kind for layer in config.layers]
    walk_both_ways(config)
    check_what_is_shown(config)


@pytest.mark.parametrize("name", [entry.name for entry in LOSSES])
def test_each_loss_is_walked_both_ways(name):
    config = first_that_builds(
        *(
            run_config({"data": data, "layers": "3 tanh", "loss": name, "batch_size": 5})
            for data in ("spiral", "plane", "digits")
        )
    )
    walk_both_ways(config)
    check_what_is_shown(config)


@pytest.mark.parametrize("name", [entry.name for entry in OPTIMIZERS])
def test_each_optimizer_is_walked_both_ways(name):
    batch = "full" if getattr(OPTIMIZERS[name].make, "searches", False) else 5
    config = run_config({"data": "spiral", "layers": "3 tanh", "optimizer": name, "batch_size": batch})
    walk_both_ways(config)


@pytest.mark.parametrize("function", ["parabola", "bowl"])
def test_a_function_is_walked_both_ways(function):
    walk_both_ways(run_config({"function": function}))


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(GRAINS[:3])), min_size=1, max_size=14))
def test_any_walk_leaves_what_going_there_directly_leaves(steps):
    config = run_config({"data": "spiral", "layers": "3 tanh", "batch_size": 50, "optimizer": "adam"})
    walker = Walker(config)
    for forward, grain in steps:
        if forward:
            walker.on(grain)
        else:
            walker.back(grain)
    direct = Walker(config)
    for _ in range(walker.walk.iteration):
        direct.on("iteration")
    assert direct.training.theta.tobytes() == walker.training.theta.tobytes()
    if walker.walk.on:
        while direct.walk.operation != walker.walk.operation:
            direct.on()
        assert direct.state() == walker.state()


@given(st.integers(1, 25), st.sampled_from(("operation", "phase")))
def test_as_many_steps_back_as_on_lead_to_the_same_place(count, grain):
    walker = Walker(run_config({"data": "spiral", "layers": "2 tanh", "batch_size": 50}))
    walker.on(grain)
    start = walker.state()
    for _ in range(count):
        walker.on(grain)
    for _ in range(count):
        walker.back(grain)
    assert walker.state() == start
