"""Which plane is shown, and how it is looked at: the row of small controls above the surface."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QStringListModel, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from bpviz.present.palette import Palette
from bpviz.snapshot import RunInfo, SurfaceRequest
from bpviz.text import N_, tr
from bpviz.views.surface.icons import icon

_KIND_LABELS: dict[str, str] = {
    "axes": N_("Axes"),
    "random": N_("Random"),
    "weights": N_("Weights"),
}
_BUTTONS: tuple[tuple[str, str, str], ...] = (
    ("dice", N_("New directions"), N_("Draw two other random directions")),
    ("narrower", N_("Narrower plane"), N_("Show half of the plane's range")),
    ("wider", N_("Wider plane"), N_("Show twice the plane's range")),
    ("logarithm", N_("Logarithmic height"), N_("Heights by the logarithm of the loss")),
    ("minus", N_("Zoom out"), N_("Zoom out (−, or the wheel)")),
    ("plus", N_("Zoom in"), N_("Zoom in (+, or the wheel)")),
    ("home", N_("Reset view"), N_("Reset the view (Home). Drag or use the arrow keys to turn it")),
    ("top", N_("Top view"), N_("Look from the top (T)")),
)
_MARGIN = 6


class ParameterChooser(QLineEdit):
    """A line in which a parameter is found by typing a part of its name; ``chosen(index)``."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._index: dict[str, int] = {}
        self._current = 0
        self._model = QStringListModel(self)
        completer = QCompleter(self._model, self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setMaxVisibleItems(10)
        self.setCompleter(completer)
        self.setMinimumWidth(70)
        completer.activated.connect(self._on_completer_activated)
        self.editingFinished.connect(self._on_self_editing_finished)

    def set_names(self, names: tuple[str, ...], current: int) -> None:
        """Offer these names; nothing is emitted."""
        if names is not self._names:
            self._names = names
            self._index = {name: at for at, name in enumerate(names)}
            self._model.setStringList(list(names))
        self._current = min(max(current, 0), max(len(names) - 1, 0))
        self._show_current()

    def current(self) -> int:
        """Return the index of the parameter that is chosen."""
        return self._current

    def _show_current(self) -> None:
        self.setText(self._names[self._current] if self._names else "")

    @Slot(str)
    def _on_completer_activated(self, name: str) -> None:
        self._choose(name)

    @Slot()
    def _on_self_editing_finished(self) -> None:
        self._choose(self.text().strip())

    def _choose(self, name: str) -> None:
        """Take a name, or the number of a parameter; anything else puts the old one back."""
        index = self._index.get(name)
        if index is None and name.isdecimal() and 1 <= int(name) <= len(self._names):
            index = int(name) - 1
        changed = index is not None and index != self._current
        self._current = self._current if index is None else index
        self._show_current()
        if changed:
            self.chosen.emit(self._current)


class SurfaceControls(QWidget):
    """Emits the plane that is asked for; the view's buttons are wired by the panel."""

    plane_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.request = SurfaceRequest()
        self._names: tuple[str, ...] = ()
        self._half_width = 1.0
        self.kind = QComboBox(self)
        self.kind.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        # In a very narrow panel the name is cut rather than a button lost.
        self.kind.setMinimumWidth(64)
        self._flat = False
        self.first, self.second = ParameterChooser(self), ParameterChooser(self)
        self.buttons = {name: self._button(name) for name, _, _ in _BUTTONS}
        self.buttons["logarithm"].setCheckable(True)
        self._across = QLabel("×", self)
        self._lay_out()
        self.kind.activated.connect(self._on_kind_activated)
        self.first.chosen.connect(self._on_chooser_chosen)
        self.second.chosen.connect(self._on_chooser_chosen)
        self.buttons["dice"].clicked.connect(self._on_dice_clicked)
        self.buttons["narrower"].clicked.connect(self._on_narrower_clicked)
        self.buttons["wider"].clicked.connect(self._on_wider_clicked)
        self.retranslate()

    def show_run(self, info: RunInfo) -> None:
        """Offer the planes that this run has, and start from the usual one."""
        function = info.kind == "function"
        kinds = ("axes",) if function else (("random", "weights") if info.size > 1 else ("random",))
        self._names = info.parameter_names
        kept = self.request if self.request.kind in kinds else SurfaceRequest(kind=kinds[0])
        last = max(info.size - 1, 0)
        parameters = (min(kept.parameters[0], last), min(kept.parameters[1], last))
        if parameters[0] == parameters[1]:
            parameters = (0, min(1, last))
        before, self.request = self.request, replace(kept, parameters=parameters, span=None)
        self.kind.clear()
        for kind in kinds:
            self.kind.addItem(tr(_KIND_LABELS[kind]), kind)
        self._show_request()
        if self.request != before:
            # What was asked for does not exist in this run: whoever computes has to know.
            self.plane_requested.emit(self.request)

    def ask(self, request: SurfaceRequest) -> None:
        """Ask for a plane, where this run has it."""
        if self.kind.findData(request.kind) >= 0 and max(request.parameters) < max(len(self._names), 1):
            self._ask(request)

    def show_half_width(self, half_width: float) -> None:
        """Take the half width of the plane that is shown: wider and narrower start from it."""
        self._half_width = half_width

    def set_colours(self, palette: Palette) -> None:
        """Draw the buttons in a theme's colours."""
        for name, button in self.buttons.items():
            if not button.text():
                button.setIcon(icon(name, palette.muted))
        hover = f"QToolButton:hover, QToolButton:focus {{ background: {palette.control}; }}"
        checked = f"QToolButton:checked {{ background: {palette.control}; color: {palette.accent}; }}"
        plain = f"QToolButton {{ border: none; border-radius: 5px; padding: 3px; color: {palette.muted}; }}"
        self.setStyleSheet(f"{plain} {hover} {checked}")

    def show_curve(self, curve: bool) -> None:
        """Hide what turns and zooms while a curve is shown: it is flat."""
        self._flat = curve
        for name in ("home", "top"):
            self.buttons[name].setVisible(not curve)
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Leave out in a narrow panel what wheel and keys do as well: the plane's name is to be read."""
        zoom = [self.buttons["minus"], self.buttons["plus"]]
        kept = [button for button in self.buttons.values() if button not in zoom and not button.isHidden()]
        named = 0 if self.kind.isHidden() else self.kind.sizeHint().width()
        wanted = named + sum(each.sizeHint().width() + 1 for each in (*kept, *zoom)) + 2 * _MARGIN
        for button in zoom:
            button.setVisible(not self._flat and wanted <= self.width())

    def retranslate(self) -> None:
        """Say everything again."""
        for index in range(self.kind.count()):
            self.kind.setItemText(index, tr(_KIND_LABELS[self.kind.itemData(index)]))
        self.kind.setToolTip(tr("Which plane through the parameters is shown"))
        self.kind.setAccessibleName(tr("Plane of the surface"))
        self.buttons["logarithm"].setText(tr("log"))
        for name, label, tip in _BUTTONS:
            self.buttons[name].setAccessibleName(tr(label))
            self.buttons[name].setToolTip(tr(tip))
        for chooser, label in ((self.first, N_("First weight")), (self.second, N_("Second weight"))):
            chooser.setAccessibleName(tr(label))
            chooser.setToolTip(tr("Type a part of a parameter's name, or its number"))

    def _button(self, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(name)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(1)
        row.addWidget(self.kind)
        row.addWidget(self.buttons["dice"])
        row.addStretch(1)
        for name in ("narrower", "wider", "logarithm", "minus", "plus", "home", "top"):
            row.addWidget(self.buttons[name])
        second = QHBoxLayout()
        second.setSpacing(4)
        for widget in (self.first, self._across, self.second):
            second.addWidget(widget, 0 if widget is self._across else 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, 2, _MARGIN, 0)
        column.setSpacing(2)
        column.addLayout(row)
        column.addLayout(second)

    def _show_request(self) -> None:
        kind = self.request.kind
        self.kind.setCurrentIndex(self.kind.findData(kind))
        self.kind.setVisible(self.kind.count() > 1)
        self.buttons["dice"].setVisible(kind == "random")
        weights = kind == "weights"
        # Tens of thousands of names are only handed over once somebody wants to choose among them.
        if weights:
            self.first.set_names(self._names, self.request.parameters[0])
            self.second.set_names(self._names, self.request.parameters[1])
        for widget in (self.first, self._across, self.second):
            widget.setVisible(weights)
        self._make_room()

    def _ask(self, request: SurfaceRequest) -> None:
        self.request = request
        self._show_request()
        self.plane_requested.emit(request)

    @Slot(int)
    def _on_kind_activated(self, index: int) -> None:
        kind = self.kind.itemData(index)
        if kind != self.request.kind:
            self._ask(replace(self.request, kind=kind, span=None))

    @Slot()
    def _on_dice_clicked(self) -> None:
        self._ask(replace(self.request, seed=self.request.seed + 1))

    @Slot()
    def _on_narrower_clicked(self) -> None:
        self._ask(replace(self.request, span=self._half_width / 2))

    @Slot()
    def _on_wider_clicked(self) -> None:
        self._ask(replace(self.request, span=self._half_width * 2))

    @Slot(int)
    def _on_chooser_chosen(self, index: int) -> None:
        chosen = (self.first.current(), self.second.current())
        if chosen[0] == chosen[1]:
            # A plane needs two different directions: the other one steps aside.
            other = chosen[0] + 1 if chosen[0] + 1 < len(self._names) else chosen[0] - 1
            chosen = (index, other) if self.sender() is self.first else (other, index)
        self._ask(replace(self.request, parameters=chosen, span=None))
