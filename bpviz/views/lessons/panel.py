"""The side panel of the lessons: the list, and the step of the one that is on."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from bpviz.present.lessons import Lesson, all_lessons
from bpviz.present.palette import LIGHT, Palette
from bpviz.text import tr
from bpviz.views.highlight import Highlight
from bpviz.views.icons import icon
from bpviz.views.lessons.list import LessonList
from bpviz.views.lessons.step import StepView
from bpviz.views.naming import named

# From this width of the window on the text has more room.
_WIDE = 1700


class LessonsPanel(QFrame):
    """Stands left of the panels while lessons are looked at.

    Signals
    -------
    chosen(str)
        The lesson of this id is to begin.
    step_wanted(int)
        Another step of the lesson that is on; one more than there are: it is done.
    left()
        The lesson is to end.
    opening()
        The panel is about to take its room.
    closed()
        The panel is not wanted any more.
    """

    chosen = Signal(str)
    step_wanted = Signal(int)
    left = Signal()
    opening = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Lessons")
        self._palette = LIGHT
        self.lesson: Lesson | None = None
        self.kept_layout = ""
        """The layout before the lesson that is on, which is the one to last; empty where none is on."""
        self.highlight = Highlight()
        self.title = named(QLabel(self, wordWrap=True), "PanelTitle")
        self.up_button, self.close_button = self._button(), self._button()
        self.list = LessonList(all_lessons(), self)
        self.step = StepView(self)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self.list)
        self.pages.addWidget(self.step)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._lay_out()
        self._connect()
        self.highlight.point_at(None, self)
        self.show_list()

    def _button(self) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("look", "flat")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(12, 10, 8, 4)
        head.setSpacing(4)
        head.addWidget(self.title, 1)
        for button in (self.up_button, self.close_button):
            head.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.pages, 1)

    def _connect(self) -> None:
        self.list.chosen.connect(self.chosen)
        self.step.wanted.connect(self.step_wanted)
        self.up_button.clicked.connect(self.left)
        self.close_button.clicked.connect(self.closed)
        for key, button in (
            ("Alt+Right", self.step.next),
            ("Alt+Left", self.step.back),
            ("Alt+Up", self.up_button),
        ):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
            shortcut.activated.connect(button.click)

    # --- what it shows ---

    def show_list(self) -> None:
        """Show all lessons."""
        self.lesson = None
        self.pages.setCurrentWidget(self.list)
        self._say()

    def show_step(self, lesson: Lesson, at: int) -> None:
        """Show a step of a lesson."""
        anew = lesson is not self.lesson
        self.lesson = lesson
        self.pages.setCurrentWidget(self.step)
        self.step.show_step(lesson, at)
        self._say()
        if anew:
            # Not on a button: Space is for the training.
            self.step.area.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_done(self, done: Collection[str]) -> None:
        """Tick the lessons that were done."""
        self.list.show_done(done)

    def frame(self, target: QWidget | None) -> None:
        """Frame what the step speaks of."""
        self.highlight.point_at(target, self)

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self._palette = palette
        side = round(0.72 * self.fontMetrics().height())
        for button, name in ((self.up_button, "up"), (self.close_button, "close")):
            button.setIcon(icon(name, palette.muted))
            button.setIconSize(QSize(side, side))
        self.list.set_palette(palette)
        self.step.set_palette(palette)
        self.highlight.set_palette(palette)
        self.updateGeometry()

    def retranslate(self) -> None:
        """Say everything again."""
        self.setAccessibleName(tr("Lessons"))
        self.list.retranslate()
        self.step.retranslate()
        self._say()

    def _say(self) -> None:
        self.title.setText(tr("Lessons") if self.lesson is None else str(self.lesson.title))
        self.up_button.setVisible(self.lesson is not None)
        for button, words in (
            (self.up_button, tr("Leave the lesson (Alt+↑): back to the list; the run before it comes back")),
            (self.close_button, tr("Close the lessons (F2); the run before them comes back")),
        ):
            button.setToolTip(words)
            button.setAccessibleName(words)

    @Slot()
    def toggle(self) -> None:
        """Open the panel, or close it."""
        if self.isVisible():
            self.closed.emit()
        else:
            self.opening.emit()
            self.show()
            self.list.focus_first()

    def sizeHint(self) -> QSize:
        whole = self.window().width()
        wanted = (17.5 if whole < _WIDE else 22.0) * self.fontMetrics().height()
        # With large text the panels need their room, too.
        return QSize(max(264, round(min(wanted, 0.28 * whole))), 300)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # Another height comes of another window, which may have room for longer lines.
        if self.sizeHint().width() != self.width():
            self.updateGeometry()
