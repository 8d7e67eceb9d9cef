"""The one-line form of the hidden layers."""

from __future__ import annotations

import pytest

from bpviz.errors import UserError
from bpviz.training.config import dense
from bpviz.training.layer_spec import format_layers, parse_layers


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
