"""``bpviz train``: what it prints, writes and refuses, run in this process."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

import bpviz
from bpviz.cli import main

SMALL = (
    "train",
    "--data",
    "xor",
    "--points",
    "40",
    "--layers",
    "3 tanh",
    "--iterations",
    "20",
    "--seed",
    "3",
)


@pytest.fixture
def run(capsys):
    """Run the command line; return its code, what it printed and what it complained."""

    def call(*words):
        code = main([str(word) for word in words])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def result(run):
    """Run with ``--json`` and return the code and the object."""

    def call(*words):
        code, out, _ = run(*words, "--json")
        return code, json.loads(out, parse_constant=pytest.fail)

    return call


def refused(run, *words):
    """Run and return the one line of a mistake, having seen that it is one."""
    code, out, err = run(*words)
    assert code == 2
    assert out == ""
    assert err.startswith("bpviz: ")
    assert err.count("\n") == 1
    return err


def test_json_is_one_object_with_everything(run):
    code, out, err = run(*SMALL, "--json")
    assert (code, err) == (0, "")
    assert out.count("\n") == 1
    told = json.loads(out)
    assert list(told) == [
        *("iterations", "epochs", "seconds", "iterations_per_second", "train_loss", "test_loss"),
        *("train_accuracy", "test_accuracy", "stopped", "parameters", "seed"),
        *("train_metrics", "test_metrics", "gradient_norms"),
    ]
    assert told["iterations"] == 20
    assert told["epochs"] == 10  # 20 training samples in batches of 10: two iterations an epoch
    assert told["parameters"] == 3 * 2 + 3 + 3 + 1
    assert told["stopped"] == "iterations"
    assert told["seed"] == 3
    assert told["iterations_per_second"] == pytest.approx(20 / told["seconds"])
    assert 0 <= told["test_accuracy"] <= 1


def test_the_confusion_matrix_has_a_row_a_true_class(result):
    _, told = result("train", "--data", "iris", "--layers", "4 tanh", "--iterations", "60", "--seed", "3")
    for part in ("train_metrics", "test_metrics"):
        measured, counts = told[part], np.array(told[part]["confusion"])
        assert measured["classes"] == ["setosa", "versicolor", "virginica"]
        assert counts.shape == (3, 3)
        assert counts.sum(axis=1).tolist() == measured["support"]
        np.testing.assert_allclose(counts.diagonal() / counts.sum(axis=1), measured["recall"], rtol=1e-12)
        assert counts.trace() / counts.sum() == pytest.approx(measured["accuracy"])
    assert not np.array_equal(counts, counts.T)


def test_the_same_seed_gives_the_same_numbers(result):
    first, again, other = (result(*SMALL[:-1], seed)[1] for seed in (5, 5, 6))
    assert first["train_loss"] == again["train_loss"]
    assert first["test_loss"] == again["test_loss"]
    assert first["train_loss"] != other["train_loss"]


def test_regression_has_no_accuracy(result):
    code, told = result("train", "--data", "plane", "--points", "40", "--iterations", "5")
    assert code == 0
    assert "train_accuracy" not in told
    assert "test_accuracy" not in told
    assert told["train_loss"] > 0


def test_without_a_test_part_its_numbers_are_null(result):
    _, told = result(*SMALL, "--test-share", "0")
    assert told["test_loss"] is None
    assert told["test_accuracy"] is None
    assert told["train_accuracy"] is not None


def test_the_report_for_a_reader_is_aligned(run):
    code, out, _ = run(*SMALL)
    assert code == 0
    rows = dict(line.split("  ", 1) for line in out.splitlines())
    assert rows["Iterations"].strip() == "20"
    assert rows["Stopped"].strip() == "all iterations were made"
    assert "accuracy" in rows["Test set"]
    values = [line.index(line.split("  ", 1)[1].strip()) for line in out.splitlines()]
    assert len(set(values)) == 1


def test_the_first_step_of_a_parabola_is_worked_by_hand(result):
    """f = x², x₀ = 5, η = 0.1: x₁ = 5 − 0.1·10 = 4, f = 16."""
    words = (
        "train",
        "--function",
        "parabola",
        "--start",
        "5",
        "--optimizer",
        "sgd",
        "--learning-rate",
        "0.1",
    )
    _, told = result(*words, "--iterations", "1")
    assert told["train_loss"] == pytest.approx(16.0, rel=1e-12)
    assert told["parameters"] == 1
    assert told["stopped"] == "iterations"


def test_a_formula_of_ones_own_is_a_function(result):
    """f = x² + y² from (1.5, 1.5), η = 0.1: each factor 0.8 a step, so f₂ = 4.5·0.8⁴."""
    words = ("train", "--function", "x^2+y^2", "--start", "1.5,1.5", "--optimizer", "sgd")
    _, told = result(*words, "--learning-rate", "0.1", "--iterations", "2")
    assert told["train_loss"] == pytest.approx(4.5 * 0.8**4, rel=1e-12)
    assert told["parameters"] == 2


def test_history_has_a_row_for_every_iteration(run, tmp_path):
    file = tmp_path / "h.csv"
    assert run(*SMALL, "--history", file)[0] == 0
    with file.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert list(rows[0]) == [
        *("iteration", "epoch", "loss", "learning_rate", "gradient_norm"),
        *("train_loss", "test_loss", "train_accuracy", "test_accuracy", "norm_1", "norm_2"),
    ]
    assert [int(row["iteration"]) for row in rows] == list(range(21))
    assert rows[1]["train_loss"] == ""  # in the middle of an epoch nothing is measured
    assert float(rows[2]["train_loss"]) > 0  # at its end it is
    assert rows[20]["epoch"] == "10.0"
    assert float(rows[20]["learning_rate"]) == 0.03
    assert rows[1]["norm_1"] == rows[1]["norm_2"] == ""
    parts = [float(rows[20][name]) for name in ("norm_1", "norm_2")]
    assert np.linalg.norm(parts) == pytest.approx(float(rows[20]["gradient_norm"]))


def test_norms_tell_of_layers_and_of_steps(result, run, tmp_path):
    words = (
        "train",
        "--data",
        "echo",
        "--points",
        "40",
        "--iterations",
        "3",
        "--layers",
        "dropout 0.1, rnn 4",
    )
    file = tmp_path / "h.csv"
    _, told = result(*words, "--history", file)
    assert list(told["gradient_norms"]) == ["layers", "steps"]
    layers, steps = told["gradient_norms"].values()
    assert layers[0] is None
    assert min(layers[1:]) > 0
    assert len(steps) == 12
    assert min(steps) > 0
    rows = list(csv.DictReader(file.read_text().splitlines()))
    assert rows[0]["norm_1"] == ""
    assert float(rows[0]["norm_3"]) > 0
    _, told = result("train", "--function", "bowl", "--iterations", "3", "--history", file)
    assert "gradient_norms" not in told
    assert "norm_1" not in file.read_text()


@pytest.mark.parametrize(
    ("optimizer", "rate"), [("sgd", 0.03), ("adam", 0.03), ("adadelta", 1.0), ("bfgs", 1.0), ("newton", 1.0)]
)
def test_an_optimizer_may_have_a_learning_rate_of_its_own(run, tmp_path, optimizer, rate):
    file = tmp_path / "h.csv"
    words = ("train", "--function", "bowl", "--optimizer", optimizer, "--iterations", "1", "--history", file)
    for given, expected in (((), rate), (("--learning-rate", "0.2"), 0.2)):
        assert run(*words, *given)[0] == 0
        rows = list(csv.DictReader(file.read_text().splitlines()))
        assert float(rows[1]["learning_rate"]) == expected


def test_help_tells_the_learning_rates_of_optimizers(run):
    _, out, _ = run("train", "--help")
    said = " ".join(out.split())
    assert "(default: 0.03; adadelta 1, conjugate_gradient 1, bfgs 1, lbfgs 1, newton 1)" in said


def test_history_carries_all_digits(run, result, tmp_path):
    file = tmp_path / "h.csv"
    _, told = result(*SMALL, "--history", file)
    last = list(csv.DictReader(file.read_text().splitlines()))[-1]
    assert float(last["train_loss"]) == told["train_loss"]


def test_weights_are_written_and_start_the_next_run(result, tmp_path):
    file = tmp_path / "w.safetensors"
    _, first = result(*SMALL, "--save-weights", file)
    held = load_file(file)
    assert {name: array.shape for name, array in held.items()} == {
        "W1": (3, 2),
        "b1": (3,),
        "W2": (1, 3),
        "b2": (1,),
    }
    _, second = result(*SMALL, "--iterations", "0", "--initial-weights", file)
    assert second["train_loss"] == first["train_loss"]
    assert second["iterations"] == 0


def test_weights_of_another_network_are_refused(run, tmp_path):
    file = tmp_path / "w.safetensors"
    save_file({"W1": np.zeros((4, 2)), "b1": np.zeros(4), "W2": np.zeros((1, 4)), "b2": np.zeros(1)}, file)
    said = refused(run, *SMALL, "--initial-weights", file)
    assert "“W1”" in said
    assert "(4, 2)" in said
    assert "(3, 2)" in said


def test_a_loss_bound_stops(result):
    _, told = result(*SMALL[:-4], "--stop-loss", "1000", "--iterations", "500")
    assert told["stopped"] == "loss"
    assert told["iterations"] < 500


def test_a_loss_that_falls_no_longer_stops(result):
    words = ("train", "--function", "parabola", "--start", "0", "--optimizer", "sgd", "--iterations", "500")
    _, told = result(*words, "--tolerance", "0.001", "--patience", "7")
    assert told["stopped"] == "plateau"
    assert told["iterations"] < 20


def test_divergence_is_exit_code_3_and_valid_json(run, tmp_path):
    words = ("train", "--data", "plane", "--layers", "4 identity", "--optimizer", "sgd", "--points", "40")
    weights = tmp_path / "w.safetensors"
    code, out, err = run(*words, "--learning-rate", "1000", "--json", "--save-weights", weights)
    assert code == 3
    told = json.loads(out, parse_constant=pytest.fail)
    assert told["stopped"] == "diverged"
    assert err.startswith("bpviz: At iteration ")
    assert err.count("\n") == 1
    assert all(np.isfinite(array).all() for array in load_file(weights).values())


def test_the_history_of_a_diverged_run_ends_at_its_last_good_iteration(run, tmp_path):
    words = ("train", "--data", "plane", "--layers", "4 identity", "--optimizer", "sgd", "--points", "40")
    file = tmp_path / "h.csv"
    _, out, err = run(*words, "--learning-rate", "10", "--json", "--history", file)
    rows = list(csv.DictReader(file.read_text().splitlines()))
    assert int(rows[-1]["iteration"]) == json.loads(out)["iterations"]
    assert len(rows) == json.loads(out)["iterations"] + 1
    assert f"The last good iteration is {rows[-1]['iteration']}." in err


def test_the_article_s_linear_example_to_twelve_digits(run, tmp_path):
    """2-3-1, no bias, first weights 0.5, second 1: 7200.0, after one step 3225.1371724800006."""
    weights, file = tmp_path / "w.safetensors", tmp_path / "h.csv"
    save_file({"W1": np.full((3, 2), 0.5), "W2": np.full((1, 3), 1.0)}, weights)
    words = ("--layers", "3 identity nobias", "--no-output-bias", "--loss", "half_squared_error")
    learning = ("--optimizer", "sgd", "--learning-rate", "1e-5", "--iterations", "1", "--test-share", "0")
    start = ("--data", "worked_example", "--initial-weights", weights, "--history", file)
    assert run("train", *start, *words, *learning)[0] == 0
    first, second = csv.DictReader(file.read_text().splitlines())
    assert float(first["train_loss"]) == 7200.0
    assert float(second["train_loss"]) == pytest.approx(3225.1371724800006, rel=1e-12)


def test_a_negative_start_is_a_value_and_no_option(result):
    words = ("train", "--function", "bowl", "--optimizer", "sgd", "--iterations", "0")
    assert result(*words, "--start", "-1,-1e-1")[1]["train_loss"] == pytest.approx(1.01)


def test_an_option_of_an_optimizer_reaches_it(result):
    words = ("train", "--function", "parabola", "--start", "5", "--learning-rate", "0.1", "--iterations", "2")
    _, told = result(*words, "--optimizer", "momentum", "--momentum", "0.5")
    # v₁ = 10, x₁ = 4; v₂ = 0.5·10 + 8 = 13, x₂ = 4 − 1.3 = 2.7; f = 7.29
    assert told["train_loss"] == pytest.approx(7.29, rel=1e-12)


def test_an_option_of_an_initializer_reaches_it(run, tmp_path):
    file = tmp_path / "w.safetensors"
    run(*SMALL, "--iterations", "0", "--initializer", "constant", "--value", "0.25", "--save-weights", file)
    np.testing.assert_array_equal(load_file(file)["W1"], np.full((3, 2), 0.25))


def test_precision_reaches_the_weights(run, tmp_path):
    file = tmp_path / "w.safetensors"
    run(*SMALL, "--precision", "32", "--save-weights", file)
    assert load_file(file)["W1"].dtype == np.float32


def test_no_bias_anywhere(run, tmp_path):
    file = tmp_path / "w.safetensors"
    run(*SMALL, "--layers", "3 tanh nobias", "--no-output-bias", "--save-weights", file)
    assert sorted(load_file(file)) == ["W1", "W2"]


def test_the_whole_set_is_one_batch(result):
    _, told = result(*SMALL, "--batch-size", "full")
    assert told["epochs"] == 20


def test_a_file_is_trained_on(result, tmp_path):
    rows = "".join(f"{i},{i % 7},{'even' if i % 2 else 'odd'}\n" for i in range(40))
    (tmp_path / "t.csv").write_text("a,b,kind\n" + rows)
    _, told = result("train", "--data", tmp_path / "t.csv", "--target", "kind", "--iterations", "5")
    assert told["train_accuracy"] is not None
    assert told["parameters"] == 8 * 2 + 8 + 8 * 8 + 8 + 8 + 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--data", "spirall"), "There is no data set “spirall”. Try: spiral"),
        (("--data", "nowhere.csv"), "nowhere.csv"),
        (("--layers", "8 tan"), "Layer 1, “8 tan”"),
        (("--optimizer", "adma"), "Try: adamax, adam"),
        (("--loss", "hinges"), "“hinges”"),
        (("--initializer", "xavierr"), "xavier"),
        (("--output-activation", "step"), "“step”"),
        (("--learning-rate", "fast"), "learning_rate cannot be fast."),
        (("--learning-rate", "nan"), "learning_rate cannot be nan"),
        (("--learning-rate", "-1"), "learning_rate cannot be -1. It is a number above 0."),
        (("--learning-rate", "0"), "learning_rate cannot be 0. It is a number above 0."),
        (("--start", "1", "--initial-weights", "w"), "both say where the run begins"),
        (("--iterations", "1.5"), "iterations cannot be 1.5"),
        (("--iterations", "-1"), "iterations cannot be -1"),
        (("--batch-size", "0"), "batch size cannot be “0”"),
        (("--batch-size", "ten"), "batch size cannot be “ten”"),
        (("--batch-size", "2.5"), "batch size cannot be “2.5”"),
        (("--precision", "16"), "32 or 64"),
        (("--test-share", "1"), "test_share cannot be 1. It is a number from 0 to 0.95."),
        (("--seed", "-3"), "seed cannot be -3. It is a whole number from 0 on."),
        (
            ("--momentum", "0.9"),
            "“momentum” is no option of xor, sgd, xavier. It belongs to momentum, nesterov, rmsprop.",
        ),
        (("--arms", "4"), "“arms” is no option of xor"),
        (("--points", "3"), "points cannot be 3"),
        (("--stop-loss", "inf"), "stop_loss cannot be inf"),
        (("--start", "1"), "Numbers in the start: 1; this network has 13 parameters."),
        (("--start", "1,nan"), "The start “1,nan” is not a list of numbers"),
        (("--function", "bowl"), "A function has no network and no data: “data”"),
        (("--surprise",), "unrecognized arguments: --surprise."),
        (("--seed",), "argument --seed: expected one argument."),
        (("--language", "fr"), "invalid choice"),
        (("--initial-weights", "nowhere.safetensors"), "There is no weights file"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(run, words, said):
    assert said in refused(run, *SMALL, *words)


def test_a_start_of_another_length_is_refused(run):
    refused(run, "train", "--function", "bowl", "--start", "1", "--iterations", "1")
    refused(run, "train", "--function", "bowl", "--start", "one,two", "--iterations", "1")


def test_a_place_that_cannot_be_written_is_told_before_training(run, tmp_path, monkeypatch):
    monkeypatch.setattr("bpviz.commands.train.build", lambda *_a, **_o: pytest.fail("it trained"))
    for option in ("--save-weights", "--history"):
        assert "There is no folder" in refused(run, *SMALL, option, tmp_path / "no" / "where")
        assert "is a folder" in refused(run, *SMALL, option, tmp_path)


def test_bad_rows_name_the_option_that_drops_them(run, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("a,b\n1,2.5\n3,?\n5,6.5\n7,8.5\n")
    said = refused(run, "train", "--data", table, "--iterations", "1")
    assert "row 3, column 2" in said
    assert "Bad rows: 1 of 4. Mend them, or leave them out by --drop-bad-rows." in said
    assert run("train", "--data", table, "--iterations", "1", "--drop-bad-rows")[0] == 0


def test_a_full_disk_costs_the_history_only(run, tmp_path):
    code, out, err = run(*SMALL, "--history", "/dev/full", "--save-weights", tmp_path / "w.safetensors")
    assert code == 2
    assert "no room left" in err
    assert err.count("\n") == 1
    assert "Iterations" in out
    assert sorted(load_file(tmp_path / "w.safetensors")) == ["W1", "W2", "b1", "b2"]


def test_a_history_that_fails_amid_the_run_lets_the_run_end(run, tmp_path):
    """The rows of 20,000 iterations do not fit the buffer: the first write fails long before the end."""
    words = (*SMALL[:-4], "--iterations", "20000", "--json")
    code, out, err = run(*words, "--history", "/dev/full", "--save-weights", tmp_path / "w.safetensors")
    assert (code, json.loads(out)["iterations"]) == (2, 20000)
    assert "no room left" in err
    assert (tmp_path / "w.safetensors").exists()


def test_weights_and_history_need_two_files_and_neither_replaces_the_data(run, tmp_path):
    file = tmp_path / "one"
    said = refused(run, *SMALL, "--history", file, "--save-weights", tmp_path / "." / "one")
    assert "cannot both be written" in said
    table = tmp_path / "t.csv"
    table.write_text("a,b\n" + "1,2\n3,4\n" * 10)
    said = refused(run, "train", "--data", table, "--iterations", "1", "--history", table)
    assert "holds the data" in said
    assert table.read_text().startswith("a,b\n1,2\n")


def test_too_little_memory_is_told(run, monkeypatch):
    def greedy(*_arguments, **_options):
        raise MemoryError

    monkeypatch.setattr("bpviz.commands.train.build", greedy)
    assert "not enough memory" in refused(run, *SMALL)


def test_a_defect_is_a_traceback_and_exit_code_1(run, monkeypatch):
    def broken(*_arguments, **_options):
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr("bpviz.commands.train.build", broken)
    code, out, err = run(*SMALL)
    assert (code, out) == (1, "")
    assert "Traceback" in err
    assert "ZeroDivisionError: a defect" in err


def test_after_early_stopping_nothing_tells_of_more_than_the_parameters(run, tmp_path):
    words = {"data": "spiral", "points": 60, "layers": "12 tanh", "optimizer": "adam", "learning_rate": 0.1}
    options = {**words, "iterations": 5000, "early_stopping": 30, "seed": 2}
    made = bpviz.train(**options)
    assert made.stopped == "early"
    assert 0 < made.iterations
    assert len(made.loss) == made.iterations + 1
    assert made.evaluated[-1] == made.iterations
    assert made.test_loss[-1] == made.test.loss == made.test_loss.min()
    for each in (made.train_loss, made.train_accuracy, made.test_accuracy, made.layer_norms):
        assert len(each) == len(made.evaluated)
    file = tmp_path / "h.csv"
    said = [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", value)]
    assert run("train", *said, "--history", file)[0] == 0
    rows = file.read_text().splitlines()
    assert len(rows) == made.iterations + 2
    assert rows[-1].split(",")[0] == str(made.iterations)
    assert [float(row.split(",")[2]) for row in rows[1:]] == made.loss.tolist()


@pytest.mark.parametrize("optimizer", ["bfgs", "lbfgs", "conjugate_gradient", "newton"])
def test_a_search_on_batches_is_told(run, optimizer):
    words = ("train", "--data", "xor", "--layers", "2 tanh", "--optimizer", optimizer, "--iterations", "2")
    code, _, err = run(*words)
    assert code == 0
    assert "made for the whole training set at once" in err
    assert "batch size (full)" in err
    assert run(*words, "--batch-size", "full")[2] == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--gradient-step", "1e-4"), "“gradient_step”"),
        (("--gradient", "backprop", "--gradient-step", "1e-4"), "“gradient_step”"),
        (("--patience", "3"), "“patience”"),
    ],
)
def test_what_would_change_nothing_is_refused(run, words, said):
    assert said in refused(run, *SMALL, *words)


def test_what_changes_something_is_taken(run):
    assert run(*SMALL, "--gradient", "central", "--gradient-step", "1e-4")[0] == 0
    assert run(*SMALL, "--tolerance", "1e-9", "--patience", "3")[0] == 0
