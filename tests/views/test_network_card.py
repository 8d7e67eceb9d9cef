"""The card on the diagram."""

from __future__ import annotations

from PySide6.QtCore import QSizeF, Qt

from bpviz.present import inspect
from bpviz.present.diagram import Spot
from bpviz.views.network_card import CardView
from tests.helpers.fake_snapshots import network_run, network_snapshot


def test_a_card_with_more_lines_than_room_scrolls(qtbot):
    info = network_run((2, 8, 8, 1))
    card = inspect.card(info, network_snapshot(info), Spot(1, 0, 0))
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
