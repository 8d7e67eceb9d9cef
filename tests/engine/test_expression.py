from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bpviz.engine.expression import FUNCTIONS, Expression
from bpviz.errors import UserError
from tests.helpers.networks import central_differences, reference

KNOWN = reference("functions")["functions"]


@pytest.mark.parametrize("known", KNOWN, ids=[one["name"] for one in KNOWN])
def test_value_and_gradient_at_the_start(known):
    expression, start = Expression(known["formula"]), np.array([known["start"]])
    value, gradient = expression.evaluate(start)
    assert value[0] == pytest.approx(known["value_at_start"], rel=1e-12, abs=1e-12)
    np.testing.assert_allclose(gradient[0], known["gradient_at_start"], rtol=2e-5, atol=2e-5)
    assert len(expression.variables) == known["dimension"]


@pytest.mark.parametrize("known", KNOWN, ids=[one["name"] for one in KNOWN])
def test_gradient_is_the_central_difference(known):
    expression = Expression(known["formula"])
    rng = np.random.default_rng(0)
    for _ in range(5):
        point = np.array([rng.uniform(low, high) * 0.9 + 0.01 for low, high in known["domain"]])
        got = expression.evaluate(point[None])[1][0]
        expected = central_differences(lambda at: expression.evaluate(at[None])[0][0], point, 1e-6)
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-5 * (1 + np.abs(expected).max()))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_has_its_derivative(name):
    expression = Expression(f"{name}(0.3 + 0.5*x) * y")
    point = np.array([0.7, 1.3])
    got = expression.evaluate(point[None])[1][0]
    expected = central_differences(lambda at: expression.evaluate(at[None])[0][0], point)
    np.testing.assert_allclose(got, expected, rtol=1e-8)


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("2 + 3*4", 14.0),
        ("-x^2", -4.0),
        ("(-x)^2", 4.0),
        ("2^3^2", 512.0),
        ("x/4 - +y", -2.5),
        ("x**-1", 0.5),
        ("pi - e + 1e-3", np.pi - np.e + 0.001),
        ("abs(-x) + y^x", 11.0),
        (" x ", 2.0),
    ],
)
def test_precedence_is_that_of_mathematics(formula, value):
    expression = Expression(formula)
    point = np.array([[2.0, 3.0]])[:, : len(expression.variables)]
    assert expression.evaluate(point)[0][0] == pytest.approx(value, rel=1e-15)


def test_many_points_at_once():
    value, gradient = Expression("x*y").evaluate(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
    np.testing.assert_array_equal(value, [2, 12, 30])
    np.testing.assert_array_equal(gradient, [[2, 1], [4, 3], [6, 5]])


def test_a_constant_is_flat():
    value, gradient = Expression("3").evaluate(np.zeros((2, 1)))
    np.testing.assert_array_equal(value, [3, 3])
    np.testing.assert_array_equal(gradient, [[0], [0]])


MALICIOUS = [
    "__import__('os').system('true')",
    "().__class__.__bases__[0].__subclasses__()",
    "x.real",
    "x[0]",
    "open('f')",
    "exec('1')",
    "lambda: 1",
    "[x for x in x]",
    "(x := 2)",
    "x if x else y",
    "x and y",
    "x < y",
    "x // y",
    "x % y",
    "x @ y",
    "~x",
    "not x",
    "'text'",
    "b'bytes'",
    "1j",
    "True",
    "None",
    "sin",
    "sin()",
    "sin(x, y)",
    "sin(x=1)",
    "sin(*x)",
    "f'{x}'",
    "z",
    "x = 1",
    "import os",
    "x; y",
    "",
    "   ",
    "x +",
    "x\0y",
    "(" * 500 + "x" + ")" * 500,
    "-" * 20_000 + "x",
    "sin(" * 3000 + "x" + ")" * 3000,
    "+".join(["x"] * 20_000),
    "2^" * 5000 + "2",
    "9" * 5000,
    "9" * 400,
    "+".join(["x"] * 900),
]


@pytest.mark.parametrize("formula", MALICIOUS, ids=lambda formula: repr(formula[:24]))
def test_what_is_not_a_formula_is_refused_in_one_sentence(formula):
    with pytest.raises(UserError):
        Expression(formula)


@given(st.text(alphabet="xyz0123456789.+-*/^()sincoexplgtabrqh ,_'[]{}\\\n", max_size=40))
@example("1e999*x")
@example("x^(0-1/2)")
@example("y")
def test_any_text_is_a_formula_or_refused(text):
    try:
        expression = Expression(text)
    except UserError:
        return
    points = np.array([[0.0, 1.0], [-2.0, 0.5]])[:, : len(expression.variables)]
    with np.errstate(all="ignore"):
        value, gradient = expression.evaluate(points)
    assert value.shape == (2,)
    assert gradient.shape == points.shape


def test_a_refusal_names_the_part_and_is_short():
    with pytest.raises(UserError, match="cosh"):
        Expression("x + cosh(x)")
    with pytest.raises(UserError) as refused:
        Expression("x" * 10_000)
    assert len(str(refused.value)) < 200


def test_the_longest_formula_is_evaluated():
    value, gradient = Expression("+".join(["x"] * 250)).evaluate(np.array([[2.0]]))
    assert (value[0], gradient[0, 0]) == (500.0, 250.0)
    assert Expression("-" * 498 + "x").evaluate(np.array([[2.0]]))[0][0] == 2.0
