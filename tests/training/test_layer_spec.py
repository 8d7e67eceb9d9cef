"""The one-line form of the hidden layers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpviz.engine.layers import LAYERS
from bpviz.errors import UserError
from bpviz.registry import Field
from bpviz.training.config import LayerConfig, dense
from bpviz.training.layer_spec import format_layer, format_layers, parse_layers


@pytest.mark.parametrize(
    ("text", "layers"),
    [
        ("8 tanh, 8 tanh", (dense(8), dense(8))),
        ("3 identity nobias", (dense(3, "identity", bias=False),)),
        ("3 identity no bias,2 relu", (dense(3, "identity", bias=False), dense(2, "relu"))),
        ("3 no-bias", (dense(3, bias=False),)),
        ("  5 ", (dense(5),)),
        ("4 ReLU，2 Sigmoid", (dense(4, "relu"), dense(2, "sigmoid"))),
        ("7 leaky_relu", (dense(7, "leaky_relu"),)),
        ("dense 7 relu", (dense(7, "relu"),)),
        ("", ()),
        ("   ", ()),
    ],
)
def test_a_line_becomes_layers(text, layers):
    assert parse_layers(text) == layers


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("8 tanh, , 8 tanh", "Layer 2 is empty"),
        ("8 tanh,", "Layer 2 is empty"),
        ("8 tanh, tanh", "Layer 2, “tanh”: there is no layer “tanh”"),
        ("0 tanh", "Layer 1, “0 tanh”: units cannot be 0"),
        ("-3 tanh", "units cannot be -3"),
        ("2.5 tanh", "units cannot be 2.5"),
        ("100001 tanh", "from 1 to 100,000"),
        ("99999999999999999999999 tanh", "from 1 to 100,000"),
        ("²  tanh", "units cannot be ²"),
        ("8 tan", "Layer 1, “8 tan”: “tan” is no activation"),
        ("8 softmax", "“softmax” is no activation"),
        ("8 tanh 8 tanh", "Layer 1, “8 tanh 8 tanh”: “8” is one word too many"),
        ("nobias", "Layer 1, “nobias”: it names no layer"),
        ("8 tanh relu", "“relu” is one word too many"),
        ("8 units", "“units” has no value behind it"),
        ("8 tanh\n  8 tanh", "Layer 1, “8 tanh 8 tanh”"),
        ("conv 8 stride", "Layer 1, “conv 8 stride”: “stride” has no value behind it."),
        ("conv 8 stride two", "stride cannot be two. It is a whole number from 1 to 1,000."),
        ("conv 8 stride 2 stride 3", "“stride” is told twice."),
        ("conv 8 3x3 filters 9", "“filters” is told twice."),
        ("conv 8 3x3 5", "“5” is one word too many. Its fields: filters, kernel, stride"),
        ("conv 8 rellu", "“rellu” is no activation and no field of “conv”"),
        ("conv 3x3 8", "filters cannot be 3x3"),
        ("8 tanh, conv2d 8", "Layer 2, “conv2d 8”: there is no layer “conv2d”. It begins with a number"),
        ("maxpool two", "size cannot be two"),
        ("maxpool 2 3", "“3” is one word too many. Its fields: size, stride."),
        ("flatten 3", "“3” is one word too many."),
        ("dropout 1.5", "rate cannot be 1.5. It is a number from 0 to 0.999."),
        ("dropout nan", "rate cannot be nan"),
        ("dropout nobias", "“dropout” has no bias to leave out."),
        ("lstm 16 first", "“first” is no field of “lstm”. Its fields: units, returns"),
        ("lstm -1", "units cannot be -1"),
        ("rnn 8 sigmoid", "“sigmoid” is no activation and no field of “rnn”. Activations: tanh, relu."),
        ("dense 8 bias maybe", "bias is on or off, not “maybe”."),
    ],
)
def test_a_mistake_names_the_layer_and_its_text(text, said):
    with pytest.raises(UserError, match="Layer") as caught:
        parse_layers(text)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("conv 8 3x3 relu stride 2 padding 1", "conv 8 3x3 stride 2 padding 1 relu"),
        ("conv 8 3 × 3 relu", "conv 8 3x3 relu"),
        ("conv 8 3 X 3, conv 4 5*5", "conv 8 3x3 relu, conv 4 5x5 relu"),
        ("conv ８ ３ｘ３ stride＝2", "conv 8 3x3 stride 2 relu"),
        ("conv 8 padding=1 stride=2 tanh", "conv 8 3x3 stride 2 padding 1 tanh"),
        ("nobias conv 8", "conv 8 3x3 relu nobias"),
        ("conv nobias 8 3x3; 4 no_bias relu", "conv 8 3x3 relu nobias, 4 relu nobias"),
        ("dense 8 bias off", "8 tanh nobias"),
        ("conv filters 9 5x5", "conv 9 5x5 relu"),
        ("Conv 8 3x3 ReLU、MaxPool 2；Flatten", "conv 8 3x3 relu, maxpool 2, flatten"),
        ("maxpool", "maxpool 2"),
        ("dropout .25", "dropout 0.25"),
        ("dropout rate 0.3", "dropout 0.3"),
        ("lstm 16 last, lstm returns auto 4", "lstm 16 last, lstm 4"),
        ("gru 8 nobias", "gru 8 none"),
        ("rnn 16 relu truncate 5 orthogonal", "rnn 16 relu truncate 5 orthogonal"),
    ],
)
def test_a_line_has_one_normal_form(text, normal):
    assert format_layers(parse_layers(text)) == normal
    assert parse_layers(normal) == parse_layers(text)


def values(field: Field) -> st.SearchStrategy:
    """Return all that a field may be."""
    if field.name == "kernel":
        sides = st.integers(1, 99)
        return st.one_of(sides.map(str), st.builds("{}x{}".format, sides, sides))
    if field.kind == "bool":
        return st.booleans()
    if field.kind == "choice":
        return st.sampled_from(field.choices)
    low, high = field.minimum, field.maximum
    assert None not in (low, high), field.name
    if field.kind == "int":
        return st.integers(int(low), int(high))
    return st.floats(low, high, exclude_min=field.exclusive_minimum)


@st.composite
def configurations(draw) -> LayerConfig:
    """Draw a layer of any kind with any of its fields at any value."""
    kind = draw(st.sampled_from(LAYERS.names()))
    fields = draw(st.sets(st.sampled_from(LAYERS[kind].fields))) if LAYERS[kind].fields else set()
    return LayerConfig(kind, {field.name: draw(values(field)) for field in fields})


@given(st.lists(configurations(), max_size=4))
def test_formatting_any_layers_is_the_inverse(layers):
    again = parse_layers(format_layers(layers))
    assert [layer.kind for layer in again] == [layer.kind for layer in layers]
    for one, other in zip(layers, again, strict=True):
        for field in LAYERS[one.kind].fields:
            assert other[field.name] == one[field.name], format_layer(one)
    assert parse_layers(format_layers(again)) == again


WORDS = st.sampled_from(["conv", "lstm", "8", "3x3", "nobias", "tanh", ",", "x", "=", "stride", "2"])


@given(st.text(max_size=40) | st.lists(WORDS).map(" ".join))
def test_any_text_is_layers_or_one_sentence(text):
    try:
        layers = parse_layers(text)
    except UserError as error:
        lines = str(error).splitlines()
        if len(lines) != 1:
            raise AssertionError(lines) from error
    else:
        assert parse_layers(format_layers(layers)) == layers


def test_the_known_activations_are_listed_without_softmax():
    with pytest.raises(UserError) as caught:
        parse_layers("8 nothing")
    assert "tanh" in str(caught.value)
    assert "softmax" not in str(caught.value)


@pytest.mark.parametrize("text", ["8 tanh, 8 tanh", "3 identity nobias", "64 relu, 10 sigmoid nobias", ""])
def test_formatting_is_the_inverse(text):
    assert format_layers(parse_layers(text)) == text
