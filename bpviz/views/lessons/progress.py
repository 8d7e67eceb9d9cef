"""What a step of a lesson trains for, how far it is, and why it stopped."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QVBoxLayout, QWidget

from bpviz.present.lessons.goals import Goal, end, state, task
from bpviz.present.palette import LIGHT, Palette

_HEIGHT = 4.0


class ShareBar(QWidget):
    """A thin bar, filled as far as ``share`` says."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.share = 0.0
        self.palette_in_use: Palette = LIGHT
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(120, round(_HEIGHT) + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, palette = QPainter(self), self.palette_in_use
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for share, colour in ((1.0, palette.border), (self.share, palette.accent)):
            painter.setBrush(QColor(colour))
            painter.drawRoundedRect(QRectF(0.0, 1.0, share * self.width(), _HEIGHT), 2.0, 2.0)
        painter.end()


class GoalView(QFrame):
    """Tells of a `Goal`; hidden where there is nothing to tell."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("LessonBox")
        self.words = QLabel(self, wordWrap=True, textFormat=Qt.TextFormat.RichText)
        self.bar = ShareBar(self)
        self._palette: Palette = LIGHT
        self._goal: Goal | None = None
        self._busy = False
        column = QVBoxLayout(self)
        column.setSpacing(6)
        column.addWidget(self.words)
        column.addWidget(self.bar)
        self.hide()

    def show_goal(self, goal: Goal | None, *, busy: bool) -> None:
        """Show how far it is; not ``busy``: how it ended."""
        self._goal, self._busy = goal, busy
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the language in force."""
        goal, said = self._goal, ""
        if goal is not None and self._busy:
            said = self._on_the_way(goal)
        elif goal is not None:
            said = self._at_the_end(goal)
        self.setVisible(bool(said))
        self.bar.setVisible(self._busy)
        if said != self.words.text():
            self.words.setText(said)

    def _on_the_way(self, goal: Goal) -> str:
        if goal.latest is None or goal.at is not None:
            return ""
        self.bar.share = min(goal.latest / max(goal.iteration, 1), 1.0)
        self.bar.update()
        return f"<b>{task(goal)}</b><br>{state(goal)}"

    def _at_the_end(self, goal: Goal) -> str:
        left = goal.at is None and goal.latest is not None
        said = end(goal, left=left) if left or goal.at is not None else ""
        if not said:
            return ""
        mark, colour = ("✓ ", self._palette.good) if goal.met else ("", self._palette.text)
        return f'<b>{task(goal)}</b><br><span style="color:{colour}">{mark}{said}</span>'

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self._palette = self.bar.palette_in_use = palette
        self.bar.update()
        self.retranslate()
