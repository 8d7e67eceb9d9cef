"""Ctrl+C, and the progress line on a terminal."""

from __future__ import annotations

import csv
import json
import os
import pty
import signal
import subprocess
import sys
import time

import pytest
from safetensors.numpy import load_file

from bpviz.cli import main
from bpviz.commands.interrupt import Interrupt
from bpviz.commands.progress import ProgressLine

ENDLESS = ("train", "--data", "xor", "--points", "40", "--layers", "3 tanh", "--iterations", "1000000000")


def begun(folder):
    """Wait until the history of a run is being written."""
    for _ in range(3000):
        if any(path.stat().st_size > 8192 for path in folder.glob(".h.csv.*")):
            return
        time.sleep(0.01)
    raise AssertionError("the run did not begin")


def test_ctrl_c_stops_cleanly_and_writes_what_was_asked(tmp_path):
    weights, history = tmp_path / "w.safetensors", tmp_path / "h.csv"
    process = subprocess.Popen(
        [sys.executable, "-m", "bpviz", *ENDLESS, "--json", "--save-weights", weights, "--history", history],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    begun(tmp_path)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    told = json.loads(out)
    assert told["stopped"] == "interrupted"
    assert told["iterations"] > 0
    assert sorted(load_file(weights)) == ["W1", "W2", "b1", "b2"]
    with history.open(newline="") as lines:
        *_, last = csv.DictReader(lines)
    assert int(last["iteration"]) == told["iterations"]
    assert sorted(os.listdir(tmp_path)) == ["h.csv", "w.safetensors"]


def test_the_first_ctrl_c_asks_and_the_second_aborts():
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), Interrupt() as interrupted:
        assert not interrupted()
        signal.raise_signal(signal.SIGINT)
        assert interrupted()
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_an_abort_is_one_line_and_the_code_of_a_shell(monkeypatch, capsys):
    def abort(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("bpviz.commands.train.build", abort)
    assert main(list(ENDLESS)) == 130
    assert capsys.readouterr().err == "bpviz: Aborted.\n"


@pytest.mark.parametrize("asked", [["list", "losses"], ["--version"]])
def test_a_full_disk_behind_stdout_is_one_line(asked):
    with open("/dev/full", "w") as full:
        words = [sys.executable, "-m", "bpviz", *asked]
        run = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert run.returncode == 2
    assert run.stderr == "bpviz: There is no room left to write what was asked.\n"


def run_on_a_terminal(*words):
    """Run with stderr on a terminal; return the code, stdout and what the terminal got."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "bpviz", *words], stdout=subprocess.PIPE, stderr=theirs, text=True
    )
    os.close(theirs)
    drawn = b""
    try:
        while chunk := os.read(ours, 4096):
            drawn += chunk
    except OSError:  # Linux's way to say that the other end was closed
        drawn += b""
    finally:
        os.close(ours)
    out, _ = process.communicate(timeout=60)
    return process.returncode, out, drawn.decode()


def test_a_terminal_sees_progress_and_stdout_stays_clean():
    words = ("train", "--data", "xor", "--points", "40", "--iterations", "12000", "--json")
    code, out, drawn = run_on_a_terminal(*words)
    assert code == 0
    assert json.loads(out)["iterations"] == 12000
    lines = drawn.split("\r")
    assert any("/ 12,000" in line and "%" in line and "loss" in line for line in lines)
    assert lines[-1] == "\x1b[K"  # taken away at the end


def test_no_terminal_no_line():
    class Plain:
        def isatty(self):
            return False

        def write(self, _text):
            raise AssertionError("nobody looks")

    line = ProgressLine(Plain(), 10, "iterations")
    line.show(5, 0.5)
    line.clear()


class Terminal:
    """A terminal that remembers; ``encodable`` says whether it can show a bar."""

    def __init__(self, encoding="utf-8"):
        self.written = ""
        self.encoding = encoding

    def isatty(self):
        return True

    def write(self, text):
        text.encode(self.encoding)
        self.written += text

    def flush(self):
        self.written += ""


@pytest.fixture
def clock(monkeypatch):
    """A clock that is moved by hand."""
    now = [100.0]
    monkeypatch.setattr("bpviz.commands.progress.monotonic", lambda: now[0])
    monkeypatch.setenv("COLUMNS", "80")
    return now


def test_the_line_tells_share_count_loss_and_speed(clock):
    terminal = Terminal()
    line = ProgressLine(terminal, 200, "iterations")
    line.show(1, 0.5)
    assert terminal.written == ""  # too soon
    clock[0] += 2.0
    line.show(50, 0.123456)
    said = terminal.written
    assert said.startswith("\r██████░░░░░░░░░░░░░░░░░░  25% · 50 / 200 · loss 0.1235 · 25 iterations/s")


def test_reading_a_file_shows_its_share_and_is_no_training_time(clock):
    terminal = Terminal()
    line = ProgressLine(terminal, 200, "iterations")
    clock[0] += 10.0
    line.show_reading(1, 4)
    assert "25% · reading the file" in terminal.written
    clock[0] += 2.0
    line.show(50, 0.5)
    assert "25 iterations/s" in terminal.written


def test_a_narrow_terminal_gets_no_second_line(clock, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    terminal = Terminal()
    line = ProgressLine(terminal, 200, "iterations")
    clock[0] += 1.0
    line.show(50, 0.5)
    assert terminal.written == "\r 25% · 50 / 200 · loss 0.5\x1b[K"


def test_a_run_without_end_shows_no_share(clock):
    terminal = Terminal()
    line = ProgressLine(terminal, None, "iterations")
    clock[0] += 1.0
    line.show(1234, 0.5)
    assert "1,234 · loss 0.5" in terminal.written
    assert "%" not in terminal.written


def test_a_terminal_of_ascii_gets_question_marks(clock):
    terminal = Terminal("ascii")
    line = ProgressLine(terminal, 200, "iterations")
    clock[0] += 1.0
    line.show(100, 0.5)
    assert "????" in terminal.written
    assert "50%" in terminal.written


@pytest.mark.parametrize(
    ("columns", "whole"),
    [(100, "iterations/s"), (80, "iterations/s"), (60, "loss 0.1234"), (24, "loss 0.1234")],
)
def test_the_line_says_less_on_a_narrow_terminal_and_cuts_no_word(monkeypatch, columns, whole):
    monkeypatch.setenv("COLUMNS", str(columns))
    line = ProgressLine(Terminal(), 2_000_000, "iterations")._line(1_234_567, 0.1234, 45_678.0)
    assert len(line) < columns
    assert line.endswith(whole)
    assert " 62%" in line or line.startswith(" 62%")
