"""The card on the diagram."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QGuiApplication
from PySide6.QtWidgets import QWidget

from bpviz.present.cards import inspect
from bpviz.present.cards.card import CardLine
from bpviz.present.cards.card_chain import chained_card
from bpviz.present.cards.probed import checkable_card
from bpviz.present.diagram.layout import Spot
from bpviz.views.network.card import KEY_STEP, CardView
from bpviz.views.network.panel import NetworkPanel
from tests.helpers.fake_snapshots import network_run, network_snapshot


def full_card(info):
    snapshot = network_snapshot(info)
    return checkable_card(chained_card(info, snapshot, inspect.card(info, snapshot, Spot(1, 0, 0))))


def test_a_card_with_more_lines_than_room_scrolls(qtbot):
    info = network_run((2, 8, 8, 1))
    card = full_card(info)
    view = CardView(None)
    qtbot.addWidget(view)
    view.show_card(card, None, None, True, QSizeF(600, 120))
    top = view.grab().toImage()
    qtbot.keyClick(view, Qt.Key.Key_PageDown)
    assert view.grab().toImage() != top
    qtbot.keyClick(view, Qt.Key.Key_PageUp)
    assert view.grab().toImage() == top
    view.scroll_by(1000)
    low = view.grab().toImage()
    view.scroll_by(1)
    assert view.grab().toImage() == low


def test_a_product_too_wide_for_the_card_is_broken_and_nothing_of_it_is_lost(qtbot):
    info = network_run((2, 8, 8, 8, 8, 1))
    card = full_card(info)
    view = CardView(None)
    qtbot.addWidget(view)
    view.show_card(card, None, None, True, QSizeF(300, 2000))
    metrics = QFontMetricsF(view.font())
    said = [row.text for row in view._rows]
    assert len(said) > len(card.lines)
    assert all(metrics.horizontalAdvance(row) < 300 for row in said)
    assert " ".join(" ".join(said).split()) == " ".join(" ".join(e.shown() for e in card.lines).split())


@pytest.fixture
def pinned(qtbot):
    parent = QWidget()
    parent.resize(640, 480)
    qtbot.addWidget(parent)
    view = CardView(parent)
    card = full_card(network_run((2, 8, 8, 1)))
    view.show_card(card, None, None, True, QSizeF(620, 400))
    parent.show()
    yield view
    parent.close()


def clipboard():
    return QGuiApplication.clipboard().text()


def test_the_keyboard_chooses_a_line_and_its_number_is_copied_in_full(pinned, qtbot):
    pinned.copy()
    assert clipboard() == pinned.card.copied()
    for line in pinned.card.lines:
        qtbot.keyClick(pinned, Qt.Key.Key_Down)
        pinned.copy()
        if line.value is not None:
            assert repr(line.value) in clipboard()
        assert clipboard() == line.copied()
    qtbot.keyClick(pinned, Qt.Key.Key_Down)
    assert pinned.chosen == len(pinned.card.lines) - 1
    qtbot.keyClick(pinned, Qt.Key.Key_Up)
    assert pinned.chosen == len(pinned.card.lines) - 2
    pinned.copy_button.click()
    assert clipboard() == pinned.card.copied()


def test_a_click_chooses_a_line_and_the_sign_behind_a_gradient_checks_it(pinned, qtbot):
    at = next(at for at, row in enumerate(pinned._rows) if pinned._marked(at))
    line = pinned.card.lines[pinned._rows[at].line]
    box = pinned._mark_box(at)
    with qtbot.waitSignal(pinned.check_wanted) as wanted:
        qtbot.mouseClick(pinned, Qt.MouseButton.LeftButton, pos=box.center().toPoint())
    assert wanted.args == [line.check]
    assert pinned.chosen == pinned._rows[at].line
    with qtbot.assertNotEmitted(pinned.check_wanted):
        pos = QPoint(20, round(box.center().y()))
        qtbot.mouseClick(pinned, Qt.MouseButton.LeftButton, pos=pos)


def test_the_title_moves_the_card_within_its_panel(pinned, qtbot):
    start = pinned.pos()
    qtbot.mousePress(pinned, Qt.MouseButton.LeftButton, pos=QPoint(15, 8))
    qtbot.mouseMove(pinned, QPoint(45, 28))
    assert pinned.pos() - start == QPoint(30, 20)
    qtbot.mouseRelease(pinned, Qt.MouseButton.LeftButton, pos=QPoint(15, 8))
    qtbot.mouseMove(pinned, QPoint(90, 90))
    assert pinned.placed == start + QPoint(30, 20)
    qtbot.keyClick(pinned, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert pinned.pos().x() == start.x() + 30 + KEY_STEP
    pinned.put(QPoint(10_000, -50))
    assert pinned.geometry().right() <= 640
    assert pinned.pos().y() == 0


def test_folded_it_has_three_lines(pinned, qtbot):
    whole = pinned.height()
    with qtbot.waitSignal(pinned.folded_changed):
        pinned.fold_button.click()
    pinned.show_card(pinned.card, None, None, True, QSizeF(620, 400))
    assert {row.line for row in pinned._rows} == {0, 1, 2}
    assert pinned.height() < whole
    pinned.fold_button.click()
    pinned.show_card(pinned.card, None, None, True, QSizeF(620, 400))
    assert pinned.height() == whole


def test_in_the_panel_the_chosen_number_is_copied_by_its_key(qtbot):
    info = network_run((2, 3, 1))
    panel = NetworkPanel()
    qtbot.addWidget(panel)
    panel.resize(640, 420)
    panel.show_run(info)
    panel.show_snapshot(network_snapshot(info))
    panel.show()
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    panel.canvas.pin(Spot(1, 1, 0))
    view = panel.card_view
    view.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert clipboard() == repr(float(network_snapshot(info).layers[1].weights[1, 0]))
    view.put(QPoint(3, 5))
    panel.show_snapshot(network_snapshot(info, iteration=421))
    assert view.pos() == QPoint(3, 5)
    panel.canvas.pin(None)
    assert not view.isVisible()


def test_what_a_check_has_found_is_brought_into_view(pinned):
    card = pinned.card
    room = QSizeF(620, 130)
    pinned.show_card(card, None, None, True, room)
    check = next(at for at, line in enumerate(card.lines) if line.check is not None)
    found = tuple(CardLine(f"found {number}", 1.0) for number in range(7))
    more = replace(card, lines=(*card.lines[: check + 1], *found, *card.lines[check + 1 :]))
    pinned.show_card(more, None, None, True, room)
    assert pinned._rows[pinned._first].line == check
    seen = {row.line for row in pinned._rows[pinned._first : pinned._first + pinned._lines]}
    assert {check, check + 1, check + 2} <= seen


def test_a_folded_card_unfolds_for_a_check(pinned, qtbot):
    pinned.fold_button.click()
    with qtbot.waitSignal(pinned.check_wanted):
        pinned.check_button.click()
    assert not pinned.folded


def test_a_pinned_card_that_would_hide_the_diagram_shows_what_matters_most_until_it_is_unfolded(qtbot):
    info = network_run((2, 3, 1))
    panel = NetworkPanel()
    qtbot.addWidget(panel)
    panel.resize(480, 330)
    panel.show_run(info)
    panel.show_snapshot(network_snapshot(info))
    panel.show()
    panel.canvas.pin(Spot(1, 1, 0))
    view = panel.card_view
    assert view.folded
    assert len({row.line for row in view._rows}) == 3
    assert all(view.card.lines[row.line].tone != "muted" for row in view._rows)
    view.fold_button.click()
    panel.show_snapshot(network_snapshot(info, iteration=421))
    assert not view.folded
    view.fold_chosen = False
    panel.resize(1500, 1100)
    panel.canvas.pin(Spot(1, 0, 0))
    assert not view.folded
