"""The lines of text that paint themselves."""

from __future__ import annotations

from PySide6.QtGui import QFontMetricsF

from bpviz.views.quiet_text import QuietText


def test_a_long_text_is_written_smaller_before_it_is_cut(qtbot):
    line = QuietText()
    qtbot.addWidget(line)
    font = line.font()
    font.setPointSizeF(15.0)
    line.setFont(font)
    line.set_text("train 100 % · test 98.4 %")
    whole = QFontMetricsF(font).horizontalAdvance(line.text())
    line.resize(round(whole) + 4, 30)
    assert line._fitted().pointSizeF() == 15.0
    line.resize(round(0.75 * whole), 30)
    assert line._fitted().pointSizeF() == 15.0 * 0.7
    assert QFontMetricsF(line._fitted()).horizontalAdvance(line.text()) <= line.width()
