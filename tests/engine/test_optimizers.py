"""What every optimizer promises, and the steps of each by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.engine.function_objective import FunctionObjective
from bpviz.engine.optimizers.fields import WEIGHT_DECAY
from bpviz.engine.registries import OPTIMIZERS
from bpviz.errors import UserError
from tests.helpers.networks import objective as network_objective
from tests.helpers.optimizers import move

STEPPING = [entry.name for entry in OPTIMIZERS if not entry.create().searches]
# Beside the defaults, the options that bring memory of their own.
SETTINGS = [
    *((entry.name, {}) for entry in OPTIMIZERS),
    ("momentum", {"dampening": 0.5}),
    ("rmsprop", {"centred": True, "momentum": 0.9}),
    ("lbfgs", {"memory": 3}),
    *((name, {"weight_decay": 0.1}) for name in STEPPING if name != "rprop"),
]
DTYPES = [np.float64, np.float32]


def steps(optimizer, theta, gradients, rate=0.1):
    optimizer.start(theta.size, theta.dtype)
    for gradient in gradients:
        optimizer.step(theta, gradient, rate)
    return theta


def small_network(dtype):
    one = network_objective((2, 4, 1), ("tanh", "identity"), "mean_squared_error", rows=9, dtype=dtype)
    return one, one.initial(np.random.default_rng(1))


class TestEveryOptimizer:
    @pytest.mark.parametrize("dtype", DTYPES)
    @pytest.mark.parametrize(("name", "options"), SETTINGS)
    def test_goes_on_after_a_restore_as_if_nothing_had_been(self, name, options, dtype):
        one, theta = small_network(dtype)
        first = OPTIMIZERS.create(name, **options)
        first.start(one.size, one.dtype)
        for _ in range(20):
            move(first, one, theta, 0.01)
        state, kept = first.state(), theta.copy()
        at_save = {key: np.array(value).tobytes() for key, value in state.items()}
        for _ in range(20):
            move(first, one, theta, 0.01)
        second = OPTIMIZERS.create(name, **options)
        second.start(one.size, one.dtype)
        for optimizer in (second, first):
            again = kept.copy()
            optimizer.restore(state)
            for _ in range(20):
                move(optimizer, one, again, 0.01)
            assert again.tobytes() == theta.tobytes()
        assert {key: np.array(value).tobytes() for key, value in state.items()} == at_save
        assert all(isinstance(value, np.ndarray | int | float) for value in state.values())

    @pytest.mark.parametrize("dtype", DTYPES)
    @pytest.mark.parametrize(("name", "options"), SETTINGS)
    def test_update_is_what_was_taken_off(self, name, options, dtype):
        one, theta = small_network(dtype)
        optimizer = OPTIMIZERS.create(name, **options)
        optimizer.start(one.size, one.dtype)
        assert not optimizer.update.any()
        for _ in range(8):
            before = theta.copy()
            move(optimizer, one, theta, 0.05)
            assert (before - optimizer.update).tobytes() == theta.tobytes()
        assert optimizer.update.any()
        assert optimizer.update.dtype == theta.dtype == dtype
        for value in optimizer.state().values():
            assert not isinstance(value, np.ndarray) or value.dtype == dtype

    @pytest.mark.parametrize(("name", "options"), SETTINGS)
    def test_start_forgets(self, name, options):
        one, start = small_network(np.float64)
        optimizer, ends = OPTIMIZERS.create(name, **options), []
        for _ in range(2):
            theta = start.copy()
            optimizer.start(one.size, one.dtype)
            for _ in range(5):
                move(optimizer, one, theta, 0.05)
            ends.append(theta.tobytes())
        assert ends[0] == ends[1]

    @pytest.mark.parametrize("name", OPTIMIZERS.names())
    def test_descends_the_bowl(self, name):
        objective, theta = FunctionObjective("x^2 + y^2", (1.5, 1.5)), np.array([1.5, 1.5])
        optimizer = OPTIMIZERS.create(name)
        optimizer.start(2, theta.dtype)
        rate = {"adadelta": 10.0, "adagrad": 0.5}.get(name, 0.05)
        for _ in range(400):
            move(optimizer, objective, theta, rate)
        assert objective.loss(theta) < 0.01 * 4.5


@pytest.mark.parametrize("name", STEPPING)
def test_the_gradient_is_left_alone_and_the_update_is_in_place(name):
    gradient, theta = np.array([1.0, -2.0]), np.array([3.0, 4.0])
    assert steps(OPTIMIZERS.create(name), theta, [gradient] * 3) is theta
    np.testing.assert_array_equal(gradient, [1.0, -2.0])
    assert not np.array_equal(theta, [3.0, 4.0])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", STEPPING)
def test_a_parameter_without_gradient_stays_where_it_is(name, dtype):
    options = {} if "epsilon" not in [f.name for f in OPTIMIZERS[name].fields] else {"epsilon": 1e-300}
    options |= {"weight_decay": 0.0} if name == "adamw" else {}
    theta = steps(OPTIMIZERS.create(name, **options), np.array([3.0, 4.0], dtype), np.zeros((4, 2), dtype))
    np.testing.assert_array_equal(theta, [3.0, 4.0])


@pytest.mark.parametrize("name", [n for n in STEPPING if n not in ("rprop", "adamw", "lion")])
def test_coupled_weight_decay_is_a_penalty_in_the_gradient(name):
    gradients = np.random.default_rng(0).normal(size=(6, 3))
    decaying, plain = OPTIMIZERS.create(name, weight_decay=0.2), OPTIMIZERS.create(name)
    one, other = np.array([1.0, -2.0, 3.0]), np.array([1.0, -2.0, 3.0])
    decaying.start(3, one.dtype)
    plain.start(3, one.dtype)
    for gradient in gradients:
        decaying.step(one, gradient, 0.05)
        plain.step(other, gradient + 0.2 * other, 0.05)
    np.testing.assert_allclose(one, other, rtol=1e-13)


@pytest.mark.parametrize("name", ["adamw", "lion"])
def test_decoupled_weight_decay_shrinks_by_a_share_of_the_rate(name):
    # Without a gradient nothing but θ ← θ − ηλθ is left: twice by 1 − 0.1·0.2
    theta = steps(OPTIMIZERS.create(name, weight_decay=0.2), np.array([1.0, -2.0]), np.zeros((2, 2)))
    np.testing.assert_allclose(theta, np.array([1.0, -2.0]) * 0.98**2, rtol=1e-15)


def test_weight_decay_is_one_field():
    decays = [f for entry in OPTIMIZERS for f in entry.fields if f.name == "weight_decay"]
    assert {(f.label, f.help, f.maximum) for f in decays} == {
        (WEIGHT_DECAY.label, WEIGHT_DECAY.help, WEIGHT_DECAY.maximum)
    }
    defaults = {
        entry.name: f.default for entry in OPTIMIZERS for f in entry.fields if f.name == "weight_decay"
    }
    assert defaults.pop("adamw") == 0.01
    assert set(defaults.values()) == {0.0}


class TestByHand:
    def test_gradient_descent(self):
        theta = steps(OPTIMIZERS.create("sgd"), np.array([1.0, -2.0]), [np.array([10.0, -4.0])])
        np.testing.assert_allclose(theta, [0.0, -1.6], atol=1e-16)

    def test_momentum(self):
        # v: 1, then 0.5 + 1 = 1.5, then 0.75 + 1 = 1.75; θ = −0.1 (1 + 1.5 + 1.75)
        theta = steps(OPTIMIZERS.create("momentum", momentum=0.5), np.zeros(1), [np.ones(1)] * 3)
        np.testing.assert_allclose(theta, [-0.425], rtol=1e-15)

    def test_dampened_momentum_takes_the_first_gradient_whole(self):
        # v: 1, then 0.5 + 0.25 = 0.75, then 0.375 + 0.25 = 0.625
        optimizer = OPTIMIZERS.create("momentum", momentum=0.5, dampening=0.75)
        theta = steps(optimizer, np.zeros(1), [np.ones(1)] * 3)
        np.testing.assert_allclose(theta, [-0.1 * (1 + 0.75 + 0.625)], rtol=1e-15)

    def test_nesterov(self):
        # v: 1, then 1.5; steps g + 0.5 v: 1.5, then 1.75
        theta = steps(OPTIMIZERS.create("nesterov", momentum=0.5), np.zeros(1), [np.ones(1)] * 2)
        np.testing.assert_allclose(theta, [-0.325], rtol=1e-15)

    def test_adagrad(self):
        # q: 9, then 25; steps 3/3, then 4/5
        theta = steps(OPTIMIZERS.create("adagrad"), np.zeros(1), [np.array([3.0]), np.array([4.0])])
        np.testing.assert_allclose(theta, [-0.18], rtol=1e-9)

    def test_adadelta(self):
        # v = 0.5, d = √1 / √1.5; w = 0.5 d² = 1/3, v = 0.75, d = √(4/3) / √1.75
        optimizer = OPTIMIZERS.create("adadelta", decay=0.5, epsilon=1.0)
        theta = steps(optimizer, np.zeros(1), [np.ones(1)] * 2, rate=1.0)
        np.testing.assert_allclose(theta, [-(1.5**-0.5) - (4 / 3 / 1.75) ** 0.5], rtol=1e-15)

    def test_rmsprop(self):
        # v: 0.5, then 0.75
        theta = steps(OPTIMIZERS.create("rmsprop", decay=0.5), np.zeros(1), [np.ones(1)] * 2)
        np.testing.assert_allclose(theta, [-0.1 * (0.5**-0.5 + 0.75**-0.5)], rtol=1e-7)

    def test_centred_rmsprop_divides_by_the_deviation(self):
        # v − m²: 0.5 − 0.25, then 0.75 − 0.5625 = 0.1875
        theta = steps(OPTIMIZERS.create("rmsprop", decay=0.5, centred=True), np.zeros(1), [np.ones(1)] * 2)
        np.testing.assert_allclose(theta, [-0.1 * (2 + 0.1875**-0.5)], rtol=1e-7)

    def test_centred_rmsprop_outlives_rounding_below_nothing(self):
        gradients = [np.random.default_rng(0).normal(size=100)] * 1000
        theta = steps(OPTIMIZERS.create("rmsprop", decay=0.9, centred=True), np.zeros(100), gradients)
        assert np.isfinite(theta).all()

    def test_rprop(self):
        # Steps 0.1 and 0.12; the sign turns: 0.06 kept, but no move; then 0.06
        gradients = [np.array([g]) for g in (1e-200, 1e-200, -5.0, -5.0)]
        optimizer, theta = OPTIMIZERS.create("rprop"), np.zeros(1)
        optimizer.start(1, theta.dtype)
        path = []
        for gradient in gradients:
            optimizer.step(theta, gradient, 0.1)
            path.append(theta[0])
        np.testing.assert_allclose(path, [-0.1, -0.22, -0.22, -0.16], rtol=1e-14)

    def test_rprop_keeps_its_steps_within_bounds(self):
        optimizer = OPTIMIZERS.create("rprop", step_min=0.05, step_max=0.11)
        theta = steps(optimizer, np.zeros(1), [np.ones(1)] * 3)
        np.testing.assert_allclose(theta, [-0.1 - 0.11 - 0.11], rtol=1e-14)
        turning = [np.ones(1), -np.ones(1), np.zeros(1), -np.ones(1), np.ones(1), np.zeros(1), np.ones(1)]
        theta = steps(optimizer, np.zeros(1), turning)
        # −0.1; it turns, and rests; rest; +0.05; it turns, 0.05 for 0.025, and rests; rest; −0.05
        np.testing.assert_allclose(theta, [-0.1], rtol=1e-14)
        with pytest.raises(UserError, match="step_min cannot be 2"):
            OPTIMIZERS.create("rprop", step_min=2.0, step_max=1.0)

    def test_adam(self):
        # The first step is η in the gradient's direction, whatever its size.
        theta = steps(OPTIMIZERS.create("adam"), np.zeros(3), [np.array([1e-3, -5.0, 1e6])])
        np.testing.assert_allclose(theta, [-0.1, 0.1, -0.1], rtol=1e-4)
        # Then the opposite gradient: m̂ = (0.09 − 0.1)/0.19 = −1/19, v̂ = 1; θ = −0.1 + 0.1/19
        theta = steps(OPTIMIZERS.create("adam"), np.zeros(1), [np.ones(1), -np.ones(1)])
        np.testing.assert_allclose(theta, [-0.1 + 0.1 / 19], rtol=1e-7)

    def test_adam_adds_epsilon_to_the_corrected_root(self):
        # m̂ = v̂ = 1 at both steps: 1 / (1 + 0.25)
        theta = steps(OPTIMIZERS.create("adam", epsilon=0.25), np.zeros(1), [np.ones(1)] * 2)
        np.testing.assert_allclose(theta, [-0.16], rtol=1e-14)

    def test_amsgrad_keeps_the_largest(self):
        # v: 2, then 1: Adam divides by √(1 / 0.75), AMSGrad by √(2 / 0.75); m: 1, then 0.5
        optimizer = OPTIMIZERS.create("amsgrad", beta1=0.5, beta2=0.5)
        theta = steps(optimizer, np.zeros(1), [np.array([2.0]), np.zeros(1)])
        np.testing.assert_allclose(theta, [-0.1 * (1 + (0.5 / 0.75) / (2 / 0.75) ** 0.5)], rtol=1e-7)

    def test_adamax(self):
        # m: 1, then 0.5 + 0.5; u: 2, then max(1, 1); m̂: 2, then 4/3
        optimizer = OPTIMIZERS.create("adamax", beta1=0.5, beta2=0.5)
        theta = steps(optimizer, np.zeros(1), [np.array([2.0]), np.ones(1)])
        np.testing.assert_allclose(theta, [-0.1 * (1 + 4 / 3)], rtol=1e-7)

    def test_nadam_without_warm_up(self):
        # ψ = 0: μ = ½ β₁ = 0.4; M = 0.4; step (0.6/0.6) 1 + 0.4/(1 − 0.16) · 0.2 over v̂ = 1
        optimizer = OPTIMIZERS.create("nadam", beta1=0.8, momentum_decay=0.0)
        theta = steps(optimizer, np.zeros(1), [np.ones(1)])
        np.testing.assert_allclose(theta, [-0.1 * (1 + 0.4 / 0.84 * 0.2)], rtol=1e-7)

    def test_radam_divides_only_once_the_spread_is_known(self):
        # β₂ = 0.999: ρ₅ < 5 < ρ₆; m̂ = 3, and v̂ = 9 from then on
        optimizer, theta = OPTIMIZERS.create("radam"), np.zeros(1)
        optimizer.start(1, theta.dtype)
        sizes = []
        for _ in range(6):
            optimizer.step(theta, np.array([3.0]), 0.1)
            sizes.append(optimizer.update[0])
        np.testing.assert_allclose(sizes[:5], [0.3] * 5, rtol=1e-13)
        assert 0 < sizes[5] < 0.1

    def test_adamw(self):
        # η (1 + 0.5·2) = 0.2: Adam's first step, and a half of θ
        theta = steps(OPTIMIZERS.create("adamw", weight_decay=0.5), np.array([2.0]), [np.ones(1)])
        np.testing.assert_allclose(theta, [1.8], rtol=1e-8)

    def test_lion(self):
        # c = 0.1·1 > 0: −η; m = 0.5; c = 0.9·0.5 − 0.1·4 = 0.05 > 0: −η; m = 0.25 − 2 = −1.75;
        # c = −0.9·1.75 + 0.1·15 = −0.075 < 0: +η
        optimizer, theta = OPTIMIZERS.create("lion", beta2=0.5), np.zeros(1)
        optimizer.start(1, theta.dtype)
        path = []
        for gradient in (1.0, -4.0, 15.0):
            optimizer.step(theta, np.array([gradient]), 0.1)
            path.append(theta[0])
        np.testing.assert_allclose(path, [-0.1, -0.2, -0.1], rtol=1e-15)


def test_the_articles_parabola():
    """x² from 5, η = 0.1: each step is x ← 0.8 x."""
    objective, theta = FunctionObjective("x^2", (5.0,)), np.array([5.0])
    optimizer = OPTIMIZERS.create("sgd")
    optimizer.start(1, theta.dtype)
    for step in range(50):
        assert theta[0] == pytest.approx(5 * 0.8**step, rel=1e-13)
        optimizer.step(theta, objective.loss_and_gradient(theta)[1], 0.1)
