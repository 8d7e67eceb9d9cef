"""The form: what it shows of a configuration, and how an edit changes it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bpviz.errors import UserError
from bpviz.present.setup.edits import apply_edit, is_live
from bpviz.present.setup.form import Choice
from bpviz.present.setup.pieces import registered_pieces
from bpviz.present.setup.run import build_form
from bpviz.training.config import DataConfig, RunConfig, dense
from bpviz.training.layer_spec import format_layers
from bpviz.training.options import run_config
from tests.helpers.pieces import small_pieces

PIECES = small_pieces()
CONFIG = RunConfig(optimizer="heavy")


def keys(form):
    return [row.key for section in form.sections for row in section.rows]


def edit(config, key, value):
    return apply_edit(config, key, value, PIECES)


def test_a_network_has_four_sections_in_order():
    form = build_form(CONFIG, PIECES)
    assert [s.title for s in form.sections] == ["Data", "Network", "Learning", "Stop"]


def test_the_pieces_bring_their_own_rows_and_values():
    config = replace(CONFIG, data=DataConfig("spiral", options={"noise": 0.2}))
    form = build_form(config, PIECES)
    assert form.row("data.noise").value == 0.2
    assert form.row("data.points").value == 200
    assert form.row("optimizer.momentum").value == 0.9
    assert "data.noise" not in keys(build_form(replace(CONFIG, data=DataConfig("xor")), PIECES))


def test_each_hidden_layer_has_units_and_activation():
    form = build_form(replace(CONFIG, layers=(dense(5, "relu"),)), PIECES)
    assert form.row("layer.0.units").value == 5
    assert form.row("layer.0.activation").value == "relu"
    assert "layer.1.units" not in keys(form)
    assert [c.value for c in form.row("layer.0.activation").choices] == ["tanh", "relu"]
    assert [c.value for c in form.row("output_activation").choices] == ["auto", "tanh", "relu", "softmax"]


def test_what_acts_on_the_running_training_is_marked():
    form = build_form(CONFIG, PIECES)
    live = {row.key for section in form.sections for row in section.rows if row.live}
    assert live == {
        "learning_rate", "batch_size", "l1", "l2", "elastic_net", "l1_ratio", "max_norm",
        "clip_value", "clip_norm",
        "stop.iterations", "stop.loss", "stop.tolerance", "stop.patience", "stop.early",
    }  # fmt: skip
    assert all(is_live(key) == (key in live) for key in keys(form))


def test_a_function_has_start_optimizer_rate_and_stops_only():
    form = build_form(replace(CONFIG, function="bowl", start=(0.5, -1.0)), PIECES)
    assert [s.title for s in form.sections] == ["Function", "Learning", "Stop"]
    assert keys(form)[:3] == ["function", "start.0", "start.1"]
    assert [form.row(f"start.{i}").value for i in (0, 1)] == [0.5, -1.0]
    assert not {"loss", "l1", "batch_size", "hidden_layers"} & set(keys(form))


def test_the_data_menu_follows_the_registries():
    form = build_form(CONFIG, PIECES, presets=(Choice("a", "A"),))
    assert [(g.title, [c.value for c in g.choices]) for g in form.data_groups] == [
        ("Classification", ["spiral", "xor"]),
        ("Real data", ["iris", "digits"]),
        ("Sequences", ["echo"]),
        ("Functions", ["bowl", "parabola"]),
    ]
    assert (form.data_value, form.data_label) == ("spiral", "Spiral")
    assert form.presets == (Choice("a", "A"),)


def test_a_file_shows_its_name_and_its_columns():
    config = replace(CONFIG, data=DataConfig(path="/tmp/iris.csv", options={"target": "species"}))
    form = build_form(config, PIECES, columns=("petal", "species"))
    assert form.data_label == "iris.csv"
    assert form.row("file").value == "iris.csv"
    assert not form.row("file").enabled
    assert form.row("data.target").value == "species"
    assert [c.value for c in form.row("data.target").choices] == ["petal", "species"]
    assert edit(config, "data.target", "petal").data.options == {"target": "petal"}


@pytest.mark.parametrize(
    ("key", "value", "read"),
    [
        ("learning_rate", 0.5, lambda c: c.live.learning_rate),
        ("batch_size", None, lambda c: c.live.batch_size),
        ("l2", 0.01, lambda c: c.live.penalties["l2"]),
        ("test_share", 0.25, lambda c: c.data.test_share),
        ("data_seed", 7, lambda c: c.data.seed),
        ("seed", 8, lambda c: c.seed),
        ("shuffle", False, lambda c: c.shuffle),
        ("loss", "half", lambda c: c.loss),
        ("output_activation", "softmax", lambda c: c.output_activation),
        ("layer.1.units", 3, lambda c: c.layers[1]["units"]),
        ("layer.0.activation", "relu", lambda c: c.layers[0]["activation"]),
        ("data.noise", 0.3, lambda c: c.data.options["noise"]),
        ("optimizer.momentum", 0.5, lambda c: c.optimizer_options["momentum"]),
        ("stop.iterations", 100, lambda c: c.stop.iterations),
        ("stop.tolerance", None, lambda c: c.stop.tolerance),
        ("stop.early", 30, lambda c: c.stop.early),
        ("max_norm", 3.0, lambda c: c.live.penalties["max_norm"]),
        ("clip_value", 0.5, lambda c: c.live.clip_value),
        ("clip_norm", None, lambda c: c.live.clip_norm),
        ("schedule", "steps", lambda c: c.schedule),
        ("gradient", "central", lambda c: c.gradient),
        ("gradient_step", 1e-4, lambda c: c.gradient_step),
        ("layer.1.kind", "dropout", lambda c: c.layers[1].kind),
        ("layer.0.bias", False, lambda c: c.layers[0]["bias"]),
        ("layers", "3 relu, dropout 0.2", lambda c: format_layers(c.layers)),
    ],
)
def test_an_edit_changes_its_own_setting(key, value, read):
    edited = edit(CONFIG, key, value)
    assert read(edited) == value
    assert build_form(edited, PIECES).row(key).value == value


def test_standardizing_is_on_off_or_as_the_data_set_wishes():
    assert build_form(CONFIG, PIECES).row("standardize").value == "auto"
    assert [edit(CONFIG, "standardize", v).data.standardize for v in ("auto", "on", "off")] == [
        None,
        True,
        False,
    ]
    off = edit(CONFIG, "standardize", "off")
    assert build_form(off, PIECES).row("standardize").value == "off"


def test_precision_is_a_number_of_bits():
    assert edit(CONFIG, "precision", "32").precision == 32


def test_another_piece_drops_the_options_of_the_one_before():
    config = edit(CONFIG, "optimizer.momentum", 0.5)
    assert edit(config, "optimizer", "sgd").optimizer_options == {}
    assert edit(config, "optimizer", "heavy").optimizer_options == {"momentum": 0.5}


def test_other_data_keep_the_options_that_they_share_and_fit_the_loss_anew():
    config = replace(CONFIG, loss="half", data=DataConfig("spiral", options={"noise": 0.2, "points": 50}))
    edited = edit(config, "data", "xor")
    assert (edited.data.name, edited.data.options, edited.loss) == ("xor", {"points": 50}, "auto")


def test_a_function_may_be_chosen_as_data_and_left_again():
    bowl = edit(CONFIG, "data", "bowl")
    assert (bowl.function, bowl.start) == ("bowl", (1.5, 1.5))
    assert edit(bowl, "start.1", -1.0).start == (1.5, -1.0)
    assert edit(bowl, "function", "parabola").start == (5.0,)
    assert edit(bowl, "data", "spiral").function is None


def test_layers_come_and_go():
    config = replace(CONFIG, layers=(dense(5), dense(3, "relu")))
    assert edit(config, "hidden_layers", 3).layers[2] == dense(3, "relu")
    assert edit(config, "hidden_layers", 1).layers == (dense(5),)
    assert [layer["units"] for layer in edit(config, "layer.add", 1).layers] == [5, 5, 3]
    assert edit(config, "layer.remove", 0).layers == (dense(3, "relu"),)
    assert len(edit(replace(config, layers=()), "layer.add", 0).layers) == 1


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("learning_rate", 0.0),
        ("learning_rate", float("nan")),
        ("learning_rate", None),
        ("learning_rate", "fast"),
        ("test_share", 1.5),
        ("batch_size", 0),
        ("layer.0.units", 2.5),
        ("layer.9.units", 2),
        ("layer.remove", 5),
        ("optimizer", "nonsense"),
        ("data", "nonsense"),
        ("nonsense", 1),
        ("hidden_layers", 99),
        ("layers", "8 tan"),
        ("layers", ", ".join(["2"] * 13)),
        ("layer.0.kind", "nonsense"),
        ("layer.0.activation", "softmax"),
        ("layer.0.stride", 2),
        ("layer.up", 0),
        ("layer.down", 1),
        ("clip_norm", 0.0),
        ("schedule", "nonsense"),
        ("gradient", "guess"),
        ("stop.early", 0),
    ],
)
def test_what_cannot_be_is_refused(key, value):
    with pytest.raises(UserError):
        edit(CONFIG, key, value)


def test_there_are_not_too_many_layers():
    config = CONFIG
    with pytest.raises(UserError, match="at most 12"):
        for _ in range(20):
            config = edit(config, "layer.add", 0)


def test_the_structure_does_not_change_with_a_value():
    before = build_form(CONFIG, PIECES).structure()
    assert build_form(edit(CONFIG, "learning_rate", 0.5), PIECES).structure() == before
    assert build_form(edit(CONFIG, "hidden_layers", 1), PIECES).structure() != before


def test_every_registered_piece_makes_a_form():
    pieces = registered_pieces()
    for entry in pieces.datasets:
        config = apply_edit(RunConfig(), "data", entry.name)
        form = build_form(config)
        assert all(row.field.label for section in form.sections for row in section.rows)
    for entry in pieces.functions:
        config = apply_edit(RunConfig(), "data", entry.name)
        assert build_form(config).row("start.0").value == config.start[0]
    for key, registry in (
        ("optimizer", pieces.optimizers),
        ("schedule", pieces.schedules),
        ("loss", pieces.losses),
        ("layer.0.kind", pieces.layers),
    ):
        for entry in registry:
            form = build_form(apply_edit(RunConfig(), key, entry.name))
            assert form.row(key).value == entry.name
            prefix = key.removesuffix(".kind")
            assert all(form.row(f"{prefix}.{field.name}").value is not None for field in entry.fields)


def test_a_given_start_chosen_again_is_kept_and_another_choice_drops_it():
    config = replace(RunConfig(data=DataConfig("spiral"), optimizer="sgd"), start=(0.5, 1.0))
    row = build_form(config, small_pieces()).row("initializer")
    assert row.value == "given"
    assert apply_edit(config, "initializer", "given", small_pieces()) is config
    drawn = apply_edit(config, "initializer", "xavier", small_pieces())
    assert drawn.start is None
    assert build_form(drawn, small_pieces()).row("initializer").value == "xavier"


@pytest.mark.parametrize(
    ("rate", "told"), [(0.0, "0:"), (-1.0, "-1:"), (1e30, "1e30:"), (float("nan"), "nan:")]
)
def test_the_window_bounds_the_learning_rate_as_the_command_line_does(rate, told):
    with pytest.raises(UserError) as typed:
        edit(CONFIG, "learning_rate", rate)
    with pytest.raises(UserError) as written:
        run_config({"learning_rate": rate})
    allowed = str(written.value).split("It is ")[1].rstrip(".")
    assert str(typed.value) == f"Learning rate η cannot be {told} it is {allowed}, for example 0.03."


def test_early_stopping_is_called_so_and_says_what_it_counts():
    field = build_form(CONFIG, PIECES).row("stop.early").field
    assert "Early stopping" in field.label
    assert "evaluations in a row without a better test loss" in field.help
