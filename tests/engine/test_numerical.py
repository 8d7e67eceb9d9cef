"""Gradients by differences: the definition, the quick way for dense networks, and the checks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpviz.engine.function_objective import FunctionObjective
from bpviz.engine.gradient_check import check_gradient, error_valley, relative_errors
from bpviz.engine.losses import Loss
from bpviz.engine.numerical import _one_by_one, numerical_gradient
from bpviz.engine.registries import ACTIVATIONS, LOSSES, OPTIMIZERS
from bpviz.errors import Cancelled, UserError
from tests.helpers.networks import objective

HIDDEN = [entry.name for entry in ACTIVATIONS if not getattr(entry.make, "output_only", False)]
PAIRS = [(entry.name, output) for entry in LOSSES for output in entry.make.output_activations]


@pytest.mark.parametrize(
    ("method", "expected"),
    [("forward", 3 + 0.1), ("central", 3.0), ("complex", 3.0)],
    ids=["forward", "central", "complex"],
)
def test_each_method_by_hand(method, expected):
    # f = x² + x at x = 1: f' = 3.  Forward with h = 0.1 gives 3 + h; the others are exact for a parabola.
    got = numerical_gradient(FunctionObjective("x^2 + x", [1.0]), np.array([1.0]), None, method, 0.1)
    assert got == pytest.approx([expected], abs=1e-12)


def test_truncation_by_hand():
    # f = x³ at 2 with h = 0.1: forward 12 + 6h + h², central 12 + h², complex step 12 − h².
    one, at = FunctionObjective("x^3", [2.0]), np.array([2.0])
    for method, expected in (("forward", 12.61), ("central", 12.01), ("complex", 11.99)):
        assert numerical_gradient(one, at, None, method, 0.1)[0] == pytest.approx(expected, rel=1e-12)
    assert at[0] == 2.0


FORMULAS = [
    "sin(x)*cos(y) + tan(0.3*x)",
    "exp(x/2) - log(x^2 + y^2 + 1)",
    "sqrt(x^2 + 3) * tanh(y) + abs(y)",
    "x^2.5 / (1 + y^2) + 2^x - pi",
    "(x^2 + y - 11)^2 + (x + y^2 - 7)^2 - e",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_the_complex_step_has_no_rounding_error(formula):
    one = FunctionObjective(formula, [0.7, -1.2])
    theta = np.array([0.7, -1.2])
    got = numerical_gradient(one, theta, None, "complex", 1e-20)
    np.testing.assert_allclose(got, one.loss_and_gradient(theta)[1], rtol=1e-13, atol=1e-14)


def test_a_function_that_is_no_number_has_no_complex_slope():
    one = FunctionObjective("sqrt(x)", [-1.0])
    assert np.isnan(numerical_gradient(one, np.array([-1.0]), None, "complex", 1e-20)).all()


@pytest.mark.parametrize(("loss", "output"), PAIRS)
@pytest.mark.parametrize("hidden", HIDDEN)
def test_the_complex_step_is_backpropagation_for_every_pair(hidden, loss, output):
    one = objective([3, 4, 3], [hidden, output], loss, rows=5)
    theta = one.initial(np.random.default_rng(1))
    expected = one.loss_and_gradient(theta)[1].copy()
    got = numerical_gradient(one, theta, None, "complex", 1e-20)
    np.testing.assert_allclose(got, expected, rtol=1e-10, atol=1e-12)


@st.composite
def networks(draw):
    hidden = draw(st.lists(st.sampled_from(HIDDEN), max_size=3))
    loss, output = draw(st.sampled_from(PAIRS))
    least = 2 if loss == "softmax_cross_entropy" else 1
    units = [draw(st.integers(1, 6)), *(draw(st.integers(2, 5)) for _ in hidden), draw(st.integers(least, 4))]
    one = objective(
        units, [*hidden, output], loss, rows=8, seed=draw(st.integers(0, 99)), bias=draw(st.booleans())
    )
    one.train.x[np.random.default_rng(draw(st.integers(0, 9))).random(one.train.x.shape) < 0.3] = 0.0
    if draw(st.booleans()):
        one.set_penalties({"l1": 0.01, "l2": 0.1, "elastic_net": 0.05, "l1_ratio": 0.3})
    return one


@given(networks(), st.sampled_from(["forward", "central"]), st.integers(0, 99))
@settings(max_examples=120, deadline=None)
def test_the_quick_way_is_the_loop(one, method, seed):
    rng = np.random.default_rng(seed)
    theta = rng.normal(size=one.size)
    batch = rng.integers(0, 8, 6)
    quick = numerical_gradient(one, theta, batch, method, 1e-3)
    loop = _one_by_one(one, theta, batch, method, 1e-3, range(one.size))
    scale = max(1.0, abs(one.loss(theta, batch)), np.abs(loop).max())
    assert np.abs(quick - loop).max() <= 1e-10 * scale


def test_the_quick_way_on_the_article_s_network():
    one, theta = _article_network(rows=20)
    rng = np.random.default_rng(0)
    places = rng.integers(0, one.size, 150)
    for method in ("forward", "central"):
        quick = numerical_gradient(one, theta, None, method, 1e-4)
        loop = numerical_gradient(one, theta, None, method, 1e-4, places)
        assert np.abs(quick[places] - loop).max() <= 1e-10


def test_a_large_step_with_large_weights_is_the_loop_all_the_same():
    one = objective([3, 6, 4], ["relu", "softmax"], "softmax_cross_entropy", rows=6)
    theta = one.initial(np.random.default_rng(0)) * 1e4
    for h in (0.1, 10.0):
        quick = numerical_gradient(one, theta, None, "central", h)
        loop = _one_by_one(one, theta, None, "central", h, range(one.size))
        np.testing.assert_allclose(quick, loop, rtol=1e-9, atol=1e-9 * np.abs(loop).max())


def test_more_samples_than_go_together_are_added_up(monkeypatch):
    from bpviz.engine import dense_differences, dense_ends

    one = objective([4, 5, 3], ["sigmoid", "softmax"], "softmax_cross_entropy", rows=23)
    theta = one.initial(np.random.default_rng(0))
    whole = numerical_gradient(one, theta, None, "central", 1e-4)
    monkeypatch.setattr(dense_differences, "CHUNK_ROWS", 5)
    monkeypatch.setattr(dense_differences, "CHUNK_CELLS", 20)
    np.testing.assert_allclose(numerical_gradient(one, theta, None, "central", 1e-4), whole, atol=1e-11)
    assert dense_ends.CHUNK_CELLS > 20


def test_float32_networks_are_differenced_in_float64():
    one = objective([4, 6, 3], ["tanh", "softmax"], "softmax_cross_entropy", rows=9, dtype=np.float32)
    theta = one.initial(np.random.default_rng(0))
    got = numerical_gradient(one, theta, None, "central", 1e-4)
    assert got.dtype == np.float64
    np.testing.assert_allclose(got, one.loss_and_gradient(theta)[1], atol=1e-6)


def test_both_ways_can_be_stopped_and_tell_how_far_they_are():
    one = objective([3, 6, 4], ["tanh", "softmax"], "softmax_cross_entropy", rows=6)
    theta = one.initial(np.random.default_rng(0))
    for indices in (None, [0, 3, 5]):
        seen: list[tuple[int, int]] = []
        numerical_gradient(one, theta, indices=indices, progress=lambda *at, seen=seen: seen.append(at))
        assert seen[-1][0] == seen[-1][1] == len(seen)
        asked = iter([False, True])
        with pytest.raises(Cancelled):
            numerical_gradient(one, theta, indices=indices, should_stop=lambda asked=asked: next(asked))


def test_a_step_that_is_none_is_refused():
    one = FunctionObjective("x^2", [1.0])
    for h in (0.0, -1e-4, np.nan, np.inf):
        with pytest.raises(UserError, match="not a positive number"):
            numerical_gradient(one, np.array([1.0]), h=h)


def test_the_complex_step_names_what_does_not_take_complex_numbers(monkeypatch):
    one = objective([2, 3, 1], ["tanh", "identity"], "half_squared_error")
    one.network.layers[0].activation.analytic = False
    one = one.clone()
    with pytest.raises(UserError, match="tanh"):
        numerical_gradient(one, one.initial(np.random.default_rng(0)), method="complex")
    other = objective([2, 3, 1], ["tanh", "identity"], "half_squared_error")
    monkeypatch.setattr(type(other.loss_function), "analytic", False)
    with pytest.raises(UserError, match="½ squared error"):
        numerical_gradient(other, other.initial(np.random.default_rng(0)), method="complex")
    assert Loss.analytic


def test_a_check_finds_the_parameter_that_is_wrong(monkeypatch):
    one = objective([3, 4, 2], ["tanh", "softmax"], "softmax_cross_entropy", rows=6)
    theta = one.initial(np.random.default_rng(0))
    good = check_gradient(one, theta)
    assert good.max_relative_error < 1e-6
    assert good.parameters == one.size
    assert good.seconds > 0 < good.seconds_backprop
    plain = one.loss_and_gradient

    def slip(at, batch=None):
        loss, gradient = plain(at, batch)
        gradient = gradient.copy()
        gradient[5] *= 2.0
        return loss, gradient

    monkeypatch.setattr(one, "loss_and_gradient", slip)
    bad = check_gradient(one, theta)
    assert bad.worst_parameter == one.parameter_names[5]
    assert bad.max_relative_error == pytest.approx(0.5, rel=1e-3)
    assert bad.max_absolute_error == pytest.approx(abs(bad.differences[5]), rel=1e-3)
    assert set(bad.as_dict()) == {
        "method",
        "step",
        "parameters",
        "seconds",
        "seconds_backprop",
        "max_absolute_error",
        "max_relative_error",
        "worst_parameter",
    }
    some = check_gradient(one, theta, indices=[4, 5])
    assert (some.parameters, some.worst_parameter) == (2, one.parameter_names[5])


def test_rounding_noise_at_a_gradient_of_zero_is_no_error_of_100_percent():
    errors = relative_errors(np.array([0.0, 1.0, 1e-2]), np.array([1e-11, 1.0, 2e-2]))
    assert errors == pytest.approx([1e-8, 0.0, 0.5])
    assert relative_errors(np.zeros(1), np.full(1, 1e-12)) == pytest.approx([1e-4])


def test_the_valley_lies_between_truncation_and_rounding():
    one = objective([4, 8, 3], ["tanh", "softmax"], "softmax_cross_entropy", rows=20)
    theta = one.initial(np.random.default_rng(0))
    valley = error_valley(one, theta, methods=("forward", "central", "complex"))
    median = valley.median
    assert valley.steps[0] == pytest.approx(0.1)
    assert valley.steps[-1] == pytest.approx(1e-12)
    # Truncation falls with h and with h²; rounding grows with 1/h; the complex step has none.
    assert median["forward"][2] / median["forward"][4] == pytest.approx(100, rel=0.2)
    assert median["central"][0] / median["central"][1] == pytest.approx(100, rel=0.3)
    assert 6 <= np.argmin(median["forward"]) <= 9
    assert 3 <= np.argmin(median["central"]) <= 6
    assert median["forward"].min() < 1e-6
    assert median["central"].min() < 1e-9
    assert median["central"][-1] > 100 * median["central"].min()
    assert median["complex"][-1] < 1e-13
    assert (valley.largest["forward"] >= median["forward"]).all()


def test_the_valley_of_a_large_network_looks_at_a_sample():
    one, theta = _article_network(rows=5)
    first = error_valley(one, theta, methods=("central",), steps=(1e-4,), seed=3)
    assert len(first.indices) == 200
    again = error_valley(one, theta, methods=("central",), steps=(1e-4,), seed=3)
    assert np.array_equal(first.indices, again.indices)
    assert first.median["central"][0] < 1e-6


@pytest.mark.parametrize("method", ["forward", "central"])
def test_training_by_differences_is_training_by_backpropagation(method):
    one, theta = _article_network(rows=300)
    other = theta.copy()
    batches = np.random.default_rng(5).integers(0, 300, (20, 100))
    by_backprop, by_differences = OPTIMIZERS.create("sgd"), OPTIMIZERS.create("sgd")
    for optimizer in (by_backprop, by_differences):
        optimizer.start(one.size, one.dtype)
    h = 1e-4 if method == "central" else 1e-7
    for batch in batches:
        by_backprop.step(theta, one.loss_and_gradient(theta, batch)[1], 0.1)
        by_differences.step(other, numerical_gradient(one, other, batch, method, h), 0.1)
    assert np.abs(theta - one.initial(np.random.default_rng(0))).max() > 1e-2
    assert np.abs(theta - other).max() <= 1e-6


def _article_network(rows):
    """784-50-10, sigmoid and softmax, on pictures of which a fifth is ink."""
    one = objective([784, 50, 10], ["sigmoid", "softmax"], "softmax_cross_entropy", rows=rows)
    rng = np.random.default_rng(7)
    ink = rng.random(one.train.x.shape) < 0.2
    one.train.x[...] = rng.random(one.train.x.shape) * ink
    return one, one.initial(np.random.default_rng(0))
