"""The strip over the unrolled network: what the cells show, and the time that is walked through."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSlider, QToolButton, QWidget

from bpviz.present.palette import Palette
from bpviz.present.unrolled.rows import views
from bpviz.present.unrolled.values import Clock, pause_ms
from bpviz.present.unrolled.words import view_help, view_label
from bpviz.snapshot import RunInfo
from bpviz.text import tr
from bpviz.views.plotting import Chip


class TimeStrip(QWidget):
    """Chips for what is shown; ▶ to play through time and back, and a slider over the steps.

    Signals
    -------
    view_chosen(str)
    time_changed(object, object)
        The lit step (None: none), and the `Clock` while time is played.
    """

    view_chosen = Signal(str)
    time_changed = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.chips: dict[str, Chip] = {}
        self.play = QToolButton(self)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.place = QLabel(self)
        self.clock: Clock | None = None
        self._steps, self._lit = 0, False
        self._walked: Clock | None = None
        self._palette: Palette | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._on_timer_timeout)
        self.play.clicked.connect(self._on_play_clicked)
        self.slider.valueChanged.connect(self._on_slider_value_changed)
        self.slider.setMinimumWidth(50)
        self.slider.setPageStep(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 1, 8, 1)
        row.setSpacing(3)
        self._chip_row = QHBoxLayout()
        self._chip_row.setSpacing(2)
        row.addLayout(self._chip_row)
        row.addSpacing(6)
        row.addWidget(self.play)
        row.addWidget(self.slider, 1)
        row.addWidget(self.place)

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self._palette = palette
        self.setStyleSheet(
            f"QLabel{{color:{palette.muted};}}"
            "QToolButton{border:none;border-radius:6px;background:transparent;padding:0 4px;"
            f"color:{palette.text};}}"
            f"QToolButton:hover{{background:{palette.control};}}"
            f"QToolButton:focus{{border:1px solid {palette.accent};}}"
        )
        for chip in self.chips.values():
            chip.palette_in_use = palette
            chip.update()

    def show_run(self, info: RunInfo, view: str) -> None:
        """Offer what this run's layers have."""
        self._walked = None
        self.stop()
        self._steps = info.sequence_shape[0] if info.sequence_shape else 0
        self.slider.blockSignals(True)
        self.slider.setRange(1, max(self._steps, 1))
        self.slider.setValue(1)
        self.slider.blockSignals(False)
        self._lit = False
        offered = views(info)
        if tuple(self.chips) != offered:
            self._make_chips(offered)
        self.show_view(view)
        self.retranslate()

    def _make_chips(self, offered: tuple[str, ...]) -> None:
        for chip in self.chips.values():
            self._chip_row.removeWidget(chip)
            chip.deleteLater()
        self.chips = {view: Chip(self) for view in offered}
        for view, chip in self.chips.items():
            if self._palette is not None:
                chip.palette_in_use = self._palette
            chip.setObjectName(f"view_{view}")
            chip.clicked.connect(self._on_chip_clicked)
            self._chip_row.addWidget(chip)
            chip.show()

    def show_view(self, view: str) -> None:
        """Check the chip of what is shown."""
        for name, chip in self.chips.items():
            chip.setChecked(name == view)

    def show_step(self, step: int) -> None:
        """Move to a step that was chosen in the picture."""
        self.stop()
        self._lit = True
        self.slider.blockSignals(True)
        self.slider.setValue(step + 1)
        self.slider.blockSignals(False)
        self._tell()

    def follow(self, clock: Clock | None) -> None:
        """Show where the walk stands in time; it plays by its own pace."""
        self._timer.stop()
        self.clock = None
        self._walked = clock
        if clock is not None:
            self.slider.blockSignals(True)
            self.slider.setValue(clock.step + 1)
            self.slider.blockSignals(False)
        self._say()

    def let_go(self) -> bool:
        """Light no step any more; return whether one was."""
        was = self._lit or self.clock is not None
        self.stop()
        self._lit = False
        self._tell()
        return was

    def retranslate(self) -> None:
        """Say everything again."""
        for view, chip in self.chips.items():
            chip.say(view_label(view), view_help(view))
        self.slider.setAccessibleName(tr("Step of the sequence"))
        self.slider.setToolTip(tr("Light one step (← and → in the picture)"))
        self._say()

    def tab_chain(self) -> list[QWidget]:
        """Return the controls from left to right."""
        return [*self.chips.values(), self.play, self.slider]

    def stop(self) -> None:
        """End playing where it is."""
        self._timer.stop()
        if self.clock is not None:
            self.clock = None
            self._tell()

    def toggle(self) -> None:
        """Play from the beginning, or stop."""
        if self.clock is not None:
            self._lit = False
            self.stop()
        elif self._steps:
            self.clock = Clock(self._steps)
            self._timer.start(pause_ms(self._steps))
            self._show_clock()

    def advance(self) -> None:
        """Go one step on: forward through time, then back; at the end everything is shown again."""
        if self.clock is None:
            return
        self.clock = self.clock.next()
        if self.clock is None:
            self._timer.stop()
            self._lit = False
            self._tell()
        else:
            self._show_clock()

    def _show_clock(self) -> None:
        assert self.clock is not None
        self.slider.blockSignals(True)
        self.slider.setValue(self.clock.step + 1)
        self.slider.blockSignals(False)
        self._tell()

    def _tell(self) -> None:
        self._say()
        step = self.slider.value() - 1 if self._lit and self.clock is None else None
        self.time_changed.emit(step, self.clock)

    def _say(self) -> None:
        playing = self.clock is not None
        self.play.setText("■" if playing else "▶")
        name = tr("Stop") if playing else tr("Play through time and back (T)")
        self.play.setToolTip(name)
        self.play.setAccessibleName(name)
        said = ""
        clock = self.clock or self._walked
        if clock is not None:
            sign = "←" if clock.backward else "→"
            said = f"t {sign} {clock.step + 1}/{self._steps}"
        elif self._lit:
            said = f"t = {self.slider.value()}/{self._steps}"
        self.place.setText(said)
        widest = f"t → {self._steps}/{self._steps} "
        self.place.setFixedWidth(self.fontMetrics().horizontalAdvance(widest))

    @Slot()
    def _on_chip_clicked(self) -> None:
        view = next(name for name, chip in self.chips.items() if chip is self.sender())
        self.show_view(view)
        self.view_chosen.emit(view)

    @Slot()
    def _on_play_clicked(self) -> None:
        self.toggle()

    @Slot()
    def _on_timer_timeout(self) -> None:
        self.advance()

    @Slot(int)
    def _on_slider_value_changed(self, value: int) -> None:
        self.show_step(value - 1)

    def sizeHint(self) -> QSize:
        return QSize(300, self.fontMetrics().height() + 6)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.place.setVisible(self.width() >= 22 * self.fontMetrics().height())
