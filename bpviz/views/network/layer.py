"""The controls over one hidden layer: its units, its activation, its removal."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from bpviz.present.diagram.layer_heads import LayerHead
from bpviz.text import tr
from bpviz.views.network.number import NumberBox

MAX_UNITS = 100_000
Mode = Literal["row", "stacked", "menu"]


class LayerControls(QWidget):
    """− n + activation × of one hidden layer; what its kind does not have is left out.

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
        self._head = LayerHead("")
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

    def show_layer(self, layer: int, head: LayerHead, labels: dict[str, str]) -> None:
        """Show one hidden layer, from 0; says nothing about it to anybody.

        Parameters
        ----------
        labels : dict
            Name → label of the activations that it may have.
        """
        self.layer, self._head, self._labels = layer, head, labels
        self.units.show_value(head.units or 1)
        self.fewer.setEnabled((head.units or 1) > 1)
        self.retranslate()

    def tab_chain(self) -> list[QWidget]:
        """Return the controls from left to right."""
        return [self.fewer, self.units, self.more, self.activation, self.remove]

    def retranslate(self) -> None:
        """Say everything again."""
        number = self.layer + 1
        named = {
            self.fewer: tr("One neuron fewer in layer {layer}", layer=number),
            self.units: tr("Neurons in layer {layer}", layer=number),
            self.more: tr("One neuron more in layer {layer}", layer=number),
            self.activation: self._name_tip(number),
            self.remove: tr("Remove layer {layer}", layer=number),
        }
        for control, text in named.items():
            control.setToolTip(text)
            control.setAccessibleName(text)
        self._fill_menu()

    def _name_tip(self, number: int) -> str:
        if not self._head.kind:
            return tr("Activation of layer {layer}", layer=number)
        return tr("Layer {layer}: {text}", layer=number, text=self._head.text)

    def _fill_menu(self) -> None:
        menu = self.activation.menu()
        menu.clear()
        for name, label in self._labels.items():
            action = QAction(tr(label), menu)
            menu.addAction(action)
            action.setData(name)
            action.setCheckable(True)
            action.setChecked(name == self._head.activation)
        if not menu.property("wired"):
            menu.triggered.connect(self._on_menu_triggered)
            menu.setProperty("wired", True)
        self._add_edits(menu)

    def _add_edits(self, menu: QMenu) -> None:
        """Offer in the menu what a narrow panel has no buttons for."""
        menu.addSeparator()
        units = () if self._head.units is None else (("+", self.more), ("−", self.fewer))
        edits = (*units, ("×", self.remove))
        for key, button in edits:
            action = QAction(f"{key}  {button.toolTip()}", menu)
            menu.addAction(action)
            action.setData(button)
            action.setEnabled(button.isEnabled())

    def place(self, centre: float, room: float, height: float, mode: Mode) -> None:
        """Put the controls in the middle of ``room`` pixels round ``centre``."""
        self.activation.setText(self._name_text(room, mode))
        counted: list[QWidget] = [] if self._head.units is None else [self.fewer, self.units, self.more]
        for control in (self.fewer, self.units, self.more, self.remove):
            control.setVisible(mode != "menu" and (control is self.remove or bool(counted)))
        small = self._small()
        number: list[tuple[QWidget, int]] = [
            (one, self._digits() if one is self.units else small) for one in counted
        ]
        name = min(self.fontMetrics().horizontalAdvance(self.activation.text()) + 10, int(room))
        named: list[tuple[QWidget, int]] = [
            (self.activation, min(name, int(room) - small)),
            (self.remove, small),
        ]
        rows_of: dict[Mode, list[list[tuple[QWidget, int]]]] = {
            "row": [[*number, (self.activation, name), (self.remove, small)]],
            "stacked": [number, named] if number else [named],
            "menu": [[(self.activation, name)]],
        }
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
        head = self._head
        activation = tr(self._labels.get(head.activation, head.activation)) if head.activation else ""
        return " ".join(filter(None, (tr(head.kind) if head.kind else "", activation)))

    def _name_text(self, room: float, mode: Mode) -> str:
        """Return the layer's name; with the units, or these alone, where all is in one menu."""
        label, metrics = self._label(), self.fontMetrics()
        if mode == "menu":
            number = "" if self._head.units is None else str(self._head.units)
            text = f"{number} {label}".strip()
            if metrics.horizontalAdvance(text) + 6 <= room:
                return text
            # The menu stays where it is; what would be a sliver of a glyph says nothing.
            return self._whole(number, room) if number else self._shortened(label, room)
        if mode == "row" and self.wanted(" ▾") > room:
            return label
        left = int(room) - 10 - (self._small() if mode == "stacked" else 0)
        return metrics.elidedText(f"{label} ▾", Qt.TextElideMode.ElideMiddle, max(left, 20))

    def _whole(self, text: str, room: float) -> str:
        """Return ``text`` where there is room for all of it."""
        return text if self.fontMetrics().horizontalAdvance(text) + 2 <= room else ""

    def _shortened(self, label: str, room: float) -> str:
        """Return as much of ``label`` as there is room for, before a bracket rather than behind it."""
        metrics, most = self.fontMetrics(), int(room) - 6
        if metrics.horizontalAdvance(label) <= most:
            return label
        kept = metrics.elidedText(label, Qt.TextElideMode.ElideRight, max(most, 0)).rstrip("…")
        kept = kept.rstrip(" （(）)")
        return f"{kept}…" if kept else ""

    def wanted(self, mark: str = "") -> int:
        """Return the width of everything in one row."""
        name = self.fontMetrics().horizontalAdvance(self._label() + mark) + 10
        number = 0 if self._head.units is None else 2 * self._small() + self._digits()
        return number + name + self._small()

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
        elif data != self._head.activation:
            self.activation_changed.emit(data)
        else:
            action.setChecked(True)
