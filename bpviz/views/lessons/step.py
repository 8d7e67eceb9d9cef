"""One step of a lesson: its text, what to try, a question, and the way on and back."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from bpviz.present.lessons.model import Lesson, Question, Step
from bpviz.present.lessons.prose import inline
from bpviz.present.palette import LIGHT, Palette
from bpviz.text import tr
from bpviz.views.lessons.progress import GoalView
from bpviz.views.lessons.prose import Prose
from bpviz.views.naming import named
from bpviz.views.wrapped_button import WrappedButton


class Dots(QWidget):
    """A dot a step; the steps up to the present one are filled.  ``chosen(index)`` on a click."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.count, self.at = 1, 0
        self.palette_in_use: Palette = LIGHT
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_step(self, at: int, count: int) -> None:
        """Show where one is."""
        self.at, self.count = at, count
        words = tr("Step {number} of {count}", number=at + 1, count=count)
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.update()

    def _x(self, index: int) -> float:
        pitch = min(18.0, (self.width() - 12.0) / max(self.count - 1, 1))
        return 6.0 + pitch * index

    def sizeHint(self) -> QSize:
        return QSize(120, 16)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        self.chosen.emit(min(range(self.count), key=lambda index: abs(self._x(index) - x)))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, palette = QPainter(self), self.palette_in_use
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for index in range(self.count):
            painter.setBrush(QColor(palette.accent if index <= self.at else palette.border))
            radius = 4.5 if index == self.at else 3.0
            painter.drawEllipse(QPointF(self._x(index), self.height() / 2), radius, radius)
        painter.end()


class Asked(QFrame):
    """A question with its answers; what is said to an answer appears below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("LessonBox")
        self.words, self.reply = QLabel(self, wordWrap=True), QLabel(self, wordWrap=True)
        self.buttons: list[WrappedButton] = []
        self._question: Question | None = None
        self._given: int | None = None
        self._column = QVBoxLayout(self)
        self._column.setSpacing(6)
        self._column.addWidget(self.words)
        self._column.addWidget(self.reply)

    def show_question(self, question: Question | None, *, anew: bool) -> None:
        """Ask; ``anew`` forgets the answer that was given."""
        if anew:
            self._given = None
        self._question = question
        self.setVisible(question is not None)
        for button in self.buttons:
            button.hide()
            button.deleteLater()
        self.buttons = []
        if question is None:
            return
        self.words.setText(f"<b>{tr('A question')}</b> · {inline(str(question.words))}")
        for index, answer in enumerate(question.answers):
            button = WrappedButton(str(answer.words), self)
            button.setProperty("look", "answer")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(partial(self._on_answer_clicked, index))
            self._column.insertWidget(1 + index, button)
            self.buttons.append(button)
        self._say()

    def _say(self) -> None:
        self.reply.setVisible(self._given is not None)
        if self._question is not None and self._given is not None:
            answer = self._question.answers[self._given]
            head = tr("Yes.") if answer.right else tr("Not quite.")
            self.reply.setText(f"<b>{head}</b> {inline(str(answer.reply))}")
            self.reply.setAccessibleName(self.reply.text())

    def _on_answer_clicked(self, index: int, checked: bool = False) -> None:
        self._given = index
        self._say()


class StepView(QWidget):
    """Text, what to try, question; Back and Next.

    Signals
    -------
    wanted(int)
        The step of this index; one more than there are: the lesson is done.
    """

    wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lesson: Lesson | None = None
        self._at = 0
        self._met = False
        self._palette: Palette = LIGHT
        self.dots = Dots(self)
        self.dots.chosen.connect(self.wanted)
        self.text = Prose(self)
        self.goal = GoalView(self)
        self.tried = named(QFrame(self), "LessonBox")
        self.try_words = QLabel(self.tried, wordWrap=True, textFormat=Qt.TextFormat.RichText)
        self.asked = Asked(self)
        self.area = QScrollArea(self, widgetResizable=True)
        self.back, self.next = QPushButton(self), QPushButton(self)
        self.next.setProperty("primary", True)
        self._lay_out()
        self.back.clicked.connect(self._on_back_clicked)
        self.next.clicked.connect(self._on_next_clicked)

    def _lay_out(self) -> None:
        inside = QVBoxLayout(self.tried)
        inside.addWidget(self.try_words)
        content = named(QWidget(self), "LessonRows")
        page = QVBoxLayout(content)
        page.setContentsMargins(12, 0, 12, 8)
        page.setSpacing(10)
        for part in (self.text, self.goal, self.tried, self.asked):
            page.addWidget(part)
        page.addStretch(1)
        self.area.setWidget(content)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.viewport().setAutoFillBackground(False)
        self.area.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        head = QHBoxLayout()
        head.setContentsMargins(12, 0, 12, 0)
        head.addWidget(self.dots)
        column.addLayout(head)
        column.addWidget(self.area, 1)
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 10)
        for button in (self.back, self.next):
            button.setAutoDefault(False)
            # A click leaves the keyboard where it was: Space is for the training.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(button, 1)
        column.addLayout(row)

    @property
    def step(self) -> Step | None:
        """The step that is shown."""
        return None if self._lesson is None else self._lesson.steps[self._at]

    def show_step(self, lesson: Lesson, at: int) -> None:
        """Show a step from its beginning."""
        self._lesson, self._at, self._met = lesson, at, False
        self.area.verticalScrollBar().setValue(0)
        self.goal.show_goal(None, busy=False)
        self._say(anew=True)

    def show_met(self, met: bool) -> None:
        """Show whether what was to be tried was done."""
        if met != self._met:
            self._met = met
            self._say_try()

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self._palette = self.dots.palette_in_use = palette
        self.dots.update()
        self.text.set_palette(palette)
        self.goal.set_palette(palette)
        self._say_try()

    def retranslate(self) -> None:
        """Say everything again; what was answered stays."""
        self._say(anew=False)

    def _say(self, *, anew: bool) -> None:
        lesson, step = self._lesson, self.step
        if lesson is None or step is None:
            return
        self.text.show_text(str(step.words))
        self.goal.retranslate()
        self.asked.show_question(step.question, anew=anew)
        self.dots.show_step(self._at, len(lesson.steps))
        last = self._at == len(lesson.steps) - 1
        self.back.setText(tr("Previous"))
        self.back.setEnabled(self._at > 0)
        self.back.setToolTip(tr("The step before (Alt+←)"))
        self.next.setText(tr("Finish") if last else tr("Next"))
        self.next.setToolTip(tr("The lesson is done (Alt+→)") if last else tr("The next step (Alt+→)"))
        self._say_try()

    def _say_try(self) -> None:
        step = self.step
        self.tried.setVisible(step is not None and step.try_it is not None)
        waits = False
        if step is not None and step.try_it is not None:
            head, colour = tr("Try it"), self._palette.accent
            if self._met:
                head, colour = "✓ " + tr("Done"), self._palette.good
            waits = bool(step.try_it.when) and not self._met
            said = f'<b style="color:{colour}">{head}</b> · {inline(str(step.try_it.words))}'
            self.try_words.setText(said)
        # Never forced: what is not done yet only leaves the button quiet.
        if self.next.property("primary") != (not waits):
            self.next.setProperty("primary", not waits)
            self.next.style().unpolish(self.next)
            self.next.style().polish(self.next)

    @Slot()
    def _on_back_clicked(self) -> None:
        if self._at > 0:
            self.wanted.emit(self._at - 1)

    @Slot()
    def _on_next_clicked(self) -> None:
        self.wanted.emit(self._at + 1)
