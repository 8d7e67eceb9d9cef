"""The popup of branches and bookmarks, the marks on the timeline and in the loss plot."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLineEdit, QWidget

from bpviz.present.palette import DARK, LIGHT
from bpviz.present.places import ShownPlaces, branch_colour
from bpviz.text import set_language
from bpviz.views.loss.panel import LossPanel
from bpviz.views.places import PlacesPopup
from bpviz.views.timeline import Timeline
from tests.helpers.fake_history import fake_history
from tests.helpers.window import snapshot_at, state_at
from tests.present.test_places import places
from tests.views.loss.test_panel import INFO, count_colour, snapshot


@pytest.fixture
def popup(qtbot):
    popup = PlacesPopup()
    qtbot.addWidget(popup)
    popup.retranslate()
    popup.show_places(ShownPlaces(places()))
    popup.show()
    popup.asked = []
    for name in ("branch_chosen", "branch_renamed", "branch_deleted", "bookmark_chosen", "bookmark_deleted"):
        getattr(popup, name).connect(lambda *given, name=name: popup.asked.append((name, *given)))
    return popup


def test_enter_goes_there_and_closes(popup, qtbot):
    popup.branches.table.setCurrentCell(0, 0)
    qtbot.keyClick(popup.branches.table, Qt.Key.Key_Return)
    assert popup.asked == [("branch_chosen", 1)]
    assert not popup.isVisible()


def test_the_present_branch_cannot_be_deleted(popup, qtbot):
    table = popup.branches.table
    table.choose_present()
    assert table.key() == 2
    qtbot.keyClick(table, Qt.Key.Key_Delete)
    assert not popup.branches.delete_button.isEnabled()
    table.setCurrentCell(0, 0)
    assert popup.branches.delete_button.isEnabled()
    qtbot.mouseClick(popup.branches.delete_button, Qt.MouseButton.LeftButton)
    assert popup.asked == [("branch_deleted", 1)]


def test_a_name_is_written_into_the_row(popup, qtbot):
    table = popup.branches.table
    table.setCurrentCell(0, 0)
    table.rename()
    editor = table.findChild(QLineEdit)
    editor.setText(" calm ")
    # Meanwhile the run goes on: the list that comes does not take the pen away.
    popup.show_places(ShownPlaces(places()))
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(popup.asked))
    assert popup.asked == [("branch_renamed", 1, "calm")]
    assert popup.isVisible()


def test_what_is_chosen_stays_chosen_when_the_list_is_told_again(popup):
    table = popup.bookmarks.table
    table.setCurrentCell(2, 0)
    popup.show_places(ShownPlaces(places()))
    assert table.key() == 3


def test_it_speaks_chinese(popup):
    set_language("zh_CN")
    try:
        popup.retranslate()
        assert popup.branches.table.item(1, 1).text() == "分支 1 的第 200 次"
        assert popup.tabs.tabText(1) == "书签"
    finally:
        set_language("en")


def test_the_timeline_asks_to_play_and_marks_where_bookmarks_and_forks_are(qtbot):
    bar = Timeline()
    qtbot.addWidget(bar)
    bar.resize(1300, 40)
    bar.show()
    qtbot.waitExposed(bar)
    played: list[int] = []
    bar.replay_requested.connect(played.append)
    bar.show_snapshot(snapshot_at(300))
    bar.show_state(state_at(300, 500))
    qtbot.mouseClick(bar.buttons["rewind"], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(bar.buttons["forward"], Qt.MouseButton.LeftButton)
    assert played == [-1, 1]
    plain = count_colour(bar.slider.grab().toImage(), branch_colour(1))
    bar.show_places(ShownPlaces(places()))
    assert bar.slider.marks == (120, 450)
    assert count_colour(bar.slider.grab().toImage(), branch_colour(1)) > plain
    assert "bold" in bar.reading.text()
    bar.resize(700, 40)
    assert "bold" not in bar.reading.text()
    assert bar.slider.width() > 100
    bar.resize(1300, 40)
    # At the end there is nothing to play forwards, but what plays can always be stopped.
    bar.show_snapshot(snapshot_at(500))
    assert not bar.buttons["forward"].isEnabled()
    bar.show_playing(1)
    assert bar.buttons["forward"].isEnabled()


def test_the_loss_plot_draws_other_branches_and_reaches_as_far_as_they_do(qtbot):
    panel = LossPanel()
    qtbot.addWidget(panel)
    panel.resize(600, 240)
    panel.show_run(INFO)
    panel.show_history(fake_history(400, seed=3))
    panel.show_snapshot(snapshot(400))
    pale = QColor(branch_colour(1))
    mixed = [round(0.75 * part + 0.25 * 255) for part in (pale.red(), pale.green(), pale.blue())]
    colour = QColor(*mixed).name()
    plain = count_colour(panel.plot.grab().toImage(), colour)
    assert panel.plot.x_limits[1] < 600
    panel.show_places(ShownPlaces(places()))
    assert panel.plot.x_limits[1] >= 600
    assert count_colour(panel.plot.grab().toImage(), colour) > plain + 50
    assert panel.plot.marks[0].iteration == 120
    panel.show_run(INFO)
    assert panel.plot.branches.all == panel.plot.marks == ()


def test_other_branches_are_named_and_have_their_test_losses_dashed(qtbot):
    panel = LossPanel()
    qtbot.addWidget(panel)
    panel.resize(700, 240)
    panel.show_run(INFO)
    panel.show_history(fake_history(400, seed=3))
    panel.show_snapshot(snapshot(400))
    panel.show_places(ShownPlaces(places()))
    panel.legend.resize(600, 20)
    assert panel.legend.texts()[2:] == ["Branch 1"]
    (branch,) = panel.plot.branches.all
    history = fake_history(600, every=10)
    assert branch.losses_at(304) == (history.train_loss[30], history.test_loss[30])
    assert branch.losses_at(601) is None
    # Nothing but its own test losses tells the axis of them.
    whole = panel.plot.grab().toImage()
    branch.series["test_loss"].__init__()
    panel.plot.invalidate()
    assert panel.plot.grab().toImage() != whole
    panel.legend.resize(90, 20)
    assert "Branch 1" not in panel.legend.texts()


def test_the_spot_of_the_branch_on_the_screen_has_the_colour_of_its_curve(popup):
    for palette in (LIGHT, DARK):
        popup.set_palette(palette)
        table = popup.branches.table
        spots = [table.item(row, 0).icon().pixmap(10, 10).toImage().pixelColor(5, 5) for row in (0, 1)]
        assert [spot.name() for spot in spots] == [branch_colour(1), palette.accent]


@pytest.mark.parametrize(
    "spare", [QRect(240, 430, 640, 220), QRect(0, 320, 700, 330), QRect(100, 60, 250, 600), None]
)
def test_it_leaves_the_curves_free(popup, qtbot, spare):
    anchor = QWidget()
    qtbot.addWidget(anchor)
    anchor.setGeometry(1000, 660, 30, 30)
    anchor.show()
    popup.open_above(anchor, spare)
    assert spare is None or not popup.geometry().intersects(spare)
    assert anchor.screen().availableGeometry().contains(popup.geometry())
    assert popup.height() >= popup.minimumSizeHint().height()


def test_a_run_that_diverged_between_two_measurements_turns_to_a_logarithmic_axis(qtbot):
    panel = LossPanel()
    qtbot.addWidget(panel)
    panel.resize(600, 240)
    panel.show_run(INFO)
    history = fake_history(30, every=10)
    losses = history.loss.copy()
    losses[-3:] = 1e20, 1e50, 1e80
    flat = np.full_like(history.train_loss, 0.5)
    history = replace(history, train_loss=flat, test_loss=flat)
    panel.show_history(replace(history, loss=np.full_like(losses, 0.5)))
    assert not panel.plot.log
    panel.show_history(replace(history, loss=losses, generation=history.generation + 1))
    assert panel.plot.log
    panel.plot.log_choice = False
    assert not panel.plot.log
