"""The docks: where they stand, that they move, and that the layout is kept."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from bpviz.views.main_window import MainWindow
from bpviz.views.settings import Settings
from tests.helpers.window import small_specs, small_window


@pytest.fixture
def window(qtbot, tmp_path):
    window = small_window(tmp_path)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    return window


def places(window):
    """Return where the panels are that stand open at first."""
    return {key: dock.geometry() for key, dock in window.host.docks.items() if dock.spec.side != "tab"}


def settled(window, qtbot):
    qtbot.waitUntil(lambda: not window.host._arrange.isActive())
    qtbot.wait(10)
    return places(window)


def test_the_default_layout_is_that_of_the_drawing(window, qtbot):
    at = settled(window, qtbot)
    assert at["setup"].right() < at["network"].left() < at["network"].right() < at["surface"].left()
    assert at["network"].bottom() < at["loss"].top()
    assert at["surface"].bottom() < at["map"].top()
    assert at["network"].left() == at["loss"].left()
    assert at["surface"].left() == at["map"].left()
    assert at["network"].width() > at["surface"].width() > at["setup"].width()
    assert at["network"].height() > at["loss"].height()


def test_a_panel_is_closed_by_its_button_and_comes_back_by_the_menu(window, qtbot):
    dock = window.host.docks["map"]
    qtbot.mouseClick(dock.bar.close_button, Qt.MouseButton.LeftButton)
    assert not window.panel_visible("map")
    dock.toggleViewAction().trigger()
    assert window.panel_visible("map")


def test_tab_passes_panels_by_that_lie_behind_others(window, qtbot):
    host = window.host
    host.docks["gradients"].bring()
    settled(window, qtbot)
    behind = [dock for dock in host.docks.values() if dock.isVisible() and dock.visibleRegion().isEmpty()]
    assert behind
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    host.docks["network"].bar.close_button.setFocus()
    seen = []
    for _ in range(80):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        seen.append(QApplication.focusWidget())
    assert not [widget for widget in seen for dock in behind if dock.isAncestorOf(widget)]
    assert len(set(map(id, seen))) > 10


def test_a_panel_floats_and_goes_back(window, qtbot):
    dock = window.host.docks["network"]
    qtbot.mouseClick(dock.bar.float_button, Qt.MouseButton.LeftButton)
    assert dock.isFloating()
    assert dock.panel.isVisible()
    qtbot.mouseClick(dock.bar.float_button, Qt.MouseButton.LeftButton)
    assert not dock.isFloating()


def test_the_gradient_check_is_closed_at_first_and_comes_to_the_front_of_its_place(window, qtbot):
    dock, host = window.host.docks["gradients"], window.host
    assert not window.panel_visible("gradients")
    dock.toggleViewAction().trigger()
    qtbot.waitUntil(lambda: window.panel_visible("gradients"))
    assert host.tabifiedDockWidgets(dock) == [host.docks["map"]]
    qtbot.waitUntil(lambda: not window.panel_visible("map"))
    assert dock.width() == host.docks["surface"].width()
    host.docks["map"].raise_()
    qtbot.waitUntil(lambda: window.panel_visible("map") and not window.panel_visible("gradients"))
    window.menus.actions["gradients"].trigger()
    qtbot.waitUntil(lambda: window.panel_visible("gradients"))
    window.menus.actions["restore"].trigger()
    assert set(places(window)) == {key for key in host.docks if window.panel_visible(key)}
    assert not dock.isVisible()


@pytest.mark.parametrize("floating", [False, True])
def test_a_layout_of_before_a_panel_was_there_is_taken(qtbot, tmp_path, floating):
    older = MainWindow(small_specs()[:-1], Settings(tmp_path / "settings.ini"))
    qtbot.addWidget(older)
    older.show()
    settled(older, qtbot)
    older.host.docks["loss"].close()
    older.host.docks["map"].setFloating(floating)
    older.close()
    window = small_window(tmp_path)
    qtbot.addWidget(window)
    window.restore_kept_layout()
    window.show()
    settled(window, qtbot)
    assert not window.panel_visible("loss")
    assert not window.panel_visible("gradients")
    window.host.docks["gradients"].toggleViewAction().trigger()
    qtbot.waitUntil(lambda: window.panel_visible("gradients"))
    assert not window.host.docks["gradients"].isFloating()


def test_the_layout_is_restored_from_the_menu(window, qtbot):
    before = settled(window, qtbot)
    window.host.docks["map"].close()
    window.host.docks["network"].setFloating(True)
    window.menus.actions["restore"].trigger()
    assert settled(window, qtbot) == before
    assert all(window.panel_visible(key) for key in before)


def test_the_layout_is_kept_for_the_next_start(qtbot, tmp_path):
    first = small_window(tmp_path)
    qtbot.addWidget(first)
    first.restore_kept_layout()
    first.show()
    settled(first, qtbot)
    first.host.docks["map"].close()
    first.resize(1400, 800)
    first.themes.choose("dark")
    first.close()
    second = small_window(tmp_path)
    qtbot.addWidget(second)
    second.restore_kept_layout()
    second.show()
    settled(second, qtbot)
    assert not second.panel_visible("map")
    assert second.panel_visible("loss")
    assert (second.width(), second.height()) == (1400, 800)
    assert second.themes.choice == "dark"
    second.themes.choose("light")


@pytest.mark.parametrize("broken", [None, 5, "", "not base 64!", "AAAA", [1], {"a": 1}])
def test_a_broken_layout_gives_the_default(qtbot, tmp_path, broken):
    settings = Settings(tmp_path / "settings.ini")
    settings.set_value("layout", broken)
    settings.set_value("size", broken)
    settings.set_value("maximized", broken)
    settings.set_value("theme", broken)
    settings.set_value("text_points", broken)
    settings.save()
    window = small_window(tmp_path)
    qtbot.addWidget(window)
    window.restore_kept_layout()
    window.show()
    at = settled(window, qtbot)
    assert at["setup"].right() < at["network"].left() < at["surface"].left()
    assert all(window.panel_visible(key) for key in at)


def test_settings_come_back_as_they_were(tmp_path):
    path = tmp_path / "s.ini"
    values = {"flag": True, "one": ["a"], "none": [], "text": "5", "number": 5, "deep": {"x": [1, None]}}
    settings = Settings(path)
    for name, value in values.items():
        settings.set_value(name, value)
    settings.save()
    again = Settings(path)
    assert {name: again.value(name) for name in values} == values
    assert again.value("nothing", 7) == 7


def test_a_torn_settings_file_is_as_good_as_none(tmp_path):
    path = tmp_path / "s.ini"
    path.write_text('[General]\nwindow="{broken"\n')
    assert Settings(path).value("theme", "system") == "system"


def test_a_home_that_cannot_be_written_is_one_warning(tmp_path, caplog):
    blocker = Path(tmp_path / "file")
    blocker.write_text("not a folder")
    settings = Settings(blocker / "settings.ini")
    settings.set_value("theme", "dark")
    settings.save()
    settings.save()
    warnings = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    assert warnings == [f"The settings cannot be kept in {blocker}."]
    assert settings.value("theme") == "dark"


@pytest.mark.parametrize(
    ("preset", "english", "chinese"),
    [("bowl", "Descent", "下降过程"), ("noisy_sine", "Fit", "拟合"), ("spiral", "Decision map", "决策边界")],
)
def test_the_panel_of_answers_is_called_what_it_shows(qtbot, preset, english, chinese):
    from tests.wiring.test_window import Open

    opened = Open(qtbot)
    run = opened.state.run_id
    opened.window.preset_requested.emit(preset)
    opened.wait_for_run(run)
    dock = opened.window.host.docks["map"]
    assert dock.windowTitle() == dock.bar.title.text() == english
    opened.window.language_requested.emit("zh_CN")
    assert dock.windowTitle() == dock.bar.title.text() == chinese
    opened.window.language_requested.emit("en")
    opened.window.close()
    opened.window.deleteLater()
