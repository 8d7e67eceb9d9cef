"""Whole networks, from their text on: backpropagation is what differences and the complex step say.

Over every registered layer, activation, loss and regularizer, so that a new piece is held to it by itself.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bpviz.engine.layers import LAYERS
from bpviz.engine.network_objective import NetworkObjective
from bpviz.engine.registries import LOSSES, REGULARIZERS
from bpviz.errors import UserError
from bpviz.registry import Field
from bpviz.training.config import LayerConfig, LiveSettings
from bpviz.training.layer_spec import format_layer
from tests.helpers.networks import relative_error
from tests.helpers.synthetic import KINDS, classes_for, dataset, training_on

H = 1e-6
WITHIN = 1e-6
# Two halves of a difference whose slopes are this far apart have a kink between them: a curve would need
# a second derivative of 100.
KINK = 1e-4

CONTEXTS = {
    "features": ("{}", "3 tanh, {}", "{}, 2 sigmoid"),
    "pictures": ("{}, flatten", "conv 2 2x2 tanh, {}, flatten, 2 tanh"),
    "sequences": ("{}", "gru 2, {}", "{}, lstm 2"),
    "sequences_by_step": ("{}", "rnn 2, {}", "{}, gru 2, batchnorm"),
}


def hold_to_differences(one: NetworkObjective, theta: np.ndarray, step: int = 0) -> None:
    """Hold every entry of the gradient to (L(θ + h) − L(θ − h)) / 2h.

    Where a kink lies between, to the two sides: the entry is then one of the slopes between them.
    """
    one.begin(step)
    loss, gradient = one.loss_and_gradient(theta)
    gradient = gradient.copy()
    assert loss == pytest.approx(one.training_loss(theta), rel=1e-12)
    ahead, behind = np.empty(one.size), np.empty(one.size)
    for index in range(one.size):
        for into, h in ((ahead, H), (behind, -H)):
            moved = theta.copy()
            moved[index] += h
            into[index] = (one.training_loss(moved) - loss) / h
    central = (ahead + behind) / 2
    scale = max(1e-2, np.abs(central).max(initial=0.0))
    error = np.abs(gradient - central)
    wrong = error > WITHIN * scale
    apart = np.abs(ahead - behind)
    excused = (apart > KINK * scale) & (error <= apart / 2 + WITHIN * scale)
    names = np.array(one.parameter_names)
    assert not (wrong & ~excused).any(), names[wrong & ~excused]


def hold_to_the_complex_step(one: NetworkObjective, theta: np.ndarray, step: int = 0) -> None:
    """Im L(θ + ih) / h has no rounding of a difference: equal to 1e-10, kinks or not."""
    if not (one.network.analytic and one.loss_function.analytic):
        with pytest.raises(UserError):
            one.complex_loss(theta.astype(complex))
        return
    one.begin(step)
    loss, gradient = one.loss_and_gradient(theta)
    exact = np.empty(one.size)
    for index in range(one.size):
        moved = theta.astype(complex)
        moved[index] += 1e-30j
        value = one.complex_loss(moved)
        assert value.real == pytest.approx(loss, rel=1e-12)
        exact[index] = value.imag / 1e-30
    assert relative_error(gradient, exact) < 1e-10


def start(training, seed: int = 0) -> np.ndarray:
    """Return a θ with no bias or gain at its round first value."""
    return training.theta + np.random.default_rng(seed).normal(size=training.size) * 0.3


def penalties(chosen: str) -> dict[str, float]:
    """Return the fields of one regularizer with its strength at 0.3."""
    return {field.name: 0.3 for field in REGULARIZERS[chosen].fields}


def outputs(loss: str) -> tuple[str, ...]:
    return LOSSES.create(loss).output_activations


def where_it_goes(kind: str) -> list[tuple[str, str]]:
    """Return (data, context) for each that takes a layer of this kind with its defaults."""
    found = []
    for data, context in ((one, context) for one in KINDS for context in CONTEXTS[one]):
        try:
            training_on(dataset(data, np.random.default_rng(0)), context.format(small(kind)))
        except UserError:
            continue
        found.append((data, context))
    return found


def small(kind: str, activation: str = "") -> str:
    """Return a layer of this kind with few units, everything else at its default."""
    fields = {field.name: field for field in LAYERS[kind].fields}
    options = {name: 2 for name in ("units", "filters") if name in fields}
    if "kernel" in fields:
        options["kernel"] = "2x2"
    if activation:
        options["activation"] = activation
    return format_layer(LayerConfig(kind, options))


def activations(kind: str) -> tuple[str, ...]:
    """Return what this kind of layer has to choose from, "" where it has nothing."""
    return next((field.choices for field in LAYERS[kind].fields if field.name == "activation"), ("",))


PLACES = {kind: where_it_goes(kind) for kind in LAYERS.names()}
COMBINATIONS = [(kind, name) for kind in LAYERS.names() for name in activations(kind)]


@pytest.mark.parametrize("loss", LOSSES.names())
@pytest.mark.parametrize(("kind", "activation"), COMBINATIONS)
def test_every_layer_with_every_activation_loss_and_regularizer(kind, activation, loss):
    places = PLACES[kind]
    for number, (regularizer, output) in enumerate(product(REGULARIZERS.names(), outputs(loss))):
        data, context = places[number % len(places)]
        rng = np.random.default_rng(number)
        training = training_on(
            dataset(data, rng, rows=4, classes=classes_for(loss)),
            context.format(small(kind, activation)),
            loss=loss,
            output_activation=output,
            live=LiveSettings(penalties=penalties(regularizer), batch_size=None),
            seed=number,
        )
        theta = start(training, number)
        hold_to_differences(training.objective, theta, number)
        hold_to_the_complex_step(training.objective, theta, number)


def test_every_layer_has_a_place():
    for kind, places in PLACES.items():
        assert places, kind
    assert {data for places in PLACES.values() for data, _ in places} == set(KINDS)


def values(field: Field) -> st.SearchStrategy:
    """Return what a field may be in a small network."""
    if field.name == "truncate":
        return st.just(0)  # cut off, the gradient is no longer the loss's
    if field.name == "kernel":
        return st.builds("{}x{}".format, st.integers(1, 3), st.integers(1, 3))
    if field.name == "epsilon":
        return st.sampled_from([field.default, 1e-2])  # far smaller, the loss is all but a step
    if field.kind == "bool":
        return st.booleans()
    if field.kind == "choice":
        return st.sampled_from(field.choices)
    low = 0 if field.minimum is None else field.minimum
    if field.kind == "int":
        return st.integers(int(low), int(low) + 3)
    high = low + 1 if field.high is None else field.high
    return st.floats(low, high).filter(lambda value: value > low or not field.exclusive_minimum)


@st.composite
def networks(draw, kind: str):
    """Draw a run of a network that has such a layer, of any shape, on data of any shape."""
    data, context = draw(st.sampled_from(PLACES[kind]))
    fields = LAYERS[kind].fields
    options = {field.name: draw(values(field)) for field in fields}
    loss = draw(st.sampled_from(LOSSES.names()))
    low, high = (3, 6) if data == "pictures" else (1, 4)
    shape = (draw(st.integers(low, high)), draw(st.integers(low, high)))
    seed = draw(st.integers(0, 10_000))
    classes = classes_for(loss) or draw(st.sampled_from([0, 2, 3]))
    made = dataset(
        data,
        np.random.default_rng(seed),
        rows=draw(st.integers(3, 6)),
        classes=classes,
        shape=shape[:1] if data == "features" else shape,
    )
    try:
        return training_on(
            made,
            context.format(format_layer(LayerConfig(kind, options))),
            loss=loss,
            output_activation=draw(st.sampled_from(outputs(loss))),
            output_bias=draw(st.booleans()),
            live=LiveSettings(
                penalties=penalties(draw(st.sampled_from(REGULARIZERS.names()))), batch_size=None
            ),
            seed=seed,
        )
    except UserError:  # a kernel larger than the picture, say
        assume(False)


@pytest.mark.parametrize("kind", LAYERS.names())
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_networks_of_any_shape(kind, data):
    training = data.draw(networks(kind))
    theta = start(training)
    hold_to_differences(training.objective, theta, step=data.draw(st.integers(0, 9)))
    hold_to_the_complex_step(training.objective, theta)


FIRST = {
    "features": "3 tanh",
    "pictures": "conv 2 2x2 relu",
    "sequences": "lstm 2",
    "sequences_by_step": "gru 2",
}


@pytest.mark.parametrize("data", KINDS)
def test_a_batch_of_some_rows_and_chunks_of_them(data, monkeypatch):
    one = training_on(dataset(data, np.random.default_rng(1), rows=8), CONTEXTS[data][0].format(FIRST[data]))
    theta, rows = start(one), np.array([6, 1, 1, 3, 0])
    objective = one.objective
    loss, gradient = objective.loss_and_gradient(theta, rows)
    gradient = gradient.copy()
    each = [objective.loss(theta, rows[i : i + 1]) for i in range(len(rows))]
    assert loss == pytest.approx(np.mean(each), rel=1e-12)
    monkeypatch.setattr("bpviz.engine.network_objective.CHUNK_ROWS", 2)
    chunked, by_chunks = objective.loss_and_gradient(theta, rows)
    assert chunked == pytest.approx(loss, rel=1e-12)
    np.testing.assert_allclose(by_chunks, gradient, rtol=1e-10, atol=1e-14)
    assert objective.complex_loss(theta.astype(complex), rows).real == pytest.approx(loss, rel=1e-12)


@pytest.mark.parametrize("text", ["4 tanh, dropout 0.5, 3 relu", "4 tanh, batchnorm, dropout 0.3"])
def test_dropout_draws_by_the_step_and_leaves_the_answer_alone(text):
    one = training_on(dataset("features", np.random.default_rng(2), rows=6), text)
    theta, objective = start(one), one.objective
    found = []
    for step in (0, 1, 0):
        objective.begin(step)
        found.append((objective.training_loss(theta), objective.loss_and_gradient(theta)[1].tobytes()))
    assert found[0] == found[2]
    assert found[0] != found[1]
    answer = objective.loss(theta)
    objective.begin(7)
    assert objective.loss(theta) == answer


def test_the_complex_step_follows_the_masks():
    one = training_on(dataset("features", np.random.default_rng(3), rows=6), "6 tanh, dropout 0.5").objective
    theta = one.initial(np.random.default_rng(0))
    for step in range(3):
        hold_to_the_complex_step(one, theta, step)


@pytest.mark.parametrize("kind", [kind for kind, places in PLACES.items() if places])
def test_float32_stays_and_is_float64_rounded(kind):
    data, context = PLACES[kind][-1]
    made = dataset(data, np.random.default_rng(4), rows=6)
    exact, rough = (
        training_on(made, context.format(small(kind)), precision=bits, seed=3) for bits in (64, 32)
    )
    theta = start(exact)
    for one in (exact.objective, rough.objective):
        one.begin(2)
    loss, gradient = exact.objective.loss_and_gradient(theta)
    loss_32, gradient_32 = rough.objective.loss_and_gradient(theta.astype(np.float32))
    assert gradient_32.dtype == np.float32
    assert loss_32 == pytest.approx(loss, rel=1e-4)
    assert relative_error(gradient_32, gradient) < 1e-3
    for work in rough.objective.network.forward(rough.objective.train.x, training=True).layers:
        assert {work.z.dtype, work.a.dtype, work.delta.dtype} == {np.dtype(np.float32)}
