"""The explanation in the whole window: it comes with a walk, goes with it, and is left alone when closed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bpviz.present.diagram.layout import Spot
from bpviz.present.unrolled.layout import Mark
from tests.wiring.test_walk import Walked


@pytest.fixture
def opened(qtbot) -> Iterator[Walked]:
    one = Walked(qtbot)
    yield one
    one.window.close()
    one.window.deleteLater()


def wait(opened, condition):
    opened.qtbot.waitUntil(condition, timeout=20_000)


def test_it_comes_with_a_walk_and_goes_with_it(opened):
    window = opened.window
    assert not window.panel_visible("explain")
    opened.grain("operation")
    opened.on()
    wait(opened, lambda: window.panel_visible("explain"))
    panel = window.panels()["explain"]
    wait(opened, lambda: panel.explained.base is not None)
    assert panel.explained.base.operation == opened.walk.current
    opened.on()
    assert panel.explained.base.operation == opened.walk.current
    opened.wiring.walks.leave()
    wait(opened, lambda: window.panel_visible("map") and not window.panel_visible("explain"))


def test_another_tab_put_in_front_stays_there_during_the_walk(opened):
    window = opened.window
    opened.grain("phase")
    before = window.focusWidget()
    opened.on()
    wait(opened, lambda: window.panel_visible("explain"))
    assert window.focusWidget() is before
    window.host.docks["map"].raise_()
    wait(opened, lambda: window.panel_visible("map"))
    iteration = opened.walk.iteration
    opened.on(6)
    assert opened.walk.iteration > iteration
    assert window.panel_visible("map")
    assert not window.panel_visible("explain")


def test_whoever_closes_it_is_left_alone(opened):
    window = opened.window
    opened.grain("operation")
    opened.on()
    wait(opened, lambda: window.panel_visible("explain"))
    window.host.docks["explain"].close()
    opened.wiring.walks.leave()
    panel = window.panels()["explain"]
    wait(opened, lambda: not panel._walks)
    opened.on()
    wait(opened, lambda: panel._walks)
    assert not window.panel_visible("explain")


def test_it_follows_the_network_unrolled_over_time(opened):
    window = opened.window
    window.preset_requested.emit("delayed_xor")
    wait(opened, lambda: window.panels()["network"].unrolled.isVisible())
    opened.settle()
    opened.grain("operation")
    opened.on()
    panel = window.panels()["explain"]
    wait(opened, lambda: panel.explained.base is not None)
    unrolled = window.panels()["network"].unrolled
    place = 1 if panel.explained.moment.place == (0,) else 0
    unrolled.pin_mark(Mark("cell", 1, panel.explained.moment.step, place, "h"))
    assert panel.explained.moment.place == (place,)


def test_it_follows_the_diagram_and_remembers_how_it_tells(opened):
    window = opened.window
    opened.grain("operation")
    opened.on()
    panel = window.panels()["explain"]
    wait(opened, lambda: panel.explained.base is not None)
    window.panels()["network"].canvas.pin(Spot(1, 2))
    assert panel.explained.moment.place == (2,)
    panel.set_depth("story")
    assert window.settings.value("depth") == "story"
