from __future__ import annotations

import numpy as np
import pytest

from bpviz.engine.function_objective import FunctionObjective
from bpviz.engine.registries import OPTIMIZERS
from tests.helpers.networks import reference

SURFACES = {
    "rosenbrock": "(1-x)^2 + 100*(y-x^2)^2",
    "bowl": "x^2 + y^2",
}


def steps(optimizer, theta, gradients, rate=0.1):
    optimizer.start(theta.size, theta.dtype)
    for gradient in gradients:
        optimizer.step(theta, gradient, rate)
    return theta


@pytest.mark.parametrize("surface", ["rosenbrock", "bowl"])
@pytest.mark.parametrize("name", ["sgd", "momentum", "adam"])
def test_path_is_that_of_pytorch(name, surface):
    data = reference("optimizers")["optimizers"][name]
    expected = np.array(data[surface]["path"])
    arguments = dict(data["arguments"])
    rate = arguments.pop("lr")
    objective = FunctionObjective(SURFACES[surface], expected[0])
    optimizer, theta = OPTIMIZERS.create(name, **arguments), expected[0].copy()
    optimizer.start(2, theta.dtype)
    path, losses = [theta.copy()], []
    for _ in range(len(expected) - 1):
        loss, gradient = objective.loss_and_gradient(theta)
        optimizer.step(theta, gradient, rate)
        path.append(theta.copy())
        losses.append(loss)
    np.testing.assert_allclose(path, expected, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(losses, data[surface]["loss"], rtol=1e-9, atol=1e-12)


def test_gradient_descent_by_hand():
    theta = steps(OPTIMIZERS.create("sgd"), np.array([1.0, -2.0]), [np.array([10.0, -4.0])])
    np.testing.assert_allclose(theta, [0.0, -1.6], atol=1e-16)


def test_momentum_by_hand():
    # v: 1, then 0.5 + 1 = 1.5, then 0.75 + 1 = 1.75; θ = −0.1 (1 + 1.5 + 1.75)
    theta = steps(OPTIMIZERS.create("momentum", momentum=0.5), np.zeros(1), [np.ones(1)] * 3)
    np.testing.assert_allclose(theta, [-0.425], rtol=1e-15)


def test_adam_by_hand():
    # The first step is η in the gradient's direction, whatever its size.
    theta = steps(OPTIMIZERS.create("adam"), np.zeros(3), [np.array([1e-3, -5.0, 1e6])])
    np.testing.assert_allclose(theta, [-0.1, 0.1, -0.1], rtol=1e-4)
    # Then the opposite gradient: m̂ = (0.09 − 0.1)/0.19 = −1/19, v̂ = 1; θ = −0.1 + 0.1/19
    theta = steps(OPTIMIZERS.create("adam"), np.zeros(1), [np.ones(1), -np.ones(1)])
    np.testing.assert_allclose(theta, [-0.1 + 0.1 / 19], rtol=1e-7)


@pytest.mark.parametrize("name", OPTIMIZERS.names())
def test_gradient_is_left_alone_and_the_update_is_in_place(name):
    gradient, theta = np.array([1.0, -2.0]), np.array([3.0, 4.0])
    assert steps(OPTIMIZERS.create(name), theta, [gradient] * 3) is theta
    np.testing.assert_array_equal(gradient, [1.0, -2.0])
    assert not np.array_equal(theta, [3.0, 4.0])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", OPTIMIZERS.names())
def test_a_restored_state_goes_on_as_if_nothing_had_been(name, dtype):
    rng = np.random.default_rng(0)
    gradients = rng.normal(size=(9, 4)).astype(dtype)
    first, theta = OPTIMIZERS.create(name), np.ones(4, dtype)
    steps(first, theta, gradients[:4])
    state, kept = first.state(), theta.copy()
    for gradient in gradients[4:]:
        first.step(theta, gradient, 0.1)
    second = OPTIMIZERS.create(name)
    second.start(4, np.dtype(dtype))
    second.restore(state)
    for gradient in gradients[4:]:
        second.step(kept, gradient, 0.1)
    np.testing.assert_array_equal(kept, theta)
    assert kept.dtype == dtype


@pytest.mark.parametrize("name", OPTIMIZERS.names())
def test_start_forgets(name):
    optimizer = OPTIMIZERS.create(name)
    gradients = np.random.default_rng(0).normal(size=(5, 2))
    once = steps(optimizer, np.ones(2), gradients)
    np.testing.assert_array_equal(steps(optimizer, np.ones(2), gradients), once)


@pytest.mark.parametrize("name", OPTIMIZERS.names())
def test_descends_the_bowl(name):
    objective, theta = FunctionObjective("x^2 + y^2", (1.5, 1.5)), np.array([1.5, 1.5])
    optimizer = OPTIMIZERS.create(name)
    optimizer.start(2, theta.dtype)
    for _ in range(200):
        optimizer.step(theta, objective.loss_and_gradient(theta)[1], 0.05)
    assert objective.loss(theta) < 1e-3


def test_the_articles_parabola():
    """x² from 5, η = 0.1: each step is x ← 0.8 x."""
    objective, theta = FunctionObjective("x^2", (5.0,)), np.array([5.0])
    optimizer = OPTIMIZERS.create("sgd")
    optimizer.start(1, theta.dtype)
    for step in range(50):
        assert theta[0] == pytest.approx(5 * 0.8**step, rel=1e-13)
        optimizer.step(theta, objective.loss_and_gradient(theta)[1], 0.1)
