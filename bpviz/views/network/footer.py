"""The strip under the diagram: which sample is shown, and whether gradients are."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from bpviz.present.cards.inspect import target_text
from bpviz.present.palette import Palette
from bpviz.snapshot import RunInfo, Snapshot
from bpviz.text import tr
from bpviz.views.network.number import NumberBox
from bpviz.views.network.places import PlaceStrip


class FooterStrip(QWidget):
    """◀ n ▶ of the training sample with its target, and the gradients' check button.

    Signals
    -------
    sample_changed(int)
    """

    sample_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.gradients = QToolButton(self)
        self.gradients.setCheckable(True)
        self.gradients.setObjectName("Gradients")
        self.places = PlaceStrip(self)
        self.title = QLabel(self)
        self.previous = QToolButton(self)
        self.previous.setText("◀")
        self.previous.clicked.connect(self._on_previous_clicked)
        self._asked: int | None = None
        self._target_text = ""
        self.sample = NumberBox(0, 0, self)
        self.sample.value_changed.connect(self._on_sample_value_changed)
        self.next = QToolButton(self)
        self.next.setText("▶")
        self.next.clicked.connect(self._on_next_clicked)
        self.target = QLabel(self)
        self.target.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 2)
        row.setSpacing(4)
        for widget in (self.title, self.previous, self.sample, self.next):
            row.addWidget(widget)
        row.addWidget(self.target, 1)
        row.addStretch(0)
        row.addWidget(self.places)
        row.addWidget(self.gradients)

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self.setStyleSheet(
            f"QLabel{{color:{palette.muted};}}"
            "QToolButton{border:none;border-radius:6px;background:transparent;padding:1px 5px;"
            f"color:{palette.muted};}}"
            f"QToolButton:hover{{background:{palette.control};color:{palette.text};}}"
            f"QToolButton:focus{{border:1px solid {palette.accent};}}"
            f"#Gradients{{background:{palette.control};padding:1px 8px;}}"
            f"#Gradients:checked{{background:{palette.backward};color:{palette.card};}}"
            "QLineEdit{border:1px solid transparent;border-radius:6px;padding:0 4px;"
            f"background:{palette.control};color:{palette.text};}}"
            f"QLineEdit:focus{{border-color:{palette.accent};}}"
        )

    def retranslate(self) -> None:
        """Say everything again."""
        self.gradients.setText(tr("gradients"))
        self.gradients.setToolTip(
            tr("Show ∂L/∂w in place of w, as wide as it is large, and δ at the neurons (G)")
        )
        self.gradients.setAccessibleName(tr("Show gradients"))
        self.places.retranslate()
        self.title.setText(tr("sample"))
        self.target.setToolTip(tr("The answer that this sample should get"))
        self.sample.setToolTip(tr("The training sample whose numbers are shown"))
        self.sample.setAccessibleName(tr("Training sample"))
        for button, text in ((self.previous, tr("Previous sample")), (self.next, tr("Next sample"))):
            button.setToolTip(text)
            button.setAccessibleName(text)

    def show_run(self, info: RunInfo) -> None:
        """Offer the samples of a run: the numbers of the neurons and cards are the chosen one's."""
        count = 0 if info.x_train is None else len(info.x_train)
        shown = info.kind == "network" and count > 0
        for widget in (self.title, self.previous, self.sample, self.next, self.target):
            widget.setVisible(shown)
        self.gradients.setVisible(info.kind == "network")
        self.setVisible(info.kind == "network")
        self._asked = None
        self.sample.show_value(0, max(count - 1, 0))
        digits = self.sample.fontMetrics().horizontalAdvance("0" * (len(str(count)) + 1))
        self.sample.setFixedWidth(digits + 14)
        self._target_text = ""
        self._fit()

    def show_snapshot(self, info: RunInfo, snapshot: Snapshot, mean: str = "") -> None:
        """Say what the shown sample should be answered with, or what the numbers are the ``mean`` of."""
        if self._asked in (None, snapshot.sample):
            # Until it is there, the sample that was asked for stays written.
            self._asked = None
            self.sample.show_value(snapshot.sample)
        text = target_text(info, snapshot)
        target = mean or (f"→ {text}" if text else "")
        if target != self._target_text:
            self._target_text = target
            self._fit()

    def _fit(self) -> None:
        """Leave out in a narrow panel what says least."""
        self.title.setVisible(not self.sample.isHidden() and self.width() >= 26 * self.fontMetrics().height())
        room = max(self.target.width(), 0)
        self.target.setText(
            self.fontMetrics().elidedText(self._target_text, Qt.TextElideMode.ElideRight, room)
        )

    @Slot()
    def _on_previous_clicked(self) -> None:
        self.sample.step_by(-1, around=True)

    @Slot()
    def _on_next_clicked(self) -> None:
        self.sample.step_by(1, around=True)

    @Slot(int)
    def _on_sample_value_changed(self, value: int) -> None:
        self._asked = value
        self.sample_changed.emit(value)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
