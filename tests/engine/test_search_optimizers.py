"""The methods that search along a line: how fast they are where theory says so, and that they never climb."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.engine.function_objective import FunctionObjective
from bpviz.engine.optimizers.line import MOST_TRIALS, Line, backtrack, strong_wolfe
from bpviz.engine.registries import OPTIMIZERS
from bpviz.errors import Cancelled, UserError
from tests.helpers.networks import objective as network_objective
from tests.helpers.optimizers import move

SEARCHING = [entry.name for entry in OPTIMIZERS if entry.create().searches]
ROSENBROCK = "(1-x)^2 + 100*(y-x^2)^2"


class Quadratic:
    """½ (θ − t)ᵀ A (θ − t) with A positive definite, its gradient in one buffer as everywhere."""

    def __init__(self, size: int, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        basis = np.linalg.qr(rng.normal(size=(size, size)))[0]
        self.matrix = basis @ np.diag(np.linspace(1.0, 20.0, size)) @ basis.T
        self.target, self.gradient = rng.normal(size=size), np.empty(size)
        self.calls = 0

    def loss_and_gradient(self, theta):
        self.calls += 1
        away = theta - self.target
        np.dot(self.matrix, away, out=self.gradient)
        return float(0.5 * away @ self.gradient), self.gradient


def started(name, theta, **options):
    optimizer = OPTIMIZERS.create(name, **options)
    optimizer.start(theta.size, theta.dtype)
    return optimizer


def test_these_search():
    assert SEARCHING == ["conjugate_gradient", "bfgs", "lbfgs", "newton"]


class TestOnAQuadratic:
    @pytest.mark.parametrize("size", [1, 2, 5, 8])
    def test_newton_is_there_in_one_step(self, size):
        quadratic, theta = Quadratic(size), np.zeros(size)
        move(started("newton", theta), quadratic, theta, 1.0)
        np.testing.assert_allclose(theta, quadratic.target, atol=1e-8)

    @pytest.mark.parametrize("size", [1, 2, 5, 8])
    @pytest.mark.parametrize("name", ["conjugate_gradient", "bfgs", "lbfgs"])
    def test_conjugate_directions_are_there_in_n_steps(self, name, size):
        quadratic, theta = Quadratic(size), np.zeros(size)
        optimizer = started(name, theta, curvature=0.001)
        for step in range(size):
            assert np.abs(theta - quadratic.target).max() > 1e-4, step
            move(optimizer, quadratic, theta, 0.01)
        # A search leaves up to a thousandth of the slope, where it is done in fewer trials.
        np.testing.assert_allclose(theta, quadratic.target, atol=1e-6)

    @pytest.mark.parametrize("name", ["bfgs", "lbfgs"])
    def test_what_is_learnt_maps_the_gradient_s_change_to_the_move(self, name):
        quadratic, theta = Quadratic(4), np.zeros(4)
        optimizer = started(name, theta)
        for _ in range(3):
            before = quadratic.loss_and_gradient(theta)[1].copy()
            move(optimizer, quadratic, theta, 1.0)
        changed, direction = quadratic.loss_and_gradient(theta)[1] - before, np.empty(4)
        optimizer.aim(theta, changed, direction, quadratic.loss_and_gradient)
        np.testing.assert_allclose(direction, optimizer.update, rtol=1e-10)

    def test_both_kinds_of_bfgs_go_the_same_way_while_nothing_is_dropped(self):
        paths = []
        for name in ("bfgs", "lbfgs"):
            objective, theta, path = FunctionObjective(ROSENBROCK, (-1.9, 2.0)), np.array([-1.9, 2.0]), []
            # After the first step H₀ differs: here it is scaled anew at every step.
            optimizer = started(name, theta)
            for _ in range(2):
                move(optimizer, objective, theta, 1.0)
                path.append(theta.copy())
            paths.append(path)
        np.testing.assert_allclose(*paths, rtol=1e-12)


class TestInRosenbrocksValley:
    @pytest.mark.parametrize("name", SEARCHING)
    def test_its_minimum_is_reached_in_sixty_steps(self, name):
        objective, theta = FunctionObjective(ROSENBROCK, (-1.9, 2.0)), np.array([-1.9, 2.0])
        optimizer = started(name, theta)
        for _ in range(60):
            move(optimizer, objective, theta, 1.0)
        np.testing.assert_allclose(theta, [1.0, 1.0], atol=1e-6)

    @pytest.mark.parametrize("rate", [1e-6, 1e-3, 0.03, 1.0, 100.0, 1e30])
    @pytest.mark.parametrize("dtype", [np.float64, np.float32])
    @pytest.mark.parametrize("name", SEARCHING)
    def test_the_loss_never_rises(self, name, dtype, rate):
        objective = FunctionObjective(ROSENBROCK, (-1.9, 2.0), np.dtype(dtype))
        theta, losses = np.array([-1.9, 2.0], dtype), []
        optimizer = started(name, theta)
        for _ in range(100):
            losses.append(move(optimizer, objective, theta, rate))
        assert np.diff(losses).max() <= 0
        assert losses[-1] < losses[0]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", SEARCHING)
def test_a_network_is_trained_without_ever_climbing(name, dtype):
    one = network_objective((2, 6, 1), ("tanh", "identity"), "mean_squared_error", rows=12, dtype=dtype)
    theta = one.initial(np.random.default_rng(0))
    optimizer = started(name, theta)
    losses = [move(optimizer, one, theta, 1.0) for _ in range(60)]
    assert np.diff(losses).max() <= 0
    assert losses[-1] < 0.1 * losses[0]
    assert theta.dtype == dtype


@pytest.mark.parametrize("name", SEARCHING)
def test_at_a_minimum_nothing_moves(name):
    objective, theta = FunctionObjective("x^2 + y^2", (0.0, 0.0)), np.zeros(2)
    optimizer = started(name, theta)
    optimizer.update[:] = 5.0
    move(optimizer, objective, theta, 1.0)
    np.testing.assert_array_equal(theta, [0.0, 0.0])
    np.testing.assert_array_equal(optimizer.update, [0.0, 0.0])


@pytest.mark.parametrize("name", SEARCHING)
def test_a_loss_that_ends_is_walked_back_from(name):
    """ln x beyond 0 is no number; the first trial lies there."""
    objective, theta = FunctionObjective("x - log(x)", (3.0,)), np.array([3.0])
    optimizer = started(name, theta)
    for _ in range(30):
        move(optimizer, objective, theta, 1000.0)
    assert theta[0] == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("name", SEARCHING)
def test_where_nothing_is_lower_it_stays_and_forgets(name):
    theta = np.array([1.0, 2.0])
    optimizer = started(name, theta)
    fresh = optimizer.state()
    for _ in range(3):
        move(optimizer, Quadratic(2), theta, 1.0)
    kept = theta.copy()
    # The gradient says down, but whatever is tried is higher.
    optimizer.search(theta, 0.0, np.array([1.0, 1.0]), 1.0, lambda point: (1.0, np.array([1.0, 1.0])))
    np.testing.assert_array_equal(theta, kept)
    np.testing.assert_array_equal(optimizer.update, [0.0, 0.0])
    counts = {key for key, value in fresh.items() if isinstance(value, int)}
    assert {key: optimizer.state()[key] for key in counts} == dict.fromkeys(counts, 0)


@pytest.mark.parametrize("name", SEARCHING)
def test_what_stops_a_search_leaves_the_parameters_alone(name):
    def stopping(point):
        raise Cancelled

    theta = np.array([1.0, 2.0])
    optimizer = started(name, theta)
    with pytest.raises(Cancelled):
        optimizer.search(theta, 5.0, np.array([1.0, 1.0]), 1.0, stopping)
    np.testing.assert_array_equal(theta, [1.0, 2.0])


@pytest.mark.parametrize("name", SEARCHING)
def test_a_step_without_a_search_is_refused(name):
    theta = np.zeros(2)
    with pytest.raises(TypeError, match="search"):
        started(name, theta).step(theta, np.ones(2), 0.1)


def test_newton_goes_downhill_from_a_saddle_s_slope():
    """x² − y² + y⁴/4: at y = 0.1 the curvature is negative, a plain Newton step would climb to y = 0."""
    objective, theta = FunctionObjective("x^2 - y^2 + 0.25*y^4", (1.0, 0.1)), np.array([1.0, 0.1])
    optimizer = started("newton", theta)
    for _ in range(25):
        move(optimizer, objective, theta, 1.0)
    np.testing.assert_allclose(theta, [0.0, 2**0.5], atol=1e-6)


def test_newton_s_matrix_is_the_hessian():
    objective, theta = FunctionObjective(ROSENBROCK, (-1.9, 2.0)), np.array([-1.9, 2.0])
    optimizer = started("newton", theta)
    move(optimizer, objective, theta.copy(), 1.0)
    # 2 − 400 y + 1200 x², −400 x, 200
    np.testing.assert_allclose(optimizer.hessian, [[2 - 800 + 1200 * 3.61, 760.0], [760.0, 200.0]], rtol=1e-8)


@pytest.mark.parametrize("name", ["newton", "bfgs"])
def test_too_many_parameters_for_a_matrix_are_refused(name):
    with pytest.raises(UserError, match=r"at most 2,000 parameters, not 2,001\. Take lbfgs"):
        started(name, np.zeros(2001))


class TestConjugateDirections:
    @staticmethod
    def direction(gradient, since):
        """Return d after the gradient (2, 0) and the direction (−2, 0)."""
        optimizer, direction = started("conjugate_gradient", np.zeros(2)), np.empty(2)
        optimizer.since, optimizer.last_gradient[:], optimizer.last_direction[:] = since, (2, 0), (-2, 0)
        optimizer.aim(np.zeros(2), np.array(gradient), direction, None)
        return direction

    def test_by_hand(self):
        # β = (g·g − g·g₋) / g₋·g₋ = (10 − 2) / 4 = 2
        np.testing.assert_array_equal(self.direction([1.0, 3.0], 1), [-5.0, -3.0])

    def test_what_would_turn_back_is_a_restart(self):
        # (g·g − g·g₋) / g₋·g₋ = (1.25 − 2) / 4 < 0, so β = 0
        np.testing.assert_array_equal(self.direction([1.0, 0.5], 1), [-1.0, -0.5])

    def test_every_nth_step_is_a_restart(self):
        np.testing.assert_array_equal(self.direction([1.0, 3.0], 2), [-1.0, -3.0])


@pytest.mark.parametrize("name", ["bfgs", "lbfgs"])
def test_a_pair_along_which_the_loss_does_not_bend_up_is_left_out(name):
    optimizer = started(name, np.zeros(2))
    fresh = {key: np.array(value).tobytes() for key, value in optimizer.state().items()}
    for after in ([1.0, 0.0], [2.0, 0.0], [2.0, 5.0]):  # θ goes by (1, 0): s·y = −1, 0, 0
        optimizer.learn(np.array([-1.0, 0.0]), np.array([2.0, 0.0]), np.array(after))
    assert {key: np.array(value).tobytes() for key, value in optimizer.state().items()} == fresh


def test_lbfgs_needs_no_matrix():
    quadratic, theta = Quadratic(30), np.zeros(30)
    optimizer = started("lbfgs", theta, memory=4)
    for _ in range(60):
        move(optimizer, quadratic, theta, 1.0)
    np.testing.assert_allclose(theta, quadratic.target, atol=1e-6)
    assert optimizer.state()["moves"].shape == (4, 30)


class TestLine:
    @staticmethod
    def line(f, slope_of, at=0.0):
        def evaluate(point):
            return f(point[0]), np.array([slope_of(point[0])])

        theta = np.array([at])
        loss, gradient = evaluate(theta)
        direction = -np.sign(gradient)
        return Line(theta, direction, loss, float(gradient @ direction), evaluate)

    @pytest.mark.parametrize("first", [1e-6, 0.1, 1.0, 3.0, 50.0, 1e8])
    @pytest.mark.parametrize("curvature", [0.001, 0.1, 0.9])
    @pytest.mark.parametrize(
        ("f", "slope_of"),
        [
            (lambda x: (x - 2) ** 2, lambda x: 2 * (x - 2)),
            (lambda x: -x / (x * x + 2), lambda x: (x * x - 2) / (x * x + 2) ** 2),
            (lambda x: (x + 0.1) ** 5 - 2 * (x + 0.1) ** 4, lambda x: (x + 0.1) ** 3 * (5 * x - 7.5)),
            (lambda x: np.cosh(min(x - 1, 600)), lambda x: np.sinh(min(x - 1, 600))),
        ],
        ids=["parabola", "flat_far_out", "more_thuente", "steep_far_out"],
    )
    def test_both_of_wolfe_s_conditions_hold(self, f, slope_of, curvature, first):
        line = self.line(f, slope_of)
        strong_wolfe(line, first, curvature)
        best, start = line.best, line.start
        assert best.length > 0
        assert best.loss <= start.loss + 1e-4 * best.length * start.slope
        assert abs(best.slope) <= curvature * abs(start.slope)
        assert line.gradient[0] == slope_of(best.length)

    def test_a_good_first_trial_is_taken(self):
        line = self.line(lambda x: (x - 2) ** 2, lambda x: 2 * (x - 2))
        strong_wolfe(line, 1.9, 0.1)
        assert line.best.length == 1.9

    def test_an_endless_slope_ends_after_so_many_trials(self):
        calls = []
        line = self.line(lambda x: -x, lambda x: calls.append(x) or -1.0)
        strong_wolfe(line, 1.0, 0.5)
        assert len(calls) == 1 + MOST_TRIALS
        assert line.best.loss == -max(calls)

    def test_backtracking_goes_to_the_parabola_s_lowest_point(self):
        line = self.line(lambda x: (x - 2) ** 2, lambda x: 2 * (x - 2))
        backtrack(line, 5.0)
        assert line.best.length == pytest.approx(2.0, rel=1e-15)

    def test_backtracking_divides_by_ten_where_there_is_no_number(self):
        line = self.line(lambda x: (x - 2) ** 2 if x < 1 else np.inf, lambda x: 2 * (x - 2))
        backtrack(line, 700.0)
        assert line.best.length == pytest.approx(0.7, rel=1e-15)

    def test_a_little_lower_is_not_enough(self):
        # Armijo asks for 4 − 1e-4 · 4 · α = 3.9984 at α = 3.9999, where φ = 3.9996
        line = self.line(lambda x: (x - 2) ** 2, lambda x: 2 * (x - 2))
        line.at(3.9999)
        assert line.best is line.start
        line.at(3.9995)
        assert line.best.length == 3.9995
