"""A file is there whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from bpviz.errors import UserError
from bpviz.text import set_language
from bpviz.training import files
from bpviz.training.files import WholeFile, check_writable, write_whole


def test_the_bytes_are_written_and_nothing_else_is_left(tmp_path):
    write_whole(tmp_path / "a.bin", b"12345")
    assert (tmp_path / "a.bin").read_bytes() == b"12345"
    assert os.listdir(tmp_path) == ["a.bin"]


def test_a_failure_midway_keeps_the_old_file(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")
    with pytest.raises(RuntimeError), WholeFile(target) as file:
        file.write(b"half of the new")
        raise RuntimeError
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_a_full_disk_found_at_the_flush_keeps_the_old_file(tmp_path, monkeypatch):
    target = tmp_path / "a.txt"
    target.write_text("old")

    def full(_descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(UserError, match="no room left"):
        write_whole(target, b"new")
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_a_full_device_is_one_sentence():
    """Linux's /dev/full answers every write with “no space left”."""
    with pytest.raises(UserError, match="no room left to write “/dev/full”"):
        write_whole("/dev/full", b"x" * 100_000)


def test_a_device_is_written_directly():
    write_whole("/dev/null", b"gone")
    assert not Path("/dev/null").is_file()


def test_stdout_that_leads_to_a_file_is_added_to(tmp_path):
    target = tmp_path / "out.txt"
    code = "from bpviz.training.files import write_whole; write_whole('/dev/stdout', b'two')"
    with target.open("wb") as out:
        out.write(b"one ")
        out.flush()
        subprocess.run([sys.executable, "-c", code], stdout=out, check=True, timeout=60)
    assert target.read_bytes() == b"one two"


def test_a_link_stays_a_link(tmp_path):
    real = tmp_path / "real.txt"
    real.write_text("old")
    (tmp_path / "link.txt").symlink_to(real)
    write_whole(tmp_path / "link.txt", b"new")
    assert (tmp_path / "link.txt").is_symlink()
    assert real.read_text() == "new"


def test_the_permissions_of_an_old_file_are_kept(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")
    target.chmod(0o640)
    write_whole(target, b"new")
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_missing_folder_and_a_folder_are_refused_before_the_work(tmp_path):
    with pytest.raises(UserError, match="There is no folder"):
        check_writable(tmp_path / "nowhere" / "a.txt")
    with pytest.raises(UserError, match="is a folder"):
        check_writable(tmp_path)
    check_writable(tmp_path / "a.txt")
    assert os.listdir(tmp_path) == []


def test_a_name_that_is_too_long_is_refused_before_the_work(tmp_path):
    with pytest.raises(UserError, match="name is too long"):
        check_writable(tmp_path / ("x" * 300))
    with pytest.raises(UserError, match="cannot be written|There is no folder"):
        check_writable(tmp_path / ("x" * 300) / "a.txt")


def test_an_old_file_that_may_not_be_written_is_refused(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text("old")
    monkeypatch.setattr(files.os, "access", lambda _path, _mode: False)
    with pytest.raises(UserError, match="read-only"):
        check_writable(tmp_path / "a.txt")


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS, errno.EPERM])
def test_a_read_only_folder_is_refused_before_the_work(tmp_path, monkeypatch, code):
    def refuse(_path, _data):
        raise OSError(code, "no")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(UserError, match="read-only"):
        check_writable(tmp_path / "a.txt")


def test_another_reason_is_passed_on(tmp_path, monkeypatch):
    def refuse(_path, _data):
        raise OSError(errno.ENOTSUP, "Operation not supported")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(UserError, match="cannot be written: Operation not supported"):
        check_writable(tmp_path / "a.txt")


@pytest.mark.parametrize(
    "code", [errno.ENOENT, errno.EACCES, errno.ENOSPC, errno.EROFS, errno.EISDIR, errno.ENOTDIR, errno.EIO]
)
def test_the_usual_reasons_are_told_in_the_language_in_force(tmp_path, code):
    problem = files.as_user_error(OSError(code, os.strerror(code)), tmp_path / "a.txt")
    set_language("zh_CN")
    try:
        said = str(problem).replace(str(tmp_path / "a.txt"), "")
    finally:
        set_language("en")
    assert not re.search("[A-Za-z]{2}", said), said
