"""The strip over the diagram: units, activation and removal of each hidden layer, and new layers."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolButton, QWidget

from bpviz.present.diagram.layer_heads import LayerHead
from bpviz.present.palette import Palette
from bpviz.present.setup.pieces import activation_label, hidden_activation_labels
from bpviz.text import tr
from bpviz.views.network.layer import LayerControls, Mode

_PLAY = 48


class HeaderStrip(QWidget):
    """All layers' controls, each over its column.

    Signals
    -------
    layer_added(index), layer_removed(index), units_changed(layer, units),
    activation_changed(layer, name); hidden layers count from 0.
    """

    layer_added = Signal(int)
    layer_removed = Signal(int)
    units_changed = Signal(int, int)
    activation_changed = Signal(int, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.controls: list[LayerControls] = []
        self.adders: list[QToolButton] = []
        self.input_label = QLabel(self)
        self.output_label = QLabel(self)
        for label in (self.input_label, self.output_label):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._labels: dict[str, str] = dict(hidden_activation_labels())
        self._inputs, self._output = 0, ""
        self._has_network = False
        self._centres: list[float] = []
        self._last_mode: Mode = "row"

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self.setStyleSheet(
            f"QToolButton{{border:none;border-radius:6px;background:transparent;color:{palette.muted};padding:0;}}"
            f"QToolButton:hover{{background:{palette.control};color:{palette.text};}}"
            f"QToolButton:focus{{border:1px solid {palette.accent};}}"
            f"QToolButton:disabled{{color:{palette.border};}}"
            "QToolButton::menu-indicator{image:none;}"
            "QLineEdit{border:1px solid transparent;border-radius:5px;background:transparent;padding:0;"
            f"color:{palette.text};font-weight:bold;}}"
            f"QLineEdit:hover{{background:{palette.control};}}"
            f"QLineEdit:focus{{border-color:{palette.accent};}}"
            f"QLabel{{color:{palette.muted};}}"
        )

    def show_network(self, heads: tuple[LayerHead, ...], inputs: int, output: str) -> None:
        """Show these hidden layers, between ``inputs`` values and the activation ``output``.

        The controls of layers that stay keep the keyboard's focus.  Without inputs nothing is shown.
        """
        self._inputs, self._output, self._has_network = inputs, output, inputs > 0
        while len(self.controls) > len(heads):
            self.controls.pop().deleteLater()
        while len(self.controls) < len(heads):
            self.controls.append(self._new_controls())
        adders = len(heads) + 1 if self._has_network else 0
        while len(self.adders) > adders:
            self.adders.pop().deleteLater()
        while len(self.adders) < adders:
            self.adders.append(self._new_adder(len(self.adders)))
        for layer, (controls, head) in enumerate(zip(self.controls, heads, strict=True)):
            labels = {name: self._labels.get(name, name) for name in head.activations}
            controls.show_layer(layer, head, labels)
            controls.show()
        self.retranslate()

    def _new_controls(self) -> LayerControls:
        controls, layer = LayerControls(self), len(self.controls)
        controls.units_changed.connect(partial(self._on_units_changed, layer))
        controls.activation_changed.connect(partial(self._on_activation_changed, layer))
        controls.removed.connect(partial(self._on_removed, layer))
        return controls

    def _new_adder(self, index: int) -> QToolButton:
        adder = QToolButton(self)
        adder.clicked.connect(partial(self._on_adder_clicked, index))
        adder.show()
        return adder

    def tab_chain(self) -> list[QWidget]:
        """Return the controls from left to right, as Tab goes through them."""
        chain: list[QWidget] = []
        for index, adder in enumerate(self.adders):
            chain.append(adder)
            if index < len(self.controls):
                layer = self.controls[index]
                chain += layer.tab_chain()
        return chain

    def retranslate(self) -> None:
        """Say everything again."""
        for controls in self.controls:
            controls.retranslate()
        for adder in self.adders:
            adder.setToolTip(tr("Add a layer here"))
            adder.setAccessibleName(tr("Add a layer here"))
        self.input_label.setToolTip(tr("Inputs"))
        self.output_label.setToolTip(tr("Activation of the output"))
        self.place(self._centres)

    def place(self, centres: list[float]) -> None:
        """Put every layer's controls over its column."""
        self._centres = centres
        if not self._has_network or len(centres) != len(self.controls) + 2:
            return
        spacing = min(b - a for a, b in zip(centres, centres[1:], strict=False))
        mode = self._last_mode = self._mode(spacing)
        line = self.fontMetrics().height() + 4
        self.setFixedHeight(2 * line + 4 if mode == "stacked" else line + 4)
        height, adder = float(self.height()), line - 2
        room = spacing - adder - 2
        for controls, centre in zip(self.controls, centres[1:-1], strict=True):
            controls.place(centre, room, height, mode)
        wide = self.fontMetrics().horizontalAdvance(tr("+ layer")) + 10
        for index, button in enumerate(self.adders):
            full = not self.controls and spacing > 3 * wide
            button.setText(tr("+ layer") if full else "⊕")
            width = wide if full else adder
            middle = (centres[index] + centres[index + 1]) / 2
            button.setGeometry(round(middle - width / 2), round((height - line) / 2), width, line)
        half = int(spacing / 2) - adder // 2 - 2
        self._place_label(self.input_label, str(self._inputs), centres[0], half)
        self._place_label(self.output_label, tr(activation_label(self._output)), centres[-1], half)

    def _place_label(self, label: QLabel, text: str, centre: float, half: int) -> None:
        """Write over an outer column, as near to its middle as the neighbour and the border allow."""
        wanted = label.fontMetrics().horizontalAdvance(text) + 8
        first = label is self.input_label
        low, high = (0, round(centre) + half) if first else (round(centre) - half, self.width())
        width = min(wanted, high - low)
        x = min(max(round(centre - width / 2), low), high - width)
        label.setText(label.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, width))
        label.setGeometry(x, 0, width, self.height())

    def _mode(self, spacing: float) -> Mode:
        adder = self.fontMetrics().height() + 4
        wanted = max((controls.wanted() for controls in self.controls), default=0)
        # A second row makes the diagram lower and its columns stand farther apart: without some play
        # the strip would go to and fro between the two for ever.
        play = _PLAY if self._last_mode != "row" else 0
        if wanted + adder + play <= spacing:
            return "row"
        # Two rows need the room of "− 00 +" and of a short name with its ×.
        narrow = 0.62 * wanted + (play if self._last_mode == "menu" else 0)
        return "stacked" if spacing - adder >= narrow else "menu"

    def _on_units_changed(self, layer: int, units: int) -> None:
        self.units_changed.emit(layer, units)

    def _on_activation_changed(self, layer: int, name: str) -> None:
        self.activation_changed.emit(layer, name)

    def _on_removed(self, layer: int) -> None:
        self.layer_removed.emit(layer)

    def _on_adder_clicked(self, index: int, checked: bool = False) -> None:
        self.layer_added.emit(index)

    def sizeHint(self) -> QSize:
        return QSize(300, self.fontMetrics().height() + 8)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.place(self._centres)
