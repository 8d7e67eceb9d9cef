"""∂ set close, in whatever font."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QApplication

from bpviz.views.network.tight import draw_text, text_width


def fonts() -> list[QFont]:
    """Return the usual font, and a face made for Chinese where one is installed."""
    wide = [name for name in QFontDatabase.families() if "CJK SC" in name]
    return [QFont(name, 12) for name in [QFont().family(), *wide[:1]]]


def inked(font: QFont, text: str) -> int:
    """Return the last column that is not empty."""
    image = QImage(300, 60, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    painter.setFont(font)
    painter.setPen(QColor("black"))
    draw_text(painter, QPointF(0, 40), text)
    painter.end()
    return max(x for x in range(300) for y in range(60) if image.pixelColor(x, y).alpha())


@pytest.mark.parametrize("text", ["∂L/∂w 0.5", "w = 3", "∂"])
def test_what_is_measured_is_what_is_drawn(qapp: QApplication, text: str) -> None:
    for font in fonts():
        width = text_width(QFontMetricsF(font), text)
        assert inked(font, text) <= width + 1
        assert inked(font, text) >= width - 4


def test_the_sign_is_no_wider_than_a_capital(qapp: QApplication) -> None:
    for font in fonts():
        metrics = QFontMetricsF(font)
        assert text_width(metrics, "∂") < 1.25 * metrics.horizontalAdvance("D")
