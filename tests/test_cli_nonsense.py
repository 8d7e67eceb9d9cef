"""Whatever is asked, the answer is a result or one line: never a traceback."""

from __future__ import annotations

import contextlib
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from bpviz.cli import main
from bpviz.commands.train import parser

OPTIONS = [
    (option, action.nargs != 0)
    for action in parser()._actions
    if action.dest.startswith("run_") and action.dest != "run_iterations"
    for option in action.option_strings
]
VALUES = st.sampled_from(
    [
        *("", " ", "0", "1", "-1", "3", "2.5", "nan", "inf", "-inf", "1e400", "1e-400", "²", "１２", "1_000"),
        *("0x10", "9" * 400, "1,2", "1,2,3", "auto", "full", "adam", "sgd", "xor", "plane", "iris", "sine"),
        *("8 tanh", "0 tanh", "3 relu,2 sigmoid", "softmax", "softmax_cross_entropy", "identity", "constant"),
        *("binary_cross_entropy", "half_squared_error", "bowl", "x^2", "x^2+", "1/0", "sqrt(x)", "True"),
        *("nowhere.csv", "/", "/etc/passwd", "/dev/null", "..", "x" * 300, "~nobody/x.csv", "💥", "--"),
    ]
) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=6)


@st.composite
def command_lines(draw):
    words = ["train", "--iterations", "3"]
    for option, valued in draw(st.lists(st.sampled_from(OPTIONS), min_size=1, max_size=3)):
        words.append(f"{option}={draw(VALUES)}" if valued else option)
    return words


@settings(max_examples=300)
@given(command_lines())
def test_no_option_leads_to_a_defect(words):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(words)
    assert code in (0, 2, 3), err.getvalue()
    assert err.getvalue().count("\n") == (0 if code == 0 else 1)
    assert (out.getvalue() == "") == (code == 2)
