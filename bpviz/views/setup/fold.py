"""Parts of the set-up panel that fold away, and the buttons that fold them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from bpviz.present.palette import Palette
from bpviz.present.setup.form import Row
from bpviz.present.setup.values import summary
from bpviz.text import tr
from bpviz.views.icons import icon
from bpviz.views.naming import named
from bpviz.views.setup.row import RowLabel, flat_button


class Folding(QWidget):
    """A title with an arrow, and below it the rows that a click on it shows or hides.

    Without a title the arrow stands elsewhere: ``button`` is to be put there.
    While it is folded the title tells what in it is not as usual.
    """

    toggled = Signal(str, bool)

    def __init__(self, key: str, title: str, tip: str, name: str, parent: QWidget, *, unfolded: bool) -> None:
        super().__init__(parent)
        self.key, self._title, self._tip = key, title, tip
        self._palette: Palette | None = None
        self._changed = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        self.button = named(flat_button(self), name)
        self.button.clicked.connect(self._on_button_clicked)
        self.told = named(RowLabel(parent=self), "RowLabel")
        self.told.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.told.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        if title:
            self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            line = QHBoxLayout()
            line.setSpacing(6)
            line.addWidget(self.button)
            line.addWidget(self.told, 1)
            column.addLayout(line)
        else:
            self.told.hide()
            self.button.setFixedWidth(round(0.85 * self.fontMetrics().height()))
        self.body = QWidget(self)
        self.rows = QVBoxLayout(self.body)
        self.rows.setContentsMargins(0, 0, 0, 0)
        self.rows.setSpacing(3)
        column.addWidget(self.body)
        self._unfolded = unfolded
        self.body.setVisible(unfolded)
        self.setVisible(bool(title) or unfolded)

    @property
    def unfolded(self) -> bool:
        """Whether its rows are shown."""
        return self._unfolded

    def set_unfolded(self, unfolded: bool) -> None:
        """Show or hide the rows."""
        self._unfolded = unfolded
        self.body.setVisible(unfolded)
        self.setVisible(bool(self._title) or unfolded)
        self._tell()
        self._paint_arrow()
        self.toggled.emit(self.key, unfolded)

    def show_rows(self, rows: Iterable[Row]) -> None:
        """Say what is in it, in the language in force."""
        self.button.setText(tr(self._title) if self._title else "")
        self.button.setToolTip(tr(self._tip) if self._tip else "")
        self.button.setAccessibleName(tr(self._title or self._tip))
        self._changed = summary(rows)
        self._tell()

    def _tell(self) -> None:
        told = "" if self._unfolded else self._changed
        self.told.setText(told)
        self.told.setToolTip(told)

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self._palette = palette
        self._paint_arrow()

    def _paint_arrow(self) -> None:
        side = round((0.8 if self._title else 0.72) * self.fontMetrics().height())
        self.button.setIconSize(QSize(side, side))
        if self._palette is not None:
            self.button.setIcon(icon("unfolded" if self._unfolded else "folded", self._palette.muted))

    @Slot()
    def _on_button_clicked(self) -> None:
        self.set_unfolded(not self._unfolded)


def followed(unfolded: set[str], key: str, value: Any) -> set[str]:
    """Return the keys of what is unfolded after the edit ``key``: a layer takes its fold along.

    Layers' folds are called ``layer.0``, ``layer.1``, …
    """
    layers = {int(one.partition(".")[2]) for one in unfolded if one.startswith("layer.")}
    others = {one for one in unfolded if not one.startswith("layer.")}
    if key in ("layer.up", "layer.down"):
        other = value + (-1 if key == "layer.up" else 1)
        layers = {{value: other, other: value}.get(one, one) for one in layers}
    elif key == "layer.add":
        layers = {one + (one >= value) for one in layers}
    elif key == "layer.remove":
        layers = {one - (one > value) for one in layers if one != value}
    return others | {f"layer.{one}" for one in layers}
