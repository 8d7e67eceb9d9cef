"""A small box over the diagram in which numbers are typed."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFormLayout, QFrame, QLabel, QLineEdit, QWidget

from bpviz.present.cards.card import Editable
from bpviz.present.numbers import exact
from bpviz.present.palette import LIGHT, Palette
from bpviz.text import tr


class NumberBox(QFrame):
    """One line a number; Enter takes what was typed, Escape leaves it.

    Signals
    -------
    changed(ParameterPlace, float)
        Another number was typed.
    """

    changed = Signal(object, float)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._owner = parent
        self.setObjectName("NumberBox")
        self.fields: list[tuple[Editable, QLineEdit]] = []
        self._palette = LIGHT
        self._before: QWidget | None = None
        self._form = QFormLayout(self)
        self._form.setContentsMargins(10, 8, 10, 8)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self._palette = palette
        self.setStyleSheet(
            f"#NumberBox{{background:{palette.card};border:1.5px solid {palette.warning};border-radius:8px;}}"
        )

    def open_at(self, numbers: tuple[Editable, ...], corner: QPoint) -> None:
        """Offer these numbers, near ``corner`` of the parent."""
        focused = QApplication.focusWidget()
        self._before = focused if focused is not None and self._owner.isAncestorOf(focused) else None
        while self._form.rowCount():
            self._form.removeRow(0)
        self.fields = [(number, QLineEdit(exact(number.value), self)) for number in numbers]
        for number, field in self.fields:
            label = QLabel(number.label, self)
            label.setBuddy(field)
            field.setAccessibleName(number.label)
            field.setMinimumWidth(20 * self.fontMetrics().averageCharWidth())
            field.returnPressed.connect(self.take)
            field.installEventFilter(self)
            self._form.addRow(label, field)
        self.adjustSize()
        room = self._owner.rect()
        x = max(min(corner.x(), room.width() - self.width() - 4), 4)
        y = max(min(corner.y(), room.height() - self.height() - 4), 4)
        self.move(x, y)
        self.show()
        self.raise_()
        self.fields[0][1].setFocus()
        self.fields[0][1].selectAll()

    @Slot()
    def take(self) -> None:
        """Tell what was changed; what is no number stays, marked, to be mended."""
        typed = []
        for number, field in self.fields:
            value = _number(field.text())
            if value is None:
                field.setStyleSheet(f"border:1.5px solid {self._palette.danger};")
                field.setToolTip(tr("“{text}” is not a finite number.", text=field.text()))
                field.setAccessibleDescription(field.toolTip())
                field.setFocus()
                return
            if value != number.value:
                typed.append((number, value))
        self.leave()
        for number, value in typed:
            self.changed.emit(number.where, (value - number.mean) / number.scale)

    def leave(self) -> None:
        """Close the box, and give the keyboard back to what had it."""
        self.hide()
        before = self._before if self._before is not None and self._before.isVisible() else self._owner
        before.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Before any shortcut of the window sees it.
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.KeyPress:
                self.leave()
            event.accept()
            return True
        return super().eventFilter(watched, event)


def _number(text: str) -> float | None:
    try:
        value = float(text.replace("−", "-").replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None
