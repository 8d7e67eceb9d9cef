"""The check of one gradient in the whole window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt

from bpviz.present.diagram.layout import Spot
from bpviz.snapshot.probing import error_at
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


def test_every_gradient_of_a_card_is_checked_where_it_stands(opened):
    """δ of a neuron, ∂L/∂x, and in a walk the mean over the batch."""
    panel = opened.window.panels()["network"]
    opened.on(2)
    opened.settle()
    view = panel.card_view
    for spot in (Spot(1, 2), Spot(0, 1)):
        panel.canvas.pin(spot)
        line = next(
            at for at, each in enumerate(view.card.lines) if each.check == error_at(spot.layer, spot.unit)
        )
        view._choose(line)
        central = checked(opened, view)
        gradient = view.card.lines[line].value
        said = [each for each in view.card.lines if "backpropagation" in each.name]
        assert len(said) == 1
        assert said[0].value == pytest.approx(gradient, rel=1e-9)
        assert central == pytest.approx(gradient, rel=1e-6)
        assert view.card.lines[line + 1] == said[0]
