"""Where the window of a convolution or a pooling stands, with a button back and one on."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from bpviz.text import tr


class PlaceStrip(QWidget):
    """◂ 7/36 ▸; hidden where no window slides.

    Signals
    -------
    moved(int)
        The window is to go so many places on.
    """

    moved = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.back, self.on = QToolButton(self), QToolButton(self)
        self.place = QLabel(self)
        self.place.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 4, 0)
        row.setSpacing(2)
        for widget, sign in ((self.back, "◂"), (self.place, ""), (self.on, "▸")):
            row.addWidget(widget)
            if isinstance(widget, QToolButton):
                widget.setText(sign)
                widget.setAutoRepeat(True)
        self.back.clicked.connect(self._on_back_clicked)
        self.on.clicked.connect(self._on_on_clicked)
        self.hide()

    def retranslate(self) -> None:
        """Say everything again."""
        said = (
            (self.back, tr("The window one place back (Page up; Esc lets it slide on)")),
            (self.on, tr("The window one place on (Page down; Esc lets it slide on)")),
        )
        for button, text in said:
            button.setToolTip(text)
            button.setAccessibleName(text)
        self.place.setToolTip(tr("The place of the window, row by row"))

    @Slot(int, int)
    def show_place(self, place: int, count: int) -> None:
        """Say where the window stands, from 0; of 0 places there is none."""
        self.setVisible(count > 0)
        self.place.setText(f"{place + 1}/{count}")
        self.place.setFixedWidth(self.place.fontMetrics().horizontalAdvance(f"{count}/{count} "))

    @Slot()
    def _on_back_clicked(self) -> None:
        self.moved.emit(-1)

    @Slot()
    def _on_on_clicked(self) -> None:
        self.moved.emit(1)
