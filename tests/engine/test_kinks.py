"""A gradient check at kinks: they are told apart from mistakes, which are still found."""

from __future__ import annotations

import numpy as np
import pytest

import bpviz
from bpviz.engine.function_objective import FunctionObjective
from bpviz.engine.gradient_check import check_gradient, error_valley
from bpviz.engine.kinks import kink_sources
from bpviz.engine.layers.conv import Convolution
from bpviz.engine.layers.dense import Dense
from bpviz.engine.network import Network
from bpviz.engine.network_objective import NetworkObjective
from bpviz.engine.registries import INITIALIZERS, LOSSES
from bpviz.engine.samples import Samples

DIGITS = {"data": "digits", "layers": "conv 8 3x3 relu, flatten"}


def one_unit(x, activation="relu", loss="half_squared_error", output="identity"):
    """Return w₂ σ(w₁ x + b₁) with targets 1, and θ = (w₁, b₁, w₂) = (1, 0, 1)."""
    x = np.asarray(x, float)[:, None]
    network = Network([Dense((1,), 1, activation), Dense((1,), 1, output, bias=False)], np.dtype(float))
    samples = Samples(x, np.ones_like(x))
    objective = NetworkObjective(
        network, LOSSES.create(loss), INITIALIZERS.create("xavier"), samples, samples.thinned(1)
    )
    return objective, np.array([1.0, 0.0, 1.0])


def test_a_unit_at_its_kink_by_hand():
    # z = 0 at the first sample: a is 0 and its error −1; b's slope is −1/2 of it above and 0 below.
    objective, theta = one_unit([0.0, 2.0])
    for method, h in (("central", 1e-5), ("forward", 1e-8), ("central", 1e-9)):
        check = check_gradient(objective, theta, None, method, h)
        assert check.at_kink.tolist() == [False, True, False]
        assert check.kink_names == ("b⁽¹⁾[1]",)
        assert check.kinks == ("ReLU",)
        assert check.relative_error[1] > 0.1
        assert check.max_relative_error < 1e-6
        assert check.max_absolute_error < 1e-6
        assert check.worst_parameter != "b⁽¹⁾[1]"
    exact = check_gradient(objective, theta, None, "complex", 1e-20)
    assert not exact.at_kink.any()
    assert exact.max_relative_error < 1e-14


@pytest.mark.parametrize("off", [0.1, 0.2, 1 / 3, 0.5, 0.8, -0.3])
def test_a_kink_within_the_step_is_one_too(off):
    objective, theta = one_unit([off * 1e-5, 2.0])
    check = check_gradient(objective, theta, None, "central", 1e-5)
    assert check.at_kink.tolist() == [False, True, False]
    assert not check_gradient(objective, theta, None, "central", 1e-7 * abs(off)).at_kink.any()


@pytest.mark.parametrize(
    ("activation", "loss", "x"),
    [
        ("leaky_relu", "half_squared_error", 0.0),
        ("selu", "half_squared_error", 0.0),
        ("hard_tanh", "half_squared_error", -1.0),
        ("hard_sigmoid", "half_squared_error", -3.0),
        ("identity", "mean_absolute_error", 1.0),
        ("identity", "hinge", 1.0),
    ],
)
def test_every_piece_that_has_a_kink_is_known_by_its_name(activation, loss, x):
    objective, theta = one_unit([x, 0.5], activation, loss)
    # One of them may chance on what backpropagation says: a central difference on 0, between |e|'s −1 and 1.
    checks = [check_gradient(objective, theta, None, *how) for how in (("forward", 1e-7), ("central", 1e-5))]
    assert any(check.at_kink[1] for check in checks)
    for check in checks:
        assert check.max_relative_error < 1e-4
        assert len(check.kinks) == 1


def test_a_penalty_and_a_function_have_kinks_too():
    objective, _ = one_unit([0.5, 2.0], "tanh")
    assert kink_sources(objective) == ()
    objective.set_penalties({"l1": 0.1})
    assert kink_sources(objective) == ("L1 penalty",)
    check = check_gradient(objective, np.array([0.0, 0.1, 1.0]), None, "forward", 1e-7)
    assert check.at_kink.tolist() == [True, False, False]
    bowl = FunctionObjective("abs(x) + y^2", [0.0, 1.0])
    assert check_gradient(bowl, np.array([0.0, 1.0]), None, "forward", 1e-8).at_kink.tolist() == [True, False]


def test_all_at_a_kink_leaves_nothing_to_be_wrong():
    check = check_gradient(FunctionObjective("abs(x)", [0.0]), np.array([0.0]), None, "forward", 1e-8)
    assert (check.max_relative_error, check.max_absolute_error, check.worst_parameter) == (0.0, 0.0, "")


@pytest.mark.parametrize("h", [1e-1, 1e-3, 1e-5])
def test_a_curve_is_no_kink_however_long_the_step(h):
    # Truncation: the sides differ by h L″, and half of that at half the step.
    objective, theta = one_unit([0.5, 0.8], "tanh", "mean_absolute_error")
    assert not check_gradient(objective, theta, None, "central", h).at_kink.any()


def test_black_pixels_at_the_start_of_a_network_of_relu():
    check = bpviz.check_gradients(**DIGITS)
    assert check.relative_error.max() > 0.1
    assert check.max_relative_error < 1e-6
    # All eight biases stand at one; here and there a weight has another within its step.
    assert {f"b⁽¹⁾[{number}]" for number in range(1, 9)} <= set(check.kink_names)
    assert {name[1:4] for name in check.kink_names} == {"⁽¹⁾"}
    assert check.as_dict()["max_relative_error"] == check.max_relative_error


@pytest.mark.parametrize("factor", [1.001, 2.0, 0.0, -1.0])
def test_a_wrong_layer_is_found_all_the_same(monkeypatch, factor):
    right = Convolution.backward

    def wrong(layer, x, work, x_gradient, *, at_z):
        right(layer, x, work, x_gradient, at_z=at_z)
        for gradient in layer.g.values():
            gradient *= factor

    monkeypatch.setattr(Convolution, "backward", wrong)
    check = bpviz.check_gradients(**DIGITS, samples=30)
    assert check.max_relative_error > 0.9e-3
    assert check.worst_parameter.startswith(("W⁽¹⁾", "b⁽¹⁾"))
    assert check.at_kink.sum() <= 16


def test_at_a_kink_a_slope_beyond_both_sides_is_wrong(monkeypatch):
    objective, theta = one_unit([0.0, 2.0])
    right = NetworkObjective.loss_and_gradient

    def wrong(self, *arguments):
        loss, gradient = right(self, *arguments)
        return loss, gradient + np.array([0.0, 0.75, 0.0])

    monkeypatch.setattr(NetworkObjective, "loss_and_gradient", wrong)
    check = check_gradient(objective, theta, None, "central", 1e-5)
    assert not check.at_kink.any()
    assert check.worst_parameter == "b⁽¹⁾[1]"


def test_the_valley_is_that_of_the_parameters_away_from_kinks():
    objective, theta = one_unit([0.0, 2.0])
    valley = error_valley(objective, theta, None, ("central",))
    assert valley.indices.tolist() == [0, 2]
    assert valley.largest["central"].min() < 1e-8
