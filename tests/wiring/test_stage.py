"""The view that pictures are taken of, beside a window in use."""

from __future__ import annotations

import os
import tempfile

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from bpviz.export.frames import Frame, frames
from bpviz.export.surfaces import RunSurface
from bpviz.present.palette import DARK, LIGHT
from bpviz.snapshot import SnapshotRequest
from bpviz.training.build import build
from bpviz.training.options import run_config
from bpviz.views.theme import apply_theme
from bpviz.wiring.stage import Stage

CONFIG = {"data": "xor", "points": 40, "layers": "3 tanh", "iterations": 4}


@pytest.fixture
def stage(qtbot, monkeypatch, tmp_path):
    """Return a function that sets a stage; every one is closed again."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = QApplication.palette(), QApplication.font(), QApplication.style().objectName()
    made = []

    def make(view, palette=LIGHT, size=(1000, 600), ratio=1.0, points=10):
        made.append(Stage(view, run_config(CONFIG), palette, size, ratio, points))
        return made[-1]

    yield make
    for one in made:
        one.close()
    application = QApplication.instance()
    application.setStyleSheet("")
    application.setPalette(before[0])
    application.setFont(before[1])
    application.setStyle(before[2])
    assert os.listdir(tmp_path) == []


def taken(surface=None):
    training = build(run_config(CONFIG))
    made = [one for one in frames(training, 2, SnapshotRequest(), surface) if isinstance(one, Frame)]
    return training.info, made


def test_the_window_of_a_picture_is_on_no_screen(stage):
    window = stage("window")._view
    assert window.testAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)


def test_a_picture_leaves_the_theme_and_the_text_size_of_the_application(stage):
    application = QApplication.instance()
    apply_theme(application, DARK, 13)
    before = application.styleSheet()
    stage("window", DARK, points=13)
    assert application.font().pointSize() == 13
    assert application.styleSheet() == before


def test_every_frame_of_the_window_shows_its_iteration(stage):
    info, made = taken(RunSurface())
    on = stage("window", ratio=1.5)
    on.set_up(info)
    pictures = [on.grab(frame) for frame in made]
    assert [(one.width(), one.height()) for one in pictures] == [(1500, 900)] * 3
    assert pictures[0] != pictures[1] != pictures[2]


def test_the_size_of_the_first_picture_is_that_of_the_last(stage):
    """The layout has settled before the first picture: taken again it is the same."""
    info, made = taken()
    on = stage("window")
    on.set_up(info)
    assert on.grab(made[0]) == on.grab(made[0])


def test_a_panel_can_be_taken_alone_in_the_dark(stage):
    apply_theme(QApplication.instance(), DARK)
    info, made = taken()
    on = stage("loss", DARK, size=(300, 200))
    on.set_up(info)
    picture = on.grab(made[-1])
    assert (picture.width(), picture.height()) == (300, 200)
    assert picture.pixelColor(150, 5).lightness() < 80
