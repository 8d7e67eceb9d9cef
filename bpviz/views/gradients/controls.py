"""What is to be checked: the method, its step h, the samples, and the button that begins."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSlider,
    QWidget,
)

from bpviz.errors import UserError
from bpviz.present.gradients.check import METHODS, SHORT_WORDS, USUAL_SAMPLES, CheckRequest, checked_step
from bpviz.present.numbers import entry
from bpviz.snapshot import RunInfo
from bpviz.text import N_, tr
from bpviz.views.naming import named

# The window's h of each method lies within the picture of the valley.
STEPS = {"forward": 1e-8, "central": 1e-5, "complex": 1e-12}
_SAMPLES = (
    ("batch", N_("Last batch")),
    ("some", N_("Samples")),
    ("all", N_("All")),
)
_MOST_SAMPLES = 999_999
# The slider counts tenths of a power of ten, from 1e-12 to 1e-1.
_TENTHS, _LOWEST, _HIGHEST = 10, -12, -1
# From this width on the slider has room.
_WIDE = 560
# From this width on what is chosen is read whole.
_READABLE, _NARROW_BOX, _BOX_EXTRA = 330, 70, 30


class CheckControls(QWidget):
    """Emits ``asked`` with a `CheckRequest`, ``cancelled``, and ``step_changed`` with h."""

    asked = Signal(object)
    cancelled = Signal()
    step_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.method, self.samples = QComboBox(self), QComboBox(self)
        self.count = QLineEdit(str(USUAL_SAMPLES), self)
        self.count.setValidator(QIntValidator(1, _MOST_SAMPLES, self.count))
        self.step_label = QLabel("h", self)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(_LOWEST * _TENTHS, _HIGHEST * _TENTHS)
        self.step = QLineEdit(self)
        self.button = QPushButton(self)
        self.button.setAutoDefault(False)
        self.busy = False
        self._function = False
        for method in METHODS:
            self.method.addItem("", method)
        for key, _label in _SAMPLES:
            self.samples.addItem("", key)
        self.method.setCurrentIndex(METHODS.index("central"))
        self._lay_out()
        self.set_step(STEPS["central"])
        self._connect()
        self._refresh()

    @property
    def h(self) -> float:
        """The step that is written, or the last good one."""
        return self._h

    def request(self) -> CheckRequest:
        """Return what is asked for, at the step that was taken last."""
        method, samples = METHODS[self.method.currentIndex()], self.samples.currentData()
        return CheckRequest(method, self._h, "all" if self._function else samples, self._count())

    def request_shown(self) -> tuple[str, float]:
        """Return the method and h that one reads here."""
        return METHODS[self.method.currentIndex()], self._h

    def set_step(self, h: float) -> None:
        """Show and take h."""
        self._h = h
        self.step.setText(entry(float(f"{h:.2g}")))
        self.slider.blockSignals(True)
        self.slider.setValue(round(_TENTHS * math.log10(h)))
        self.slider.blockSignals(False)
        self._mark(wrong=False)
        self.step_changed.emit(h)

    def show_run(self, info: RunInfo) -> None:
        """Offer samples where there are some."""
        self._function = info.kind == "function"
        self._refresh()

    def _count(self) -> int:
        """Return the number of samples that is written; the usual one where there is none."""
        return int(self.count.text()) if self.count.hasAcceptableInput() else USUAL_SAMPLES

    def show_like(self, other: CheckControls) -> None:
        """Show what another one shows."""
        self.method.setCurrentIndex(other.method.currentIndex())
        self.samples.setCurrentIndex(other.samples.currentIndex())
        self.count.setText(other.count.text())
        self._function = other._function
        self.set_step(other.h)
        self._refresh()

    def show_busy(self, busy: bool) -> None:
        """Let the button stop a check while one is under way."""
        self.busy = busy
        self.say()

    def say(self) -> None:
        """Say everything again."""
        for index, method in enumerate(METHODS):
            self.method.setItemText(index, tr(SHORT_WORDS[method]))
        for index, (_key, label) in enumerate(_SAMPLES):
            self.samples.setItemText(index, tr(label))
        self.button.setText(tr("Stop") if self.busy else tr("Check"))
        tips = (
            (self.method, tr("How the gradient is found the other way")),
            (self.samples, tr("The samples over which the loss is taken")),
            (self.count, tr("How many samples, drawn by the seed")),
            (self.slider, tr("How far each parameter is moved: the step h")),
            (self.step, tr("How far each parameter is moved: the step h")),
            (self.button, tr("Stop the check") if self.busy else tr("Compare both gradients (Ctrl+G)")),
        )
        for widget, words in tips:
            widget.setToolTip(words)
            widget.setAccessibleName(words)

    @Slot()
    def ask(self) -> None:
        """Ask for a check; a step that is none is marked."""
        if self._take_step():
            self.asked.emit(self.request())
        else:
            self.step.setFocus()

    def _lay_out(self) -> None:
        for box in (self.method, self.samples):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            box.setMinimumWidth(_NARROW_BOX)
        self.step.setFixedWidth(self.step.fontMetrics().horizontalAdvance("0.0e-00") + 18)
        self.count.setFixedWidth(self.count.fontMetrics().horizontalAdvance("0000") + 18)
        self.slider.setMinimumWidth(60)
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 2, 6, 0)
        row.setSpacing(5)
        for widget in (self.method, self.step_label, self.slider, self.step, self.samples, self.count):
            row.addWidget(widget, 1 if widget is self.slider else 0)
        row.addStretch(0)
        row.addWidget(self.button)

    def show_width(self, width: int) -> None:
        """Leave the slider out where there is no room for it: h can be written, or clicked in the valley."""
        self.slider.setVisible(width >= _WIDE)
        for box in (self.method, self.samples):
            words = box.fontMetrics().horizontalAdvance(box.currentText()) + _BOX_EXTRA
            box.setMinimumWidth(words if width >= _READABLE else min(words, _NARROW_BOX))

    def _connect(self) -> None:
        self.method.activated.connect(self._on_method_activated)
        self.samples.currentIndexChanged.connect(self._refresh)
        self.slider.valueChanged.connect(self._on_slider_value_changed)
        self.step.editingFinished.connect(self._on_step_editing_finished)
        self.step.returnPressed.connect(self.ask)
        self.button.clicked.connect(self._on_button_clicked)

    @Slot()
    def _refresh(self) -> None:
        self.samples.setVisible(not self._function)
        self.count.setVisible(not self._function and self.samples.currentData() == "some")
        self.say()

    def _mark(self, *, wrong: bool) -> None:
        named(self.step, "CheckStep").setProperty("wrong", "true" if wrong else "false")
        self.step.style().unpolish(self.step)
        self.step.style().polish(self.step)

    @Slot(int)
    def _on_method_activated(self, index: int) -> None:
        self.set_step(STEPS[METHODS[index]])

    @Slot(int)
    def _on_slider_value_changed(self, value: int) -> None:
        self.set_step(float(f"{10.0 ** (value / _TENTHS):.2g}"))

    @Slot()
    def _on_step_editing_finished(self) -> None:
        self._take_step()

    def _take_step(self) -> bool:
        """Take the step that is written, or mark it and say what would do; return whether it is one."""
        try:
            h = checked_step(self.step.text().strip())
        except UserError as error:
            self.step.setToolTip(str(error))
            self._mark(wrong=True)
            return False
        if h is not None and h != self._h:
            self.set_step(h)
        self._mark(wrong=False)
        return True

    @Slot()
    def _on_button_clicked(self) -> None:
        if self.busy:
            self.cancelled.emit()
        else:
            self.ask()
