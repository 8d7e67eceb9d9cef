"""Paints the tables of a card: numbers as coloured squares, with the numbers where there is room."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt

from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from bpviz.present.cards.card import MOST_NUMBERS, Table
from bpviz.present.diagram.colours import on_ground
from bpviz.present.diagram.map_colours import weights_argb
from bpviz.present.numbers import short
from bpviz.present.palette import Palette

Align = Qt.AlignmentFlag
GAP, BETWEEN = 3.0, 12.0


@dataclass(frozen=True)
class TablesPlan:
    """How a card's tables are drawn: side by side or below one another, with or without numbers."""

    written: bool
    stacked: bool
    sides: tuple[QSizeF, ...]
    """Of one number, for each table."""
    size: QSizeF


def table_plans(tables: tuple[Table, ...], font: QFont) -> list[TablesPlan]:
    """Return the ways to draw ``tables``, the best first."""
    writable = all(table.values.size <= MOST_NUMBERS for table in tables)
    scales = (0.0, 1.0, 0.7) if writable else (1.0, 0.7)
    return [_plan(tables, font, scale, stacked) for scale in scales for stacked in (False, True)]


def _plan(tables: tuple[Table, ...], font: QFont, scale: float, stacked: bool) -> TablesPlan:
    """Return one way: pictures of a ``scale``, or with 0 numbers."""
    line = QFontMetricsF(font).height()
    sides = tuple(_side(table, font, scale) for table in tables)
    sizes = [_extent(table, side) for table, side in zip(tables, sides, strict=True)]
    if stacked:
        width = max(size.width() for size in sizes)
        height = sum(size.height() + line for size in sizes) + 4.0 * (len(sizes) - 1)
    else:
        width = sum(size.width() for size in sizes) + BETWEEN * (len(sizes) - 1)
        height = max(size.height() for size in sizes) + line
    return TablesPlan(not scale, stacked, sides, QSizeF(width, height))


def _small(font: QFont) -> QFont:
    small = QFont(font)
    if font.pointSizeF() > 0:
        small.setPointSizeF(font.pointSizeF() * 0.85)
    else:
        small.setPixelSize(max(round(font.pixelSize() * 0.85), 7))
    return small


def _side(table: Table, font: QFont, scale: float) -> QSizeF:
    if not scale:
        metrics = QFontMetricsF(_small(font))
        return QSizeF(metrics.horizontalAdvance("−0.000") + 4, 1.15 * metrics.height())
    line = QFontMetricsF(font).height()
    slices, rows, columns = table.values.shape
    across = _across(slices)
    largest = max(columns * across, rows * ceil(slices / across))
    side = min(max(4.6 * scale * line / largest, 1.0), 0.95 * line)
    return QSizeF(side, side)


def _across(slices: int) -> int:
    return slices if slices <= 2 else ceil(sqrt(slices))


def _extent(table: Table, side: QSizeF) -> QSizeF:
    slices, rows, columns = table.values.shape
    across = _across(slices)
    down = ceil(slices / across)
    return QSizeF(
        across * columns * side.width() + GAP * (across - 1), down * rows * side.height() + GAP * (down - 1)
    )


def paint_tables(
    painter: QPainter, tables: tuple[Table, ...], plan: TablesPlan, x: float, y: float, palette: Palette
) -> None:
    """Draw all tables from (x, y) on, each under its name."""
    font = painter.font()
    line = QFontMetricsF(font).height()
    tones = {"normal": palette.text, "muted": palette.muted, "backward": palette.backward}
    for table, side in zip(tables, plan.sides, strict=True):
        extent = _extent(table, side)
        painter.setFont(font)
        painter.setPen(QColor(tones[table.tone]))
        metrics = QFontMetricsF(font)
        name = metrics.elidedText(
            table.name, Qt.TextElideMode.ElideRight, max(extent.width() + BETWEEN - 4, line)
        )
        painter.drawText(
            QRectF(x, y, extent.width() + BETWEEN, line), Align.AlignLeft | Align.AlignVCenter, name
        )
        painter.setFont(_small(font))
        _paint_table(painter, table, side, x, y + line, plan.written, palette)
        if plan.stacked:
            y += extent.height() + line + 4.0
        else:
            x += extent.width() + BETWEEN
    painter.setFont(font)


def _paint_table(
    painter: QPainter, table: Table, side: QSizeF, x: float, y: float, written: bool, palette: Palette
) -> None:
    """Draw one table, slice by slice, a frame round each."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    colours = on_ground(weights_argb(table.values.ravel()), palette.name == "dark").tolist()
    for index, (fill, value) in enumerate(zip(colours, table.values.ravel().tolist(), strict=True)):
        at, colour = _place(table, index, side, x, y), QColor.fromRgb(fill)
        painter.fillRect(at, colour)
        if written:
            painter.setPen(QColor("#1b1d23" if colour.lightnessF() > 0.55 else "#ffffff"))
            painter.drawText(at, Align.AlignCenter, _number(value))
    slices, rows, columns = table.values.shape
    painter.setPen(QPen(QColor(palette.muted), 1.0))
    for part in range(slices):
        corner = _place(table, part * rows * columns, side, x, y).topLeft()
        painter.drawRect(QRectF(corner, QSizeF(columns * side.width(), rows * side.height())))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    if table.marked is not None:
        part, row, column = table.marked
        painter.setPen(QPen(QColor(palette.backward), 2.2))
        painter.drawRect(_place(table, (part * rows + row) * columns + column, side, x, y))


def _place(table: Table, index: int, side: QSizeF, x: float, y: float) -> QRectF:
    """Return the place of a table's number, counted by slice, row and column, from the corner (x, y)."""
    slices, rows, columns = table.values.shape
    part, rest = divmod(index, rows * columns)
    row, column = divmod(rest, columns)
    across = _across(slices)
    left = x + part % across * (columns * side.width() + GAP) + column * side.width()
    top = y + part // across * (rows * side.height() + GAP) + row * side.height()
    return QRectF(left, top, side.width(), side.height())


def _number(value: float) -> str:
    """Return a number short enough for its square."""
    text = short(value, 2)
    return text if len(text) <= 6 else short(value, 1)
