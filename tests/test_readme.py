"""The two READMEs say what is so: tables, links, command lines and the worked example."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from bpviz import cli
from bpviz.commands.listing import LISTS
from bpviz.commands.run_options import config_of
from bpviz.commands.views import VIEWS
from bpviz.data import LOADERS
from bpviz.present.setup.presets import PRESETS
from bpviz.resources import resource_path
from bpviz.training.options import GRADIENTS

ROOT = Path(__file__).resolve().parents[1]
ENGLISH, CHINESE = ROOT / "README.md", ROOT / "resources" / "docs" / "README.zh.md"
BOTH = pytest.mark.parametrize("path", [ENGLISH, CHINESE], ids=lambda path: path.name)
PICTURES = ROOT / "resources" / "docs" / "pictures"
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def blocks(path: Path, language: str) -> list[str]:
    return [code for kind, code in BLOCK.findall(text_of(path)) if kind == language]


def prose(path: Path) -> str:
    return BLOCK.sub("", text_of(path))


def headings(path: Path) -> list[str]:
    return re.findall(r"^(#+) ", prose(path), re.MULTILINE)


def tables(path: Path) -> list[list[list[str]]]:
    """Return every table as rows of cells, the line below its head left out."""
    found: list[list[list[str]]] = []
    inside = False
    for line in prose(path).splitlines():
        if not line.startswith("|"):
            inside = False
            continue
        if not inside:
            found.append([])
        inside = True
        if not set(line) <= set("|-: "):
            found[-1].append([cell.strip() for cell in line.strip("|").split("|")])
    return found


def names_in(cell: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", cell))


def command_lines(path: Path) -> list[list[str]]:
    lines = [line for code in blocks(path, "sh") for line in code.splitlines()]
    return [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("bpviz")]


def pictures_in(path: Path) -> list[str]:
    return [Path(target).name for target in re.findall(r"!\[[^\]]+\]\(([^)\s]+)\)", text_of(path))]


def test_both_languages_are_level():
    english, chinese = headings(ENGLISH), headings(CHINESE)
    assert len(english) > 15
    assert english == chinese
    shapes = [[[len(row) for row in table] for table in tables(path)] for path in (ENGLISH, CHINESE)]
    assert len(shapes[0]) >= 4
    assert shapes[0] == shapes[1]
    kinds = [[kind for kind, _ in BLOCK.findall(text_of(path))] for path in (ENGLISH, CHINESE)]
    assert kinds[0] == kinds[1]
    for language in ("sh", "python"):
        code = [
            [re.sub(r"\s*#.*", "", block) for block in blocks(path, language)] for path in (ENGLISH, CHINESE)
        ]
        assert code[0] == code[1]


def test_both_languages_show_the_same_pictures_each_its_own():
    english = pictures_in(ENGLISH)
    assert english[0] == "window_en.png"
    assert pictures_in(CHINESE) == [name.replace("_en.", "_zh.") for name in english]
    shown = {*english, *pictures_in(CHINESE)}
    assert {path.name for path in PICTURES.glob("*.png")} == shown
    assert sum(path.stat().st_size for path in PICTURES.iterdir()) < 2_500_000


@BOTH
def test_every_link_leads_somewhere(path):
    targets = LINK.findall(text_of(path))
    assert targets
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (path.parent / target.split("#")[0]).is_file()] == []


@BOTH
def test_the_pictures_have_the_size_that_they_should(path, qapp):
    from PySide6.QtGui import QImage

    sizes = {name: QImage(str(PICTURES / name)).size().toTuple() for name in pictures_in(path)}
    first, *others = sizes
    assert sizes[first] == (1280, 720)
    assert [name for name in others if not 100 <= sizes[name][1] < 720] == []


@BOTH
def test_the_table_of_pieces_names_every_registered_piece(path):
    rows = [names_in(row[1]) for row in tables(path)[0][1:]]
    from bpviz.views.panels import PANELS

    kinds = [
        set(LISTS["datasets"].names()),
        set(LOADERS.names()),
        set(LISTS["layers"].names()),
        set(LISTS["activations"].names()),
        {*LISTS["losses"].names(), "auto"},
        set(LISTS["optimizers"].names()),
        set(LISTS["schedules"].names()),
        set(LISTS["regularizers"].names()),
        set(GRADIENTS),
        set(LISTS["metrics"].names()),
        set(LISTS["initializers"].names()),
        set(LISTS["functions"].names()),
        {preset.name for preset in PRESETS},
        {spec.key for spec in PANELS},
        set(VIEWS.names()),
    ]
    assert rows[: len(kinds)] == kinds


@BOTH
def test_the_table_of_keys_is_that_of_the_program(path):
    from bpviz.views.shortcuts import KEYS

    assert [row[0] for row in tables(path)[1][1:]] == [key for key, _ in KEYS]


@BOTH
def test_the_rooms_are_those_of_the_program(path):
    named = {name.strip("/") for row in tables(path)[2][1:] for name in names_in(row[0])}
    package = ROOT / "bpviz"
    there = {one.name for one in package.iterdir() if one.is_dir() and (one / "__init__.py").exists()}
    there |= {one.name for one in package.glob("*.py") if not one.name.startswith("__")}
    assert named == there


@BOTH
def test_every_dependency_is_accounted_for(path):
    import tomllib

    project = tomllib.loads(text_of(ROOT / "pyproject.toml"))["project"]
    wanted = [*project["dependencies"]]
    for group in project["optional-dependencies"].values():
        wanted += group
    said = " ".join(row[0] for row in tables(path)[3][1:]).lower()
    names = {re.split(r"[<>=~! \[]", one)[0].lower() for one in wanted}
    assert sorted(name for name in names if name not in said) == []


def test_both_languages_tell_the_same_measurements():
    english, chinese = ([row[-2:] for row in tables(path)[4]] for path in (ENGLISH, CHINESE))
    numbers = [[re.findall(r"[\d.]+", " ".join(row)) for row in table] for table in (english, chinese)]
    assert any(numbers[0])
    assert numbers[0] == numbers[1]


@BOTH
def test_every_command_line_parses(path):
    lines = command_lines(path)
    assert len(lines) > 5
    for words in lines:
        command = words[0] if words and words[0] in cli.COMMANDS else "window"
        module = import_module(f"bpviz.commands.{'listing' if command == 'list' else command}")
        if command == "window":
            assert module.parse(words) in (None, *words)
        elif "--help" not in words:
            arguments = module.parser().parse_args(words[1:])
            if command != "list":
                assert config_of(arguments)


def test_the_quick_command_lines_run(tmp_path, monkeypatch):
    shutil.copy(resource_path("datasets", "iris.csv"), tmp_path)
    monkeypatch.chdir(tmp_path)
    ran = 0
    for words in command_lines(ENGLISH):
        if words and words[0] in ("train", "list"):
            with contextlib.redirect_stdout(io.StringIO()) as out:
                assert cli.main(words) == 0
            assert out.getvalue().strip()
            ran += 1
    assert ran >= 5
    assert (tmp_path / "history.csv").is_file()


def test_the_example_by_hand_gives_the_number_that_is_told():
    (words,) = [words for words in command_lines(ENGLISH) if "worked_example" in words]
    with contextlib.redirect_stdout(io.StringIO()) as out:
        assert cli.main(words) == 0
    loss = json.loads(out.getvalue())["train_loss"]
    assert loss == pytest.approx(3225.1371724800006, rel=1e-12)
    assert all("3225.1371724800006" in prose(path) for path in (ENGLISH, CHINESE))


@BOTH
def test_the_python_example_runs(path):
    (code,) = [code for code in blocks(path, "python") if "bpviz.train" in code]
    names: dict[str, object] = {}
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(code, path.name, "exec"), names)
    assert "iterations" in out.getvalue()
    assert names["own"].train_accuracy[-1] > 0.8


@BOTH
def test_the_piece_that_the_reader_is_shown_works(path, tmp_path):
    """In a process of its own: what is registered stays registered."""
    (piece,) = [code for code in blocks(path, "python") if "@ACTIVATIONS.register" in code]
    (line,) = [code for code in blocks(path, "python") if code.startswith("from bpviz.engine.activations")]
    assert line == "from bpviz.engine.activations import squareplus as squareplus\n"
    (tmp_path / "squareplus.py").write_text(piece, encoding="utf-8")
    trial = """
import numpy as np, squareplus, bpviz
from bpviz.engine.registries import ACTIVATIONS
one = ACTIVATIONS.create("squareplus")
z = np.array([-800.0, -3.0, -0.5, 0.0, 0.7, 4.0, 800.0])
a = one.value(z)
assert np.isfinite(a).all() and a[3] == 1.0
assert np.isnan(one.value(np.array([np.nan]))).all()
h = 1e-5
np.testing.assert_allclose(one.slope(z, a), (one.value(z + h) - one.value(z - h)) / (2 * h), atol=1e-7)
out = np.empty_like(z)
assert one.slope(z, a, out) is out and one.value(z, out) is out
assert one.value(z.astype("f4")).dtype == np.float32
run = bpviz.train(data="xor", layers="6 squareplus", iterations=800, learning_rate=0.05)
assert run.train.accuracy > 0.9, run.train
"""
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", trial],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT, tmp_path)))},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr


@BOTH
def test_it_is_short_enough_to_be_read(path):
    assert len(text_of(path).splitlines()) < 400
    assert max(map(ord, text_of(path))) < 0x1F000
