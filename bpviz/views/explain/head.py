"""The head of the explanation: Story · Words · Formulas, and which unit or weight it is about."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from bpviz.present.explain.explained import DEPTH_HELP, DEPTH_LABELS, DEPTHS, Depth
from bpviz.present.numbers import grouped
from bpviz.present.palette import Palette
from bpviz.text import tr
from bpviz.views.explain.go_to import GoTo
from bpviz.views.quiet_text import QuietText

_TITLED = 32.0
"""From so many lines' heights of width on there is room for the title."""


_LEAST = 22
"""So wide is every button at least."""


class ExplainHead(QWidget):
    """Three chips at the left, ◀ z₃ ▶ at the right.

    Signals
    -------
    depth_chosen(str)
    chosen(object)
        The number of a unit or weight; None for the largest.
    copy_pressed
    """

    depth_chosen = Signal(str)
    chosen = Signal(object)
    copy_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._index, self._count = 0, 0
        self.group = QButtonGroup(self)
        self.chips = {depth: self._button(checkable=True) for depth in DEPTHS}
        for depth, chip in self.chips.items():
            chip.setObjectName("Chip")
            chip.setProperty("depth", depth)
            self.group.addButton(chip)
        self.group.buttonClicked.connect(self._on_group_clicked)
        self.title = QuietText(self)
        self.previous, self.symbol, self.next, self.copy = (self._button() for _ in range(4))
        self.previous.setText("◀")
        self.next.setText("▶")
        self.previous.clicked.connect(self._on_previous_clicked)
        self.next.clicked.connect(self._on_next_clicked)
        self.symbol.clicked.connect(self._on_symbol_clicked)
        self.go_to = GoTo(self)
        self.go_to.largest.connect(self._on_go_to_largest)
        self.copy.clicked.connect(self.copy_pressed)
        for button in (self.previous, self.next):
            button.setAutoRepeat(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 0, 2, 0)
        row.setSpacing(2)
        for chip in self.chips.values():
            row.addWidget(chip)
        row.addSpacing(8)
        row.addWidget(self.title, 100)
        row.addStretch(1)
        for button in (self.previous, self.symbol, self.next, self.copy):
            row.addWidget(button)
        self.set_depth("words")

    def _button(self, *, checkable: bool = False) -> QToolButton:
        button = QToolButton(self)
        button.setCheckable(checkable)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        # In a panel that is too narrow a long name is cut, and not the panel.
        button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        button.setMinimumWidth(_LEAST)
        return button

    def tab_chain(self) -> list[QWidget]:
        """Return the controls from the left to the right."""
        return [*self.chips.values(), self.previous, self.symbol, self.next, self.copy]

    def set_depth(self, depth: Depth) -> None:
        """Show which depth is chosen."""
        self.chips[depth].setChecked(True)

    def show_place(self, symbol: str, index: int, count: int, title: str) -> None:
        """Show what is looked at: number ``index`` of ``count``; of nothing there is nothing to choose."""
        self._index, self._count = index, count
        self.title.set_text(title)
        self.symbol.setText(symbol)
        for button in (self.previous, self.symbol, self.next):
            button.setVisible(count > 1)
        self.copy.setVisible(bool(title))
        self._say_place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # In a narrow panel the title stands in the dock's own line.
        self.title.setVisible(self.width() >= _TITLED * self.fontMetrics().height())

    def _say_place(self) -> None:
        place = tr("{number} of {count}", number=grouped(self._index + 1), count=grouped(self._count))
        self.symbol.setToolTip(f"{self.symbol.text()} · {place} · {tr('Click to go to another one')}")
        self.symbol.setAccessibleName(f"{self.symbol.text()}, {place}")

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self.title.set_palette(palette)
        self.go_to.set_palette(palette)
        self.setStyleSheet(
            "QToolButton{border:1px solid "
            "transparent;border-radius:6px;background:transparent;padding:1px 5px;"
            f"color:{palette.muted};}}"
            f"QToolButton:hover{{background:{palette.control};color:{palette.text};}}"
            f"QToolButton:focus{{border:1px solid {palette.accent};}}"
            f"#Chip:checked{{color:{palette.accent};background:{palette.control};font-weight:600;}}"
        )

    def retranslate(self) -> None:
        """Say everything again."""
        for number, (depth, chip) in enumerate(self.chips.items(), 1):
            chip.setText(tr(DEPTH_LABELS[depth]))
            chip.setToolTip(f"{tr(DEPTH_HELP[depth])} ({number}, Ctrl+Alt+{number})")
            chip.setAccessibleName(tr(DEPTH_LABELS[depth]))
        self.copy.setText(tr("Copy"))
        self.copy.setToolTip(tr("Copy what is said, every number with all its digits"))
        for button, words in ((self.previous, tr("The one before")), (self.next, tr("The one after"))):
            button.setToolTip(words)
            button.setAccessibleName(words)
        self.go_to.retranslate()
        self._say_place()

    @Slot(object)
    def _on_group_clicked(self, chip: QToolButton) -> None:
        self.depth_chosen.emit(chip.property("depth"))

    @Slot()
    def _on_previous_clicked(self) -> None:
        self.chosen.emit((self._index - 1) % max(self._count, 1))

    @Slot()
    def _on_next_clicked(self) -> None:
        self.chosen.emit((self._index + 1) % max(self._count, 1))

    @Slot()
    def _on_symbol_clicked(self) -> None:
        self.go_to.open(self.symbol)

    @Slot()
    def _on_go_to_largest(self) -> None:
        self.chosen.emit(None)
