"""The rules that hold for every test do catch what they are there for."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

SAMPLE = """
import logging, threading, time
import pytest
from PySide6.QtCore import QSettings, QThread, qWarning
from PySide6.QtWidgets import QComboBox, QWidget

kept = []

class Short(QThread):
    def run(self):
        time.sleep(0.01)

def test_good_window(qtbot):
    window = QWidget()
    QComboBox(window)
    qtbot.addWidget(window)
    window.show()

def test_good_thread(qtbot):
    thread = Short()
    thread.start()
    thread.wait()

def test_good_log(caplog):
    logging.getLogger("bpviz").warning("seen")
    assert "seen" in caplog.text

def test_good_settings(qtbot):
    assert QSettings("bpviz", "bpviz").value("x") is None
    QSettings("bpviz", "bpviz").setValue("x", 1)

def test_good_settings_again(qtbot):
    assert QSettings("bpviz", "bpviz").value("x") is None

def test_bad_window(qtbot):
    kept.append(QWidget())

def test_bad_qthread(qtbot):
    kept.append(QThread())
    kept[-1].start()

def test_bad_thread():
    threading.Thread(target=time.sleep, args=(0.5,)).start()

def test_bad_log():
    logging.getLogger("bpviz").warning("nobody expects this")

def test_bad_qt_warning(qtbot):
    qWarning("nor this")

def test_bad_skip():
    pytest.skip("no reason is good enough")

@pytest.mark.parametrize("code", ["zh_CN", "en"])
def test_good_language(code):
    from bpviz import text
    assert text.language() == "en"
    text.set_language(code)
"""


@pytest.fixture(scope="module")
def outcome(tmp_path_factory) -> str:
    """What pytest prints of the sample, run in a process of its own."""
    sample = tmp_path_factory.mktemp("sample") / "test_sample.py"
    sample.write_text(SAMPLE, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-c", str(ROOT / "pyproject.toml")]
    run = subprocess.run(
        [*command, "-p", "no:cacheprovider", "--no-header", "-rA", str(sample)],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if "XDIST" not in name},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert run.returncode == 1, run.stdout + run.stderr
    return run.stdout


def names(outcome: str, *kinds: str) -> set[str]:
    return set(re.findall(rf"^(?:{'|'.join(kinds)}) \S*::(\w+)", outcome, re.MULTILINE))


def test_what_a_test_leaves_behind_is_found(outcome):
    assert names(outcome, "FAILED", "ERROR") == {
        "test_bad_window",
        "test_bad_qthread",
        "test_bad_thread",
        "test_bad_log",
        "test_bad_qt_warning",
        "test_bad_skip",
    }


def test_good_tests_are_let_pass(outcome):
    assert {
        "test_good_window",
        "test_good_thread",
        "test_good_log",
        "test_good_settings",
        "test_good_settings_again",
        "test_good_language",
    } <= names(outcome, "PASSED")
    assert "nobody expects this" in outcome
