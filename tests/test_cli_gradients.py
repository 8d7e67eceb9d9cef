"""``bpviz gradients`` and ``bpviz.check_gradients``: what they print and refuse, and the numbers."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

import bpviz
from bpviz.cli import main
from bpviz.errors import UserError
from bpviz.training.build import build
from bpviz.training.checking import chosen_rows
from bpviz.training.config import RunConfig

KEYS = [
    *("method", "step", "parameters", "seconds", "seconds_backprop"),
    *("max_absolute_error", "max_relative_error", "worst_parameter"),
]


@pytest.fixture
def run(capsys):
    """Run the command; return its code, what it printed and what it complained."""

    def call(*words):
        code = main(["gradients", *map(str, words)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def told(run, *words):
    code, out, err = run(*words, "--json")
    assert (code, err) == (0, "")
    return json.loads(out, parse_constant=pytest.fail)


def test_json_is_one_object_with_these_keys(run):
    found = told(run, "--method", "central", "--step", "1e-5")
    assert list(found) == KEYS
    assert found["method"] == "central"
    assert found["step"] == 1e-5
    assert found["parameters"] == 2 * 8 + 8 + 8 * 8 + 8 + 8 + 1
    assert found["max_relative_error"] < 1e-6
    assert found["seconds"] > 0
    assert found["seconds_backprop"] > 0
    assert found["worst_parameter"].startswith(("W⁽", "b⁽"))


def test_the_complex_step_is_exact(run):
    assert told(run, "--method", "complex")["max_relative_error"] < 1e-12


def test_all_methods_at_once_each_with_its_own_step(run):
    found = told(run, "--method", "all", "--samples", "20")
    assert [(one["method"], one["step"]) for one in found] == [
        ("forward", 1e-8),
        ("central", 1e-5),
        ("complex", 1e-20),
    ]
    code, out, _ = run("--method", "all")
    assert code == 0
    assert [line.split("  ")[0] for line in out.splitlines()[:4]] == [
        *("Method", "Forward differences", "Central differences", "Complex step")
    ]


def test_the_article_s_network_with_100_samples(run):
    found = told(run, "--data", "digits28", "--layers", "50 sigmoid", "--samples", 100, "--step", "1e-4")
    assert found["parameters"] == 784 * 50 + 50 + 50 * 10 + 10
    assert found["max_relative_error"] < 1e-5


def test_other_layers_and_a_function_are_checked_too(run):
    lstm = told(run, "--data", "echo", "--layers", "lstm 4", "--samples", 5)
    assert lstm["max_relative_error"] < 1e-6
    bowl = told(run, "--function", "bowl")
    assert bowl["parameters"] == 2
    assert bowl["max_relative_error"] < 1e-9


def test_kinks_are_told_and_the_eight_keys_do_without_them(run):
    words = ("--data", "digits", "--layers", "conv 8 3x3 relu, flatten", "--samples", "20")
    found = told(run, *words)
    assert list(found) == KEYS
    assert found["max_relative_error"] < 1e-6
    code, out, _ = run(*words)
    assert code == 0
    assert "stand at a kink of ReLU, where a difference mixes both sides, e.g. b⁽¹⁾[" in out
    assert "differ:" not in out
    assert "kink" in run("--help")[1]


def test_the_valley_is_printed_and_written(run, tmp_path):
    path = tmp_path / "valley.csv"
    rows = told(run, "--data", "xor", "--layers", "3 tanh", "--valley", "--csv", path)
    assert len(rows) == 3 * 12
    assert list(rows[0]) == ["method", "step", "max_relative_error", "median_relative_error"]
    central = {row["step"]: row["max_relative_error"] for row in rows if row["method"] == "central"}
    assert central[1e-1] > 1e3 * central[1e-5]
    assert central[1e-12] > 1e3 * central[1e-5]
    with path.open(newline="", encoding="utf-8") as file:
        written = list(csv.DictReader(file))
    assert [float(row["max_relative_error"]) for row in written] == [r["max_relative_error"] for r in rows]
    code, out, _ = run("--data", "xor", "--layers", "3 tanh", "--valley")
    assert code == 0
    assert len(out.splitlines()) == 13


def test_the_valley_of_one_method(run):
    rows = told(run, "--data", "xor", "--layers", "3 tanh", "--valley", "--method", "forward")
    assert {row["method"] for row in rows} == {"forward"}
    assert len(rows) == 12
    every = told(run, "--data", "xor", "--layers", "3 tanh", "--valley", "--method", "all")
    assert {row["method"] for row in every} == {"forward", "central", "complex"}


def test_iterations_train_before(run):
    start, later = (told(run, "--samples", 50, "--iterations", n) for n in (0, 200))
    assert start["max_absolute_error"] != later["max_absolute_error"]
    assert later["max_relative_error"] < 1e-5


def test_a_run_that_diverges_on_the_way_says_so(run):
    code, _, err = run("--learning-rate", 1e10, "--iterations", 50, "--loss", "mean_squared_error",
                       "--output-activation", "identity", "--layers", "4 relu")  # fmt: skip
    assert code == 3
    assert err.startswith("bpviz: ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--step", "0"), "step cannot be 0"),
        (("--step", "-1e-4"), "step cannot be -1e-4"),
        (("--step", "1e30"), "step cannot be 1e30"),
        (("--step", "nan"), "step cannot be nan"),
        (("--samples", "251"), "The training set has 250"),
        (("--samples", "0"), "0 samples"),
        (("--samples", "many"), "“many”"),
        (("--method", "backprop"), "“backprop”"),
        (("--method", "sideways"), "forward, central, complex"),
        (("--csv", "x.csv"), "--valley"),
        (("--valley", "--step", "1e-4"), "steps of its own"),
        (("--valley", "--csv", "/nowhere/x.csv"), "/nowhere"),
    ],
)
def test_what_cannot_be_is_one_sentence(run, words, said):
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert err.startswith("bpviz: ")
    assert err.count("\n") == 1
    assert said in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--precision", "32"), "float32"),
        (("--data", "echo", "--layers", "rnn 4 truncate=2", "--samples", "4"), "truncated"),
    ],
)
def test_what_limits_the_comparison_is_said_beside_it(run, words, said):
    code, out, err = run(*words)
    assert code == 0
    assert out
    assert said in err


def test_from_python():
    check = bpviz.check_gradients("xor", layers="4 tanh", step=1e-5, samples=20)
    assert check.parameters == 17
    assert check.max_relative_error < 1e-6
    np.testing.assert_allclose(check.backprop, check.differences, atol=1e-9)
    own = bpviz.check_gradients(x=[[0.0], [1.0], [2.0], [3.0]], y=[0.0, 1.0, 4.0, 9.0], layers="3 tanh")
    assert own.max_relative_error < 1e-6
    with pytest.raises(UserError, match="step cannot be -1"):
        bpviz.check_gradients("xor", step=-1)


def test_the_samples_are_drawn_by_the_seed_without_repeats():
    objective = build(RunConfig()).objective
    rows = chosen_rows(objective, 40, seed=1)
    assert len(set(rows.tolist())) == 40
    assert (np.diff(rows) > 0).all()
    np.testing.assert_array_equal(rows, chosen_rows(objective, 40, seed=1))
    assert not np.array_equal(rows, chosen_rows(objective, 40, seed=2))
    assert chosen_rows(objective, 250, seed=1) is None
    assert len(chosen_rows(objective, None, seed=1)) == 100


def test_ctrl_c_ends_it_in_one_line(run, monkeypatch):
    monkeypatch.setattr("bpviz.commands.interrupt.Interrupt.__call__", lambda _self: True)
    assert run("--samples", "10") == (130, "", "bpviz: Aborted.\n")
    assert run("--valley") == (130, "", "bpviz: Aborted.\n")


def test_it_speaks_chinese(run):
    code, out, _ = run("--language", "zh_CN", "--step", "1e-5")
    assert code == 0
    assert "中心差分（h = 1e−5）与反向传播一致" in out
    assert "相对误差" in out.splitlines()[0]


def test_gradients_that_differ_come_with_what_to_look_for(run):
    code, out, _ = run("--step", "0.5")
    assert code == 0
    assert "differ" in out
    assert "--valley" in out.splitlines()[-1]
