"""The controls over one hidden layer: its units, its activation, its removal."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from bpviz.text import tr
from bpviz.views.network_number import NumberBox

MAX_UNITS = 1024
Mode = Literal["row", "stacked", "menu"]


class LayerControls(QWidget):
    """− n + activation × of one hidden layer.

    Signals
    -------
    units_changed(int), activation_changed(str), removed()
    """

    units_changed = Signal(int)
    activation_changed = Signal(str)
    removed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.layer = 0
        self._activation = ""
        self._labels: dict[str, str] = {}
        self.fewer = self._button("−", self._on_fewer_clicked)
        self.units = NumberBox(1, MAX_UNITS, self)
        self.units.value_changed.connect(self._on_units_value_changed)
        self.more = self._button("+", self._on_more_clicked)
        self.activation = QToolButton(self)
        self.activation.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.activation.setMenu(QMenu(self.activation))
        self.remove = self._button("×", self.removed.emit)

    def _button(self, text: str, slot: object) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.clicked.connect(slot)
        return button

    def show_layer(self, layer: int, units: int, activation: str, labels: dict[str, str]) -> None:
        """Show one hidden layer, from 0; says nothing about it to anybody."""
        self.layer, self._activation, self._labels = layer, activation, labels
        self.units.show_value(units)
        self.fewer.setEnabled(units > 1)
        self.retranslate()

    def retranslate(self) -> None:
        """Say everything again."""
        number = self.layer + 1
        named = {
            self.fewer: tr("One neuron fewer in layer {layer}", layer=number),
            self.units: tr("Neurons in layer {layer}", layer=number),
            self.more: tr("One neuron more in layer {layer}", layer=number),
            self.activation: tr("Activation of layer {layer}", layer=number),
            self.remove: tr("Remove layer {layer}", layer=number),
        }
        for control, text in named.items():
            control.setToolTip(text)
            control.setAccessibleName(text)
        self._fill_menu()

    def _fill_menu(self) -> None:
        menu = self.activation.menu()
        menu.clear()
        for name, label in self._labels.items():
            action = menu.addAction(tr(label))
            action.setData(name)
            action.setCheckable(True)
            action.setChecked(name == self._activation)
        if not menu.property("wired"):
            menu.triggered.connect(self._on_menu_triggered)
            menu.setProperty("wired", True)
        self._add_edits(menu)

    def _add_edits(self, menu: QMenu) -> None:
        """Offer in the menu what a narrow panel has no buttons for."""
        menu.addSeparator()
        edits = (("+", self.more), ("−", self.fewer), ("×", self.remove))
        for key, button in edits:
            action = menu.addAction(f"{key}  {button.toolTip()}")
            action.setData(button)
            action.setEnabled(button.isEnabled())

    def place(self, centre: float, room: float, height: float, mode: Mode) -> None:
        """Put the controls in the middle of ``room`` pixels round ``centre``."""
        self.activation.setText(self._activation_text(room, mode))
        for control in (self.fewer, self.units, self.more, self.remove):
            control.setVisible(mode != "menu")
        small = self._small()
        digits = self._digits()
        name = min(self.fontMetrics().horizontalAdvance(self.activation.text()) + 10, int(room))
        rows_of: dict[Mode, list[list[tuple[QWidget, int]]]] = {
            "row": [[(self.fewer, small), (self.units, digits), (self.more, small),
                     (self.activation, name), (self.remove, small)]],
            "stacked": [[(self.fewer, small), (self.units, digits), (self.more, small)],
                        [(self.activation, min(name, int(room) - small)), (self.remove, small)]],
            "menu": [[(self.activation, name)]],
        }  # fmt: skip
        self._lay_rows(rows_of[mode], centre, height)

    def _lay_rows(self, rows: list[list[tuple[QWidget, int]]], centre: float, height: float) -> None:
        width = max(sum(size for _, size in row) for row in rows)
        self.setGeometry(round(centre - width / 2), 0, width, round(height))
        row_height = self.fontMetrics().height() + 3
        top = (height - row_height * len(rows)) / 2
        for number, row in enumerate(rows):
            x = (width - sum(size for _, size in row)) // 2
            for widget, size in row:
                widget.setGeometry(x, round(top + number * row_height), size, row_height)
                x += size

    def _small(self) -> int:
        """Return the width of − + and ×."""
        return round(0.9 * self.fontMetrics().height())

    def _digits(self) -> int:
        """Return the width of the number."""
        return self.fontMetrics().horizontalAdvance("0" * max(len(str(self.units.value)), 2)) + 12

    def _label(self) -> str:
        return tr(self._labels.get(self._activation, self._activation))

    def _activation_text(self, room: float, mode: Mode) -> str:
        """Return the activation's name; with the units, or these alone, where all is in one menu."""
        label, metrics = self._label(), self.fontMetrics()
        if mode == "menu":
            text = f"{self.units.value} {label}"
            return text if metrics.horizontalAdvance(text) + 6 <= room else str(self.units.value)
        return f"{label} ▾" if mode == "stacked" or self.wanted(" ▾") <= room else label

    def wanted(self, mark: str = "") -> int:
        """Return the width of everything in one row."""
        name = self.fontMetrics().horizontalAdvance(self._label() + mark) + 10
        return 3 * self._small() + self._digits() + name

    @Slot()
    def _on_fewer_clicked(self) -> None:
        self.units.step_by(-1)

    @Slot()
    def _on_more_clicked(self) -> None:
        self.units.step_by(1)

    @Slot(int)
    def _on_units_value_changed(self, value: int) -> None:
        self.fewer.setEnabled(value > 1)
        self.units_changed.emit(value)

    @Slot(QAction)
    def _on_menu_triggered(self, action: QAction) -> None:
        data = action.data()
        if isinstance(data, QToolButton):
            data.click()
        elif data != self._activation:
            self.activation_changed.emit(data)
        else:
            action.setChecked(True)
