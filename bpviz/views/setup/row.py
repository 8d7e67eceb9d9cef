"""One row of the set-up panel."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from bpviz.errors import UserError
from bpviz.present.palette import Palette
from bpviz.present.setup.form import Row, RowAction
from bpviz.present.setup.values import label_of
from bpviz.text import tr
from bpviz.views.controls import ChoiceBox, Control, ValueEdit, ValueSlider, control_of, help_of
from bpviz.views.icons import icon
from bpviz.views.naming import named


class RowLabel(QLabel):
    """A label that is cut with an ellipsis where there is no room for all of it."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), self.alignment() | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()


def flat_button(parent: QWidget) -> QToolButton:
    """Return a small button without a frame."""
    button = QToolButton(parent)
    button.setProperty("look", "flat")
    return button


class RowView(QWidget):
    """One row: label left, value right, a slider under it, and what is wrong with it in red.

    Parameters
    ----------
    lead : RowView, optional
        The row on whose line this one stands; it says what is wrong with this one as well.
    """

    edited = Signal(str, object)

    def __init__(
        self, row: Row, palette: Palette, parent: QWidget | None = None, lead: RowView | None = None
    ) -> None:
        super().__init__(parent)
        self.row = row
        self._palette = palette
        self.problem: QLabel
        self._buttons: list[tuple[QToolButton, RowAction]] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.line = QHBoxLayout()
        self.line.setSpacing(2 if row.badge or row.joined else 4)
        column.addLayout(self.line)
        self._add_label()
        self.control: Control | None = None if row.bare else control_of(row, self)
        if self.control is not None:
            self.label.setBuddy(self.control)
            self.line.addWidget(self.control, 1 if row.field.kind == "text" else 0)
        if row.badge:
            self.line.addStretch(1)
        self._add_actions()
        self.slider = self._slider(column) if row.has_slider else None
        self.problem = lead.problem if lead is not None else self._add_problem(column)
        self._connect()
        self.show_row(row)

    def _add_label(self) -> None:
        row = self.row
        self.label = named(RowLabel(parent=self), "RowLabel")
        self.label.setVisible(not (row.joined or row.wide))
        if not row.badge:
            # In a narrow panel the label gives way before the value does; its tooltip says the whole.
            self.label.setMinimumWidth(30)
            self.label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.line.addWidget(self.label, 0 if row.joined or row.badge else 1)

    def _add_problem(self, column: QVBoxLayout) -> QLabel:
        problem = named(QLabel(parent=self, wordWrap=True), "Problem")
        problem.hide()
        column.addWidget(problem)
        return problem

    def _add_actions(self) -> None:
        for action in self.row.actions:
            button = flat_button(self)
            button.setEnabled(action.enabled)
            button.clicked.connect(self._on_button_clicked)
            self.line.addWidget(button)
            self._buttons.append((button, action))

    def _slider(self, column: QVBoxLayout) -> ValueSlider:
        slider = ValueSlider(self.row, self)
        column.addWidget(slider)
        slider.value_edited.connect(self._on_control_value_edited)
        return slider

    def _connect(self) -> None:
        if self.control is not None:
            self.control.value_edited.connect(self._on_control_value_edited)
        if isinstance(self.control, ValueEdit):
            self.control.problem_found.connect(self.show_problem)
            if self.slider is not None:
                self.slider.value_dragged.connect(self.control.preview)

    def parts(self) -> list[QWidget]:
        """Return what can have the keyboard's focus, from left to right."""
        inner = [widget for widget in (self.control, self.slider) if widget is not None]
        return [*inner, *(button for button, _action in self._buttons)]

    def show_row(self, row: Row) -> None:
        """Show the value of ``row`` and say everything in the language in force."""
        self.row = row
        name, tip = str(label_of(row)), help_of(row)
        self.label.setText(row.badge or name)
        for widget in (self.label, self.control, self.slider):
            if widget is not None:
                widget.setToolTip(tip)
                widget.setAccessibleName(name)
        if self.control is not None:
            self.control.show_row(row)
        if isinstance(self.control, ChoiceBox):
            self.control.setToolTip(f"{self.control.currentText()}\n{tip}")
        elif self.control is not None and row.wide and row.value:
            self.control.setToolTip(f"{row.value}\n{tip}")
        if self.slider is not None:
            self.slider.show_row(row)
        for (button, _), action in zip(self._buttons, row.actions, strict=True):
            button.setToolTip(tr(action.help))
            button.setAccessibleName(tr(action.help))
        self._buttons = [(b, a) for (b, _), a in zip(self._buttons, row.actions, strict=True)]
        self.set_palette(self._palette)

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self._palette = palette
        side = round(0.9 * self.fontMetrics().height())
        for button, action in self._buttons:
            button.setIconSize(QSize(side, side))
            button.setIcon(icon(action.icon, palette.text, palette.border))

    @Slot(object)
    def show_problem(self, problem: UserError | None) -> None:
        """Say under the row what is wrong with it; None takes it back."""
        self.problem.setText("" if problem is None else str(problem))
        self.problem.setVisible(problem is not None)

    def refuse(self, problem: UserError, typed: str) -> None:
        """Show what was typed, and why it cannot be, until it is mended."""
        if isinstance(self.control, ValueEdit):
            self.control.refuse(problem, typed)
        else:
            self.show_problem(problem)

    @Slot(object)
    def _on_control_value_edited(self, value: Any) -> None:
        self.show_problem(None)
        self.edited.emit(self.row.key, value)

    @Slot()
    def _on_button_clicked(self) -> None:
        for button, action in self._buttons:
            if button is self.sender():
                self.edited.emit(action.key, action.value)
                return
