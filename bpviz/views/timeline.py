"""The bar at the bottom: where the run stands, and the way back and forth through it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStyle, QToolButton, QWidget

from bpviz.present.numbers import grouped, short
from bpviz.present.palette import LIGHT, Palette
from bpviz.present.places import ShownPlaces
from bpviz.present.walk.words import iteration_number
from bpviz.snapshot import RunInfo, RunState, Snapshot
from bpviz.text import N_, tr
from bpviz.views.controls import QuietSlider
from bpviz.views.icons import icon
from bpviz.views.quiet_text import Figures

SLIDER_LIMIT = 1_000_000_000
"""A slider counts in 32 bits; a longer run is shown in larger steps."""

_BUTTONS = (
    ("first", N_("To the start")),
    ("rewind", N_("Play backwards through what is recorded (J)")),
    ("previous", N_("One iteration back")),
    ("next", N_("One iteration on")),
    ("forward", N_("Play forwards through what is recorded, without training (L)")),
    ("last", N_("To the newest iteration")),
    ("bookmark", N_("Mark this iteration (Ctrl+B)")),
    ("branch", N_("Branches and bookmarks (Ctrl+T)")),
)
_DIRECTIONS = {"rewind": -1, "forward": 1}
_LONGEST_NAME = 14
# In widths of a letter: below this the figures that other panels show as well are left out.
_WIDE = 115


class SeekSlider(QuietSlider):
    """A slider that jumps to where it is clicked; bookmarks and forks are marked on it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.marks: tuple[int, ...] = ()
        self.forks: tuple[tuple[int, str], ...] = ()
        self.mark_colour = LIGHT.text

    def pixel(self, value: int) -> int:
        """Return where the middle of the handle is at ``value``."""
        handle = self.style().pixelMetric(QStyle.PixelMetric.PM_SliderLength)
        room = max(1, self.width() - handle)
        return handle // 2 + QStyle.sliderPositionFromValue(self.minimum(), self.maximum(), value, room)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not (self.marks or self.forks):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        middle = self.height() / 2
        for value, colour in self.forks:
            if value <= self.maximum():
                painter.setBrush(QColor(colour))
                painter.drawRect(QRectF(self.pixel(value) - 1, middle, 2, middle - 1))
        painter.setBrush(QColor(self.mark_colour))
        for value in self.marks:
            if value <= self.maximum():
                x = self.pixel(value)
                corners = (QPointF(x - 4, 0), QPointF(x + 4, 0), QPointF(x, 6))
                painter.drawPolygon(QPolygonF(corners))
        painter.end()

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
    replay_requested = Signal(int)
    """−1 backwards, 1 forwards; the same again rests."""
    bookmark_requested = Signal()
    places_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Timeline")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._position = self._last = 0
        self._running = self._walked = False
        self._scale = 1
        self._figures: tuple[float, float, float | None] | None = None
        self._palette = LIGHT
        self._places = ShownPlaces()
        self._playing = 0
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
        for name, _ in _BUTTONS:
            if name == "next":
                row.addWidget(self.slider, 1)
            row.addWidget(self.buttons[name])
        row.addSpacing(10)
        row.addWidget(self.reading)

    def show_places(self, places: ShownPlaces) -> None:
        """Mark the bookmarks and the forks of the present branch, and say which branch it is."""
        self._places = places
        self._mark()
        self._say()

    def _mark(self) -> None:
        self.slider.marks = tuple(mark.iteration // self._scale for mark in self._places.marks())
        self.slider.forks = tuple((at // self._scale, colour) for at, colour in self._places.forks())
        self.slider.mark_colour = self._palette.text
        self.slider.update()

    def show_playing(self, direction: int) -> None:
        """Show that recorded iterations are played: −1 backwards, 1 forwards, 0 not."""
        if direction != self._playing:
            self._playing = direction
            self._paint_buttons()
            self._refresh()

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
        self._running, self._walked = state.running, state.operation is not None
        if self._figures is None:
            self._position = state.position
        self._refresh()

    def _refresh(self) -> None:
        # What runs is shown a moment late: what is on the screen is its end, or all would twitch.
        end = self._position if self._running else self._last
        scale = 1 + end // SLIDER_LIMIT
        if scale != self._scale:
            self._scale = scale
            self._mark()
        if not self.slider.isSliderDown():
            blocker = QSignalBlocker(self.slider)
            self.slider.setRange(0, end // self._scale)
            self.slider.setPageStep(max(1, end // self._scale // 20))
            self.slider.setValue(self._position // self._scale)
            blocker.unblock()
        self.slider.setEnabled(self._last > 0)
        for name in ("first", "previous", "rewind"):
            self.buttons[name].setEnabled(self._position > 0 or self._playing < 0)
        for name in ("next", "last", "forward"):
            self.buttons[name].setEnabled(self._position < end or (name == "forward" and self._playing > 0))
        self._say()

    def _say(self) -> None:
        pairs = [(tr("iteration"), iteration_number(self._position, walked=self._walked), True)]
        branch, _ = self._places.present()
        if branch and not self._narrow:
            short_name = branch if len(branch) <= _LONGEST_NAME else branch[: _LONGEST_NAME - 1] + "…"
            pairs.insert(0, ("", short_name, False))
        if self._figures is not None:
            epoch, loss, test = self._figures
            if not self._narrow:
                pairs.append((tr("epoch"), grouped(int(epoch)), False))
            pairs.append((tr("loss"), short(loss, steady=True), True))
            if test is not None and not self._narrow:
                pairs.append((tr("test"), short(test, steady=True), False))
        self.reading.set_pairs(tuple(pairs))

    @property
    def _narrow(self) -> bool:
        """Whether there is room for few figures only: one has to be able to take hold of the slider."""
        return self.width() < _WIDE * self.fontMetrics().horizontalAdvance("0")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.reading.forget_width()
        self._say()

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self._palette = palette
        self.reading.set_palette(palette)
        self._paint_buttons()
        self._mark()
        self.reading.forget_width()
        self._say()

    def _paint_buttons(self) -> None:
        side = round(0.9 * self.fontMetrics().height())
        for name, button in self.buttons.items():
            playing = self._playing and _DIRECTIONS.get(name) == self._playing
            button.setIconSize(QSize(side, side))
            button.setIcon(icon("pause" if playing else name, self._palette.text, self._palette.border))

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
        name = next(name for name, button in self.buttons.items() if button is self.sender())
        if name in targets:
            self._seek(min(max(targets[name], 0), self._last))
        elif name in _DIRECTIONS:
            self.replay_requested.emit(_DIRECTIONS[name])
        else:
            (self.bookmark_requested if name == "bookmark" else self.places_requested).emit()

    def _seek(self, iteration: int) -> None:
        self._position = iteration
        self._refresh()
        self.seek_requested.emit(iteration)
