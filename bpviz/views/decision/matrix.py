"""The confusion matrix: what each class was taken for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from bpviz.present.decision.map import is_dark, mix, row_shares
from bpviz.present.decision.sequence_lanes import verdict
from bpviz.present.decision.sequence_values import shown_sequence
from bpviz.present.decision.words import cell_lines
from bpviz.present.loss.scales import percent
from bpviz.present.numbers import grouped
from bpviz.snapshot import Snapshot
from bpviz.text import tr
from bpviz.views.decision.canvas import DecisionCanvas
from bpviz.views.decision.sample import draw_sample
from bpviz.views.decision.sequence import draw_sequence
from bpviz.views.plotting import CENTRE, RIGHT, hairline, line_height

_READABLE_CELL = 15.0
# A strip with the chosen picture stands beside the matrix where the panel is this wide and high.
_STRIP_FROM, _STRIP_HEIGHT = 1.15, 100.0


def counts_are_test(snapshot: Snapshot, part: str) -> bool:
    """Return whether the test part's counts are shown: where there is none, the training part's are."""
    return part == "test" and snapshot.confusion_test is not None


class ConfusionMatrix(DecisionCanvas):
    """Paints the counts, shaded by their share of the row (the true class)."""

    def __init__(self) -> None:
        super().__init__()
        self.part = "test"
        self.grid = QRectF()
        self._strip = QRectF()
        self._picture = QRectF()

    def show_part(self, part: str) -> None:
        """Show ``"train"`` or ``"test"``."""
        self.part = part
        self.update()

    def counts(self) -> NDArray[np.int64] | None:
        """Return the matrix that is shown, row = true class, column = predicted."""
        if self.snapshot is None:
            return None
        tested = counts_are_test(self.snapshot, self.part)
        return self.snapshot.confusion_test if tested else self.snapshot.confusion_train

    def draw(self, painter: QPainter) -> None:
        counts = self.counts()
        if counts is None or self.info is None:
            self.draw_sentence(painter, tr("The matrix appears with the first iteration."))
            return
        self._place(len(counts))
        if self.snapshot is not None and not self._strip.isEmpty():
            palette = self.palette_in_use
            if self.info.sequence_shape is not None:
                self._draw_sequence(painter, self._strip)
            else:
                self._picture = draw_sample(painter, self._strip, self.info, self.snapshot, palette)
        self._draw_cells(painter, counts)
        self._draw_labels(painter, len(counts))

    def lines_at(self, at: QPointF) -> list[tuple[str, str]]:
        counts = self.counts()
        if self._picture.contains(at):
            sequence = self.info is not None and self.info.sequence_shape is not None
            said = tr("Click for the next sample") if sequence else tr("Click for the next picture")
            return [(said, self.palette_in_use.muted)]
        if counts is None or self.info is None or not self.grid.contains(at):
            return []
        cell = self.grid.width() / len(counts)
        row = min(int((at.y() - self.grid.top()) / (self.grid.height() / len(counts))), len(counts) - 1)
        column = min(int((at.x() - self.grid.left()) / cell), len(counts) - 1)
        lines = cell_lines(counts, row, column, self.info.class_names)
        return [(line, self.palette_in_use.text) for line in lines]

    def act_on_click(self, at: QPointF) -> bool:
        return self._picture.contains(at) and self.act_on_step(1)

    def act_on_step(self, step: int) -> bool:
        info, snapshot = self.info, self.snapshot
        if info is None or snapshot is None or info.x_train is None or not self._has_strip():
            return False
        self.sample_chosen.emit((snapshot.sample + step) % len(info.x_train))
        return True

    def _has_strip(self) -> bool:
        """Whether a sample can be looked at: a picture or a sequence."""
        info = self.info
        return info is not None and (info.picture_shape is not None or info.sequence_shape is not None)

    def _draw_sequence(self, painter: QPainter, strip: QRectF) -> None:
        """Draw the chosen sequence beside the matrix, with what it is taken for."""
        assert self.info is not None and self.snapshot is not None
        sequence = shown_sequence(self.info, self.snapshot)
        if sequence is None:
            return
        palette, line = self.palette_in_use, line_height(self.metrics())
        role, text = verdict(self.info, sequence)
        sample = tr("sample {row}", row=grouped(self.snapshot.sample))
        for place, (said, colour) in enumerate(
            ((sample, palette.muted), (text, palette.good if role == "good" else palette.danger))
        ):
            painter.setPen(QColor(colour))
            said = self.metrics().elidedText(said, Qt.TextElideMode.ElideRight, strip.width())
            painter.drawText(
                QRectF(strip.left(), strip.top() + place * line, strip.width(), line), CENTRE, said
            )
        draw_sequence(painter, strip.adjusted(0, 2 * line + 4, 0, 0), self.info, sequence, palette)
        self._picture = QRectF(strip)

    def _label_room(self) -> float:
        metrics = self.metrics()
        names = self.info.class_names if self.info is not None else ()
        widest = max((metrics.horizontalAdvance(name) for name in names), default=0.0)
        return min(widest + 8, self.width() * 0.28)

    def _place(self, classes: int) -> None:
        metrics = self.metrics()
        side, row = self._label_room(), line_height(metrics)
        left, top = row + side + 9, 2 * row + 6
        width, height = self.width() - left - 8, self.height() - top - 6
        self._strip, self._picture = QRectF(), QRectF()
        if self._has_strip() and width >= _STRIP_FROM * height and height >= _STRIP_HEIGHT:
            strip = min(max(0.3 * width, 90.0), 0.75 * height)
            if self.info is not None and self.info.sequence_shape is not None:
                strip = 0.46 * width
            self._strip = QRectF(self.width() - strip - 8, 8, strip, self.height() - 14)
            width -= strip + 16
        # Cells are up to twice as wide as high: numbers are wide, and so are most panels.
        cell_height = max(height / classes, 4.0)
        cell_width = max(min(width / classes, 2.0 * cell_height), 4.0)
        total = cell_width * classes
        self.grid = QRectF(left + max((width - total) / 2, 0), top, total, cell_height * classes)

    def _draw_cells(self, painter: QPainter, counts: NDArray[np.int64]) -> None:
        classes, palette = len(counts), self.palette_in_use
        wide, high = self.grid.width() / classes, self.grid.height() / classes
        shares = row_shares(counts)
        written = high >= _READABLE_CELL and wide >= self.metrics().horizontalAdvance("000")
        painter.setRenderHint(painter.RenderHint.Antialiasing, False)
        for row in range(classes):
            for column in range(classes):
                colour = palette.accent if row == column else palette.danger
                shade = mix(palette.control, colour, float(shares[row, column]) ** 0.7)
                cell = QRectF(self.grid.left() + column * wide, self.grid.top() + row * high, wide, high)
                painter.fillRect(cell.adjusted(0.5, 0.5, -0.5, -0.5), QColor(*shade))
                if written and counts[row, column]:
                    painter.setPen(QColor("#ffffff" if is_dark(shade) else "#1b1d23"))
                    self._write_cell(painter, cell, int(counts[row, column]), float(shares[row, column]))
        painter.setRenderHint(painter.RenderHint.Antialiasing)

    def _write_cell(self, painter: QPainter, cell: QRectF, count: int, share: float) -> None:
        text = grouped(count)
        metrics = self.metrics()
        if (
            cell.height() >= 2.6 * line_height(metrics)
            and cell.width() >= metrics.horizontalAdvance("00.0 %") + 6
        ):
            text = f"{text}\n{percent(share)}"
        painter.drawText(cell, CENTRE, text)

    def _draw_labels(self, painter: QPainter, classes: int) -> None:
        names = self.info.class_names if self.info is not None else ()
        metrics, grid, palette = self.metrics(), self.grid, self.palette_in_use
        wide, high, row = grid.width() / classes, grid.height() / classes, line_height(metrics)
        room = self._label_room()
        painter.setPen(QColor(palette.muted))
        elide = Qt.TextElideMode.ElideRight
        # Where rows are lower than a line of text, every second or third name is written.
        every = max(1, int(np.ceil(row / high)))
        for index in range(0, classes, every):
            side = QRectF(grid.left() - room - 4, grid.top() + index * high, room, high)
            flags = RIGHT
            painter.drawText(side, flags, metrics.elidedText(names[index], elide, room))
        every = max(1, int(np.ceil(metrics.horizontalAdvance("00") / wide)))
        for index in range(0, classes, every):
            head = QRectF(grid.left() + index * wide, grid.top() - row - 2, wide * every, row)
            name = metrics.elidedText(names[index], elide, head.width() - 2)
            painter.drawText(head, CENTRE, name)
        painter.setPen(QColor(palette.text))
        title = QRectF(grid.left(), 0, grid.width(), row + 2)
        tested = self.snapshot is not None and counts_are_test(self.snapshot, self.part)
        said = tr("predicted (test part)") if tested else tr("predicted (training part)")
        painter.drawText(title, CENTRE, said)
        painter.save()
        painter.translate(grid.left() - room - row - 6, grid.center().y())
        painter.rotate(-90)
        side = QRectF(-grid.height() / 2, 0, grid.height(), row)
        painter.drawText(side, CENTRE, tr("true class"))
        painter.restore()
        painter.setPen(hairline(palette.border))
