"""The light markup of lessons."""

from __future__ import annotations

import pytest

from bpviz.present.lessons.model import Claim
from bpviz.present.lessons.prose import blocks, formula, formula_aloud, inline
from tests.helpers.lessons import is_named, numbers_in, words_in


@pytest.mark.parametrize(
    ("tex", "shown"),
    [
        (r"\hat{y} - y", "ŷ − <i>y</i>"),
        (r"\frac{f(x + h) - f(x)}{2h}", "(<i>f</i>(<i>x</i> + <i>h</i>) − <i>f</i>(<i>x</i>))/2<i>h</i>"),
        (r"\delta^{(2)}_1", "δ<sup>(2)</sup><sub>1</sub>"),
        (r"0.8\,v", "0.8\u2009<i>v</i>"),
        (r"\eta v", "η<i>v</i>"),
        (r"\eta = 0.9", "η = 0.9"),
        ("a < b", "<i>a</i> &lt; <i>b</i>"),
    ],
)
def test_formulas(tex, shown):
    assert formula(tex) == shown


def test_an_unknown_command_is_a_mistake_of_the_author():
    with pytest.raises(ValueError, match="oint"):
        formula(r"\oint x")


def test_paragraphs_formulas_and_marks():
    text = "**Loss.** One\nnumber & `R`.\n\n$L = 1$\n\n*less*"
    kinds = [kind for kind, _ in blocks(text)]
    assert kinds == ["text", "formula", "text"]
    assert inline("**Loss.** One\nnumber & `R`.") == "<b>Loss.</b> One number &amp; “<b>R</b>”."
    assert formula_aloud(r"\partial L / \partial w_{11}") == "∂L / ∂w11"


def test_a_formula_in_a_line_is_not_broken():
    assert inline(r"So $120 \cdot 60 = 7200$ is") == "So 120\u00a0·\u00a060\u00a0=\u00a07200 is"
    long = inline(r"$0.0663 \cdot 0.8382 + 0.0099 \cdot 0.5283 = 0.0608$")
    assert " + " in long
    assert "\u00a0·" in long


def test_the_numbers_that_a_text_names():
    text = r"A 2-3-1 network with 8 × 8 pixels: $w_{11} = -0.5$, $10^{-5}$, 97.5 % and `Alt+3`, from 5 to −4."
    assert numbers_in(text) == ["-0.5", "1e-5", "97.5 %", "5", "−4"]


@pytest.mark.parametrize(
    ("number", "named"),
    [
        ("140.31", True),
        ("140.32", False),
        ("98 %", True),
        ("97 %", False),
        ("0.5", True),
        ("-140.3", False),
        ("12", True),
        ("13", False),
        ("1e-5", True),
        ("1e-4", False),
        ("1", False),
    ],
)
def test_a_number_of_a_text_is_a_claim_as_it_is_rounded(number, named):
    claims = [
        Claim("y_hat", 140.3136),
        Claim("test_accuracy", above=0.98),
        Claim("W1[1,1]", -0.5),
        Claim("loss", 2.0, at=12),
        Claim("valley_h", 1e-5, digits=0),
    ]
    assert is_named(number, claims) is named


def test_spelt_numbers_are_numbers():
    assert words_in("Ten hidden layers, none of three or twenty; ten thousand times") == [10, 3, 20, 10_000]
