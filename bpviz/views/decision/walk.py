"""The batch that an iteration learns from, ringed among the points of the decision map."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from bpviz.present.palette import Palette
from bpviz.present.walk.light import Lit, phase_colour
from bpviz.views.plotting import faded


def paint_batch(
    painter: QPainter,
    at: NDArray[np.floating],
    rows: NDArray[np.intp],
    lit: Lit | None,
    radius: float,
    plot: QRectF,
    palette: Palette,
) -> None:
    """Ring the points of the batch in the phase's colour; of one sample the others are faint.

    Parameters
    ----------
    at : (n, 2)
        The points' places in pixels, and ``rows`` (n,) their rows in the data.
    """
    if lit is None:
        return
    batch = lit.dissection.rows
    chosen = None if lit.sample == "mean" else int(batch[lit.row])
    colour = phase_colour(palette, lit.light.phase)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    found = np.isin(rows, batch[batch >= 0])
    for (x, y), row in zip(at[found].tolist(), rows[found].tolist(), strict=True):
        if not plot.adjusted(-1, -1, 1, 1).contains(QPointF(x, y)):
            continue
        strong = chosen is None or row == chosen
        painter.setPen(QPen(faded("#ffffff", 0.9 if strong else 0.5), 3.4))
        painter.drawEllipse(QPointF(x, y), radius + 2.5, radius + 2.5)
        painter.setPen(QPen(QColor(colour) if strong else faded(colour, 0.5), 1.8))
        painter.drawEllipse(QPointF(x, y), radius + 2.5, radius + 2.5)
