"""What is built can be installed, and carries its resources with it."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from configparser import ConfigParser
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Signal

import bpviz

ROOT = Path(__file__).resolve().parents[1]


def build(target: str, source: Path, out: Path) -> Path:
    """Build ``wheel`` or ``sdist`` from ``source`` and return the file."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(out)],
        cwd=source,
        check=True,
        capture_output=True,
        timeout=100,
    )
    (made,) = out.iterdir()
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel as an installer gets it: by way of the sdist."""
    sdist = build("sdist", ROOT, tmp_path_factory.mktemp("sdist"))
    unpacked = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        # Python 3.11.2, Debian 12's, has no filters yet.
        archive.extraction_filter = getattr(tarfile, "data_filter", lambda member, path: member)
        archive.extractall(unpacked)
    (source,) = unpacked.iterdir()
    for needed in ("README.md", "LICENSE", "Makefile", ".ci/run", ".ci/setup.sh", "tests/conftest.py"):
        assert (source / needed).is_file(), needed
    return build("wheel", source, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_wheel_carries_every_resource(installed):
    def files(root: Path) -> set[str]:
        return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}

    carried = files(installed / "bpviz" / "_resources")
    assert carried == files(ROOT / "resources")
    assert any(name.endswith(".po") for name in carried)


def test_wheel_carries_the_program_and_nothing_else(installed):
    top = {path.name for path in installed.iterdir()}
    assert top == {"bpviz", f"bpviz-{bpviz.__version__}.dist-info"}
    assert (installed / "bpviz" / "py.typed").is_file()


def test_wheel_has_its_commands_and_licence(installed):
    info = installed / f"bpviz-{bpviz.__version__}.dist-info"
    entry_points = ConfigParser()
    entry_points.read(info / "entry_points.txt")
    assert entry_points["console_scripts"]["bpviz"] == "bpviz.cli:main"
    assert entry_points["gui_scripts"]["bpviz-gui"] == "bpviz.cli:main"
    assert "MIT License" in (info / "licenses" / "LICENSE").read_text(encoding="utf-8")
    assert "License-Expression: MIT" in (info / "METADATA").read_text(encoding="utf-8")


def run_installed(installed: Path, *arguments: str) -> str:
    run = subprocess.run(
        [sys.executable, *arguments],
        cwd=installed.parent,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def test_installed_program_finds_its_own_resources(installed):
    found = run_installed(installed, "-c", "from bpviz.resources import resources_root as r; print(r())")
    assert Path(found) == (installed / "bpviz" / "_resources").resolve()


def test_installed_program_speaks_chinese(installed):
    code = (
        "from bpviz import text; text.set_language('zh_CN');"
        "print(sum(text.tr(k) != k for k in text.catalogue('zh_CN')))"
    )
    assert int(run_installed(installed, "-c", code)) > 100


def test_installed_program_has_its_data(installed):
    assert "iris" in run_installed(installed, "-m", "bpviz", "list", "datasets")


def test_a_signal_keeps_the_references_of_what_it_carries(qapp):
    class Bell(QObject):
        rung = Signal(bool)

    bell = Bell()
    before = sys.getrefcount(True), sys.getrefcount(None)
    for _ in range(1000):
        bell.rung.emit(True)
    after = sys.getrefcount(True), sys.getrefcount(None)
    # Some other thread may take or drop a few; a binding that is at fault loses one a call.
    assert before == pytest.approx(after, abs=100)


def test_python_and_qt_versions_are_those_that_work():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == ">=3.11"
    # 6.12.0 aborts Python 3.11 after some hundred signals; below 6.10.3 there were crashes.
    assert "PySide6-Essentials>=6.10.3,<6.12" in project["dependencies"]
