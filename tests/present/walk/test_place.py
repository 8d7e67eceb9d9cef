"""Where a step of the walk leads, worked by hand."""

import pytest

from bpviz.present.walk.light import light_at, phase_shares
from bpviz.present.walk.place import Target, Walk
from bpviz.present.walk.time import flows_back, known_steps
from bpviz.snapshot.dissection import Operation

STEPS = (
    Operation("forward", "sum", 1),
    Operation("forward", "activation", 1),
    Operation("forward", "sum", 2),
    Operation("forward", "activation", 2),
    Operation("loss", "loss"),
    Operation("backward", "output_delta", 2),
    Operation("backward", "gradient", 2),
    Operation("backward", "delta", 1),
    Operation("backward", "gradient", 1),
    Operation("update", "update", 1),
    Operation("update", "update", 2),
)


def at(operation: int | None, iteration: int = 4) -> Walk:
    return Walk(iteration, operation, STEPS)


@pytest.mark.parametrize(
    ("walk", "grain", "target"),
    [
        (at(None), "operation", Target(4, "first")),
        (at(None), "phase", Target(4, "forward")),
        (at(0), "operation", Target(4, 1)),
        (at(0), "phase", Target(4, 3)),
        (at(3), "phase", Target(4, 4)),
        (at(4), "phase", Target(4, 8)),
        (at(10), "operation", Target(5, "first")),
        (at(10), "phase", Target(5, "forward")),
        (at(6), "iteration", Target(5)),
        (Walk(7, per_epoch=5), "epoch", Target(10)),
    ],
)
def test_a_step_on(walk, grain, target):
    assert walk.next(grain) == target


@pytest.mark.parametrize(
    ("walk", "grain", "target"),
    [
        (at(0), "operation", Target(3, "last")),
        (at(0, 0), "operation", Target(0)),
        (at(None, 0), "operation", None),
        (at(None), "operation", Target(3, "last")),
        (at(5), "operation", Target(4, 4)),
        (at(8), "phase", Target(4, 4)),
        (at(6), "phase", Target(4, 4)),
        (at(3), "phase", Target(3, "last")),
        (at(6), "iteration", Target(4)),
        (at(None), "iteration", Target(3)),
        (Walk(7, per_epoch=5), "epoch", Target(5)),
        (Walk(5, per_epoch=5), "epoch", Target(0)),
        (Walk(0), "epoch", None),
    ],
)
def test_a_step_back(walk, grain, target):
    assert walk.previous(grain) == target


@pytest.mark.parametrize(
    ("entry", "operation"),
    [("first", 0), ("last", 10), ("forward", 3), ("loss", 4), ("backward", 8), ("update", 10), (99, 10)],
)
def test_where_a_target_is_entered(entry, operation):
    assert Target(0, entry).operation(STEPS) == operation


def test_a_function_has_no_loss_of_its_own():
    steps = (Operation("forward", "value"), Operation("backward", "slope"), Operation("update", "update"))
    assert Target(0, "loss").operation(steps) == 0
    assert phase_shares(Walk(0, 1, steps))["loss"] == (0.0, False)


def test_how_much_of_each_phase_is_done():
    shares = phase_shares(at(6))
    assert shares == {
        "forward": (1.0, False),
        "loss": (1.0, False),
        "backward": (0.5, True),
        "update": (0.0, False),
    }


def test_what_is_known_at_an_operation():
    light = light_at(STEPS, STEPS[2])
    assert (light.summed, light.active, light.compared) == (2, 1, False)
    light = light_at(STEPS, STEPS[5])
    assert [light.shows_error(layer) for layer in (1, 2)] == [False, True]
    assert [light.shows_gradient(layer) for layer in (1, 2)] == [False, False]
    light = light_at(STEPS, STEPS[6])
    assert [light.shows_gradient(layer) for layer in (1, 2)] == [False, True]
    light = light_at(STEPS, STEPS[9])
    assert light.updated == {1}
    assert not light.shows_error(2)


class Here:
    """As much of what is lit as time asks for."""

    def __init__(self, operations, index):
        self.light = light_at(operations, operations[index])


def test_time_goes_forward_and_back_layer_by_layer():
    steps = (
        *(Operation("forward", "sum", layer, step) for layer in (1, 2) for step in range(3)),
        Operation("loss", "loss"),
        *(Operation("backward", "delta", layer, step) for layer in (2, 1) for step in (2, 1, 0)),
    )
    lit = Here(steps, 4)  # layer 2 at its second step
    assert [known_steps(lit, layer, 3) for layer in (0, 1, 2, 3)] == [3, 3, 2, 0]
    lit = Here(steps, 8)  # δ of layer 2 at its second step
    assert [flows_back(lit, step, 2) for step in range(3)] == [False, True, True]
    assert not flows_back(lit, 2, 1)
    lit = Here(steps, 10)  # δ of layer 1 at its last step
    assert flows_back(lit, 0, 2)
    assert [flows_back(lit, step, 1) for step in range(3)] == [False, False, True]
