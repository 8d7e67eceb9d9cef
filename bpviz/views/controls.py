"""The controls of one row of the form: number, slider, choice, switch, text.

A control shows a value and says what the user made of it; it never changes a value by itself.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLineEdit,
    QSizePolicy,
    QSlider,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QWidget,
)

from bpviz.errors import UserError
from bpviz.present.setup.form import Row
from bpviz.present.setup.values import (
    SLIDER_STEPS,
    label_of,
    shown_value,
    slider_position,
    slider_value,
    stepped,
    typed_value,
)
from bpviz.text import Text, tr
from bpviz.views.typing_ends import ends_typing, rest

_BOX_EXTRA, _TIGHT_EXTRA = 30, 23
_EDIT_EXTRA = 14
LIVE_DELAY_MS, RESTART_DELAY_MS = 40, 200


def help_of(row: Row) -> str:
    """Return the tooltip of a row: what it is, and whether a change starts anew."""
    label = str(label_of(row))
    words = tr(row.field.help, **dict(row.label_fields)) if row.field.help else label
    if not row.enabled:
        return words
    if row.live:
        return words + "\n" + tr("Acts on the running training.")
    return words + "\n" + tr("A change starts the run anew.")


class ValueEdit(QLineEdit):
    """A number or a text; typed wrongly it stays as it was typed and says why."""

    value_edited = Signal(object)
    problem_found = Signal(object)

    def __init__(self, row: Row, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = row
        self.setProperty("look", "" if row.wide else "flat")
        side = Qt.AlignmentFlag.AlignLeft if row.wide else Qt.AlignmentFlag.AlignRight
        self.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        self.setEnabled(row.enabled)
        wide = row.field.kind == "text" and not row.joined
        policy = QSizePolicy.Policy.Expanding if wide else QSizePolicy.Policy.Preferred
        self.setSizePolicy(policy, QSizePolicy.Policy.Fixed)
        self.show_row(row)
        self.editingFinished.connect(self._on_self_editing_finished)
        self.textEdited.connect(self._on_self_text_edited)

    def show_row(self, row: Row) -> None:
        """Show the value of ``row`` unless the user is typing."""
        self._row = row
        self.setPlaceholderText(str(Text(row.off_label)) if row.off_label else "")
        if not (self.hasFocus() and self.isModified()) and not self._is_wrong():
            self._put(row.value)

    def preview(self, value: Any) -> None:
        """Show ``value`` while a slider is dragged."""
        self._mark(None)
        self._put(value)

    def refuse(self, problem: UserError, typed: str) -> None:
        """Show what was typed and turned out later to be impossible."""
        self.setText(typed)
        self.setModified(False)
        self._mark(problem)

    def _put(self, value: Any) -> None:
        self.setText(shown_value(self._row, value))
        self.updateGeometry()
        self.setModified(False)
        self.setCursorPosition(0)

    def _is_wrong(self) -> bool:
        return bool(self.property("wrong"))

    def _mark(self, problem: UserError | None) -> None:
        if self._is_wrong() != (problem is not None):
            self.setProperty("wrong", problem is not None)
            self.style().unpolish(self)
            self.style().polish(self)
        self.problem_found.emit(problem)

    @Slot(str)
    def _on_self_text_edited(self, text: str) -> None:
        # While it is typed a value is only half there: a problem is taken back early, never shown early.
        if self._is_wrong():
            self._mark(self._problem_of(text))

    def _problem_of(self, text: str) -> UserError | None:
        try:
            typed_value(self._row, text)
        except UserError as problem:
            return problem
        return None

    @Slot()
    def _on_self_editing_finished(self) -> None:
        if not self.isModified():
            return
        try:
            value = typed_value(self._row, self.text())
        except UserError as problem:
            self._mark(problem)
            return
        self._mark(None)
        self._put(value)
        if value != self._row.value:
            self.value_edited.emit(value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        direction = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()), 0)
        if event.key() == Qt.Key.Key_Escape:
            self._mark(None)
            self._put(self._row.value)
            rest(self)
        elif direction and self._row.field.kind in ("float", "int"):
            value = stepped(self._row, self._row.value, direction)
            if value != self._row.value:
                self._mark(None)
                self._put(value)
                self.value_edited.emit(value)
        else:
            if ends_typing(event) and self._problem_of(self.text()) is None:
                rest(self)  # what was typed is taken as the focus goes
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        # Escape takes back what was typed before it dismisses a message.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            takes_back = event.key() == Qt.Key.Key_Escape and (self.isModified() or self._is_wrong())
            event.setAccepted(event.isAccepted() or takes_back)
            if takes_back:
                return True
        return super().event(event)

    def sizeHint(self) -> QSize:
        field = self._row.field
        small = field.kind == "int" and field.maximum is not None and field.maximum < 10_000
        if self._row.joined:
            return QSize(self._joined_width(), super().sizeHint().height())
        digits = 8 if self._row.off_label else 4.5 if small else 7
        metrics = self.fontMetrics()
        words = metrics.horizontalAdvance(self.placeholderText()) + _EDIT_EXTRA if self._row.off_label else 0
        return QSize(max(round(digits * metrics.horizontalAdvance("0")), words), super().sizeHint().height())

    def _joined_width(self) -> int:
        """Return the room for a few digits, or for what is there."""
        metrics = self.fontMetrics()
        return max(metrics.horizontalAdvance("00"), metrics.horizontalAdvance(self.text())) + 10

    def minimumSizeHint(self) -> QSize:
        if self._row.joined:
            return QSize(min(self._joined_width(), 44), super().minimumSizeHint().height())
        return QSize(4 * self.fontMetrics().horizontalAdvance("0"), super().minimumSizeHint().height())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.selectAll()


class QuietSlider(QSlider):
    """A horizontal slider that the wheel does not move: the wheel scrolls what it stands in."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class ValueSlider(QuietSlider):
    """A slider over the value of a row, linear or logarithmic.

    ``value_dragged`` follows the hand; ``value_edited`` comes when the hand rests, so that a change
    that starts anew does not do so at every pixel.
    """

    value_dragged = Signal(object)
    value_edited = Signal(object)

    def __init__(self, row: Row, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = row
        self.setRange(0, SLIDER_STEPS)
        self.setSingleStep(10)
        self.setPageStep(100)
        self.setEnabled(row.enabled)
        self._pending: Any = row.value
        self._rest = QTimer(self, singleShot=True, interval=LIVE_DELAY_MS if row.live else RESTART_DELAY_MS)
        self._rest.timeout.connect(self._on_rest_timeout)
        self.show_row(row)
        self.valueChanged.connect(self._on_self_value_changed)
        self.sliderReleased.connect(self._on_rest_timeout)

    def show_row(self, row: Row) -> None:
        """Show the value of ``row`` unless the user is dragging."""
        self._row = row
        if not self.isSliderDown() and not self._rest.isActive():
            blocker = QSignalBlocker(self)
            self.setValue(slider_position(row, row.value))
            blocker.unblock()

    @Slot(int)
    def _on_self_value_changed(self, position: int) -> None:
        self._take(slider_value(self._row, position))

    def _take(self, value: Any) -> None:
        self._pending = value
        self.value_dragged.emit(value)
        # What acts on the running training follows the hand; what starts anew waits until it rests.
        if not (self._rest.isActive() and self._row.live):
            self._rest.start()

    @Slot()
    def _on_rest_timeout(self) -> None:
        was_waiting = self._rest.isActive() or self.sender() is self._rest
        self._rest.stop()
        if was_waiting and self._pending != self._row.value:
            self.value_edited.emit(self._pending)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ups, downs = (Qt.Key.Key_Right, Qt.Key.Key_Up), (Qt.Key.Key_Left, Qt.Key.Key_Down)
        if event.key() not in (*ups, *downs):
            super().keyPressEvent(event)
            return
        # An arrow goes to the next round value: a step of the slider may be too short to reach it.
        value = self._pending if self._rest.isActive() else self._row.value
        start = self._row.slider_high if value is None else value
        value = stepped(self._row, start, 1 if event.key() in ups else -1)
        blocker = QSignalBlocker(self)
        self.setValue(slider_position(self._row, value))
        blocker.unblock()
        self._take(value)


class ChoiceBox(QComboBox):
    """The choices of a row by their labels."""

    value_edited = Signal(object)

    def __init__(self, row: Row, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[tuple[str, str, str]] = []
        # On a line with others there is room for a small arrow only.
        self._tight, self._has_badge = row.joined or bool(row.badge), bool(row.badge)
        self.setProperty("look", "tight" if self._tight else "flat")
        self.setEnabled(row.enabled)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.show_row(row)
        self.activated.connect(self._on_self_activated)

    def show_row(self, row: Row) -> None:
        """Show the choices in the language in force and the value of ``row``."""
        blocker = QSignalBlocker(self)
        self._fill([(choice.value, tr(choice.label), tr(choice.help)) for choice in row.choices])
        self.setCurrentIndex(self.findData(row.value))
        blocker.unblock()
        widths = [self.fontMetrics().horizontalAdvance(self.itemText(i)) for i in range(self.count())]
        # The list may be wider than the box, which is as wide as what is chosen.
        self.view().setMinimumWidth(max(widths, default=0) + 40)
        self.updateGeometry()

    def _fill(self, items: list[tuple[str, str, str]]) -> None:
        """Offer ``items`` (value, label, help), unless they are there: the form is shown at every edit."""
        if items == self._items:
            return
        self._items = items
        self.clear()
        for value, label, tip in items:
            self.addItem(label, value)
            if tip:
                self.setItemData(self.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)

    @Slot(int)
    def _on_self_activated(self, index: int) -> None:
        self.updateGeometry()
        self.value_edited.emit(self.itemData(index))

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        part = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, self).width()
        metrics = self.fontMetrics()
        text = self.currentText()
        if self._has_badge and metrics.horizontalAdvance(text) > room - 2:
            text = self._short()
        option.currentText = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room - 2)
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()

    def _short(self) -> str:
        """Return what is typed for it; Chinese names are short without their word for a layer."""
        text = self.currentText()
        return str(self.currentData()) if text.isascii() else text.removesuffix("层")

    def sizeHint(self) -> QSize:
        extra = _TIGHT_EXTRA if self._tight else _BOX_EXTRA
        width = self.fontMetrics().horizontalAdvance(self.currentText()) + extra
        return QSize(width, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        # Room for a word such as "Random", whatever stands beside it.
        least = 56 if self._tight else self.fontMetrics().horizontalAdvance("Xxxxxxx") + _BOX_EXTRA
        if self._has_badge:
            least = self.fontMetrics().horizontalAdvance(self._short()) + _TIGHT_EXTRA
        return QSize(min(self.sizeHint().width(), least), super().minimumSizeHint().height())

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class Switch(QCheckBox):
    """On or off."""

    value_edited = Signal(object)

    def __init__(self, row: Row, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEnabled(row.enabled)
        self.show_row(row)
        self.clicked.connect(self._on_self_clicked)

    def show_row(self, row: Row) -> None:
        """Show the value of ``row``."""
        self.setChecked(bool(row.value))

    @Slot(bool)
    def _on_self_clicked(self, checked: bool) -> None:
        self.value_edited.emit(checked)


Control = ValueEdit | ChoiceBox | Switch


def control_of(row: Row, parent: QWidget | None = None) -> Control:
    """Return the control that fits the row's kind."""
    if row.field.kind == "choice":
        return ChoiceBox(row, parent)
    if row.field.kind == "bool":
        return Switch(row, parent)
    return ValueEdit(row, parent)
