"""Where the program speaks: one quiet card above the timeline, never a box that blocks."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
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
from bpviz.present.palette import LIGHT, Palette
from bpviz.text import Text, tr
from bpviz.views.icons import icon, pixmap

INFO_MS = 6000
_MAX_WAITING = 50
_MARGIN = 14


class _Post(QObject):
    """Brings messages from any thread to the window's."""

    arrived = Signal(object)


class MessageBar(QFrame):
    """Shows messages one after the other, and the progress of work that takes long.

    An info goes by itself; a warning or an error stays until it is dismissed.
    """

    progress_cancelled = Signal()
    resized_itself = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("MessageBar")
        self._queue: deque[Message] = deque(maxlen=_MAX_WAITING)
        self._shown: Message | None = None
        self._progress: tuple[Text | str, int, int] | None = None
        self._palette = LIGHT
        self._post = _Post(self)
        self._post.arrived.connect(self.push, Qt.ConnectionType.QueuedConnection)
        self._timer = QTimer(self, singleShot=True, interval=INFO_MS)
        self._timer.timeout.connect(self.dismiss)
        self._build()
        self.hide()

    def _build(self) -> None:
        self.picture = QLabel(self)
        self.label = QLabel(self, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.bar = QProgressBar(self, textVisible=False)
        self.action_button = QPushButton(self)
        self.action_button.clicked.connect(self._on_action_button_clicked)
        self.cancel_button = QPushButton(self)
        self.cancel_button.clicked.connect(self.progress_cancelled)
        self.close_button = QToolButton(self)
        self.close_button.setProperty("look", "flat")
        self.close_button.clicked.connect(self.dismiss)
        words = QVBoxLayout()
        words.addWidget(self.label)
        words.addWidget(self.bar)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 8, 8)
        row.setSpacing(10)
        row.addWidget(self.picture)
        row.addLayout(words, 1)
        for button in (self.action_button, self.cancel_button, self.close_button):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(button)

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
        """Show ``message``, after those that wait; one that is already there is not said twice."""
        waiting = [*self._queue] + ([self._shown] if self._shown else [])
        if any(m.level == message.level and str(m.text) == str(message.text) for m in waiting):
            return
        if self._shown is not None and self._shown.level == "info":
            self._shown = None
        self._queue.append(message)
        self._next()

    @Slot()
    def dismiss(self) -> None:
        """Take away the message on the screen."""
        self._timer.stop()
        self._shown = None
        self._next()

    def clear(self) -> None:
        """Take away every message."""
        self._queue.clear()
        self.dismiss()

    def show_progress(self, text: Text | str, done: int, total: int) -> None:
        """Show that work goes on; ``total`` 0 means that nobody knows how long."""
        self._progress = (text, done, total)
        self._refresh()

    def hide_progress(self) -> None:
        """The work is done."""
        self._progress = None
        self._next()

    def _next(self) -> None:
        if self._shown is None and self._queue:
            self._shown = self._queue.popleft()
            if self._shown.level == "info":
                self._timer.start()
        self._refresh()

    def _refresh(self) -> None:
        message = self._shown
        working = self._progress is not None and message is None
        self.setVisible(message is not None or working)
        self.bar.setVisible(working)
        self.cancel_button.setVisible(working)
        self.close_button.setVisible(message is not None)
        self.action_button.setVisible(message is not None and message.action is not None)
        if message is not None:
            self.label.setText(str(message.text))
            self.action_button.setText(str(message.action_label))
        elif self._progress is not None:
            self._refresh_progress(*self._progress)
        self._dress(message.level if message else "info")
        self.adjustSize()
        self.resized_itself.emit()

    def _refresh_progress(self, text: Text | str, done: int, total: int) -> None:
        self.label.setText(str(text))
        # A progress bar counts in 32 bits.
        self.bar.setRange(0, 1000 if total else 0)
        self.bar.setValue(min(1000, round(1000 * done / total)) if total else 0)

    def place(self, width: int, bottom: int) -> None:
        """Stand in the middle of ``width`` pixels, just above ``bottom``, over what is there."""
        self.setFixedWidth(min(width - 2 * _MARGIN, self.comfortable_width()))
        tall = self.heightForWidth(self.width()) if self.hasHeightForWidth() else self.sizeHint().height()
        self.resize(self.width(), tall)
        self.move((width - self.width()) // 2, bottom - tall - _MARGIN)
        self.raise_()

    def comfortable_width(self) -> int:
        """Return the width at which the words stand in one line, or in lines that read well."""
        metrics = self.fontMetrics()
        words = min(metrics.horizontalAdvance(self.label.text()) + 12, 34 * metrics.height())
        shown = (self.action_button, self.cancel_button, self.close_button)
        buttons = sum(b.sizeHint().width() + 10 for b in shown if b.isVisibleTo(self))
        return max(words, 12 * metrics.height()) + buttons + self.picture.sizeHint().width() + 40

    def _dress(self, level: str) -> None:
        colours = {"error": self._palette.danger, "warning": self._palette.warning}
        size = self.fontMetrics().height() + 4
        picture = pixmap(
            level, colours.get(level, self._palette.accent), round(size * self.devicePixelRatioF())
        )
        picture.setDevicePixelRatio(self.devicePixelRatioF())
        self.picture.setPixmap(picture)
        if self.property("level") != level:
            self.setProperty("level", level)
            self.style().unpolish(self)
            self.style().polish(self)

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self._palette = palette
        self.close_button.setIcon(icon("close", palette.muted))
        self._refresh()

    def retranslate(self) -> None:
        """Say everything again."""
        self.cancel_button.setText(tr("Cancel"))
        self.cancel_button.setToolTip(tr("Stop this work"))
        self.cancel_button.setAccessibleName(tr("Cancel"))
        self.close_button.setToolTip(tr("Dismiss"))
        self.close_button.setAccessibleName(tr("Dismiss"))
        self.action_button.setToolTip(tr("What can be done about it"))
        self._refresh()

    @Slot()
    def _on_action_button_clicked(self) -> None:
        message = self._shown
        self.dismiss()
        if message is not None and message.action is not None:
            message.action()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.adjustSize()
