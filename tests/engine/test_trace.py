"""The trace of one pass: every number by hand, in its own shape, and one sample's whatever the batch."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.engine.layers import LAYERS
from bpviz.engine.network import Network
from bpviz.engine.network_objective import NetworkObjective
from bpviz.engine.registries import INITIALIZERS, LOSSES
from bpviz.engine.samples import Samples
from bpviz.engine.trace import Trace, trace
from bpviz.training.config import RunConfig
from bpviz.training.dissecting import dissect
from tests.helpers.synthetic import dataset, training_on


def traced(layers, x, y, named, others=(), **kwargs) -> Trace:
    """Trace the sample (x, y) at the named parameters, alone or among others."""
    rows = [(x, y), *others]
    samples = Samples(np.array([x for x, _ in rows], float), np.array([y for _, y in rows], float))
    net = Network(layers, np.dtype(np.float64))
    loss = LOSSES.create("half_squared_error")
    one = NetworkObjective(net, loss, INITIALIZERS.create("zeros"), samples, samples)
    theta = np.zeros(one.size)
    for name, view in net.named(theta).items():
        view[...] = named[name]
    return trace(one, theta, samples.x, samples.y, **kwargs)


def gradients(found: Trace, layer: int) -> dict[str, list]:
    return {state.name: state.gradient.tolist() for state in found.layers[layer].parameters}


@pytest.mark.parametrize("others", [[], [([3.0, -1.0], [7.0]), ([0.0, 2.0], [1.0])]])
class TestByHand:
    """Alone, and as the first of three: what is a sample's own stays what it is."""

    def test_two_two_one(self, others):
        """z⁽¹⁾ = (1, 0.6), ŷ = 2·1 − 0.6 + 0.1 = 1.5, L = ½·0.5², δ⁽²⁾ = 0.5, δ⁽¹⁾ = 0.5·(2, −1)."""
        named = {"W1": [[0.1, 0.2], [0.3, 0.4]], "b1": [0.5, -0.5], "W2": [[2.0, -1.0]], "b2": [0.1]}
        layers = [LAYERS["dense"].make((2,), 2, "relu"), LAYERS["dense"].make((2,), 1, "identity")]
        found = traced(layers, [1.0, 2.0], [1.0], named, others)
        first, second = found.layers
        np.testing.assert_allclose(first.x[0], [1, 2])
        np.testing.assert_allclose(first.z[0], [1.0, 0.6])
        np.testing.assert_allclose(first.a[0], [1.0, 0.6])
        np.testing.assert_allclose(first.delta[0], [1.0, -0.5])
        np.testing.assert_allclose(second.x[0], [1.0, 0.6])
        np.testing.assert_allclose(second.z[0], [1.5])
        np.testing.assert_allclose(second.delta[0], [0.5])
        np.testing.assert_allclose(found.losses[0], 0.125)
        np.testing.assert_allclose(found.x_gradient[0], [-0.05, 0.0], atol=1e-15)
        if not others:
            np.testing.assert_allclose(gradients(found, 0)["W"], [[1, 2], [-0.5, -1]])
            np.testing.assert_allclose(gradients(found, 0)["b"], [1, -0.5])
            np.testing.assert_allclose(gradients(found, 1)["W"], [[0.5, 0.3]])
            np.testing.assert_allclose(gradients(found, 1)["b"], [0.5])

    def test_a_convolution(self, others):
        """z = x[r, s] − x[r+1, s+1] + ½ = −3.5 everywhere, ŷ = −14, y = −15: every δ is 1."""
        others = [(np.arange(9.0) ** 2, [1.0]) for _ in others]
        named = {"W1": [[[[1.0, 0.0], [0.0, -1.0]]]], "b1": [0.5], "W3": [[1.0] * 4], "b3": [0.0]}
        layers = [
            LAYERS["conv"].make((1, 3, 3), 1, "2x2", activation="identity"),
            LAYERS["flatten"].make((1, 2, 2)),
            LAYERS["dense"].make((4,), 1, "identity"),
        ]
        found = traced(layers, np.arange(1.0, 10.0), [-15.0], named, others)
        conv = found.layers[0]
        assert conv.x.shape[1:] == (1, 3, 3)
        np.testing.assert_allclose(conv.z[0], np.full((1, 2, 2), -3.5))
        np.testing.assert_allclose(conv.delta[0], np.ones((1, 2, 2)))
        np.testing.assert_array_equal(conv.extras[0]["x"], [[[1, 2, 3], [4, 5, 6], [7, 8, 9]]])
        np.testing.assert_allclose(found.layers[1].delta[0], np.ones(4))
        np.testing.assert_allclose(found.x_gradient[0], [[[1, 1, 0], [1, 0, -1], [0, -1, -1]]])
        if not others:
            np.testing.assert_allclose(gradients(found, 0)["W"], [[[[12, 16], [24, 28]]]])
            np.testing.assert_allclose(gradients(found, 0)["b"], [4])

    def test_two_steps_of_a_recurrent_layer(self, others):
        """h = 1, 2.5, ŷ = 5, δ = 1; back through time ∂L/∂h₂ = 2, ∂L/∂h₁ = ½ · 2 = 1."""
        named = {"Wx1": [[1.0]], "Wh1": [[0.5]], "b1": [0.0], "W2": [[2.0]], "b2": [0.0]}
        layers = [LAYERS["rnn"].make((2, 1), 1, "relu"), LAYERS["dense"].make((1,), 1, "identity")]
        found = traced(layers, [1.0, 2.0], [4.0], named, others)
        rnn = found.layers[0]
        np.testing.assert_allclose(rnn.a[0], [2.5])
        np.testing.assert_allclose(rnn.extras[0]["h"], [[1.0], [2.5]])
        np.testing.assert_allclose(rnn.extras[0]["delta"], [[1.0], [2.0]])
        np.testing.assert_allclose(rnn.extras[0]["delta_h"], [[1.0], [2.0]])
        np.testing.assert_allclose(found.x_gradient[0], [[1.0], [2.0]])
        if not others:
            assert gradients(found, 0) == {"Wx": [[5.0]], "Wh": [[2.0]], "b": [3.0]}


