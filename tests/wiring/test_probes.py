"""The check of one gradient in the whole window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt

from bpviz.present.diagram import Spot
from tests.wiring.test_walk import Walked


@pytest.fixture
def opened(qtbot) -> Iterator[Walked]:
    one = Walked(qtbot)
    yield one
    one.window.close()
    one.window.deleteLater()


def checked(opened, view) -> float:
    opened.qtbot.mouseClick(view.check_button, Qt.MouseButton.LeftButton)
    opened.qtbot.waitUntil(lambda: any("h = " in line.name for line in view.card.lines), timeout=20_000)
    return float(next(line.value for line in view.card.lines if "h = " in line.name))


def test_the_button_in_a_weight_s_card_checks_its_gradient(opened):
    panel = opened.window.panels()["network"]
    opened.on(3)
    opened.settle()
    opened.qtbot.waitUntil(lambda: panel.canvas.scene.snapshot is not None)
    panel.canvas.pin(Spot(2, 1, 3))
    view = panel.card_view
    assert view.check_button.isVisible()
    central = checked(opened, view)
    backprop = next(line.value for line in view.card.lines if "backpropagation" in line.name)
    assert central == pytest.approx(backprop, rel=1e-6)
    opened.on()
    opened.settle()
    opened.qtbot.waitUntil(lambda: not any("h = " in line.name for line in view.card.lines))
    panel.canvas.pin(Spot(0, 1))
    assert not view.check_button.isVisible()
