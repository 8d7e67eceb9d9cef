"""Pictures of widgets: their size, their sharpness, and that the screen is left alone."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from bpviz.views.grab import grab_widget


class Stripes(QWidget):
    """Half black, half white, so that a scaled picture would show grey."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(0, 0, self.width() // 2, self.height(), "black")
        painter.fillRect(self.width() // 2, 0, self.width(), self.height(), "white")
        painter.end()


def pixels(image: QImage) -> np.ndarray:
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    return np.array(plain.constBits()).reshape(image.height(), image.width(), 4)[..., :3]


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0, 3.0])
def test_size_and_ratio(qtbot, ratio):
    widget = Stripes()
    qtbot.addWidget(widget)
    image = grab_widget(widget, 200, 100, ratio)
    assert (image.width(), image.height()) == (200 * ratio, 100 * ratio)
    assert image.devicePixelRatio() == ratio
    colours = {tuple(c) for c in pixels(image).reshape(-1, 3)}
    assert colours == {(0, 0, 0), (255, 255, 255)}


def test_text_is_drawn_with_all_pixels(qtbot):
    label = QLabel("Gradient descent")
    qtbot.addWidget(label)
    small = grab_widget(label, 200, 40, 1.0)
    large = grab_widget(label, 200, 40, 4.0)
    enlarged = small.scaled(large.size())
    enlarged.setDevicePixelRatio(1.0)
    sharp, soft = pixels(large).astype(int), pixels(enlarged).astype(int)
    assert np.abs(sharp - soft).mean() > 1.0


def test_the_widget_on_the_screen_keeps_its_size_and_limits(qtbot):
    window = QWidget()
    inner = QLabel("inner")
    inner.setMinimumSize(300, 120)
    QVBoxLayout(window).addWidget(inner)
    qtbot.addWidget(window)
    window.resize(500, 400)
    window.show()
    qtbot.waitExposed(window)
    before = inner.geometry()
    image = grab_widget(inner, 100, 50)
    assert (image.width(), image.height()) == (100, 50)
    assert inner.geometry() == before
    assert (inner.minimumWidth(), inner.minimumHeight()) == (300, 120)
    qtbot.wait(10)
    assert inner.geometry() == before


def test_a_layout_fills_the_picture_of_a_widget_that_was_never_shown(qtbot):
    outer = QWidget()
    stripes = Stripes()
    layout = QVBoxLayout(outer)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(stripes)
    qtbot.addWidget(outer)
    image = pixels(grab_widget(outer, 400, 300))
    assert tuple(image[150, 10]) == (0, 0, 0)
    assert tuple(image[150, 390]) == (255, 255, 255)
    assert tuple(image[299, 399]) == (255, 255, 255)
