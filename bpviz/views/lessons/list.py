"""The list of lessons: number, title, what it is about, how long it takes, and whether it was done."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from bpviz.present.lessons.model import Lesson
from bpviz.present.palette import LIGHT, Palette
from bpviz.text import tr
from bpviz.views.naming import named
from bpviz.views.wrapped_button import TallButton

_TICK = ((0.31, 0.52), (0.45, 0.66), (0.7, 0.36))


class Mark(QWidget):
    """A lesson's number in a ring; once done, a tick."""

    def __init__(self, number: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.number, self.done = number, False
        self.palette_in_use: Palette = LIGHT
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        side = round(1.55 * self.fontMetrics().height())
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, palette = QPainter(self), self.palette_in_use
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = min(self.width(), self.height()) - 2.0
        colour = QColor(palette.good if self.done else palette.border)
        painter.setPen(QPen(colour, 1.4))
        painter.setBrush(colour if self.done else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(self.width() / 2, self.height() / 2), side / 2, side / 2)
        if self.done:
            painter.setPen(QPen(QColor(palette.card), 1.8))
            points = [
                QPointF(self.width() * x, self.height() * y)
                for x, y in ((0.31, 0.52), (0.45, 0.66), (0.7, 0.36))
            ]
            painter.drawPolyline(QPolygonF(points))
        else:
            painter.setPen(QColor(palette.text))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, str(self.number))
        painter.end()


class LessonRow(TallButton):
    """One lesson; a click begins it."""

    def __init__(self, lesson: Lesson, parent: QWidget) -> None:
        super().__init__(parent)
        self.lesson = lesson
        self.setProperty("look", "row")
        self.mark = Mark(lesson.order, self)
        self.title = named(QLabel(self, wordWrap=True), "LessonTitle")
        self.summary = named(QLabel(self, wordWrap=True), "Quiet")
        self.minutes = named(QLabel(self), "Quiet")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 7, 8, 7)
        row.setSpacing(9)
        row.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(1)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.minutes, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        column.addWidget(self.summary)
        row.addLayout(column, 1)
        for label in (self.title, self.summary, self.minutes):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def say(self, done: bool) -> None:
        """Say it in the language in force."""
        self.mark.done = done
        self.mark.update()
        minutes = tr("{minutes} min", minutes=self.lesson.minutes)
        self.title.setText(str(self.lesson.title))
        self.summary.setText(str(self.lesson.summary))
        self.minutes.setText(minutes)
        state = tr("done") if done else ""
        self.setAccessibleName(", ".join(filter(None, (str(self.lesson.title), minutes, state))))
        self.setAccessibleDescription(str(self.lesson.summary))
        self.updateGeometry()


class LessonList(QScrollArea):
    """All lessons.  ``chosen(id)`` says which is to begin."""

    chosen = Signal(str)

    def __init__(self, lessons: tuple[Lesson, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self._done: frozenset[str] = frozenset()
        content = named(QWidget(self), "LessonRows")
        column = QVBoxLayout(content)
        column.setContentsMargins(4, 0, 4, 8)
        column.setSpacing(2)
        self.note = named(QLabel(content, wordWrap=True), "Quiet")
        self.note.setContentsMargins(8, 0, 8, 4)
        column.addWidget(self.note)
        self.rows = [LessonRow(lesson, content) for lesson in lessons]
        for row in self.rows:
            row.clicked.connect(self._on_row_clicked)
            column.addWidget(row)
        column.addStretch(1)
        self.setWidget(content)

    def show_done(self, done: Collection[str]) -> None:
        """Tick the lessons that were done."""
        self._done = frozenset(done)
        self.retranslate()

    def focus_first(self) -> None:
        """Let the keyboard begin at the first lesson that is not done."""
        for row in (*(row for row in self.rows if row.lesson.id not in self._done), *self.rows):
            row.setFocus(Qt.FocusReason.OtherFocusReason)
            return

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        for row in self.rows:
            row.mark.palette_in_use = palette
            row.mark.update()

    def retranslate(self) -> None:
        """Say everything again."""
        self.note.setText(tr("Your own run is put aside meanwhile, and comes back when you leave a lesson."))
        for row in self.rows:
            row.say(row.lesson.id in self._done)

    @Slot()
    def _on_row_clicked(self) -> None:
        # Space presses it and lets it go: once it is gone the second click is none.
        for row in self.rows if self.isVisible() else []:
            if row is self.sender():
                self.chosen.emit(row.lesson.id)
