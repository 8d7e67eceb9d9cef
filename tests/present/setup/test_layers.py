"""The hidden layers in the form, of whatever kind, and what an edit makes of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bpviz.engine.layers import LAYERS
from bpviz.errors import UserError
from bpviz.present.diagram.layer_heads import LayerHead, layer_heads
from bpviz.present.setup.edits import apply_edit
from bpviz.present.setup.run import build_form
from bpviz.training.build import build
from bpviz.training.config import DataConfig, LayerConfig, RunConfig, dense
from bpviz.training.layer_spec import format_layers, parse_layers
from tests.helpers.pieces import small_pieces

PIECES = small_pieces()
PICTURES = "conv 8 3x3 relu, maxpool 2, flatten, 32 relu"


def with_layers(text, **fields):
    return RunConfig(data=DataConfig("spiral"), optimizer="heavy", layers=parse_layers(text), **fields)


def edited(text, key, value):
    return format_layers(apply_edit(with_layers(text), key, value, PIECES).layers)


def rows(text, prefix):
    form = build_form(with_layers(text), PIECES)
    return [row for section in form.sections for row in section.rows if row.key.startswith(prefix)]


@pytest.mark.parametrize("kind", LAYERS.names())
def test_a_layer_has_the_rows_of_its_kind_and_no_others(kind):
    layer = LayerConfig(kind)
    config = replace(with_layers(""), layers=(layer,))
    form = build_form(config, PIECES)
    found = [row.key for section in form.sections for row in section.rows if row.key.startswith("layer.0.")]
    fields = [field.name for field in LAYERS[kind].fields]
    assert sorted(found) == sorted(f"layer.0.{name}" for name in ("kind", *fields, "place"))
    assert all(form.row(f"layer.0.{name}").value == layer[name] for name in fields)


def test_what_is_always_told_stands_on_the_line_and_the_rest_is_folded():
    told = [row.key for row in rows(PICTURES, "layer.0.") if row.joined]
    folded = [row.key for row in rows(PICTURES, "layer.0.") if row.fold is not None]
    assert told == ["layer.0.filters", "layer.0.kernel", "layer.0.activation"]
    assert folded == [f"layer.0.{name}" for name in ("stride", "padding", "bias", "place")]
    assert {row.fold.key for row in rows(PICTURES, "layer.") if row.fold is not None} == {
        f"layer.{index}" for index in range(4)
    }


def test_the_line_of_text_is_read_as_it_is_shown():
    row = build_form(with_layers(PICTURES), PIECES).row("layers")
    assert row.value == PICTURES
    assert row.read("8   tanh,3 relu nobias") == "8 tanh, 3 relu nobias"
    with pytest.raises(UserError, match="Layer 2, “8 tan”"):
        row.read("8 tanh, 8 tan")


def test_another_kind_keeps_what_it_has_too():
    assert edited("12 relu", "layer.0.kind", "rnn") == "rnn 12 relu"
    assert edited("12 sigmoid", "layer.0.kind", "rnn") == "rnn 12 tanh"
    assert edited("12 relu", "layer.0.kind", "lstm") == "lstm 12"
    assert edited("maxpool 3", "layer.0.kind", "avgpool") == "avgpool 3, flatten"
    assert edited("12 relu nobias", "layer.0.kind", "dense") == "12 relu nobias"


def test_a_picture_layer_is_laid_flat_before_what_cannot_take_a_picture():
    assert edited("8 tanh, 4 tanh", "layer.0.kind", "conv") == "conv 8 3x3 tanh, flatten, 4 tanh"
    assert (
        edited("conv 8 3x3 relu, flatten, 4 tanh", "layer.0.kind", "maxpool") == "maxpool 2, flatten, 4 tanh"
    )
    assert (
        edited("8 tanh, dropout 0.2, flatten", "layer.0.kind", "maxpool") == "maxpool 2, dropout 0.2, flatten"
    )


def test_the_flatten_goes_with_the_last_picture_layer():
    for kind in LAYERS.names():
        there = apply_edit(with_layers("8 tanh, 4 tanh"), "layer.0.kind", kind, PIECES)
        back = apply_edit(there, "layer.0.kind", "dense", PIECES)
        assert [layer.kind for layer in back.layers] == ["dense", "dense"], kind
    behind_another = "conv 8 3x3 relu, maxpool 2, flatten"
    assert edited(behind_another, "layer.1.kind", "dropout") == "conv 8 3x3 relu, dropout 0.5, flatten"


def test_layers_change_places():
    assert edited("5 tanh, 3 relu", "layer.up", 1) == "3 relu, 5 tanh"
    assert edited("5 tanh, 3 relu", "layer.down", 0) == "3 relu, 5 tanh"
    assert edited(PICTURES, "layer.remove", 1) == "conv 8 3x3 relu, flatten, 32 relu"


@pytest.mark.parametrize(
    ("text", "index", "made"),
    [
        ("5 tanh, 3 relu", 2, "5 tanh, 3 relu, 3 relu"),
        ("5 tanh, dropout 0.2", 2, "5 tanh, dropout 0.2, 5 tanh"),
        ("conv 8 3x3 relu, maxpool 2, flatten", 2, "conv 8 3x3 relu, maxpool 2, conv 8 3x3 relu, flatten"),
        ("conv 8 3x3 relu, maxpool 2, flatten", 3, "conv 8 3x3 relu, maxpool 2, flatten, 4 tanh"),
        ("lstm 6", 0, "lstm 6, lstm 6"),
        ("", 0, "4 tanh"),
    ],
)
def test_a_new_layer_is_like_the_one_before(text, index, made):
    assert edited(text, "layer.add", index) == made


def test_units_mean_filters_where_a_layer_has_these():
    assert edited(PICTURES, "layer.0.units", 5) == PICTURES.replace("8", "5")
    with pytest.raises(UserError, match="no setting"):
        edited(PICTURES, "layer.1.units", 5)


@pytest.mark.parametrize(
    ("text", "data", "made"),
    [
        ("8 tanh", "echo", "lstm 16"),
        ("rnn 5 tanh", "echo", "rnn 5 tanh"),
        ("rnn 5 tanh", "xor", "8 tanh, 8 tanh"),
        ("rnn 5 tanh", "digits", "8 tanh, 8 tanh"),
        (PICTURES, "digits", PICTURES),
        (PICTURES, "xor", "8 tanh, 8 tanh"),
        ("5 relu, dropout 0.2", "xor", "5 relu, dropout 0.2"),
        ("5 relu", "digits", "5 relu"),
    ],
)
def test_other_data_get_layers_that_can_look_at_them(text, data, made):
    assert edited(text, "data", data) == made


def test_a_given_start_does_not_outlive_a_change_of_the_layers():
    config = with_layers("3 tanh", start=(0.1,) * 13)
    for key, value in (("layers", "4 tanh"), ("layer.0.kind", "dropout"), ("layer.add", 0)):
        assert apply_edit(config, key, value, PIECES).start is None


def test_what_stands_over_the_layers_of_the_diagram():
    config = RunConfig(
        data=DataConfig("digits"), layers=parse_layers("conv 4 3x3 relu, maxpool 2, flatten, 9 tanh")
    )
    conv, pool, flat, last = layer_heads(build(config).info)
    assert (conv.kind, conv.units, conv.activation) == ("Convolution", 4, "relu")
    assert (pool.kind, pool.units, pool.activation) == ("Max pooling", None, None)
    assert flat == LayerHead("flatten", "Flatten")
    assert (last.kind, last.units, last.activation) == ("", 9, "tanh")
    recurrent = layer_heads(build(RunConfig(data=DataConfig("echo"), layers=parse_layers("rnn 5"))).info)[0]
    assert (recurrent.units, recurrent.activations) == (5, ("tanh", "relu"))
    assert layer_heads(build(RunConfig(layers=(dense(2),))).info)[0].text == "2 tanh"
