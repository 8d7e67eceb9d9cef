"""The card on the diagram."""

from __future__ import annotations

from PySide6.QtCore import QSizeF, Qt
from PySide6.QtGui import QFontMetricsF

from bpviz.present import inspect
from bpviz.present.card_chain import chained_card
from bpviz.present.diagram import Spot
from bpviz.present.probed import checkable_card
from bpviz.views.network_card import CardView
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