@pytest.mark.parametrize("kind", ["lstm", "gru", "rnn"])
def test_what_is_seen_of_a_gate_is_the_sample_s_own(kind):
    one = training_on(dataset("sequences", np.random.default_rng(0), rows=6), f"{kind} 3")
    alone, together = (dissect(one, RunConfig(), np.array(rows)) for rows in ([4], [1, 4, 5]))
    for name, array in alone.layers[0].extras[0].items():
        np.testing.assert_allclose(together.layers[0].extras[1][name], array, rtol=1e-12, err_msg=name)
    np.testing.assert_allclose(together.layers[1].delta[1], alone.layers[1].delta[0], rtol=1e-12)


SHAPES = {
    "features": ("4 tanh, batchnorm, dropout 0.5", [(3,), (4,), (4,), (4,), (2,)]),
    "pictures": (
        "conv 3 2x2 relu, batchnorm, maxpool 2, flatten",
        [(1, 4, 5), (3, 3, 4), (3, 3, 4), (3, 1, 2), (6,), (2,)],
    ),
    "sequences": ("gru 4, 3 tanh, lstm 2", [(3, 2), (3, 4), (3, 3), (2,), (2,)]),
    "sequences_by_step": ("rnn 4, 3 tanh", [(3, 2), (3, 4), (3, 3), (3, 1)]),
}


@pytest.mark.parametrize("kind", SHAPES)
def test_shapes_are_the_layers_own(kind):
    text, shapes = SHAPES[kind]
    one = training_on(dataset(kind, np.random.default_rng(0), rows=6), text)
    for _ in zip(one.iterations(), range(3), strict=False):
        pass
    found = dissect(one, RunConfig(), np.array([2, 0, 5]))
    assert found.losses.shape == (3,)
    for layer, below, shape in zip(found.layers, shapes[:-1], shapes[1:], strict=True):
        assert layer.x.shape == (3, *below)
        assert layer.z.shape == layer.a.shape == layer.delta.shape == (3, *shape)
        assert len(layer.extras) == 3
        for state, parameter in zip(
            layer.parameters, one.objective.network.layers[layer.number - 1].parameters, strict=True
        ):
            assert state.values.shape == state.gradient.shape == state.update.shape == parameter.shape
            assert not state.values.flags.writeable
    parts = [state.update.ravel() for layer in found.layers for state in layer.parameters]
    np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.sort(found.update))
    assert found.update.any()


def test_the_parameters_are_shown_with_the_iteration_s_gradient_and_update():
    one = training_on(dataset("features", np.random.default_rng(0), rows=6), "2 tanh", optimizer="sgd")
    for _ in zip(one.iterations(), range(3), strict=False):
        pass
    found, named = dissect(one, RunConfig(), np.array([0])), one.objective.network.named
    for number, layer in enumerate(found.layers, 1):
        for state in layer.parameters:
            name = f"{state.name}{number}"
            np.testing.assert_array_equal(state.values, named(one.theta)[name])
            np.testing.assert_array_equal(state.gradient, named(found.gradient)[name])
            np.testing.assert_array_equal(state.update, named(found.update)[name])
            np.testing.assert_allclose(state.update, found.learning_rate * state.gradient, rtol=1e-12)
