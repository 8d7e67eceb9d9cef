"""Where the walk stands between two iterations, marked in the loss plot."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from bpviz.present.loss.scales import Axis
from bpviz.present.palette import DARK, LIGHT
from bpviz.present.walk.light import lit_at
from bpviz.snapshot.dissection import Operation
from bpviz.training.options import run_config
from bpviz.views.loss.canvas import LossCanvas
from bpviz.views.loss.walk import Making, gauge_of, making_of, paint_making
from tests.helpers.walking import Walker

PLOT = QRectF(40, 10, 400, 100)
UP = Axis(0.0, 1.0, 110.0, 10.0)
NEAR, FAR = Axis(0.0, 2.0, 40.0, 440.0), Axis(0.0, 1000.0, 40.0, 440.0)


def test_the_mark_goes_from_one_iteration_to_the_next_with_the_operations():
    at = Walker(run_config({"data": "xor", "layers": "3 tanh"}))
    at.on()
    operations = at.dissection.operations
    made = [making_of(lit_at(at.dissection, each, "mean"), LIGHT) for each in operations]
    shares = [each.share for each in made]
    np.testing.assert_allclose(shares, np.arange(1, len(operations) + 1) / len(operations))
    assert {each.iteration for each in made} == {1}
    first_known = next(j for j, each in enumerate(made) if each.loss is not None)
    assert operations[first_known] == Operation("loss", "loss")
    assert {each.level for each in made} == {at.dissection.loss}
    assert making_of(None, LIGHT) is None


def test_it_lies_between_the_two_iterations_where_there_is_room():
    bar, at = gauge_of(Making(2, 0.8, "#000000", 0.25, 0.8), NEAR, UP, PLOT)
    # Iteration 1 is at 240, iteration 2 at 440; a quarter of the way is 290.
    assert (bar.left(), bar.right(), at) == (240, 440, 290)


def test_it_is_larger_than_the_way_where_that_is_too_small_to_be_seen():
    bar, at = gauge_of(Making(501, 0.8, "#000000", 0.5, 0.8), FAR, UP, PLOT)
    assert bar.width() == 64
    assert at == pytest.approx(bar.center().x()) == pytest.approx(240.2)
    # At either end it stays in the plot, with room for a number on each side.
    for iteration in (1, 1000):
        bar, _ = gauge_of(Making(iteration, 0.8, "#000000", 0.5, 0.8), FAR, UP, PLOT)
        assert PLOT.left() + 58 <= bar.left()
        assert bar.right() <= PLOT.right() - 58


def test_it_keeps_clear_of_the_loss():
    high, _ = gauge_of(Making(501, None, "#000000", 0.5, 0.9), FAR, UP, PLOT)
    low, _ = gauge_of(Making(501, None, "#000000", 0.5, 0.1), FAR, UP, PLOT)
    assert high.top() > PLOT.center().y() > low.bottom()


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_what_is_done_has_the_colour_of_the_phase(qapp, palette):
    def painted(share: float, axis: Axis = NEAR, iteration: int = 2) -> QImage:
        image = QImage(460, 130, QImage.Format.Format_RGB32)
        image.fill(QColor(palette.card))
        painter = QPainter(image)
        paint_making(painter, Making(iteration, 0.8, "#ff0000", share, 0.8), axis, UP, PLOT, palette)
        painter.end()
        return image

    image = painted(0.5)
    bar, _ = gauge_of(Making(2, 0.8, "#ff0000", 0.5, 0.8), NEAR, UP, PLOT)
    y = round(bar.center().y())
    assert image.pixelColor(260, y) == QColor("#ff0000")
    assert image.pixelColor(400, y) == QColor(palette.grid)
    assert painted(1.0).pixelColor(400, y) == QColor("#ff0000")
    # Zoomed to elsewhere there is no bar.
    away = painted(0.5, Axis(100.0, 200.0, 40.0, 440.0))
    assert all(away.pixelColor(x, y) == QColor(palette.card) for x in range(60, 430))


def test_the_axis_reaches_to_the_iteration_in_the_making(qtbot):
    canvas = LossCanvas()
    qtbot.addWidget(canvas)
    assert canvas.x_limits[1] < 3
    canvas.show_making(Making(3, None, "#000000"))
    assert canvas.x_limits[1] >= 3
    canvas.show_making(None)
    assert canvas.x_limits[1] < 3
