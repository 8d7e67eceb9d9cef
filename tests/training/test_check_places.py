"""Which parameters are checked where all would take too long."""

import json

import numpy as np
import pytest

from bpviz.cli import main
from bpviz.present.gradients.check import CheckReport, verdict
from bpviz.present.numbers import grouped
from bpviz.training import check_places
from bpviz.training.build import build
from bpviz.training.check_places import checked_places, drawn_places
from bpviz.training.checking import CheckRequest, check_at
from bpviz.training.config import DataConfig, RunConfig
from bpviz.training.layer_spec import parse_layers

LAYERS = "conv 4 3x3 tanh, flatten, 20 tanh"


@pytest.fixture
def training():
    made = build(RunConfig(DataConfig("digits"), layers=parse_layers(LAYERS)))
    next(made.iterations())
    return made


def test_a_sample_is_spread_over_all_layers_and_always_the_same(training):
    objective = training.objective
    places = drawn_places(objective, 400)
    assert len(places) == len(set(places)) == 400
    assert (np.diff(places) > 0).all()
    sizes = [np.isin(np.arange(part.start, part.stop), places).sum() for part in objective.network.parts()]
    assert sizes == [40, 0, 180, 180]  # all of the kernels; the rest shares what is left
    np.testing.assert_array_equal(places, drawn_places(objective, 400))


def test_all_are_checked_where_that_is_quick_or_asked_for(training, monkeypatch):
    at = training.objective, training.theta, np.arange(2)
    monkeypatch.setattr(check_places, "LONG_S", float("inf"))
    assert checked_places(*at, "central") is None
    monkeypatch.setattr(check_places, "LONG_S", 0.0)
    places = checked_places(*at, "central")
    assert places is not None
    assert len(places) == check_places.SAMPLED
    dense = build(RunConfig(DataConfig("digits"), layers=parse_layers("50 relu")))
    assert checked_places(dense.objective, dense.theta, np.arange(2), "central") is None


def test_the_check_of_a_sample_says_so_and_names_the_right_parameters(training, monkeypatch):
    monkeypatch.setattr(check_places, "LONG_S", 0.0)
    monkeypatch.setattr(check_places, "SAMPLED", 60)
    monkeypatch.setattr(drawn_places, "__defaults__", (60,))
    request = CheckRequest()
    check = check_at(training.objective, training.theta, np.arange(3), request)
    assert (check.parameters, check.of) == (60, training.objective.size)
    assert verdict(check).endswith(f"60 of {grouped(check.of)} parameters, drawn at random.")
    names = tuple(training.info.parameter_names)
    report = CheckReport(1, 0, 3, request, check, names)
    assert report.layer_numbers() == [1, 3, 4]
    assert sum(row.parameters for row in report.layer_rows()) == 60
    for place in (0, 59):
        row = report.row(place)
        assert training.gradient.shape == (check.of,)
        assert row.name == names[check.indices[place]]
    assert max(report.layer_rows(), key=lambda row: row.relative).worst == check.worst_parameter
    everything = CheckRequest(everything=True)
    assert check_at(training.objective, training.theta, np.arange(1), everything).of == 0


def test_the_command_line_says_how_to_check_them_all(capsys, monkeypatch):
    monkeypatch.setattr(check_places, "LONG_S", 0.0)
    words = ["gradients", "--data", "digits", "--layers", LAYERS, "--samples", "2", "--json"]
    assert main(words) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["parameters"] == 1000
    assert f"{grouped(1000)} of" in captured.err
    assert "“--all” checks every one." in captured.err
    assert main([*words, "--all"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["parameters"] > 1000
    assert captured.err == ""
