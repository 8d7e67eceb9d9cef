"""The mini-language, its two printings, and what is left out: by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpviz.present.formulas.evaluate import evaluate, printed_value, value
from bpviz.present.formulas.line import Line
from bpviz.present.formulas.parse import parse, parse_line
from bpviz.present.formulas.plain import plain, read
from bpviz.present.formulas.rewrite import in_force, in_numbers, shortened
from bpviz.present.formulas.tex import tex, tex_terms
from bpviz.present.formulas.tree import Negative, Number, Power, Product, Quotient, Sum


@pytest.mark.parametrize(
    ("text", "as_tex", "as_text"),
    [
        ("1 / (1 + exp(-z))", r"\frac{1}{1+\mathrm{e}^{{-}z}}", "1/(1 + exp(−z))"),
        ("a * (1 - a)", r"a\,(1-a)", "a·(1 − a)"),
        ("-2 * z * a", r"{-}2\,z\,a", "−2·z·a"),
        ("z - (-z)**2", r"z-({-}z)^{2}", "z − (−z)²"),
        ("a - (b - c)", "a-(b-c)", "a − (b − c)"),
        ("a / b / c", r"\frac{\frac{a}{b}}{c}", "a/b/c"),
        ("a / (b * c)", r"\frac{a}{b\,c}", "a/(b·c)"),
        ("(a + b)**2", "(a+b)^{2}", "(a + b)²"),
        ("beta1**t", r"\beta_{1}^{t}", "β₁^t"),
        ("exp(-z**2 / 2)", r"\mathrm{e}^{{-}z^{2}/2}", "exp(−z²/2)"),
        ("W(l+1).T @ delta(l+1)", r"(W^{(l+1)})^{\mathsf{T}}\,\delta^{(l+1)}", "W⁽ˡ⁺¹⁾ᵀ δ⁽ˡ⁺¹⁾"),
        ("dL_dW(l)[1, 2]", r"\frac{\partial L}{\partial W_{12}^{(l)}}", "∂L/∂W₁₂⁽ˡ⁾"),
        ("W[1, 12]", "W_{1,12}", "W[1,12]"),
        ("h[t-1]", "h_{t-1}", "hₜ₋₁"),
        ("m_hat / (sqrt(v_hat) + epsilon)", r"\frac{\hat{m}}{\sqrt{\hat{v}}+\varepsilon}", "m̂/(√(v̂) + ε)"),
        (
            "z if z > 0 else 0.01 * z",
            r"\begin{cases} z & \quad z > 0 \\ 0.01\,z & \quad z \le 0 \end{cases}",
            "z if z > 0 else 0.01·z",
        ),
        ("sum(w[i]**2, i)", r"\sum_{i} w_{i}^{2}", "Σᵢ wᵢ²"),
    ],
)
def test_a_formula_is_printed_as_in_a_textbook(text, as_tex, as_text):
    assert tex(parse(text)) == as_tex
    assert plain(parse(text)) == as_text


@pytest.mark.parametrize(
    "text",
    ["import os", "f(x, y)", "a and b", "lambda: 0", "x.real", "1 <", "a[0][1].T(2)", "True", "sum(w)"],
)
def test_what_is_no_formula_is_refused(text):
    with pytest.raises(ValueError):
        parse(text)


def test_a_line_needs_a_symbol_to_assign_to():
    with pytest.raises(ValueError, match="assigns nothing"):
        parse_line("1 + 1 = 2")


def test_numbers_have_four_digits_to_read_and_all_of_them_to_copy():
    node = in_numbers(parse("w * x + b"), {"w": 0.123456789, "x": -1.5e-9, "b": -2.0})
    assert tex(node) == r"0.1235\cdot ({-}1.5{\times}10^{-9})+({-}2)"
    assert plain(node) == "0.123456789·(−1.5e−09) + (−2.0)"
    assert printed_value(plain(node)) == 0.123456789 * -1.5e-9 - 2.0
    assert plain(node, 3) == "0.123·(−1.5e−9) + (−2)"


def test_a_number_that_stands_in_the_formula_is_printed_as_it_was_written():
    assert tex(parse("0.044715 * z")) == r"0.044715\,z"
    assert plain(parse("2 * z")) == "2·z"


def test_only_the_case_in_force_has_numbers():
    line = Line(parse("a"), parse("z if z > 0 else exp(z) - 1"), {"z": -0.5}, np.exp(-0.5) - 1)
    assert (
        line.plain()
        == f"a = z if z > 0 else exp(z) − 1 = exp(−0.5) − 1 = {str(np.exp(-0.5) - 1).replace('-', '−')}"
    )
    assert printed_value(line.plain()) == pytest.approx(line.result, rel=1e-15)


def test_a_long_sum_is_shortened_in_the_middle():
    node = shortened(parse("a + b + c + d + e + f + g"), 5)
    assert tex(node) == r"a+b+\cdots +f+g"
    assert shortened(parse("a + b + c"), 5) == parse("a + b + c")


def test_a_line_may_be_broken_before_the_signs_of_its_sums_only():
    assert tex_terms(parse("a + b - c")) == ("a", "{}+b", "{}-c")
    assert tex_terms(parse("sigmoid(a + b)")) == (r"\operatorname{sigmoid}(a", "{}+b)")
    assert tex_terms(parse("(a + b) / c")) == (r"\frac{a+b}{c}",)
    assert tex_terms(parse("exp(a + b)")) == (r"\mathrm{e}^{a+b}",)
    assert tex_terms(parse("tanh(a / b + c)")) == (r"\tanh\left(\frac{a}{b}+c\right)",)


def test_settings_that_are_off_leave_nothing_behind():
    lines = [
        parse_line(each) for each in ("g = d + decay * theta", "m = rho * m + g", "theta = theta - eta * g")
    ]
    assert [plain(each) for each in in_force(lines, {"decay": 0.0}, "theta")] == ["θ = θ − η·d"]
    assert [plain(each) for each in in_force(lines, {"decay": 0.1}, "theta")] == [
        "g = d + ρ·θ",
        "θ = θ − η·g",
    ]


def test_what_is_not_known_is_named():
    with pytest.raises(KeyError, match="w"):
        value(parse("w * x"), {"x": 1.0})


def test_beyond_an_array_there_is_nothing():
    values = {"x": np.array([1.0, 2.0]), "h": np.ones((3, 2))}
    assert evaluate(parse("x[0]"), values) == 0.0
    assert evaluate(parse("x[3]"), values) == 0.0
    assert evaluate(parse("x[3 / 2]"), values) == 0.0
    np.testing.assert_array_equal(evaluate(parse("h[4]"), values), [0.0, 0.0])


NUMBERS = st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: Number(x))
LITERALS = st.sampled_from([Number(2, literal=True), Number(3, literal=True), Number(0.5, literal=True)])


def grown(nodes):
    pairs = st.tuples(nodes, nodes)
    return st.one_of(
        st.lists(nodes, min_size=2, max_size=4).map(lambda terms: Sum(tuple(terms))),
        pairs.map(lambda pair: Product(pair)),
        pairs.map(lambda pair: Quotient(*pair)),
        nodes.map(Negative),
        st.tuples(nodes, st.just(Number(2, literal=True))).map(lambda pair: Power(*pair)),
        pairs.map(lambda pair: Sum((pair[0], Negative(pair[1])))),
    )


@given(st.recursive(st.one_of(NUMBERS, LITERALS), grown, max_leaves=12))
def test_what_is_printed_is_read_back_as_the_same_value(node):
    """Signs, brackets and the order of operations: nothing printed may mean anything else."""
    expected, found = evaluate(node), evaluate(read(plain(node)))
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-300, nan_ok=True)


def test_a_line_s_value_is_that_of_its_numbers_and_not_of_what_stands_behind_them():
    assert printed_value("v = b·g² = 0.5·(−3.0)² = 7.0") == 4.5
    assert printed_value("v ← v + g⁻¹ = 1.0 + 4.0⁻¹ = 7.0") == 1.25
