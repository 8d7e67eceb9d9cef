"""Where the program speaks: one quiet card over the panels, never a box that blocks."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from bpviz import messages
from bpviz.messages import Message
from bpviz.present.palette import Palette
from bpviz.text import Text, tr
from bpviz.views.message_row import MessageRow

INFO_MS = 6000
_MAX_WAITING = 50
_MARGIN = 14
_ABOVE = 8
MAX_WIDTH = 560
_MIN_LETTERS = 18
"""Narrower, in heights of a letter, it does not become to stand aside."""


class _Post(QObject):
    """Brings messages from any thread to the window's."""

    arrived = Signal(object)


class MessageBar(QFrame):
    """Shows what is said and the progress of work that takes long, under one another.

    A warning or an error stays until it is dismissed, and the next one waits for that.  An info goes
    by itself and waits for nobody: under an error it has a row of its own, and a newer one takes its
    place.
    """

    progress_cancelled = Signal()
    resized_itself = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("MessageBar")
        self._queue: deque[Message] = deque(maxlen=_MAX_WAITING)
        self._staying: Message | None = None
        self._passing: Message | None = None
        self._beside: Message | None = None
        self._progress: tuple[Text | str, int, int] | None = None
        self._post = _Post(self)
        self._post.arrived.connect(self.push, Qt.ConnectionType.QueuedConnection)
        self._timer = QTimer(self, singleShot=True, interval=INFO_MS)
        self._timer.timeout.connect(self._on_timer_timeout)
        self._build()
        self.hide()

    def _build(self) -> None:
        self.top, self.below = MessageRow(self), MessageRow(self)
        self.top.closed.connect(self.dismiss)
        self.below.closed.connect(self._on_below_closed)
        self.work = QWidget(self)
        self.work_label = QLabel(self.work, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.bar = QProgressBar(self.work, textVisible=False)
        self.cancel_button = QPushButton(self.work)
        self.cancel_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.cancel_button.clicked.connect(self.progress_cancelled)
        words = QVBoxLayout()
        words.addWidget(self.work_label)
        words.addWidget(self.bar)
        row = QHBoxLayout(self.work)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addLayout(words, 1)
        row.addWidget(self.cancel_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 8, 8)
        column.setSpacing(6)
        for part in (self.top, self.below, self.work):
            column.addWidget(part)

    @property
    def label(self) -> QLabel:
        """The words of the message at the top."""
        return self.top.label

    @property
    def action_button(self) -> QPushButton:
        """What can be done about the message at the top."""
        return self.top.action_button

    @property
    def close_button(self) -> QToolButton:
        """The cross of the message at the top."""
        return self.top.close_button

    def listen(self) -> None:
        """Show what the program says through ``bpviz.messages``, from whatever thread."""
        messages.add_sink(self._forward)

    def stop_listening(self) -> None:
        """Hear no more."""
        messages.remove_sink(self._forward)

    def _forward(self, message: Message) -> None:
        if isValid(self._post):
            self._post.arrived.emit(message)
        else:
            # The window is gone without having been closed.
            self.stop_listening()

    @Slot(object)
    def push(self, message: Message) -> None:
        """Show ``message``: an info at once, another after those that wait, none of these twice."""
        if message.level == "info":
            # What offers to do something is not pushed away by what only tells.
            if self._passing is not None and self._passing.action and not message.action:
                self._beside = message
            else:
                self._passing, self._beside = message, None
            self._timer.start()
            self._refresh()
            return
        waiting = [*self._queue] + ([self._staying] if self._staying else [])
        if not any(m.level == message.level and str(m.text) == str(message.text) for m in waiting):
            self._queue.append(message)
            self._next()

    @Slot()
    def dismiss(self) -> None:
        """Take away the message at the top."""
        if self._staying is not None:
            self._staying = None
        else:
            self._forget_passing()
        self._next()

    def clear(self) -> None:
        """Take away every message; work that goes on is still shown."""
        self._queue.clear()
        self._staying = None
        self._forget_passing()
        self._refresh()

    def _forget_passing(self) -> None:
        self._timer.stop()
        self._passing = self._beside = None

    @Slot()
    def _on_timer_timeout(self) -> None:
        self._forget_passing()
        self._refresh()

    @Slot()
    def _on_below_closed(self) -> None:
        if self._staying is None:
            self._beside = None
        else:
            self._forget_passing()
        self._refresh()

    def show_progress(self, text: Text | str, done: int, total: int) -> None:
        """Show that work goes on; ``total`` 0 means that nobody knows how long."""
        is_new = self._progress is None or str(self._progress[0]) != str(text)
        self._progress = (text, done, total)
        if is_new:
            self._refresh()
        else:
            self._refresh_bar(done, total)

    def hide_progress(self) -> None:
        """The work is done."""
        self._progress = None
        self._refresh()

    def _next(self) -> None:
        if self._staying is None and self._queue:
            self._staying = self._queue.popleft()
        self._refresh()

    def _refresh(self) -> None:
        top = self._staying or self._passing
        self.top.show_message(top)
        self.below.show_message(self._passing if self._staying else self._beside)
        self.work.setVisible(self._progress is not None)
        if self._progress is not None:
            text, done, total = self._progress
            self.work_label.setText(str(text))
            self._refresh_bar(done, total)
        self._dress(top.level if top else "info")
        self.setVisible(top is not None or self._progress is not None)
        self.adjustSize()
        self.resized_itself.emit()

    def _refresh_bar(self, done: int, total: int) -> None:
        # A progress bar counts in 32 bits.
        self.bar.setRange(0, 1000 if total else 0)
        self.bar.setValue(min(1000, round(1000 * done / total)) if total else 0)

    def place(
        self,
        width: int,
        top: int,
        bottom: int = 0,
        spare: QRect | None = None,
        doctor: QRect | None = None,
    ) -> None:
        """Stand in the middle of ``width`` pixels, just below ``top``, over what is there.

        What only passes stands just above ``bottom``, where there is room: under the toolbar it would
        lie on the heads of panels, which are to be pressed.  It moves aside where it would cover what is
        in ``spare``: curves that are to be compared.  Neither does it cover ``doctor``, where the trouble
        is told: where there is no room beside both it stands just above the curves.
        """
        passes = self._staying is None and self._progress is None
        wanted = min(width - 2 * _MARGIN, self.comfortable_width())
        self._measure(wanted)
        low = bottom - _ABOVE - self.height()
        x = (width - wanted) // 2
        here = QRect(x, low, wanted, self.height())
        if passes and low > top + _ABOVE and spare is not None and spare.intersects(here):
            x = self._clear_of(x, width, wanted, spare)
            low = bottom - _ABOVE - self.height()
        if passes and doctor is not None and doctor.intersects(QRect(x, low, self.width(), self.height())):
            x, low = self._clear_of_both(x, low, wanted, spare, doctor)
        self.move(x, low if passes and low > top + _ABOVE else top + _ABOVE)
        self.raise_()

    def _measure(self, width: int) -> None:
        """Be so wide, and as tall as the words are then."""
        self.setFixedWidth(width)
        layout = self.layout()
        if layout is not None:
            # What was just shown or hidden has not been measured yet.
            layout.activate()
        tall = self.heightForWidth(width) if self.hasHeightForWidth() else self.sizeHint().height()
        self.resize(width, tall)

    def _clear_of(self, x: int, width: int, wanted: int, spare: QRect) -> int:
        """Return where there is room beside ``spare``, the nearest to ``x``, narrower where that helps.

        Where there is no room on either side it is ``x``.
        """
        left, right = spare.left() - 2 * _ABOVE, width - spare.right() - 1 - 2 * _ABOVE
        places = [(spare.left() - _ABOVE - min(wanted, left), left), (spare.right() + 1 + _ABOVE, right)]
        free = [
            place for place in places if place[1] >= min(wanted, _MIN_LETTERS * self.fontMetrics().height())
        ]
        at, room = min(free, key=lambda place: (place[1] < wanted, abs(place[0] - x)), default=(x, wanted))
        self._measure(min(wanted, room))
        return at

    def _clear_of_both(
        self, x: int, low: int, wanted: int, spare: QRect | None, doctor: QRect
    ) -> tuple[int, int]:
        """Return where it covers neither curves nor doctor: above the curves, else left of the doctor."""
        if spare is None:
            room = doctor.left() - 2 * _ABOVE
            if room < _MIN_LETTERS * self.fontMetrics().height():
                return x, low
            foot = low + self.height()
            self._measure(min(wanted, room))
            return doctor.left() - _ABOVE - self.width(), foot - self.height()
        self._measure(min(wanted, spare.width()))
        x = spare.left() + (spare.width() - self.width()) // 2
        return x, spare.top() - _ABOVE - self.height()

    def comfortable_width(self) -> int:
        """Return the width at which the words stand in one line, at most one that covers little."""
        metrics = self.fontMetrics()
        wanted = 12 * metrics.height()
        for row in (self.top, self.below):
            if row.message is not None:
                words = metrics.horizontalAdvance(row.label.text()) + 12
                wanted = max(wanted, words + row.buttons_width())
        if self._progress is not None:
            words = metrics.horizontalAdvance(self.work_label.text())
            wanted = max(wanted, words + self.cancel_button.sizeHint().width() + 22)
        # Larger text has more room.
        return min(wanted + 20, max(MAX_WIDTH, 26 * metrics.height()))

    def _dress(self, level: str) -> None:
        if self.property("level") != level:
            self.setProperty("level", level)
            self.style().unpolish(self)
            self.style().polish(self)

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        for row in (self.top, self.below):
            row.set_palette(palette)
        self._refresh()

    def retranslate(self) -> None:
        """Say everything again."""
        self.cancel_button.setText(tr("Cancel"))
        self.cancel_button.setToolTip(tr("Stop this work"))
        self.cancel_button.setAccessibleName(tr("Cancel"))
        for row in (self.top, self.below):
            row.retranslate()
        self._refresh()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.adjustSize()
