"""The page of the story: the drawing, and what is told beside or below it."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLabel, QWidget

from bpviz.present.explain.names import joined
from bpviz.present.explain.story import Story
from bpviz.present.palette import Palette
from bpviz.text import tr
from bpviz.views.explain.factory import FactoryCanvas
from bpviz.views.explain.pages import Page

_ANY_HEIGHT = 16777215
_BESIDE = 2.6
"""From this many times as wide as high on, the story stands beside its drawing."""


class StoryPage(Page):
    """The factory, and the sentences; where both do not find room, they scroll."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas = FactoryCanvas(self.body)
        self.label = QLabel(self.body)
        self.label.setWordWrap(True)
        self.label.setTextFormat(Qt.TextFormat.RichText)
        self.label.setMinimumWidth(1)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._row.setContentsMargins(2, 0, 4, 2)
        self._row.setSpacing(10)
        self._row.addWidget(self.canvas, 3)
        self._row.addWidget(self.label, 2)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.addLayout(self._row, 1)

    def show_story(self, story: Story | None) -> None:
        """Show another moment."""
        self.canvas.show_factory(None if story is None else story.factory)
        sentences = () if story is None else story.sentences
        inner = "</p><p style='margin:4px 0 0 0;'>".join(map(escape, sentences))
        self.label.setText(f"<p style='margin:0;'>{inner}</p>")
        said = joined(list(sentences))
        self.label.setAccessibleDescription(said)
        self.canvas.setAccessibleDescription(said)

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self.canvas.set_palette(palette)
        self.label.setStyleSheet(f"color: {palette.text};")

    def retranslate(self) -> None:
        """Say everything again."""
        self.canvas.setAccessibleName(tr("The factory"))
        self.label.setAccessibleName(tr("Explanation as a story"))
        self.setAccessibleName(tr("Explanation as a story"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = self.width() >= _BESIDE * self.height()
        ways = QBoxLayout.Direction
        self._row.setDirection(ways.LeftToRight if beside else ways.TopToBottom)
        # Beside a long story the drawing stays whole at the top, and only the words scroll past it.
        self.canvas.setMaximumHeight(self.viewport().height() if beside else _ANY_HEIGHT)
        self._row.setAlignment(self.canvas, Qt.AlignmentFlag.AlignTop if beside else Qt.AlignmentFlag(0))
