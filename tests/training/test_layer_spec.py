"""The one-line form of the hidden layers."""

from __future__ import annotations

import pytest

from bpviz.errors import UserError
from bpviz.training.config import LayerConfig
from bpviz.training.layer_spec import format_layers, parse_layers


@pytest.mark.parametrize(
    ("text", "layers"),
    [
        ("8 tanh, 8 tanh", (LayerConfig(8, "tanh"), LayerConfig(8, "tanh"))),
        ("3 identity nobias", (LayerConfig(3, "identity", bias=False),)),
        ("3 identity no bias,2 relu", (LayerConfig(3, "identity", bias=False), LayerConfig(2, "relu"))),
        ("3 no-bias", (LayerConfig(3, "tanh", bias=False),)),
        ("  5 ", (LayerConfig(5, "tanh"),)),
        ("4 ReLU，2 Sigmoid", (LayerConfig(4, "relu"), LayerConfig(2, "sigmoid"))),
        ("7 leaky_relu", (LayerConfig(7, "leaky_relu"),)),
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
        ("8 tanh, tanh", "Layer 2, “tanh”: “tanh” is not a number of units"),
        ("0 tanh", "Layer 1, “0 tanh”: “0” is not a number of units"),
        ("-3 tanh", "“-3” is not a number"),
        ("2.5 tanh", "“2.5” is not a number"),
        ("100001 tanh", "from 1 to 100000"),
        ("99999999999999999999999 tanh", "from 1 to 100000"),
        ("²  tanh", "“²” is not a number"),
        ("8 tan", "Layer 1, “8 tan”: there is no activation “tan”"),
        ("8 softmax", "there is no activation “softmax” for a hidden layer"),
        ("8 tanh 8 tanh", "Layer 1 is “8 tanh 8 tanh”, which is not"),
        ("nobias", "Layer 1 is “nobias”"),
    ],
)
def test_a_mistake_names_the_layer_and_its_text(text, said):
    with pytest.raises(UserError, match="Layer") as caught:
        parse_layers(text)
    assert said in str(caught.value)


def test_the_known_activations_are_listed_without_softmax():
    with pytest.raises(UserError) as caught:
        parse_layers("8 nothing")
    assert "tanh" in str(caught.value)
    assert "softmax" not in str(caught.value)


@pytest.mark.parametrize("text", ["8 tanh, 8 tanh", "3 identity nobias", "64 relu, 10 sigmoid nobias", ""])
def test_formatting_is_the_inverse(text):
    assert format_layers(parse_layers(text)) == text
