"""The window's process: what it lets through to the terminal."""

from __future__ import annotations

import os
import subprocess
import sys

_PROGRAM = """
from PySide6.QtCore import QTimer, qWarning
from bpviz import app

made = app.create

def create(arguments):
    application, window, wiring = made(arguments)
    QTimer.singleShot(0, lambda: (qWarning("something else"), window.close()))
    return application, window, wiring

app.create = create
app.main()
"""


def test_a_window_without_a_screen_says_nothing_but_what_matters(tmp_path):
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0
    assert "propagateSizeHints" not in done.stderr
    assert "something else" in done.stderr
