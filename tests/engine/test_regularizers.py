from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bpviz.engine.registries import REGULARIZERS

PENALTIES = [entry.name for entry in REGULARIZERS if not entry.create(**{entry.name: 1.0}).projects]
W = np.array([3.0, -4.0, 0.0, 2.0])
# The third is a bias, and θ has a zero in its place.
MASK = np.array([1.0, 1.0, 0.0, 1.0])


def gradient_at(regularizer, weights, mask):
    gradient = np.zeros_like(weights)
    regularizer.add_gradient(weights, mask, gradient)
    return gradient


def test_the_regularizers_that_were_asked_for_are_there():
    assert REGULARIZERS.names() == ("l1", "l2", "elastic_net", "max_norm")
    assert PENALTIES == ["l1", "l2", "elastic_net"]


@pytest.mark.parametrize("entry", REGULARIZERS, ids=lambda entry: entry.name)
def test_the_strength_has_the_pieces_own_name_and_zero_is_off(entry):
    field = entry.fields[0]
    assert field.name == entry.name
    assert field.default == field.minimum == 0.0
    off = entry.create()
    assert not off.active
    assert not off.projects
    assert entry.create(**{entry.name: 1e-9}).active
    theta = np.array([[3.0, -4.0]])
    off.project([theta])
    assert off.penalty(W) == 0.0
    np.testing.assert_array_equal(gradient_at(off, W, MASK), np.zeros(4))
    np.testing.assert_array_equal(theta, [[3.0, -4.0]])


@pytest.mark.parametrize(
    ("name", "fields", "penalty", "gradient"),
    [
        ("l1", {"l1": 0.5}, 4.5, [0.5, -0.5, 0.0, 0.5]),
        ("l2", {"l2": 0.1}, 1.45, [0.3, -0.4, 0.0, 0.2]),
        # 2 (¼ · 9 + ½ · ¾ · 29), and 2 (¼ sign(w) + ¾ w)
        ("elastic_net", {"elastic_net": 2.0, "l1_ratio": 0.25}, 26.25, [5.0, -6.5, 0.0, 3.5]),
        ("max_norm", {"max_norm": 1.0}, 0.0, [0.0, 0.0, 0.0, 0.0]),
    ],
)
def test_penalty_and_gradient_by_hand(name, fields, penalty, gradient):
    regularizer = REGULARIZERS.create(name, **fields)
    assert regularizer.penalty(W) == pytest.approx(penalty, rel=1e-14)
    np.testing.assert_allclose(gradient_at(regularizer, W, MASK), gradient, rtol=1e-14)


@pytest.mark.parametrize("name", PENALTIES)
def test_the_gradient_is_added_to_what_is_there(name):
    regularizer, gradient, weights = REGULARIZERS.create(name, **{name: 0.3}), np.ones(4), W.copy()
    regularizer.add_gradient(weights, MASK, gradient)
    np.testing.assert_allclose(gradient, 1.0 + gradient_at(regularizer, W, MASK), rtol=1e-15)
    np.testing.assert_array_equal(weights, W)


@pytest.mark.parametrize("name", PENALTIES)
@given(
    weights=hnp.arrays(float, st.integers(1, 8), elements=st.floats(0.01, 5.0)),
    signs=st.integers(0, 255),
    strength=st.floats(1e-3, 10.0),
)
def test_gradient_is_the_central_difference(name, weights, signs, strength):
    """Away from the kink at 0."""
    weights = weights * np.where([signs >> i & 1 for i in range(len(weights))], 1.0, -1.0)
    regularizer, h = REGULARIZERS.create(name, **{name: strength}), 1e-5
    steps = h * np.eye(len(weights))
    expected = [
        (regularizer.penalty(weights + step) - regularizer.penalty(weights - step)) / (2 * h)
        for step in steps
    ]
    ours = gradient_at(regularizer, weights, np.ones(len(weights)))
    np.testing.assert_allclose(ours, expected, rtol=1e-6, atol=1e-8 * strength)


@given(strength=st.floats(0.0, 10.0), ratio=st.floats(0.0, 1.0))
def test_elastic_net_is_l1_and_l2_together(strength, ratio):
    one = REGULARIZERS.create("elastic_net", elastic_net=strength, l1_ratio=ratio)
    two = [
        REGULARIZERS.create("l1", l1=strength * ratio),
        REGULARIZERS.create("l2", l2=strength * (1 - ratio)),
    ]
    assert one.penalty(W) == pytest.approx(sum(part.penalty(W) for part in two))
    np.testing.assert_allclose(gradient_at(one, W, MASK), sum(gradient_at(part, W, MASK) for part in two))


@pytest.mark.parametrize("entry", REGULARIZERS, ids=lambda entry: entry.name)
def test_float32_stays(entry):
    regularizer = entry.create(**{entry.name: 0.5})
    weights, gradient = W.astype(np.float32), np.zeros(4, np.float32)
    regularizer.add_gradient(weights, MASK.astype(np.float32), gradient)
    np.testing.assert_allclose(gradient, gradient_at(regularizer, W, MASK), rtol=1e-6)
    assert isinstance(regularizer.penalty(weights), float)
    matrix = weights.reshape(2, 2)
    regularizer.project([matrix])
    assert matrix.dtype == np.float32


def test_max_norm_by_hand():
    theta = np.array([3.0, 4.0, 0.3, 0.4, 7.0, 0.0, 0.0, -2.0, 9.0])
    first, second = theta[:4].reshape(2, 2), theta[5:8].reshape(1, 3)
    REGULARIZERS.create("max_norm", max_norm=1.0).project([first, second])
    # Lengths 5, 0.5 and 2; what lies between are biases.
    np.testing.assert_allclose(theta, [0.6, 0.8, 0.3, 0.4, 7.0, 0.0, 0.0, -1.0, 9.0], rtol=1e-15)


@given(
    matrix=hnp.arrays(float, hnp.array_shapes(min_dims=2, max_dims=2), elements=st.floats(-1e300, 1e300)),
    bound=st.floats(1e-3, 1e12),
)
def test_max_norm_holds_every_unit_and_keeps_its_direction(matrix, bound):
    before = matrix.copy()
    lengths = np.hypot.reduce(before, axis=1)
    REGULARIZERS.create("max_norm", max_norm=bound).project([matrix])
    inside = lengths <= bound * (1 - 1e-12)
    np.testing.assert_array_equal(matrix[inside], before[inside])
    assert (np.hypot.reduce(matrix, axis=1) <= bound * (1 + 1e-12)).all()
    long = lengths > bound * (1 + 1e-12)
    kept = matrix[long] / bound
    np.testing.assert_allclose(kept, before[long] / lengths[long, None], rtol=1e-9, atol=1e-300)


def test_max_norm_leaves_what_diverged_to_be_seen():
    matrix = np.array([[np.nan, 2.0], [np.inf, 3.0], [3.0, 4.0]])
    REGULARIZERS.create("max_norm", max_norm=1.0).project([matrix])
    np.testing.assert_allclose(matrix, [[np.nan, 2.0], [np.inf, 3.0], [0.6, 0.8]])


def test_max_norm_of_columns_in_memory():
    """Rows that are not contiguous are written through as well."""
    theta = np.arange(6.0)
    REGULARIZERS.create("max_norm", max_norm=1.0).project([theta.reshape(3, 2).T])
    np.testing.assert_allclose(np.linalg.norm(theta.reshape(3, 2), axis=0), [1.0, 1.0], rtol=1e-14)
