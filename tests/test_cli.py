"""The command line around its commands: language, help, lists, the window, pipes."""

from __future__ import annotations

import json
import subprocess
import sys
import types

import pytest

import bpviz
from bpviz import cli
from bpviz.cli import main
from bpviz.commands.language import asked_language, environment_language
from bpviz.commands.listing import LISTS
from bpviz.commands.progress import cells, clipped


@pytest.fixture
def opened(monkeypatch):
    """Put a window in the place of the real one and return what it was opened with."""
    calls = []
    app = types.ModuleType("bpviz.app")
    app.main = lambda file, words: calls.append((file, list(words))) or 0
    monkeypatch.setitem(sys.modules, "bpviz.app", app)
    return calls


def test_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"bpviz {bpviz.__version__}\n"


@pytest.mark.parametrize("words", [["--help"], ["train", "--help"], ["render", "--help"], ["list", "--help"]])
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_help_speaks_the_language(capsys, words, language):
    assert main([*words, "--language", language]) == 0
    said = capsys.readouterr().out
    assert ("用法" in said) == (language == "zh_CN")
    assert ("usage: " in said) == (language == "en")
    assert ("显示此帮助" in said) == (language == "zh_CN")


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_help_names_every_command(capsys, language):
    assert main(["--help", "--language", language]) == 0
    said = capsys.readouterr().out
    usage = next(line for line in said.splitlines() if "{" in line)
    for command in cli.COMMANDS:
        assert command in usage
        assert f"bpviz {command} " in said


def test_help_lists_every_option_of_the_demand(capsys):
    main(["train", "--help"])
    said = capsys.readouterr().out
    for option in (
        *("--data", "--target", "--points", "--noise", "--test-share", "--layers", "--loss", "--optimizer"),
        *("--learning-rate", "--momentum", "--l1", "--l2", "--batch-size", "--no-shuffle"),
        *("--no-standardize", "--initializer", "--iterations", "--stop-loss", "--seed", "--precision"),
        *("--initial-weights", "--save-weights", "--history", "--json", "--beta1", "--classes"),
    ):
        assert option + " " in said.replace("\n", " ").replace("]", " ").replace(",", " ")


@pytest.mark.parametrize("what", LISTS)
def test_every_list_is_an_aligned_table(capsys, what):
    assert main(["list", what]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Name")
    names = [line.split()[0] for line in lines[1:]]
    assert tuple(names) == LISTS[what].names()
    column = lines[0].index("Label")
    assert all(line[column - 1] == " " and line[column] != " " for line in lines[1:])


def test_a_list_in_chinese_is_aligned_by_columns_of_the_terminal(capsys):
    assert main(["list", "losses", "--language", "zh_CN"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("名称")
    column = cells(lines[0][: lines[0].index("标签")])
    for line in lines:
        places = [cells(line[:place]) for place in range(len(line))]
        assert line[places.index(column)] != " "
        assert line[places.index(column) - 1] == " "


def test_a_list_as_json_has_the_fields(capsys):
    assert main(["list", "optimizers", "--json"]) == 0
    told = {entry["name"]: entry for entry in json.loads(capsys.readouterr().out)}
    field = told["momentum"]["fields"][0]
    assert (field["name"], field["kind"], field["default"]) == ("momentum", "float", 0.9)
    assert told["conjugate_gradient"]["fields"][0]["name"] == "curvature"
    assert told["newton"]["fields"] == []
    assert field["exclusive_minimum"] is False
    assert field["help"]
    assert main(["list", "losses", "--json"]) == 0
    huber = next(one for one in json.loads(capsys.readouterr().out) if one["name"] == "huber")
    assert huber["fields"][0]["exclusive_minimum"] is True


def test_a_list_of_nothing_known_is_a_mistake(capsys):
    assert main(["list", "cats"]) == 2
    said = capsys.readouterr().err
    assert "cats" in said
    assert "datasets" in said
    assert said.count("\n") == 1


def test_the_window_opens_with_the_file(opened):
    assert main(["some.csv"]) == 0
    assert main([]) == 0
    assert main(["--language", "zh_CN", "--theme", "dark", "./train"]) == 0
    assert [file for file, _ in opened] == ["some.csv", None, "./train"]


def test_qts_own_options_reach_the_window(opened):
    assert main(["-style", "some.csv"]) == 0
    assert opened == [("some.csv", ["-style", "some.csv"])]


def test_the_command_may_stand_after_the_language(capsys):
    assert main(["--language", "zh_CN", "list", "views"]) == 0
    assert "名称" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["--surprise"], ["a.csv", "b.csv"], ["--theme", "blue"]])
def test_a_mistake_opens_no_window(opened, capsys, words):
    assert main(words) == 2
    assert opened == []
    assert capsys.readouterr().err.count("\n") == 1


def test_a_missing_library_is_one_sentence(monkeypatch, capsys):
    def refuse(_name):
        raise ImportError("libGL.so.1: cannot open shared object file")

    monkeypatch.setattr(cli, "import_module", refuse)
    assert main([]) == 2
    said = capsys.readouterr().err
    assert "libGL.so.1" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "zh_SG"}, "zh_CN"),
        ({"LANG": "zh_CN", "LC_ALL": ""}, "zh_CN"),
    ],
)
def test_the_language_of_the_environment(monkeypatch, environment, language):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert environment_language() == language


