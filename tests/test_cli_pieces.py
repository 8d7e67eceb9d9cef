"""Every field of a registered piece as an option of the command line, and the lists of the pieces."""

from __future__ import annotations

import json

import pytest

from bpviz.api import Run
from bpviz.cli import main
from bpviz.commands.listing import LISTS
from bpviz.commands.metrics import METRICS
from bpviz.commands.parser import Parser
from bpviz.commands.run_options import add_run_options, config_of
from bpviz.engine.layers import LAYERS
from bpviz.engine.registries import INITIALIZERS, LOSSES, OPTIMIZERS, REGULARIZERS, SCHEDULES
from bpviz.snapshot import ClassMetrics, RegressionErrors
from bpviz.training.config import LayerConfig
from bpviz.training.layer_spec import format_layers, parse_layers

SMALL = ("train", "--data", "xor", "--points", "40", "--layers", "3 tanh", "--iterations", "20")


def config(*words):
    parser = Parser(prog="bpviz train")
    add_run_options(parser)
    return config_of(parser.parse_args(words))


def result(capsys, *words) -> dict[str, object]:
    assert main([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def value_of(field) -> str:
    """Return a value of ``field`` that is not its default."""
    if field.kind == "choice":
        return next(choice for choice in field.choices if choice != field.default)
    if field.kind == "text":
        return "5x5"
    if field.kind == "int":
        return str(field.default + 1)
    half = field.default / 2 if field.default else 0.125
    return repr(half if half >= (field.minimum or 0.0) else 1.5 * field.default)


PIECES = [
    (option, entry.name, field)
    for option, registry in (
        ("loss", LOSSES),
        ("optimizer", OPTIMIZERS),
        ("schedule", SCHEDULES),
        ("initializer", INITIALIZERS),
    )
    for entry in registry
    for field in entry.fields
]


@pytest.mark.parametrize(("option", "name", "field"), PIECES, ids=lambda one: getattr(one, "name", str(one)))
def test_every_field_of_a_piece_is_an_option_of_the_same_name(option, name, field):
    flag = "--" + field.name.replace("_", "-")
    if field.kind == "bool":
        words, value = ((flag,), True) if not field.default else (("--no-" + flag[2:],), False)
    else:
        value = field.check(value_of(field))
        words = (flag, str(value))
    given = getattr(config(f"--{option}", name, *words), f"{option}_options")
    assert given == {field.name: value}


@pytest.mark.parametrize("field", [f for entry in REGULARIZERS for f in entry.fields], ids=lambda f: f.name)
def test_every_field_of_a_regularizer_is_an_option(field):
    value = value_of(field)
    made = config("--" + field.name.replace("_", "-"), value)
    assert made.live.penalties == {field.name: float(value)}


@pytest.mark.parametrize(
    ("words", "other"),
    [
        (("--optimizer", "rmsprop", "--decay", "0.5"), ("--optimizer", "rmsprop")),
        (("--weight-decay", "0.1"), ()),
        (("--schedule", "cosine", "--total-steps", "10"), ("--schedule", "cosine")),
        (("--label-smoothing", "0.1"), ()),
        (("--max-norm", "0.3"), ()),
        (("--elastic-net", "0.1", "--l1-ratio", "0.2"), ("--elastic-net", "0.1")),
        (("--clip-norm", "0.01"), ()),
        (("--clip-value", "0.001"), ()),
    ],
)
def test_an_option_of_a_piece_changes_the_training(capsys, words, other):
    assert result(capsys, *SMALL, *words)["train_loss"] != result(capsys, *SMALL, *other)["train_loss"]


def test_a_field_of_a_loss_reaches_the_one_that_the_task_chooses(capsys):
    assert config("--label-smoothing", "0.1").loss_options == {"label_smoothing": 0.1}
    assert main(["train", "--data", "plane", "--iterations", "1", "--label-smoothing", "0.1"]) == 2
    assert "label_smoothing" in capsys.readouterr().err


def test_a_field_of_another_piece_is_refused(capsys):
    assert main([*SMALL, "--total-steps", "5"]) == 2
    assert "It belongs to cosine, one_cycle, polynomial." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("data", "layers"),
    [
        ("digits", "conv 4 3x3 relu, maxpool 2, flatten, 8 relu"),
        ("echo", "rnn 4"),
        ("delayed_xor", "lstm 4, dropout 0.2"),
        ("parity", "gru 4"),
        ("xor", "6 relu, batchnorm, 4 tanh"),
    ],
)
def test_layers_of_every_kind_are_trained(capsys, data, layers):
    told = result(capsys, "train", "--data", data, "--layers", layers, "--iterations", "3")
    assert told["iterations"] == 3
    assert told["train_loss"] > 0


def test_wrong_shapes_are_one_line_that_names_the_layer(capsys):
    assert main([*SMALL, "--layers", "8 tanh, conv 8 3x3"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("bpviz: Layer 2, “conv 8 3x3 relu”: ")
    assert said.count("\n") == 1


def help_of(capsys, command) -> str:
    main([command, "--help"])
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("command", ["train", "render"])
def test_help_is_grouped_by_registry_and_shows_how_each_layer_is_written(capsys, command):
    said = help_of(capsys, command)
    titles = [
        *("options of the data sets:", "options of the file formats:", "options of the losses:"),
        *("options of the optimizers:", "options of the schedules:", "regularizers:"),
        "options of the initializers:",
    ]
    places = [said.index(title) for title in titles]
    assert places == sorted(places)
    assert said.startswith(f"usage: bpviz {command} [options] ")
    for kind in LAYERS.names():
        assert format_layers([LayerConfig(kind)]) in said
    assert places[3] < said.index("--decay X") < places[4]
    assert places[4] < said.index("--total-steps N") < places[5]
    assert places[5] < said.index("--max-norm X") < places[6]


def test_the_list_of_layers_says_how_each_is_written(capsys):
    assert main(["list", "layers", "--json"]) == 0
    for told in json.loads(capsys.readouterr().out):
        read = parse_layers(told["example"])[0]
        assert read.kind == told["name"]
        assert all(read[field["name"]] == field["default"] for field in told["fields"])
    main(["list", "layers"])
    table = capsys.readouterr().out
    assert "conv 8 3x3 relu" in table
    assert "stride 1, padding 0" in table


def test_the_longest_column_is_the_last(capsys):
    main(["list", "optimizers"])
    head, *lines = capsys.readouterr().out.splitlines()
    column = head.index("Options")
    rmsprop = next(line for line in lines if line.startswith("rmsprop "))
    assert rmsprop[column:].startswith("--decay 0.99 --epsilon 1e-08 --centred off")


def test_the_metrics_listed_are_those_that_are_told():
    fields = {*ClassMetrics.__dataclass_fields__, *RegressionErrors.__dataclass_fields__}
    assert set(METRICS.names()) == fields - {"support", "classes"}
    assert {"train_metrics", "test_metrics"} <= set(Run.__dataclass_fields__)


def test_there_is_a_list_for_every_registry():
    assert {"layers", "schedules", "regularizers", "metrics", "optimizers", "losses"} <= set(LISTS)
