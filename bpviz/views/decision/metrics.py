"""The metrics as a table: the means first, then every class or target."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QWheelEvent

from bpviz.present.decision.metrics_table import MetricsTable, Part, metrics_table
from bpviz.snapshot import RunInfo
from bpviz.text import tr
from bpviz.views.decision.canvas import DecisionCanvas
from bpviz.views.plotting import RIGHT, faded, hairline, line_height

_NAME_SHARE = 0.34


class MetricsPicture(DecisionCanvas):
    """Paints precision, recall and F1 of each class, or R², MAE and RMSE, as they are at this iteration.

    The wheel goes through the rows where they do not all fit; the means stay.
    """

    def __init__(self) -> None:
        super().__init__()
        self._part: Part = "test"
        self._first = 0

    def show_run(self, info: RunInfo) -> None:
        self._first = 0
        super().show_run(info)

    def show_part(self, part: Part) -> None:
        """Show the training or the test part."""
        self._part = part
        self.update()

    def table(self) -> MetricsTable | None:
        """Return what is shown."""
        if self.info is None or self.snapshot is None:
            return None
        return metrics_table(self.info, self.snapshot, self._part)

    def draw(self, painter: QPainter) -> None:
        table = self.table()
        if table is None:
            self.draw_sentence(painter, tr("A function has no metrics but its value."))
            return
        line = self._line()
        self.setAccessibleDescription(table.as_text())
        self._draw_row(painter, 2.0, "", table.heads, self.palette_in_use.muted)
        top = 2.0 + line
        for name, numbers in table.means:
            box = QRectF(8, top, self.width() - 16, line)
            painter.fillRect(box, faded(self.palette_in_use.accent, 0.08))
            self._draw_row(painter, top, name, numbers, self.palette_in_use.text)
            top += line
        for name, numbers in table.rows[self._first : self._first + self._fitting(table)]:
            self._draw_row(painter, top, name, numbers, self.palette_in_use.text)
            top += line
        if table.note:
            painter.setPen(QColor(self.palette_in_use.muted))
            painter.drawText(QRectF(12, top, self.width() - 24, line), RIGHT, self._note(table))

    def _note(self, table: MetricsTable) -> str:
        hidden = len(table.rows) - self._fitting(table)
        if hidden <= 0:
            return table.note
        return tr("{note} · {hidden} more by the wheel", note=table.note, hidden=hidden)

    def _line(self) -> float:
        return line_height(self.metrics()) + 4

    def _fitting(self, table: MetricsTable) -> int:
        """Return how many rows there is room for below the head and the means, above the note."""
        room = self.height() - 4 - self._line() * (1 + len(table.means) + bool(table.note))
        return max(0, int(room / self._line()))

    def _draw_row(self, painter: QPainter, top: float, name: str, numbers: tuple[str, ...], ink: str) -> None:
        metrics, line = self.metrics(), self._line()
        width = self.width() - 16.0
        painter.setPen(hairline(self.palette_in_use.grid))
        painter.drawLine(8, round(top + line), round(8 + width), round(top + line))
        painter.setPen(QColor(self.palette_in_use.muted))
        box = QRectF(12, top, _NAME_SHARE * width - 8, line)
        said = metrics.elidedText(name, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, said)
        painter.setPen(QColor(ink))
        step = (1.0 - _NAME_SHARE) * width / len(numbers)
        for index, text in enumerate(numbers):
            box = QRectF(8 + _NAME_SHARE * width + index * step, top, step - 6, line)
            painter.drawText(box, RIGHT, metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        table = self.table()
        if table is not None:
            most = max(0, len(table.rows) - self._fitting(table))
            self._first = min(most, max(0, self._first - (1 if event.angleDelta().y() > 0 else -1)))
            self.update()
        event.accept()
