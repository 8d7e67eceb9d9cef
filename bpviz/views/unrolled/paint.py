"""Paints what of the unrolled network stays still: cells, inputs, weights and the way forward."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen

from bpviz.present.numbers import short
from bpviz.present.unrolled.cells import Cells, heat
from bpviz.present.unrolled.layout import Row
from bpviz.present.unrolled.weights import matrix_argb
from bpviz.text import tr
from bpviz.views.plotting import CENTRE, faded, hairline, line_height
from bpviz.views.unrolled.answers import number_argb, paint_output, paint_output_errors
from bpviz.views.unrolled.labels import paint_axis, paint_names
from bpviz.views.unrolled.scene import UnrolledScene, crisp, fitting, image_of, write_on

_SEPARATE = 16
_FEWEST_PIXELS = 3.0


def paint_still(painter: QPainter, scene: UnrolledScene) -> None:
    """Paint all that changes with a snapshot only."""
    layout, snapshot = scene.layout, scene.snapshot
    if layout is None or snapshot is None:
        return
    paint_axis(painter, scene)
    for row in layout.rows:
        if row.spec.kind == "input":
            _paint_input(painter, scene, row)
        elif row.spec.kind == "through":
            _paint_through(painter, scene, row)
        elif row.spec.is_output:
            paint_output(painter, scene, row)
            paint_output_errors(painter, scene, row)
        elif row.spec.kind == "last":
            _paint_last(painter, scene, row)
        else:
            paint_heat(painter, scene, row)
        _paint_side(painter, scene, row)
    _paint_up(painter, scene)


def paint_heat(painter: QPainter, scene: UnrolledScene, row: Row) -> None:
    """Paint a row of blocks, the units' cells below one another."""
    assert scene.layout is not None and scene.snapshot is not None
    layout, found = scene.layout, scene.cells(row)
    crisp(painter)
    image = image_of(heat(found))
    if layout.gap <= 0:
        painter.drawImage(QRectF(*row.box), image)
    else:
        for step in range(layout.steps):
            painter.drawImage(scene.block(row, step), image, QRectF(step, 0, 1, image.height()))
    units = row.spec.units
    cell = row.box[3] / units
    if units <= _SEPARATE and cell >= 2 * _FEWEST_PIXELS:
        painter.setPen(hairline(scene.colours.card))
        for unit in range(1, units):
            y = row.box[1] + unit * cell
            painter.drawLine(QPointF(row.box[0], y), QPointF(row.box[0] + row.box[2], y))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if layout.gap > 0 and layout.column >= 8:
        painter.setPen(hairline(scene.colours.border))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRects([scene.block(row, step) for step in range(layout.steps)])
    if found.back:
        painter.setPen(QPen(QColor(scene.colours.backward), 1.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRects([scene.block(row, step) for step in range(found.errors, layout.steps)])
    _write_cells(painter, scene, row, found)


def _write_cells(painter: QPainter, scene: UnrolledScene, row: Row, found: Cells) -> None:
    """Write each unit's number into its cell, where all fit."""
    assert scene.layout is not None and scene.snapshot is not None
    layout, metrics = scene.layout, QFontMetricsF(scene.font)
    height, width = row.box[3] / row.spec.units, layout.column - layout.gap
    if height < line_height(metrics) or width < metrics.horizontalAdvance("−0.000") + 4:
        return
    pairs = zip(found.values.tolist(), found.colours.tolist(), strict=True)
    for step, (numbers, colours) in enumerate(pairs):
        for unit, (number, colour) in enumerate(zip(numbers, colours, strict=True)):
            write_on(painter, QRectF(*layout.cell(row, step, unit)), short(number, 2), colour)


def _paint_input(painter: QPainter, scene: UnrolledScene, row: Row) -> None:
    """Paint the channels: bits as 0 and 1, numbers as coloured cells where they fit, else as bars."""
    shown, layout = scene.shown, scene.layout
    if shown is None or layout is None or scene.info is None or scene.info.x_train is None:
        return
    metrics = QFontMetricsF(scene.font)
    columns = abs(scene.info.x_train.reshape(-1, len(shown.channels)))
    lane = row.box[3] / row.spec.units
    for channel, bits in enumerate(shown.bits):
        largest = float(columns[:, channel].max(initial=0.0)) or 1.0
        values = shown.x[:, channel].tolist()
        room = layout.block(row, 0)[2]
        tall = lane >= line_height(metrics)
        written = tall and room >= metrics.horizontalAdvance("0" if bits else "−0.00")
        for step, value in enumerate(values):
            cell = QRectF(*layout.cell(row, step, channel)).adjusted(0, 1, 0, -1)
            argb = number_argb(scene, value, largest)
            if written or bits:
                painter.fillRect(cell, QColor.fromRgb(argb))
                if written:
                    write_on(painter, cell, fitting(metrics, value, room - 2), argb)
            else:
                _paint_bar(painter, scene, cell, value / largest)
    if layout.column >= 8:
        painter.setPen(hairline(scene.colours.border))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        cells = [
            QRectF(*layout.cell(row, step, channel)).adjusted(0, 1, 0, -1)
            for channel in range(row.spec.units)
            for step in range(layout.steps)
        ]
        painter.drawRects(cells)


def _paint_bar(painter: QPainter, scene: UnrolledScene, cell: QRectF, share: float) -> None:
    """Paint one number as a bar up or down from the middle."""
    middle = cell.center().y()
    height = min(max(abs(share), 0.0), 1.0) * cell.height() / 2
    top = middle - height if share >= 0 else middle
    colour = scene.colours.positive if share >= 0 else scene.colours.negative
    painter.fillRect(QRectF(cell.left(), top, cell.width(), max(height, 0.7)), QColor(colour))


def _paint_last(painter: QPainter, scene: UnrolledScene, row: Row) -> None:
    """Paint units that stand at the last step alone."""
    assert scene.snapshot is not None and scene.layout is not None
    found = scene.cells(row)
    crisp(painter)
    # One step is one column: turned on its side it is the row.
    image = image_of(heat(found).T.copy())
    painter.drawImage(QRectF(*row.box), image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    edge = QPen(QColor(scene.colours.backward), 1.4) if found.back else hairline(scene.colours.border)
    painter.setPen(edge)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(QRectF(*row.box))
    if row.spec.units <= _SEPARATE:
        for unit in range(1, row.spec.units):
            x = row.box[0] + unit * row.box[2] / row.spec.units
            painter.drawLine(QPointF(x, row.box[1]), QPointF(x, row.box[1] + row.box[3]))


def _paint_through(painter: QPainter, scene: UnrolledScene, row: Row) -> None:
    """Paint a layer that only lays the steps one after another."""
    box = QRectF(*row.box)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(hairline(scene.colours.border))
    painter.setBrush(faded(scene.colours.control, 0.6))
    painter.drawRoundedRect(box, 3, 3)
    painter.setPen(QColor(scene.colours.muted))
    painter.drawText(box, CENTRE, tr("all steps side by side: {units}", units=row.spec.units))


def _paint_side(painter: QPainter, scene: UnrolledScene, row: Row) -> None:
    """Paint a row's name and its weights."""
    assert scene.snapshot is not None and scene.info is not None
    state = scene.snapshot.layers[row.spec.layer]
    paint_names(painter, scene, row)
    line = line_height(QFontMetricsF(scene.font))
    for matrix in row.matrices:
        gradients = scene.shows_gradient(row.spec.layer)
        pixels = matrix_argb(state, matrix, gradients)
        box = QRectF(*matrix.box)
        if pixels is None or box.height() < 1:
            continue
        crisp(painter)
        _draw_small(painter, box, image_of(scene.on_ground(pixels)))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        edge = scene.colours.backward if gradients else scene.colours.border
        painter.setPen(QPen(QColor(edge), 1.0))
        painter.drawRect(box)
        if _has_captions(scene, row):
            painter.setPen(QColor(scene.colours.backward if gradients else scene.colours.muted))
            name = f"∂{matrix.symbol}" if gradients else matrix.symbol
            painter.drawText(QRectF(box.center().x() - 30, box.top() - line - 1, 60, line), CENTRE, name)


def _draw_small(painter: QPainter, box: QRectF, image: QImage) -> None:
    """Draw a picture; one with more rows than there are pixels is made smaller smoothly."""
    smooth = image.height() > 2 * box.height() or image.width() > 2 * box.width()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
    painter.drawImage(box, image)


def _has_captions(scene: UnrolledScene, row: Row) -> bool:
    """Whether the names of the weights fit over them: above the first row of a layer with a state."""
    assert scene.layout is not None
    metrics = QFontMetricsF(scene.font)
    rows = [each for each in scene.layout.rows if each.spec.layer == row.spec.layer]
    if row is not rows[-1] or row.spec.kind != "recurrent":
        return False
    above = [r.box[1] + r.box[3] for r in scene.layout.rows if r.box[1] + r.box[3] <= row.box[1]]
    centres = [matrix.box[0] + matrix.box[2] / 2 for matrix in row.matrices]
    widths = [metrics.horizontalAdvance("∂" + matrix.symbol) + 3 for matrix in row.matrices]
    apart = all(
        b - a >= (wa + wb) / 2 for a, b, wa, wb in zip(centres, centres[1:], widths, widths[1:], strict=False)
    )
    return apart and row.box[1] - max(above, default=0.0) >= line_height(metrics) + 1


def _paint_up(painter: QPainter, scene: UnrolledScene) -> None:
    """Draw the way forward within a step: from each row to the one above it, Wx."""
    layout = scene.layout
    assert layout is not None
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(scene.colours.muted), 1.0))
    for below, above in zip(layout.rows, layout.rows[1:], strict=False):
        if below.spec.layer == above.spec.layer:
            continue
        bottom = above.strip[1] + above.strip[3] if above.strip else above.box[1] + above.box[3]
        top = below.target[1] if below.target else below.box[1]
        head = min(3.0, 0.3 * layout.column) if layout.column >= 10 else 0.0
        if above.spec.kind == "last":
            # Of two that end at the last step the narrower one lies over the other's part.
            ends = [row.box for row in (below, above) if row.spec.kind == "last"]
            x, _, width, _ = min(ends, key=lambda box: box[2])
            only = below.spec.kind in ("last", "through")
            x = x + width / 2 if only else layout.left + (layout.steps - 0.5) * layout.column
            _arrow_up(painter, x, top - 1, bottom + 1, 3.0)
            continue
        for step in range(layout.steps):
            x = layout.left + (step + 0.5) * layout.column
            _arrow_up(painter, x, top - 1, bottom + 1, head)


def _arrow_up(painter: QPainter, x: float, start: float, end: float, head: float) -> None:
    if start - end < 3:
        return
    painter.drawLine(QPointF(x, start), QPointF(x, end))
    if head >= 1.5:
        painter.drawPolyline([QPointF(x - head, end + head), QPointF(x, end), QPointF(x + head, end + head)])
