"""The set-up panel: the form, drawn row by row."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from bpviz.errors import UserError
from bpviz.present.form import Form, Row, RowAction
from bpviz.present.palette import Palette
from bpviz.present.values import label_of
from bpviz.text import tr
from bpviz.views.controls import ChoiceBox, ValueEdit, ValueSlider, control_of, help_of
from bpviz.views.icons import icon
from bpviz.views.naming import named
from bpviz.views.panel import Panel


class RowLabel(QLabel):
    """A label that is cut with an ellipsis where there is no room for all of it."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()


class RowView(QWidget):
    """One row: label left, value right, a slider under it, and what is wrong with it in red."""

    edited = Signal(str, object)

    def __init__(self, row: Row, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row = row
        self._palette = palette
        self._buttons: list[tuple[QToolButton, RowAction]] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.line = QHBoxLayout()
        self.line.setSpacing(4)
        column.addLayout(self.line)
        self.label = named(RowLabel(), "RowLabel")
        self.label.setVisible(not row.joined)
        # In a narrow panel the label gives way before the value does; its tooltip says the whole.
        self.label.setMinimumWidth(30)
        self.label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.line.addWidget(self.label, 1 if not row.joined else 0)
        self.control = control_of(row, self)
        self.label.setBuddy(self.control)
        self.line.addWidget(self.control, 1 if row.field.kind == "text" else 0)
        self._add_actions()
        self.slider = self._slider(column) if row.has_slider else None
        self.problem = named(QLabel(wordWrap=True), "Problem")
        self.problem.hide()
        column.addWidget(self.problem)
        self._connect()
        self.show_row(row)

    def _add_actions(self) -> None:
        for action in self.row.actions:
            button = QToolButton(self)
            button.setProperty("look", "flat")
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
        self.control.value_edited.connect(self._on_control_value_edited)
        if isinstance(self.control, ValueEdit):
            self.control.problem_found.connect(self.show_problem)
            if self.slider is not None:
                self.slider.value_dragged.connect(self.control.preview)

    def show_row(self, row: Row) -> None:
        """Show the value of ``row`` and say everything in the language in force."""
        self.row = row
        name, tip = str(label_of(row)), help_of(row)
        self.label.setText(name)
        for widget in (self.label, self.control, self.slider):
            if widget is not None:
                widget.setToolTip(tip)
                widget.setAccessibleName(name)
        self.control.show_row(row)
        if isinstance(self.control, ChoiceBox):
            self.control.setToolTip(f"{self.control.currentText()}\n{tip}")
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


class SetupPanel(Panel):
    """All settings of the run.  ``edited(key, value)`` says what the user changed."""

    edited = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form = Form(())
        self._rows: dict[str, RowView] = {}
        self._titles: list[tuple[QLabel, str]] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.area = QScrollArea(self, widgetResizable=True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.viewport().setAutoFillBackground(False)
        layout.addWidget(self.area)
        self._reserve_width()

    def set_form(self, form: Form) -> None:
        """Show ``form``; where only values changed the controls, the focus and the scroll stay."""
        same = form.structure() == self._form.structure()
        self._form = form
        if not same:
            self._rebuild()
        for section in form.sections:
            for row in section.rows:
                self._rows[row.key].show_row(row)

    def row_view(self, key: str) -> RowView:
        """Return the row called ``key``."""
        return self._rows[key]

    def show_problem(self, key: str, problem: UserError) -> bool:
        """Say what is wrong with the setting ``key``; False when it is not in the form."""
        view = self._rows.get(key)
        if view is not None:
            view.show_problem(problem)
            self.area.ensureWidgetVisible(view)
        return view is not None

    def _rebuild(self) -> None:
        # Without a focus the window itself stands for it: it is in no row.
        focus = QApplication.focusWidget() or self.window()
        focused = next((key for key, view in self._rows.items() if view.isAncestorOf(focus)), None)
        position = self.area.verticalScrollBar().value()
        self._rows.clear()
        self._titles.clear()
        content = named(QWidget(), "SetupRows")
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(3)
        for section in self._form.sections:
            title = named(QLabel(tr(section.title)), "SectionTitle")
            title.setIndent(0)
            self._titles.append((title, section.title))
            column.addWidget(title)
            self._add_rows(column, section.rows)
        column.addStretch(1)
        # The old rows may be what the user is just using: they go when their event is over.
        old = self.area.takeWidget()
        if old is not None:
            old.hide()
            old.deleteLater()
        self.area.setWidget(content)
        self._reserve_width()
        self.area.verticalScrollBar().setValue(position)
        if focused in self._rows:
            self._rows[focused].control.setFocus()

    def _add_rows(self, column: QVBoxLayout, rows: tuple[Row, ...]) -> None:
        before: RowView | None = None
        for row in rows:
            view = RowView(row, self.palette_in_use)
            view.edited.connect(self.edited)
            self._rows[row.key] = view
            if row.joined and before is not None:
                before.line.addWidget(view)
            else:
                column.addWidget(view)
            before = view

    def _reserve_width(self) -> None:
        """Grow with the text, so that a row keeps its label and its value."""
        content = self.area.widget()
        rows = content.minimumSizeHint().width() if content is not None else 0
        bar = self.area.verticalScrollBar().sizeHint().width()
        self.setMinimumWidth(max(round(9.5 * self.fontMetrics().height()), rows + bar))

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme; the text size may have changed with it."""
        self._reserve_width()
        super().set_palette(palette)
        for view in self._rows.values():
            view.set_palette(palette)

    def retranslate(self) -> None:
        """Say everything again."""
        for label, title in self._titles:
            label.setText(tr(title))
        for view in self._rows.values():
            view.show_row(view.row)
