"""Random use, in a process of its own: whatever is done, it ends well, with nothing said and nothing left."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks import cycles

ROOT = Path(__file__).parents[2]


def run(code: str) -> subprocess.CompletedProcess[str]:
    environment = dict(os.environ)
    if not environment.get("DISPLAY"):
        environment["QT_QPA_PLATFORM"] = "offscreen"
    return subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", code],
        check=False,
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_random_cycles_end_well(seed):
    ended = run(f"import sys; from tests.benchmarks import cycles; sys.exit(cycles.main(24, {seed}))")
    assert (ended.returncode, ended.stderr) == (0, "")


def test_trouble_would_be_seen():
    code = (
        "import sys, threading, time; from tests.benchmarks import cycles\n"
        "def one_window(chance, count, trouble):\n"
        "    from PySide6.QtCore import qWarning\n"
        "    qWarning('something odd')\n"
        "    threading.Thread(target=time.sleep, args=(5,), daemon=True, name='left').start()\n"
        "cycles.one_window = one_window\n"
        "sys.exit(cycles.main(1))"
    )
    ended = run(code)
    assert ended.returncode == 1
    assert "something odd" in ended.stderr
    assert "left" in ended.stderr


def test_every_cycle_does_something():
    names = {action.__name__ for action in cycles.ACTIONS}
    assert {"_toggle", "_step", "_reset", "_edit", "_preset"} <= names
