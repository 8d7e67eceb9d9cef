"""A whole number that is typed, or stepped with the arrow keys: no frame and no buttons of its own."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QIntValidator, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from bpviz.views.typing_ends import ends_typing, rest


class NumberBox(QLineEdit):
    """Shows ``value`` within its range.

    Signals
    -------
    value_changed(int)
        The user, or ``step_by``, chose another number.
    """

    value_changed = Signal(int)

    def __init__(self, low: int, high: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._low, self._high, self._value = low, high, low
        self._allowed = QIntValidator(low, high, self)
        self.setValidator(self._allowed)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setText(str(low))
        self.editingFinished.connect(self._on_self_editing_finished)

    @property
    def value(self) -> int:
        """The number in force, which what is being typed is not yet."""
        return self._value

    def show_value(self, value: int, high: int | None = None) -> None:
        """Show a number that the user did not choose; what is being typed stays."""
        if high is not None:
            self._high = high
            self._allowed.setTop(high)
        if value != self._value or not self.hasFocus():
            self._value = value
            self.setText(str(value))

    def step_by(self, step: int, *, around: bool = False) -> None:
        """Go up or down, past the ends to the other one where ``around``."""
        value = self._value + step
        if around:
            value = self._low + (value - self._low) % (self._high - self._low + 1)
        self._choose(value)

    def _choose(self, value: int) -> None:
        value = min(max(value, self._low), self._high)
        self.setText(str(value))
        if value != self._value:
            self._value = value
            self.value_changed.emit(value)

    @Slot()
    def _on_self_editing_finished(self) -> None:
        self._choose(int(self.text()) if self.text() else self._value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: 10, Qt.Key.Key_PageDown: -10}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            if ends_typing(event):
                rest(self)
        else:
            self.step_by(step)
