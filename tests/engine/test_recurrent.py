"""What rnn, lstm and gru have in common; each by itself, not in a network."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpviz.engine.layers import LAYERS
from bpviz.engine.registries import INITIALIZERS
from bpviz.errors import UserError
from tests.helpers.networks import central_differences, relative_error
from tests.helpers.recurrent import Alone, complex_step, states, truncated_loss

VARIANTS = [
    ("rnn", {}),
    ("rnn", {"bias": False}),
    ("lstm", {}),
    ("lstm", {"biases": "two"}),
    ("lstm", {"biases": "none"}),
    ("gru", {}),
    ("gru", {"biases": "one"}),
    ("gru", {"biases": "none"}),
]
KINDS = ["rnn", "lstm", "gru"]
both_returns = pytest.mark.parametrize("returns", ["last", "sequence"])
every_variant = pytest.mark.parametrize(("kind", "fields"), VARIANTS)
every_kind = pytest.mark.parametrize("kind", KINDS)


@given(data=st.data())
@settings(max_examples=80)
def test_every_gradient_is_the_central_difference(data):
    kind, fields = data.draw(st.sampled_from(VARIANTS))
    steps, features = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 3))
    units, rows = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 4))
    returns, seed = data.draw(st.sampled_from(["last", "sequence"])), data.draw(st.integers(0, 1000))
    alone = Alone(kind, steps, features, units, rows, seed=seed, returns=returns, **fields)
    gradient, x_gradient = alone.backward()
    assert relative_error(gradient, central_differences(alone.loss, alone.theta)) < 1e-6
    numerical = central_differences(lambda x: alone.loss(x=x.reshape(rows, -1)), alone.x.ravel())
    assert relative_error(x_gradient.ravel(), numerical) < 1e-6


@every_variant
@both_returns
def test_the_complex_step_agrees_to_the_last_digits(kind, fields, returns):
    alone = Alone(kind, 5, 2, 3, 4, returns=returns, **fields)
    gradient, x_gradient = alone.backward()
    np.testing.assert_allclose(gradient, complex_step(alone.loss, alone.theta), rtol=1e-11, atol=1e-14)
    by_x = complex_step(lambda x: alone.loss(x=x), alone.x)
    np.testing.assert_allclose(x_gradient, by_x, rtol=1e-11, atol=1e-14)


@every_variant
@both_returns
def test_forward_is_the_definition_step_by_step(kind, fields, returns):
    alone = Alone(kind, 6, 3, 4, 5, returns=returns, **fields)
    a = alone.layer.forward(alone.x, alone.work, training=False)
    assert a is alone.work.a
    assert alone.layer.output_shape == ((4,) if returns == "last" else (6, 4))
    for row, x in enumerate(alone.x.reshape(5, 6, 3)):
        h = np.stack([state[0] for state in states(kind, alone.layer.p, x)[1:]])
        expected = h[-1] if returns == "last" else h.ravel()
        np.testing.assert_allclose(a[row], expected, rtol=1e-12, atol=1e-15)


@every_variant
@both_returns
@pytest.mark.parametrize("truncate", [1, 2, 3, 5, 9])
def test_truncated_the_pieces_start_from_states_that_are_held(kind, fields, returns, truncate):
    """5 steps: cut before the steps (from 0) from which on a multiple of ``truncate`` is left."""
    cuts = {1: [1, 2, 3, 4], 2: [1, 3], 3: [2], 5: [], 9: []}[truncate]
    alone = Alone(kind, 5, 2, 3, 2, returns=returns, truncate=truncate, **fields)
    gradient, _ = alone.backward()

    def loss(theta):
        return truncated_loss(alone, alone.layer.split(theta), cuts)

    assert relative_error(gradient, central_differences(loss, alone.theta)) < 1e-6
    if cuts:
        assert relative_error(gradient, complex_step(alone.loss, alone.theta)) > 1e-3


@every_kind
def test_nothing_flows_back_beyond_the_last_piece(kind):
    alone = Alone(kind, 6, 2, 3, 2, truncate=2)
    _, x_gradient = alone.backward()
    assert not x_gradient[:, :8].any()
    assert x_gradient[:, 8:].all()


@every_kind
@both_returns
def test_passes_leave_nothing_behind(kind, returns):
    alone = Alone(kind, 4, 2, 3, 3, returns=returns)
    first = [array.copy() for array in alone.backward()]
    x, upstream = alone.x.copy(), alone.upstream.copy()
    alone.x[...], alone.upstream[...] = 3.0, -2.0
    alone.backward()
    alone.x[...], alone.upstream[...] = x, upstream
    for again, before in zip(alone.backward(), first, strict=True):
        np.testing.assert_array_equal(again, before)
    alone.layer.backward(alone.x, alone.work, None, at_z=False)


@every_kind
def test_float32_is_float64_rounded(kind):
    exact, rough = (Alone(kind, 7, 2, 5, 4, dtype=dtype) for dtype in (np.float64, np.float32))
    for fine, coarse in zip(exact.backward(), rough.backward(), strict=True):
        assert coarse.dtype == np.float32
        assert relative_error(coarse, fine) < 1e-5
    assert rough.work.a.dtype == np.float32
    # The gradients could come out in float32 from buffers that are not.
    assert {array.dtype for array in rough.layer.trace(rough.x, rough.work, 0).values()} == {np.dtype("f4")}


@every_kind
def test_long_sequences_are_summed_a_few_steps_at_a_time(kind, monkeypatch):
    whole = Alone(kind, 7, 2, 3, 4)
    expected, _ = whole.backward()
    monkeypatch.setattr("bpviz.engine.layers.recurrent._PRODUCT_CELLS", 2 * whole.work.products[0].size)
    parts = Alone(kind, 7, 2, 3, 4)
    assert len(whole.work.products) == 7
    assert len(parts.work.products) == 2
    np.testing.assert_allclose(parts.backward()[0], expected, rtol=1e-13, atol=1e-15)


@every_variant
def test_the_trace_has_every_step_and_its_gradient(kind, fields):
    alone = Alone(kind, 5, 2, 3, 4, returns="sequence", **fields)
    alone.backward()
    seen = alone.layer.trace(alone.x, alone.work, 2)
    assert {array.shape for array in seen.values()} == {(5, 3)}
    np.testing.assert_array_equal(seen["h"].ravel(), alone.work.a[2])
    last = alone.upstream[2].reshape(5, 3)[-1]
    np.testing.assert_allclose(seen["delta_h"][-1], last, rtol=1e-14)
    # One sample alone: what its steps' δ make of the input is ∂L/∂x.
    rows = {
        "rnn": ("delta",),
        "lstm": [f"delta_{g}" for g in "ifgo"],
        "gru": ("delta_r", "delta_z_gate", "delta_n"),
    }
    deltas = np.concatenate([seen[name] for name in rows[kind]], axis=1)
    _, x_gradient = alone.backward()
    np.testing.assert_allclose((deltas @ alone.layer.p["Wx"]).ravel(), x_gradient[2], rtol=1e-12)


@every_kind
def test_the_vanishing_gradient_shows(kind):
    alone = Alone(kind, 30, 1, 4, 2)
    alone.theta *= 0.3
    alone.backward()
    norms = np.linalg.norm(alone.layer.trace(alone.x, alone.work, 0)["delta_h"], axis=1)
    assert norms[0] < 1e-3 * norms[-1]


@every_kind
def test_auto_is_the_last_step_where_nobody_says_more(kind):
    entry = LAYERS[kind]
    assert entry.extra["positional"] == ("units",)
    layer = entry.make((5, 2), **entry.checked({"units": 3}))
    assert layer.recurrent
    assert layer.output_shape == (3,)


@every_kind
@pytest.mark.parametrize(("shape", "told"), [((4,), "4 features"), ((1, 8, 9), "a picture of 1 × 8 × 9")])
def test_what_is_no_sequence_is_refused(kind, shape, told):
    with pytest.raises(UserError, match=f"it needs a sequence; it got {told}. Choose sequence data"):
        LAYERS[kind].make(shape, 3)


@every_kind
def test_each_gate_and_wh_start_as_asked(kind):
    gates = {"rnn": 1, "lstm": 4, "gru": 3}[kind]

    def drawn(start):
        alone = Alone(kind, 3, 2, 5, 1, recurrent_start=start)
        alone.layer.initialize(np.random.default_rng(4), INITIALIZERS.create("xavier"))
        return alone.layer.p

    same, orthogonal, identity = (drawn(start) for start in ("same", "orthogonal", "identity"))
    rng, xavier = np.random.default_rng(4), INITIALIZERS.create("xavier")
    wx = np.concatenate([xavier.weights(rng, 5, 2) for _ in range(gates)])
    np.testing.assert_array_equal(same["Wx"], wx)
    np.testing.assert_array_equal(identity["Wx"], wx)
    wh = np.concatenate([xavier.weights(rng, 5, 5) for _ in range(gates)])
    np.testing.assert_array_equal(same["Wh"], wh)
    for block in np.split(orthogonal["Wh"], gates):
        np.testing.assert_allclose(block @ block.T, np.eye(5), atol=1e-14)
    np.testing.assert_array_equal(identity["Wh"], np.tile(np.eye(5), (gates, 1)))


@every_kind
def test_a_clone_shares_nothing(kind):
    alone = Alone(kind, 3, 2, 4, 2)
    before = alone.layer.forward(alone.x, alone.work, training=False).copy()
    other = alone.layer.clone()
    other.bind(np.zeros(other.size), None)
    other.forward(alone.x, other.work(2, np.dtype(float)), training=False)
    np.testing.assert_array_equal(alone.layer.forward(alone.x, alone.work, training=False), before)
