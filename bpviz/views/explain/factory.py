"""The drawing of the story: benches with workers, a belt, the finished thing beside its order, a complaint.

Everything that has a size or a colour in it follows a number: a worker's coat the part that it made, the
letter in its hand its share of the complaint, the large letter the loss, a knob's turn the update.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from bpviz.present.explain.story_factory import Bench, Factory, Worker
from bpviz.present.palette import LIGHT, Palette
from bpviz.present.walk.light import phase_colour
from bpviz.text import tr
from bpviz.views.explain.signs import paint_notebook, paint_sign
from bpviz.views.plotting import faded

_CENTRE = Qt.AlignmentFlag.AlignCenter
_SKIN = "#d9a679"


class FactoryCanvas(QWidget):
    """Draws a factory; where there is none, a ball on a hillside."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.factory: Factory | None = None
        self._palette: Palette = LIGHT
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(48)

    def show_factory(self, factory: Factory | None) -> None:
        """Draw another moment."""
        self.factory = factory
        self.update()

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self._palette = palette
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, 72)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(4, 2, -4, -2)
        if self.factory is None:
            paint_hill(painter, area, self._palette)
        else:
            FactoryPainter(painter, area, self._palette, self.factory).paint()
        painter.end()


class FactoryPainter:
    """Draws one factory into ``area``."""

    def __init__(self, painter: QPainter, area: QRectF, palette: Palette, factory: Factory) -> None:
        self.painter, self.area, self.palette, self.factory = painter, area, palette, factory
        benches = max(len(factory.benches), 1)
        self.unit = max(min(area.height() / 9.0, area.width() / (10.5 + 6.2 * benches)), 5.0)
        counter = 10.5 * self.unit
        self.slot = (area.width() - counter) / max(len(factory.benches), 1)
        # In a high panel it stands in the middle.
        self.top = area.top() + max(area.height() - 10.5 * self.unit, 0.0) / 2
        self.belt = min(area.bottom() - 2.3 * self.unit, self.top + 8.2 * self.unit)
        self.counter = QRectF(area.right() - counter, area.top(), counter, area.height())
        font = QFont(painter.font())
        usual = QFontMetricsF(font).height() * 0.78
        font.setPixelSize(max(round(min(1.1 * self.unit, usual)), 8))
        self.font = font
        self._shown = 0

    def paint(self) -> None:
        """Draw everything."""
        self.painter.setFont(self.font)
        self._belt()
        for index, bench in enumerate(self.factory.benches):
            self._bench(bench, self.area.left() + (index + 0.5) * self.slot)
        self._compared()
        if self.factory.way == "complaint":
            self._letter_on_its_way()

    # --- what stands there ---

    def _belt(self) -> None:
        u, painter = self.unit, self.painter
        belt = QRectF(self.area.left(), self.belt, self.counter.left() - self.area.left() + u, 0.7 * u)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.palette.control))
        painter.drawRoundedRect(belt, 0.35 * u, 0.35 * u)
        painter.setBrush(QColor(self.palette.grid))
        count = max(int(belt.width() / (1.6 * u)), 1)
        for place in range(count):
            at = QPointF(belt.left() + (place + 0.5) * belt.width() / count, belt.center().y())
            painter.drawEllipse(at, 0.2 * u, 0.2 * u)
        if self.factory.way == "parts":
            self._arrow(belt, right=True)
        elif self.factory.way == "complaint":
            self._arrow(belt, right=False)

    def _arrow(self, belt: QRectF, *, right: bool) -> None:
        colour = QColor(phase_colour(self.palette, self.factory.phase))
        y = belt.bottom() + 0.75 * self.unit
        left = self.area.left() + (self.factory.done - 1) * self.slot
        ends = [QPointF(self.area.left() + 4, y), QPointF(left + 0.5 * self.slot, y)]
        if not right:
            ends = [QPointF(self.counter.left(), y), QPointF(left + 0.5 * self.slot, y)]
        self.painter.setPen(QPen(colour, max(0.22 * self.unit, 1.4), c=Qt.PenCapStyle.RoundCap))
        self.painter.drawLine(*ends)
        tip, way = ends[1], 1 if right else -1
        size = 0.55 * self.unit
        for side in (-1, 1):
            self.painter.drawLine(tip, tip + QPointF(-way * size, side * size * 0.7))

    def _bench(self, bench: Bench, x: float) -> None:
        u, painter, palette = self.unit, self.painter, self.palette
        width = min(0.86 * self.slot, 11 * u)
        top = self.belt - 2.0 * u
        colour = phase_colour(palette, self.factory.phase)
        if bench.lit:
            glow = QRectF(x - width / 2 - 0.5 * u, self.top, width + u, self.belt - self.top + 0.9 * u)
            painter.setPen(QPen(faded(colour, 0.7), 1.2))
            painter.setBrush(faded(colour, 0.08))
            painter.drawRoundedRect(glow, u, u)
        self._workers(bench, x, width, top)
        painter.setPen(QPen(QColor(palette.border), 1))
        painter.setBrush(QColor(palette.control))
        painter.drawRoundedRect(QRectF(x - width / 2, top, width, 1.5 * u), 0.3 * u, 0.3 * u)
        self._count(bench, QRectF(x + 0.9 * u, top, width / 2 - 1.2 * u, 1.5 * u))
        self._sign(bench, x, width, top)
        if bench.passing:
            return
        self._knob(bench, QPointF(x, top + 0.75 * u), 0.62 * u)

    def _sign(self, bench: Bench, x: float, width: float, top: float) -> None:
        """Draw what kind of work is done here: beside the knob, or in its place where there is none."""
        side = 1.1 * self.unit
        left = x - side / 2 if bench.passing else x - width / 2 + 0.3 * self.unit
        if bench.passing or left + side < x - 0.75 * self.unit:
            paint_sign(
                self.painter, QRectF(left, top + 0.2 * self.unit, side, side), bench.kind, self.palette
            )

    def _count(self, bench: Bench, room: QRectF) -> None:
        """Say of how many workers these are some, where there is room."""
        text = f"{self._shown} / {bench.units}"
        if bench.units > self._shown and QFontMetricsF(self.font).horizontalAdvance(text) <= room.width():
            self.painter.setPen(QColor(self.palette.muted))
            self.painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)

    def _workers(self, bench: Bench, x: float, width: float, top: float) -> None:
        shown = bench.workers[: max(int(width / (1.7 * self.unit)), 1)]
        lit = next((worker for worker in bench.workers if worker.lit), None)
        if lit is not None and lit not in shown:
            shown = (*shown[:-1], lit)
        gap = width / len(shown)
        for place, worker in enumerate(shown):
            self._worker(bench, worker, x - width / 2 + (place + 0.5) * gap, top)
        self._shown = len(shown)

    def _worker(self, bench: Bench, worker: Worker, x: float, top: float) -> None:
        u, painter, palette = self.unit, self.painter, self.palette
        reached = self._parts_have_come(bench)
        if worker.away and reached:
            self._empty_place(x, top)
            return
        coat = _signed(palette, worker.part) if reached else QColor(palette.grid)
        painter.setPen(
            QPen(QColor(palette.text if worker.lit else palette.border), 1.3 if worker.lit else 0.8)
        )
        painter.setBrush(coat)
        body = QPainterPath()
        body.addRoundedRect(QRectF(x - 0.62 * u, top - 1.55 * u, 1.24 * u, 2.2 * u), 0.5 * u, 0.5 * u)
        painter.drawPath(body)
        painter.setBrush(QColor(_SKIN))
        painter.drawEllipse(QPointF(x, top - 2.15 * u), 0.56 * u, 0.56 * u)
        painter.setBrush(QColor(palette.muted))
        cap = QPainterPath(QPointF(x - 0.62 * u, top - 2.28 * u))
        cap.arcTo(QRectF(x - 0.6 * u, top - 2.88 * u, 1.2 * u, 1.2 * u), 180, -180)
        cap.closeSubpath()
        painter.drawPath(cap)
        if worker.notes is not None and reached:
            page = QRectF(x + 0.25 * u, top - 0.95 * u, 0.9 * u, 1.1 * u)
            paint_notebook(painter, page, worker.notes, palette)
        if self._complaint_has_come(bench):
            size = (0.35 + 0.75 * abs(worker.complaint)) * u
            self._envelope(QRectF(x - size, top - 3.6 * u - size / 2, 2 * size, 1.3 * size))

    def _empty_place(self, x: float, top: float) -> None:
        """Draw who has a day off: only the outline stands there."""
        u, painter = self.unit, self.painter
        painter.setPen(QPen(QColor(self.palette.muted), 0.9, Qt.PenStyle.DotLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(x - 0.62 * u, top - 1.55 * u, 1.24 * u, 2.2 * u), 0.5 * u, 0.5 * u)
        painter.drawEllipse(QPointF(x, top - 2.15 * u), 0.56 * u, 0.56 * u)

    def _parts_have_come(self, bench: Bench) -> bool:
        return self.factory.phase != "forward" or bench.number <= self.factory.done

    def _complaint_has_come(self, bench: Bench) -> bool:
        backward = self.factory.phase == "backward" and bench.number >= self.factory.done
        return backward or self.factory.phase == "update"

    def _knob(self, bench: Bench, centre: QPointF, radius: float) -> None:
        painter, palette = self.painter, self.palette
        turning = self.factory.phase == "update" and bench.number <= self.factory.done
        colour = QColor(palette.good if turning else palette.muted)
        painter.setPen(QPen(colour, max(0.16 * self.unit, 1.0)))
        painter.setBrush(QColor(palette.card))
        painter.drawEllipse(centre, radius, radius)
        angle = math.radians(60 * bench.knob) if turning else 0.0
        tip = centre + QPointF(math.sin(angle), -math.cos(angle)) * radius * 0.9
        if turning:
            painter.setPen(QPen(faded(palette.muted, 0.6), 1.0))
            painter.drawLine(centre, centre + QPointF(0, -0.9 * radius))
            painter.setPen(QPen(colour, max(0.22 * self.unit, 1.4)))
        painter.drawLine(centre, tip)

    # --- the finished thing, the order and the complaint ---

    def _compared(self) -> None:
        u, painter, palette = self.unit, self.painter, self.palette
        arrived = self.factory.phase != "forward"
        middle = self.counter.center().x() + 0.4 * u
        product = QRectF(middle - 4.6 * u, self.belt - 2.9 * u, 3.6 * u, 2.9 * u)
        painter.setPen(QPen(QColor(palette.accent if arrived else palette.border), 1.2))
        painter.setBrush(faded(palette.accent, 0.16) if arrived else QColor(palette.card))
        painter.drawRoundedRect(product, 0.3 * u, 0.3 * u)
        painter.setPen(QColor(palette.text if arrived else palette.muted))
        self._number(product, self.factory.made if arrived else "?")
        order = QRectF(middle + 0.6 * u, self.belt - 3.7 * u, 3.3 * u, 3.7 * u)
        painter.setPen(QPen(QColor(palette.muted), 1.0))
        painter.setBrush(QColor(palette.card))
        painter.drawRect(order)
        for line in (0.6, 1.1):
            at = order.top() + line * u
            painter.drawLine(QPointF(order.left() + 0.4 * u, at), QPointF(order.right() - 0.4 * u, at))
        painter.setPen(QColor(palette.text))
        self._number(order.adjusted(0, 1.2 * u, 0, 0), self.factory.ordered)
        painter.setPen(QColor(palette.muted))
        below = 1.7 * u
        for room, words in ((product, tr("made")), (order, tr("ordered"))):
            label = QRectF(room.left() - 0.7 * u, self.belt + 0.25 * u, room.width() + 1.4 * u, below)
            painter.drawText(label, _CENTRE, words)
        if self.factory.way == "compare":
            size = (1.0 + 1.6 * self.factory.complaint) * u
            # The largest would be cut off at the top: it lies over the order then.
            top = max(order.top() - 0.5 * u - 1.3 * size, self.area.top() + 1)
            self._envelope(QRectF(middle - size, top, 2 * size, 1.3 * size))

    def _number(self, room: QRectF, text: str) -> None:
        font = QFont(self.font)
        width = QFontMetricsF(font).horizontalAdvance(text)
        if width > room.width() - 4:
            font.setPixelSize(max(round(font.pixelSize() * (room.width() - 4) / width), 7))
        self.painter.setFont(font)
        self.painter.drawText(room, _CENTRE, text)
        self.painter.setFont(self.font)

    def _letter_on_its_way(self) -> None:
        size = (0.9 + 1.2 * self.factory.complaint) * self.unit
        x = self.area.left() + self.factory.done * self.slot
        x = min(x, self.counter.left() - size)
        self._envelope(QRectF(x - size, self.belt - 1.15 * size, 2 * size, 1.3 * size))

    def _envelope(self, room: QRectF) -> None:
        painter = self.painter
        painter.setPen(QPen(QColor(self.palette.backward), 1.2))
        painter.setBrush(QColor(self.palette.card))
        painter.drawRect(room)
        fold = QPointF(room.center().x(), room.center().y() + 0.1 * room.height())
        painter.drawLine(room.topLeft(), fold)
        painter.drawLine(room.topRight(), fold)


def _signed(palette: Palette, value: float) -> QColor:
    """Return the colour of a part: orange above 0, blue below, pale near it."""
    return faded(palette.positive if value >= 0 else palette.negative, 0.2 + 0.8 * min(abs(value), 1.0))


def paint_hill(painter: QPainter, area: QRectF, palette: Palette) -> None:
    """Draw a ball on a hillside."""
    path = QPainterPath(QPointF(area.left(), area.top() + 0.1 * area.height()))
    points = [(s / 60, 0.12 + 0.75 * (1 - (1 - 1.35 * s / 60) ** 2)) for s in range(61)]
    for x, y in points:
        path.lineTo(area.left() + x * area.width(), area.top() + min(y, 0.88) * area.height())
    path.lineTo(area.bottomRight())
    path.lineTo(area.bottomLeft())
    path.closeSubpath()
    painter.setPen(QPen(QColor(palette.muted), 1.2))
    painter.setBrush(QColor(palette.control))
    painter.drawPath(path)
    radius = 0.07 * area.height()
    x, y = points[17]
    ball = QPointF(area.left() + x * area.width() + 0.4 * radius, area.top() + y * area.height() - radius)
    painter.setBrush(QColor(palette.path))
    painter.drawEllipse(ball, radius, radius)
    painter.setPen(QPen(QColor(palette.path), 2))
    tip = ball + QPointF(4 * radius, 2.2 * radius)
    painter.drawLine(ball + QPointF(1.4 * radius, 0.5 * radius), tip)
    painter.drawLine(tip, tip + QPointF(-radius, 0.1 * radius))
    painter.drawLine(tip, tip + QPointF(-0.5 * radius, -0.9 * radius))
