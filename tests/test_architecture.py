"""The house's sizes and habits, and that the command line stays light.

Which room may import which is held by import-linter's contracts in pyproject.toml.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 50
QT = {"PySide6", "shiboken6"}


def sources(*folders: str) -> list[Path]:
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    assert paths
    return paths


def nodes(*folders: str) -> Iterator[tuple[str, ast.AST]]:
    for path in sources(*folders):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.stmt | ast.expr):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def test_no_file_is_too_long():
    lengths = {
        path.relative_to(ROOT): len(path.read_text(encoding="utf-8").splitlines())
        for path in sources("bpviz", "tests")
    }
    assert {str(p): n for p, n in lengths.items() if n > MAX_FILE_LINES} == {}


def test_no_function_is_too_long():
    long = {
        f"{place} {node.name}": node.end_lineno - node.lineno + 1
        for place, node in nodes("bpviz", "tests")
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno + 1 > MAX_FUNCTION_LINES
    }
    assert long == {}


def test_nothing_is_left_to_be_written():
    empty = [
        place
        for place, node in nodes("bpviz")
        if isinstance(node, ast.Pass) or (isinstance(node, ast.Name) and node.id == "NotImplementedError")
    ]
    assert empty == []


def test_no_test_is_left_out():
    marks = [
        place
        for place, node in nodes("tests")
        if isinstance(node, ast.Attribute)
        and node.attr in ("skip", "skipif", "xfail", "importorskip")
        and isinstance(node.value, ast.Name | ast.Attribute)
        and "pytest" in ast.unparse(node.value)
    ]
    # conftest's own check of this rule is tried out in a run of its own.
    assert [place for place in marks if "test_conftest" not in place] == []


def test_every_source_file_says_what_it_is_for():
    silent = [
        str(path.relative_to(ROOT))
        for path in sources("bpviz")
        if path.name != "__init__.py" and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def imported_by(*arguments: str) -> tuple[subprocess.CompletedProcess[str], set[str]]:
    """Run Python and return what came of it, with the names of the modules that it imported."""
    run = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    names = {
        line.rsplit("|", 1)[1].strip().split(".")[0]
        for line in run.stderr.splitlines()
        if line.startswith("import time:")
    }
    return run, names


@pytest.mark.parametrize(
    ("arguments", "unwanted"),
    [
        (("-c", "import bpviz"), QT | {"numpy", "polib"}),
        (("-c", "import bpviz.cli"), QT),
        (("-m", "bpviz", "--version"), QT | {"numpy", "polib"}),
        (("-m", "bpviz", "list", "losses"), QT),
    ],
)
def test_what_needs_no_window_imports_none(arguments, unwanted):
    run, names = imported_by(*arguments)
    assert run.returncode == 0, run.stderr
    assert "bpviz" in names or arguments[0] == "-m"
    assert names & unwanted == set()


def test_version_is_told():
    import bpviz

    run, _ = imported_by("-m", "bpviz", "--version")
    assert run.stdout.strip().endswith(bpviz.__version__)
