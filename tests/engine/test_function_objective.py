from __future__ import annotations

import numpy as np
import pytest

from bpviz.engine.function_objective import FunctionObjective
from bpviz.engine.registries import FUNCTIONS
from tests.helpers.networks import central_differences

NAMES = FUNCTIONS.names()


def made(name):
    function = FUNCTIONS.create(name)
    return FunctionObjective(function.formula, function.start, None, function.domain)


@pytest.mark.parametrize("name", NAMES)
def test_gradient_is_the_central_difference(name):
    objective = made(name)
    theta = objective.initial(np.random.default_rng(0))
    loss, gradient = objective.loss_and_gradient(theta)
    assert loss == objective.loss(theta)
    expected = central_differences(objective.loss, theta, 1e-6)
    np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", NAMES)
def test_planes_and_stacks_are_the_loop_of_loss(name):
    objective = made(name)
    thetas = np.random.default_rng(1).normal(size=(6, objective.size))
    expected = [objective.loss(theta) for theta in thetas]
    np.testing.assert_allclose(objective.losses(thetas), expected, rtol=1e-13)
    u, v = np.linspace(-1, 1, 4), np.linspace(-1, 2, 3)
    got = objective.losses_on_plane(*thetas[:3], u, v)
    loop = [[objective.loss(thetas[0] + a * thetas[1] + b * thetas[2]) for a in u] for b in v]
    np.testing.assert_allclose(got, loop, rtol=1e-12)


def test_the_articles_functions_at_their_starts():
    parabola, bowl = made("parabola"), made("bowl")
    assert parabola.loss(np.array([5.0])) == 25.0
    assert parabola.loss_and_gradient(np.array([5.0]))[1] == [10.0]
    assert bowl.loss(np.array([1.5, 1.5])) == 4.5
    np.testing.assert_array_equal(bowl.loss_and_gradient(np.array([1.5, 1.5]))[1], [3.0, 3.0])
    assert tuple(parabola.initial(np.random.default_rng(0))) == (5.0,)
    assert tuple(bowl.initial(np.random.default_rng(0))) == (1.5, 1.5)


def test_a_function_of_x_alone_may_have_two_variables():
    objective = FunctionObjective("x^2", (1.0, 2.0))
    loss, gradient = objective.loss_and_gradient(np.array([3.0, 7.0]))
    assert loss == 9.0
    np.testing.assert_array_equal(gradient, [6.0, 0.0])


def test_float32_stays_float32():
    objective = FunctionObjective("x^2 + y^2", (0.1, 0.2), np.dtype(np.float32))
    theta = objective.initial(np.random.default_rng(0))
    assert theta.dtype == np.float32
    assert objective.loss_and_gradient(theta)[1].dtype == np.float32


def test_where_there_is_no_number_there_is_no_warning():
    objective = FunctionObjective("log(x)", (1.0,))
    loss, gradient = objective.loss_and_gradient(np.array([-1.0]))
    assert np.isnan(loss)
    assert gradient.shape == (1,)
    assert objective.where_not_finite(np.array([-1.0])) == "f"
    assert objective.where_not_finite(np.array([1.0])) == ""


def test_every_function_knows_its_box():
    assert FunctionObjective("x^2", (5.0,)).domain == FUNCTIONS.create("parabola").domain
    assert FunctionObjective("x^2 + 7", (5.0,)).domain == ((-6.5, 6.5),)
    assert FunctionObjective("x*y", (0.1, 0.2)).domain == ((-2.0, 2.0),) * 2
    assert FunctionObjective("x*y", (0.1, 0.2), None, ((0.0, 1.0), (2.0, 3.0))).domain == ((0, 1), (2, 3))


def test_evaluation_and_clone():
    objective = made("rosenbrock")
    theta = np.array([-1.0, 1.0])
    assert objective.evaluate(theta).loss == 4.0
    assert objective.evaluate(theta).accuracy is None
    assert objective.evaluate(theta, "test") is None
    other = objective.clone()
    assert other.loss(theta) == 4.0
    assert other.domain == objective.domain
    assert other.parameter_names == ("x", "y")
