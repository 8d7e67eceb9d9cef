"""Training from Python."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from safetensors import safe_open

import bpviz
from bpviz.cli import main
from bpviz.errors import UserError

SMALL = {"data": "xor", "points": 40, "layers": "3 tanh", "iterations": 20, "seed": 3}


def test_the_run_holds_every_loss_and_every_evaluation():
    run = bpviz.train(**SMALL)
    assert isinstance(run, bpviz.Run)
    assert run.loss.shape == (21,)
    assert run.stride == 1
    # 20 training samples in batches of 10: measured at the start and at every second iteration
    assert run.evaluated.tolist() == list(range(0, 21, 2))
    for array in (run.train_loss, run.test_loss, run.train_accuracy, run.test_accuracy):
        assert array.shape == run.evaluated.shape
        assert np.isfinite(array).all()
    assert run.train.loss == run.train_loss[-1]
    assert run.test.accuracy == run.test_accuracy[-1]
    assert (run.stopped, run.iterations, run.epochs, run.seed) == ("iterations", 20, 10, 3)
    assert run.layer_norms.shape == (11, 2)
    assert run.gradient_norms.layers.tolist() == run.layer_norms[-1].tolist()
    assert run.step_norms is run.gradient_norms.steps is None
    assert run.seconds > 0
    assert run.iterations_per_second == pytest.approx(20 / run.seconds)


def test_the_parameters_are_named_and_shaped():
    run = bpviz.train(**SMALL)
    shapes = {name: array.shape for name, array in run.parameters.items()}
    assert shapes == {"W1": (3, 2), "b1": (3,), "W2": (1, 3), "b2": (1,)}
    assert run.size == 13


def test_python_and_the_command_line_give_the_same_bits(capsys):
    run = bpviz.train(**SMALL)
    words = ("--data", "xor", "--points", "40", "--layers", "3 tanh", "--iterations", "20", "--seed", "3")
    assert main(["train", *words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["train_loss"] == run.train.loss
    assert told["test_accuracy"] == run.test.accuracy


def test_the_seed_decides_the_bits():
    first, again = bpviz.train(**SMALL), bpviz.train(**SMALL)
    other = bpviz.train(**(SMALL | {"seed": 4}))
    assert first.loss.tobytes() == again.loss.tobytes()
    assert first.loss.tobytes() != other.loss.tobytes()


def test_the_seed_of_the_data_is_the_seed_unless_told():
    one = bpviz.train(**(SMALL | {"seed": 4, "data_seed": 3, "iterations": 0}))
    two = bpviz.train(**(SMALL | {"iterations": 0}))
    assert one.config.data.seed == two.config.data.seed == 3
    assert one.parameters["W1"].tobytes() != two.parameters["W1"].tobytes()


def test_a_parabola_descends_as_by_hand():
    run = bpviz.train(function="parabola", start=5, optimizer="sgd", learning_rate=0.1, iterations=50)
    # Index n holds the loss at the θ before update n, index 0 that of the start.
    expected = 25 * 0.64 ** np.maximum(np.arange(51) - 1, 0)
    np.testing.assert_allclose(run.loss, expected, rtol=1e-12)
    assert next(iter(run.parameters.values()))[0] == pytest.approx(5 * 0.8**50, rel=1e-12)


def test_a_bowl_starts_where_told():
    run = bpviz.train(function="bowl", start=(1.5, 1.5), optimizer="sgd", learning_rate=0.1, iterations=50)
    assert run.loss[0] == 4.5
    values = [array[0] for array in run.parameters.values()]
    assert values == pytest.approx([1.5 * 0.8**50] * 2, rel=1e-12)


def test_arrays_of_ones_own_are_classified():
    """A line parts them: the sum of the features is above or below zero."""
    x = np.random.default_rng(0).normal(size=(200, 3))
    y = np.where(x.sum(axis=1) > 0, "above", "below")
    run = bpviz.train(x=x, y=y, layers="", learning_rate=0.1, iterations=500)
    assert run.parameters["W1"].shape == (1, 3)
    assert run.train.accuracy > 0.95
    assert run.test.accuracy > 0.9


def test_arrays_of_ones_own_are_regressed():
    """y = 2x is linear, so one neuron fits it; two targets make two outputs."""
    x = np.linspace(-1, 1, 60)
    run = bpviz.train(x=x, y=2 * x, layers="", loss="mean_squared_error", learning_rate=0.1, iterations=500)
    assert run.test.loss < 1e-6
    assert run.test.accuracy is None
    assert np.isnan(run.test_accuracy).all()
    both = bpviz.train(x=x, y=np.column_stack([x, -x]), layers="2 tanh", iterations=5)
    assert both.parameters["W2"].shape == (2, 2)


def test_boolean_and_whole_targets_are_classes():
    x = np.arange(40.0)
    assert bpviz.train(x=x, y=x > 20, layers="", iterations=5).train.accuracy is not None
    run = bpviz.train(x=x, y=np.arange(40) % 3, layers="", iterations=5)
    assert run.parameters["W1"].shape == (3, 1)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"x": [[1.0]]}, "x and y go together"),
        ({"y": [1.0]}, "x and y go together"),
        ({"x": [["a"]], "y": [1.0]}, "not an array of numbers"),
        ({"x": [[1.0], [2.0]], "y": [[1.0], [2.0, 3.0]]}, "y is not an array"),
        ({"x": [[1.0], [2.0]], "y": [1.0]}, r"x has shape \(2, 1\) and y has shape \(1,\)"),
        ({"x": np.ones((2, 2, 2)), "y": [1.0, 2.0]}, "they need"),
        ({"x": [[1.0], [np.nan]], "y": [1.0, 2.0]}, "x is not finite in row 1, column 0"),
        ({"x": [[1.0], [2.0]], "y": [1.0, np.inf]}, "y is not finite in row 1"),
        ({"x": [[1.0], [2.0]], "y": ["a", "a"]}, "one class only"),
        ({"x": [[1.0], [2.0]], "y": [[1, 2], [3, 4]]}, "2 columns of classes"),
        ({"data": "spirall"}, "There is no data set"),
        ({"surprise": 1}, "There is no option “surprise”"),
        ({"batch_size": 0}, "batch size cannot be “0”"),
        ({"function": "bowl", "points": 40}, "“points” is no option"),
        ({"layers": [8, 8]}, r"layers cannot be \[8, 8\]\. It is a text like"),
        ({"layers": 8}, "layers cannot be 8"),
        ({"loss": 3}, "loss is a name, not 3"),
        ({"output_activation": None, "optimizer": 1}, "optimizer is a name, not 1"),
        ({"initializer": ["he"]}, r"initializer is a name, not \['he'\]"),
        ({"shuffle": "no"}, "shuffle is on or off, not “no”"),
        ({"standardize": "no"}, "standardize is on or off, not “no”"),
        ({"output_bias": "false"}, "output_bias is on or off, not “false”"),
        ({"x": [[1.0], [2.0]], "y": [0, 1], "data": "xor"}, "“data” cannot stand beside them"),
        ({"x": [[1.0], [2.0]], "y": [0, 1], "function": "bowl"}, "“function” cannot stand beside them"),
        ({"function": "bowl", "data": "xor"}, "“data” says nothing here"),
        ({"function": "bowl", "layers": ""}, "“layers” says nothing here"),
        ({"function": "x^2 + log(x)", "start": 0}, "no finite value at the start 0.0. Start"),
        ({"function": "x*y", "start": 2}, "The start 2.0 does not fit"),
    ],
)
def test_a_mistake_is_a_sentence(options, said):
    with pytest.raises(UserError, match=said):
        bpviz.train(**options)


@pytest.mark.parametrize("dtype", [int, object])
def test_whole_numbers_are_classes_in_the_order_of_numbers(dtype):
    """Class k is the k-th number, not the k-th text: 10 and 11 come after 9."""
    x = np.eye(12).repeat(5, axis=0)
    y = np.arange(12).repeat(5).astype(dtype)
    run = bpviz.train(x=x, y=y, layers="", learning_rate=5.0, iterations=300, test_share=0)
    assert run.record["class_names"] == [str(i) for i in range(12)]
    assert run.train.accuracy == 1.0
    assert (run.parameters["W1"].argmax(axis=0) == np.arange(12)).all()


def test_a_start_is_shown_as_it_is_written():
    with pytest.raises(UserError, match=r"at the start 1\.5, -1\.5\."):
        bpviz.train(function="log(x) + log(y)", start=(1.5, -1.5))


def test_a_network_far_too_large_is_refused_before_it_is_made():
    with pytest.raises(UserError, match="would have 10,000,199,997"):
        bpviz.train(data="xor", layers="99999 tanh, 99999 tanh", iterations=0)


def test_weights_can_be_saved_and_started_from(tmp_path):
    run = bpviz.train(**SMALL)
    run.save_weights(tmp_path / "w.safetensors")
    again = bpviz.train(**(SMALL | {"iterations": 0}), initial_weights=tmp_path / "w.safetensors")
    assert again.train == run.train
    with safe_open(tmp_path / "w.safetensors", framework="np") as file:
        told = json.loads(file.metadata()["bpviz"])
    assert told["program"] == "bpviz"
    assert (len(told["feature_mean"]), len(told["feature_scale"])) == (2, 2)


def test_the_module_stays_light_and_says_what_it_has():
    code = "import sys, bpviz; assert 'train' in dir(bpviz); print('numpy' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout == "False\n"
    with pytest.raises(AttributeError, match="nothing"):
        bpviz.nothing  # noqa: B018 - the access is the test


# 2-2-1 of ReLU with θ = [W b] row by row: hidden (1, 1; 0) and (1, −1; 0), output (2, 5; 1).
BY_HAND = {
    "x": [[1.0, 2.0], [0.0, 1.0]],
    "y": [5.0, 3.5],
    "layers": "2 relu",
    "start": [1, 1, 0, 1, -1, 0, 2, 5, 1],
    "batch_size": "full",
    "learning_rate": 0.1,
    "standardize": False,
    "test_share": 0,
}


def test_a_trace_by_hand():
    # Sample 0: z = (3, −1), a = (3, 0), ŷ = 7, δ = 2; back (4, 0).  Sample 1: z = (1, −1), ŷ = 3, δ = −½.
    seen = bpviz.trace(**BY_HAND, samples=[1])
    hidden, output = seen.layers
    assert (seen.iteration, seen.batch_size, seen.rows.tolist()) == (1, 2, [1])
    np.testing.assert_allclose(hidden.x, [[0, 1]])
    np.testing.assert_allclose(hidden.z, [[1, -1]])
    np.testing.assert_allclose(hidden.a, [[1, 0]])
    np.testing.assert_allclose(hidden.delta, [[-1, 0]])
    np.testing.assert_allclose(output.z, [[3]])
    np.testing.assert_allclose(output.delta, [[-0.5]])
    np.testing.assert_allclose(seen.losses, [0.125])
    # The gradient is the batch's: the means of 2 (3, 0; 1), −½ (1, 0; 1) and of 4 (1, 2; 1), −(0, 1; 1).
    expected = [2, 3.5, 1.5, 0, 0, 0, 2.75, 0, 0.75]
    assert seen.loss == pytest.approx((2 + 0.125) / 2)
    np.testing.assert_allclose(seen.gradient, expected)
    np.testing.assert_allclose(seen.update, np.multiply(0.1, expected))
    np.testing.assert_allclose(hidden.parameters[0].gradient, [[2, 3.5], [0, 0]])
    both = bpviz.trace(**BY_HAND)
    np.testing.assert_allclose(both.layers[0].delta, [[4, 0], [-1, 0]])
    np.testing.assert_allclose(both.losses, [2, 0.125])
    after = bpviz.trace(**BY_HAND, at=2, samples=[0])
    np.testing.assert_allclose(after.theta, np.subtract(BY_HAND["start"], np.multiply(0.1, expected)))
    np.testing.assert_allclose(after.layers[0].z, [[0.8 + 1.3 - 0.15, -1]])


def test_a_trace_of_a_function():
    seen = bpviz.trace(function="parabola", start=5, learning_rate=0.1, at=2)
    assert (seen.theta.tolist(), seen.gradient.tolist(), seen.loss) == ([4.0], [8.0], 16.0)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"at": 0}, "no iteration 0"),
        ({"at": 1.5}, "no iteration 1.5"),
        ({"iterations": 5}, "“iterations”"),
        ({"samples": [2]}, "whole numbers from 0 to 1"),
        ({"samples": [-1]}, "cannot be traced"),
        ({"samples": []}, "cannot be traced"),
        ({"samples": [0.5]}, "cannot be traced"),
        ({"at": 9, "stop_loss": 1e9}, "ends at iteration 0, before 9"),
        ({"at": 200, "learning_rate": 1e9}, "before 200"),
    ],
)
def test_a_trace_that_cannot_be(options, said):
    with pytest.raises(UserError, match=said):
        bpviz.trace(**(BY_HAND | options))
    with pytest.raises(UserError, match="no samples"):
        bpviz.trace(function="parabola", samples=[0])
