"""What was changed by hand is named with what it was: in the bar, in the diagram and on the card."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor

from bpviz.present.diagram.layout import Spot
from bpviz.present.numbers import change
from bpviz.views.network.changed import area_of
from tests.wiring.test_number_box import opened
from tests.wiring.test_what_ifs import CTRL, weight

__all__ = ["opened"]


def test_the_bar_the_diagram_and_the_card_tell_what_is_changed_and_what_it_was(opened):
    bar, scene = opened.what_ifs.bar, opened.panel.canvas.scene
    old, seen = weight(opened), float(opened.shown.layers[0].a[1])
    opened.type(Spot(2, 1, 3), "0.625")
    opened.wait_for(True)
    assert bar.words.text().startswith(f"W⁽²⁾[2,4]: {change(old, 0.625, 4)}.")
    opened.type(Spot(2, 1, 3), "0.75")
    opened.type(Spot(0, 1), "1.5")
    opened.qtbot.waitUntil(lambda: opened.shown.layers[0].a[1] == 1.5, timeout=20_000)
    # The newest first; of a number that was changed twice what it was before either.
    assert bar.words.text().startswith(f"the input x₂ of sample 0: {change(seen, 1.5, 4)} and 1 more.")
    assert f"W⁽²⁾[2,4]: {change(old, 0.75, 4)}" in bar.words.toolTip()
    assert [(one.before, one.after) for one in scene.by_hand] == [(seen, 1.5), (old, 0.75)]
    areas = [area_of(scene, one) for one in scene.by_hand]
    assert areas[0].contains(QRectF(*scene.layout.spot_cell(Spot(0, 1))))
    centre = areas[1].center()
    assert scene.spot_at(centre.x(), centre.y()) == Spot(2, 1, 3)
    picture = opened.panel.canvas.grab().toImage()
    for area in areas:
        middle = QPoint(round(area.center().x()), round(area.top()))
        colour, ring = picture.pixelColor(middle), QColor(scene.colours.warning)
        assert max(abs(a - b) for a, b in zip(colour.getRgb(), ring.getRgb(), strict=True)) < 90
    line = opened.panel.card_view.card.lines[1]
    assert (line.name, line.before, line.value) == ("changed by hand", seen, 1.5)
    opened.key(Qt.Key.Key_Backspace, CTRL)
    opened.wait_for(False)
    assert not scene.by_hand
    assert not any("by hand" in one.name for one in opened.panel.card_view.card.lines)
