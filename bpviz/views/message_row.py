"""One line of the message bar: a picture, the words, what can be done, and a cross."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from bpviz.messages import Message
from bpviz.present.palette import LIGHT, Palette
from bpviz.text import tr
from bpviz.views.icons import icon, pixmap


class MessageRow(QWidget):
    """Shows one message, or nothing.  ``closed`` comes when it is dismissed or acted upon."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.message: Message | None = None
        self._palette = LIGHT
        self.picture = QLabel(self)
        self.label = QLabel(self, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.action_button = QPushButton(self)
        self.action_button.clicked.connect(self._on_action_button_clicked)
        self.close_button = QToolButton(self)
        self.close_button.setProperty("look", "flat")
        self.close_button.clicked.connect(self.closed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self.picture)
        row.addWidget(self.label, 1)
        for button in (self.action_button, self.close_button):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(button)

    def show_message(self, message: Message | None) -> None:
        """Show ``message`` in the language in force; None shows nothing."""
        self.message = message
        self.setVisible(message is not None)
        if message is None:
            return
        self.label.setText(str(message.text))
        self.action_button.setText(str(message.action_label))
        self.action_button.setAccessibleName(self.action_button.text())
        self.action_button.setVisible(message.action is not None)
        colours = {"error": self._palette.danger, "warning": self._palette.warning}
        size = self.fontMetrics().height() + 4
        ratio = self.devicePixelRatioF()
        picture = pixmap(message.level, colours.get(message.level, self._palette.accent), round(size * ratio))
        picture.setDevicePixelRatio(ratio)
        self.picture.setPixmap(picture)

    def buttons_width(self) -> int:
        """Return the room that all but the words take."""
        shown = [b for b in (self.action_button, self.close_button) if b.isVisibleTo(self)]
        return sum(b.sizeHint().width() + 10 for b in shown) + self.picture.sizeHint().width() + 10

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self._palette = palette
        self.close_button.setIcon(icon("close", palette.muted))
        self.show_message(self.message)

    def retranslate(self) -> None:
        """Say everything again."""
        self.close_button.setToolTip(tr("Dismiss"))
        self.close_button.setAccessibleName(tr("Dismiss"))
        self.action_button.setToolTip(tr("What can be done about it"))
        self.show_message(self.message)

    @Slot()
    def _on_action_button_clicked(self) -> None:
        message = self.message
        self.closed.emit()
        if message is not None and message.action is not None:
            message.action()
