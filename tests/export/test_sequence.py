"""Numbered pictures in a folder."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage

from bpviz.errors import UserError
from bpviz.export.sequence import SequenceWriter, fresh_folder
from bpviz.training import files


def picture(colour="red"):
    image = QImage(8, 6, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    return image


def written(folder, count, **options):
    writer = SequenceWriter(folder, **options)
    writer.prepare()
    for _ in range(count):
        writer.write(picture())
    return writer


def test_pictures_are_numbered_from_zero(tmp_path):
    writer = written(tmp_path / "a" / "b", 3)
    assert sorted(os.listdir(tmp_path / "a" / "b")) == [f"frame_00000{i}.png" for i in range(3)]
    assert [path.name for path in writer.paths] == [f"frame_00000{i}.png" for i in range(3)]


@pytest.mark.parametrize(("total", "first"), [(5, "0000"), (10_000, "0000"), (10_001, "00000"), (0, "0000")])
def test_the_total_settles_the_digits(tmp_path, total, first):
    assert written(tmp_path, 1, total=total).paths[0].name == f"frame_{first}.png"


def test_prefix_and_digits_may_be_chosen(tmp_path):
    assert written(tmp_path, 1, prefix="loss", digits=2).paths[0].name == "loss_00.png"


def test_an_earlier_sequence_is_refused_and_kept(tmp_path):
    written(tmp_path, 2)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(UserError, match="already holds pictures like “frame_000000.png”: 2"):
        SequenceWriter(tmp_path).prepare()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_overwriting_leaves_nothing_of_a_longer_sequence_and_all_other_files(tmp_path):
    written(tmp_path, 5)
    for other in ("frame_.png", "frame_1.jpg", "my_frame_0001.png", "notes.txt"):
        (tmp_path / other).write_text("mine")
    written(tmp_path, 2, overwrite=True, digits=6)
    assert sorted(os.listdir(tmp_path)) == [
        *("frame_.png", "frame_000000.png", "frame_000001.png", "frame_1.jpg"),
        *("my_frame_0001.png", "notes.txt"),
    ]


def test_another_prefix_is_no_earlier_sequence(tmp_path):
    written(tmp_path, 1, prefix="loss")
    assert written(tmp_path, 1).paths[0].exists()


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(UserError, match="is not a folder"):
        SequenceWriter(tmp_path / "out").prepare()
    with pytest.raises(UserError, match="is not a folder|There is no folder"):
        SequenceWriter(tmp_path / "out" / "deeper").prepare()


def test_a_read_only_folder_is_refused_before_the_first_picture(tmp_path, monkeypatch):
    def refuse(_path, _data):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(UserError, match="read-only"):
        SequenceWriter(tmp_path).prepare()


def test_a_disk_that_fills_up_leaves_whole_pictures_only(tmp_path, monkeypatch):
    writer = written(tmp_path, 2)

    def full(_descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(UserError, match="no room left"):
        writer.write(picture())
    assert sorted(os.listdir(tmp_path)) == ["frame_000000.png", "frame_000001.png"]
    assert all(not QImage(str(path)).isNull() for path in tmp_path.iterdir())


def test_a_fresh_folder_is_not_there_yet(tmp_path):
    assert fresh_folder(tmp_path, "frames") == tmp_path / "frames"
    (tmp_path / "frames").mkdir()
    (tmp_path / "frames-2").mkdir()
    assert fresh_folder(tmp_path, "frames") == tmp_path / "frames-3"
