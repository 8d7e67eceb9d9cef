"""Light, dark and the text size."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QLabel

from bpviz.present.palette import DARK, LIGHT
from bpviz.views import theme
from bpviz.views.icons import icon, picture_url, pixmap
from bpviz.views.settings import Settings
from bpviz.views.style_sheet import style_sheet
from bpviz.views.theme import ThemeKeeper, apply_theme, qt_palette


@pytest.fixture
def keeper(qapp, tmp_path):
    keeper = ThemeKeeper(Settings(tmp_path / "s.ini"))
    yield keeper
    keeper.choose("light")


def test_it_follows_the_system_until_one_is_chosen(keeper, qtbot, monkeypatch):
    hints, taken = QApplication.styleHints(), []
    keeper.palette_changed.connect(taken.append)
    monkeypatch.setattr(theme, "system_palette", lambda: DARK)
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    keeper.choose("light")
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    keeper.choose("system")
    assert [palette.name for palette in taken] == ["dark", "light", "dark"]


def test_an_unknown_theme_is_the_systems(keeper):
    keeper.choose("purple")
    assert keeper.choice == "system"


def test_the_text_size_is_bounded_and_kept(keeper, tmp_path):
    for _ in range(30):
        keeper.resize_text(1)
    assert keeper.points == 20
    assert ThemeKeeper(Settings(tmp_path / "s.ini")).points == 20
    keeper.resize_text(0)
    assert keeper.points == 10


def test_the_application_takes_colours_and_size(qapp, qtbot):
    label = QLabel("text")
    qtbot.addWidget(label)
    label.show()
    apply_theme(qapp, DARK, 16)
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == DARK.window
    assert label.font().pointSize() == 16
    apply_theme(qapp, LIGHT, 10)
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == LIGHT.window


@pytest.mark.parametrize("points", [9, 10, 14, 20])
@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_the_style_sheet_has_no_gaps(palette, points):
    pictures = {name: picture_url(f"{name}_{palette.name}") for name in ("chevron", "chevron_up", "check")}
    sheet = style_sheet(palette, points, pictures)
    assert "@" not in sheet
    assert sheet.count("{") == sheet.count("}")


def test_text_stands_out_from_what_is_under_it():
    for palette in (LIGHT, DARK):
        colours = qt_palette(palette)
        under = colours.color(QPalette.ColorRole.Window).lightnessF()
        over = colours.color(QPalette.ColorRole.WindowText).lightnessF()
        assert abs(under - over) > 0.7


@pytest.mark.parametrize(
    "name",
    [
        "train",
        "pause",
        "step",
        "back",
        "reset",
        "data",
        "presets",
        "open",
        "export",
        "first",
        "previous",
        "next",
    ]
    + ["last", "close", "float", "plus", "minus", "info", "warning", "error"],
)
def test_an_icon_is_drawn_in_its_colour(qapp, name):
    image = pixmap(name, "#ff0000", 32).toImage()
    drawn = [
        image.pixelColor(x, y) for x in range(32) for y in range(32) if image.pixelColor(x, y).alpha() > 200
    ]
    assert len(drawn) > 20
    assert all((c.red(), c.green(), c.blue()) == (255, 0, 0) for c in drawn)
    assert not icon(name, "#ff0000", "#00ff00").isNull()
