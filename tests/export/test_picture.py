"""A picture is saved whole or not at all."""

from __future__ import annotations

import errno
import os

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage

from bpviz.errors import UserError
from bpviz.export.picture import png_path, save_picture
from bpviz.training import files


def picture(width=40, height=30, ratio=2.0):
    image = QImage(round(width * ratio), round(height * ratio), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor("#336699"))
    return image


def test_every_device_pixel_is_saved(tmp_path):
    saved = save_picture(picture(), tmp_path / "p.png")
    read = QImage(str(saved))
    assert (read.width(), read.height()) == (80, 60)
    assert read.pixelColor(79, 59).name() == "#336699"
    assert os.listdir(tmp_path) == ["p.png"]


def test_the_ending_is_added_or_refused(tmp_path):
    assert save_picture(picture(), tmp_path / "plain").name == "plain.png"
    assert png_path("a.PNG").name == "a.PNG"
    with pytest.raises(UserError, match=r"“p.jpg” does not end in .png"):
        png_path("p.jpg")


def test_an_empty_picture_is_refused(tmp_path):
    with pytest.raises(UserError, match="could not be made"):
        save_picture(QImage(), tmp_path / "p.png")
    assert os.listdir(tmp_path) == []


def test_a_full_disk_is_one_sentence_and_keeps_the_old_picture(tmp_path, monkeypatch):
    old = save_picture(picture(ratio=1.0), tmp_path / "p.png").read_bytes()

    def full(_descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(UserError, match="no room left"):
        save_picture(picture(), tmp_path / "p.png")
    assert (tmp_path / "p.png").read_bytes() == old
    assert os.listdir(tmp_path) == ["p.png"]


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(UserError, match="There is no folder"):
        save_picture(picture(), tmp_path / "no" / "p.png")


def test_transparency_is_kept(tmp_path):
    image = picture()
    image.fill(Qt.GlobalColor.transparent)
    read = QImage(str(save_picture(image, tmp_path / "p.png")))
    assert read.pixelColor(5, 5).alpha() == 0
