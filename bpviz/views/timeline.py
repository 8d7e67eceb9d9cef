"""The bar at the bottom: where the run stands, and the way back and forth through it."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QStyle, QToolButton, QWidget

from bpviz.present.numbers import grouped, short
from bpviz.present.palette import LIGHT, Palette
from bpviz.snapshot import RunInfo, RunState, Snapshot
from bpviz.text import N_, tr
from bpviz.views.controls import QuietSlider
from bpviz.views.icons import icon
from bpviz.views.quiet_text import Figures

SLIDER_LIMIT = 1_000_000_000
"""A slider counts in 32 bits; a longer run is shown in larger steps."""

_BUTTONS = (
    ("first", N_("To the start")),
    ("previous", N_("One iteration back")),
    ("next", N_("One iteration on")),
    ("last", N_("To the newest iteration")),
)


class SeekSlider(QuietSlider):
    """A slider that jumps to where it is clicked."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.isEnabled():
            room = max(1, self.width() - self.style().pixelMetric(QStyle.PixelMetric.PM_SliderLength))
            at = round(event.position().x()) - (self.width() - room) // 2
            self.setValue(QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), at, room))
        super().mousePressEvent(event)


class Timeline(QWidget):
    """First, back, a slider over all iterations, on, newest; and the figures of the one shown."""

    seek_requested = Signal(object)
    """The iteration to show; an object, since a signal's int ends at 2³¹."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Timeline")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._position = self._last = 0
        self._running = False
        self._scale = 1
        self._figures: tuple[float, float, float | None] | None = None
        self._palette = LIGHT
        self.slider = SeekSlider(self)
        self.slider.setObjectName("TimelineSlider")
        self.slider.valueChanged.connect(self._on_slider_value_changed)
        self.buttons = {name: self._button(name) for name, _ in _BUTTONS}
        self.reading = Figures(self)
        self._lay_out()
        self.retranslate()
        self._refresh()

    def _button(self, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("look", "flat")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAutoRepeat(name in ("previous", "next"))
        button.clicked.connect(self._on_button_clicked)
        return button

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 5, 14, 5)
        row.setSpacing(4)
        for widget in (
            self.buttons["first"],
            self.buttons["previous"],
            self.slider,
            self.buttons["next"],
            self.buttons["last"],
        ):
            row.addWidget(widget, 1 if widget is self.slider else 0)
        row.addSpacing(10)
        row.addWidget(self.reading)

    def show_run(self, info: RunInfo) -> None:
        """Start again at iteration 0 of a new run."""
        self._position = self._last = 0
        self._figures = None
        self.reading.forget_width()
        self._refresh()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the figures of one iteration."""
        test = snapshot.test.loss if snapshot.test is not None else None
        self._figures = (snapshot.epoch, snapshot.train.loss, test)
        self._position = snapshot.iteration
        self._last = max(self._last, self._position)
        self._refresh()

    def show_state(self, state: RunState) -> None:
        """Show how far the run has come."""
        self._last = max(state.last, state.position)
        self._running = state.running
        if self._figures is None:
            self._position = state.position
        self._refresh()

    def _refresh(self) -> None:
        # What runs is shown a moment late: what is on the screen is its end, or all would twitch.
        end = self._position if self._running else self._last
        self._scale = 1 + end // SLIDER_LIMIT
        if not self.slider.isSliderDown():
            blocker = QSignalBlocker(self.slider)
            self.slider.setRange(0, end // self._scale)
            self.slider.setPageStep(max(1, end // self._scale // 20))
            self.slider.setValue(self._position // self._scale)
            blocker.unblock()
        self.slider.setEnabled(self._last > 0)
        for name in ("first", "previous"):
            self.buttons[name].setEnabled(self._position > 0)
        for name in ("next", "last"):
            self.buttons[name].setEnabled(self._position < end)
        self._say()

    def _say(self) -> None:
        pairs = [(tr("iteration"), grouped(self._position), True)]
        if self._figures is not None:
            epoch, loss, test = self._figures
            pairs.append((tr("epoch"), grouped(int(epoch)), False))
            pairs.append((tr("loss"), short(loss, steady=True), True))
            if test is not None:
                pairs.append((tr("test"), short(test, steady=True), False))
        self.reading.set_pairs(tuple(pairs))

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self._palette = palette
        self.reading.set_palette(palette)
        side = round(0.9 * self.fontMetrics().height())
        for name, button in self.buttons.items():
            button.setIconSize(QSize(side, side))
            button.setIcon(icon(name, palette.text, palette.border))
        self.reading.forget_width()
        self._say()

    def retranslate(self) -> None:
        """Say everything again."""
        for name, words in _BUTTONS:
            self.buttons[name].setToolTip(tr(words))
            self.buttons[name].setAccessibleName(tr(words))
        self.slider.setToolTip(tr("Drag to go back and forth through the run"))
        self.slider.setAccessibleName(tr("Iteration shown"))
        self.reading.forget_width()
        self._say()

    @Slot(int)
    def _on_slider_value_changed(self, value: int) -> None:
        at_end = value == self.slider.maximum() and not self._running
        self._seek(self._last if at_end else value * self._scale)

    @Slot()
    def _on_button_clicked(self) -> None:
        targets = {
            "first": 0,
            "previous": self._position - 1,
            "next": self._position + 1,
            "last": self._last,
        }
        for name, button in self.buttons.items():
            if button is self.sender():
                self._seek(min(max(targets[name], 0), self._last))

    def _seek(self, iteration: int) -> None:
        self._position = iteration
        self._refresh()
        self.seek_requested.emit(iteration)