def test_the_language_asked_for():
    assert asked_language(["train", "--seed", "1"]) is None
    assert asked_language(["--language", "zh_CN"]) == "zh_CN"
    assert asked_language(["--language=zh_CN", "--language", "en"]) == "en"
    assert asked_language(["--language"]) is None


def test_mistakes_are_told_in_chinese(capsys):
    assert main(["train", "--language", "zh_CN", "--layers", "8 tan"]) == 2
    said = capsys.readouterr().err
    assert "第 1 层" in said
    assert main(["train", "--language", "zh_CN", "--surprise"]) == 2
    assert "--surprise" in (said := capsys.readouterr().err)
    assert "无法识别" in said


def test_chinese_takes_two_columns_of_a_terminal():
    assert cells("损失 0.1") == 8
    assert clipped("损失 0.1", 5) == "损失 "
    assert clipped("损失 0.1", 3) == "损"


@pytest.mark.parametrize("words", [["list", "datasets"], ["--version"]])
def test_a_reader_that_has_gone_is_no_error(words):
    """As in ``bpviz list datasets | true``."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bpviz", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.close()
    complaint = process.stderr.read()
    process.stderr.close()
    assert process.wait(60) == 0
    assert complaint == b""


def test_a_terminal_without_unicode_gets_question_marks():
    run = subprocess.run(
        [sys.executable, "-X", "utf8=0", "-m", "bpviz", "train", "--layers", "8 tan"],
        env={"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONCOERCECLOCALE": "0"},
        cwd=cli.__file__.rsplit("/", 2)[0],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert run.returncode == 2
    assert run.stderr.startswith(b"bpviz: Layer 1")
    assert b"Traceback" not in run.stderr


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "gbk"])
def test_every_encoding_of_stdout_is_survived(encoding):
    run = subprocess.run(
        [sys.executable, "-X", "utf8=0", "-m", "bpviz", "list", "optimizers", "--language", "zh_CN"],
        env={"PYTHONIOENCODING": encoding},
        cwd=cli.__file__.rsplit("/", 2)[0],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (run.returncode, run.stderr) == (0, b"")
    assert b"adam" in run.stdout
    assert ("名称".encode("gbk") in run.stdout) == (encoding == "gbk")


def test_a_missing_file_is_told_before_a_missing_display():
    run = subprocess.run(
        [sys.executable, "-m", "bpviz", "nowhere.csv"],
        env={"LANG": "C.UTF-8"},
        cwd=cli.__file__.rsplit("/", 2)[0],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert run.returncode == 2
    assert run.stderr == "bpviz: There is no file “nowhere.csv”. Check its path.\n"
