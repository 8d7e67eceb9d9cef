"""Every formula that the pieces bring, as lines to be drawn; by hand, all of them on a picture.

``python -m tests.helpers.formula_sheet <folder>`` writes formulas_light.png, formulas_dark.png …
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from bpviz.engine.activations import ACTIVATIONS
from bpviz.engine.layers import LAYERS
from bpviz.engine.losses import LOSSES
from bpviz.engine.optimizers import OPTIMIZERS
from bpviz.engine.regularizers import REGULARIZERS
from bpviz.engine.schedules import SCHEDULES
from bpviz.present.formulas.layers import delta_lines, kind_of, layer_lines
from bpviz.present.formulas.line import Printed, tex_line
from bpviz.present.formulas.pieces import (
    activation_lines,
    in_symbols,
    loss_lines,
    optimizer_lines,
    regularizer_lines,
    schedule_lines,
)

SHAPES = {
    "conv": (1, 8, 8),
    "maxpool": (1, 8, 8),
    "avgpool": (1, 8, 8),
    "rnn": (4, 2),
    "lstm": (4, 2),
    "gru": (4, 2),
}
ARGUMENTS = {"dense": (3,), "conv": (2, "3x3"), "rnn": (3,), "lstm": (3,), "gru": (3,)}


def layers() -> Iterator[tuple[str, list[Printed]]]:
    """Yield each layer's lines, operation after operation."""
    for entry in LAYERS:
        layer = entry.make(SHAPES.get(entry.name, (4,)), *ARGUMENTS.get(entry.name, ()))
        kind = kind_of(layer)
        yield entry.name, [line for each in kind.formulas for line in in_symbols(layer_lines(kind, each))]
    dense = kind_of(LAYERS["dense"].make((4,), 3))
    yield "dense below dense", in_symbols(delta_lines(dense, dense, 1))
    conv = LAYERS["conv"].make((1, 9, 9), 2, "3x3", stride=2, padding=1)
    yield (
        "conv, stride 2",
        [line for each in conv.formulas for line in in_symbols(layer_lines(kind_of(conv), each, 1))],
    )


def pieces() -> Iterator[tuple[str, list[Printed]]]:
    """Yield (name, lines) of every registered piece, with all of its settings in force."""
    for entry in ACTIVATIONS:
        piece = entry.create()
        yield entry.name, in_symbols([*activation_lines(piece), *activation_lines(piece, "slope")])
    for entry in LOSSES:
        piece = entry.create()
        fields = {field.name: 0.1 for field in entry.fields}
        wanted = ["meaning"] if piece.meaning else []
        lines = [
            line for each in (*wanted, "formula", "derivative") for line in loss_lines(piece, fields, each)
        ]
        yield entry.name, in_symbols(lines)
    for entry in OPTIMIZERS:
        fields = {field.name: 0.1 for field in entry.fields}
        yield (
            entry.name,
            [
                *in_symbols(optimizer_lines(entry.make, fields)),
                *(tex_line(text) for text in entry.make.direction),
            ],
        )
    for entry in SCHEDULES:
        yield entry.name, in_symbols(schedule_lines(entry.make, {"cycle_growth": 2.0}))
    for entry in REGULARIZERS:
        yield entry.name, in_symbols(regularizer_lines(entry.make))
    yield from layers()


def main(folder: Path) -> None:
    """Draw everything, a few pieces a column, light and dark."""
    from PySide6.QtCore import QPointF, QRectF
    from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter

    from bpviz.present.formulas.layout import laid_out
    from bpviz.present.palette import DARK, LIGHT
    from bpviz.views.explain.formula_picture import draw_lines

    QGuiApplication.instance() or QGuiApplication([])
    em, width, height = 19.0, 620, 1500
    blocks = [
        (name, laid_out(lines, (width - 40) / em), [line.colour for line in lines])
        for name, lines in pieces()
    ]
    columns: list[list] = [[]]
    y = 0.0
    for block in blocks:
        tall = 30 + block[1][-1].bottom * em + 14
        if y + tall > height and columns[-1]:
            columns.append([])
            y = 0.0
        columns[-1].append((y, block))
        y += tall
    for palette in (LIGHT, DARK):
        for page in range(0, len(columns), 3):
            image = QImage(3 * width, height, QImage.Format.Format_RGB32)
            image.fill(QColor(palette.card))
            painter = QPainter(image)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for place, column in enumerate(columns[page : page + 3]):
                for top, (name, laid, _) in column:
                    painter.setPen(QColor(palette.muted))
                    painter.drawText(QRectF(place * width + 12, top + 4, width, 20), name)
                    draw_lines(
                        painter, laid, [palette.text] * len(laid), QPointF(place * width + 24, top + 28), em
                    )
            painter.end()
            image.save(str(folder / f"formulas_{palette.name}_{page // 3}.png"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
