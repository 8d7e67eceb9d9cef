"""The windows that a kernel or a pool looks through: how they lie on a picture.

Row r of the output looks at rows r·stride − padding + i of the picture, i = 0 … kernel − 1, and columns
likewise.  A *tap* is one place (i, j) of the window; over all windows at once what lies under it is a
slice of the picture, so that a pass over the taps in row-major order does the work of a loop over windows.
"""

from __future__ import annotations

import re
from types import EllipsisType
from typing import NamedTuple

from bpviz.engine.layers.base import Shape, need
from bpviz.errors import UserError
from bpviz.text import N_

Region = tuple[EllipsisType, slice, slice]

# Four digits are more than any picture has pixels on a side.
_KERNEL = re.compile(r"([0-9]{1,4})(?:\s*[x×*]\s*([0-9]{1,4}))?", re.IGNORECASE)


class Tap(NamedTuple):
    """One place of the window: the outputs whose windows have it on the picture, and what lies there."""

    row: int
    column: int
    outputs: Region
    inputs: Region


class Windows:
    """All windows of ``kernel`` (height, width) on a picture (height, width).

    Attributes
    ----------
    height, width : int
        How many windows lie below and beside one another: ⌊(size + 2·padding − kernel) / stride⌋ + 1.
    taps : list of Tap
        In row-major order; those that only ever lie on the padding are left out.
    """

    def __init__(self, picture: Shape, kernel: Shape, stride: int, padding: int = 0) -> None:
        ends = [size + 2 * padding - side for size, side in zip(picture, kernel, strict=True)]
        self.height, self.width = (max(0, end // stride + 1) for end in ends)
        rows = _ranges(picture[0], kernel[0], self.height, stride, padding)
        columns = _ranges(picture[1], kernel[1], self.width, stride, padding)
        self.taps = [
            Tap(i, j, (..., row_out, column_out), (..., row_in, column_in))
            for i, row_out, row_in in rows
            for j, column_out, column_in in columns
        ]


def _ranges(
    size: int, kernel: int, outputs: int, stride: int, padding: int
) -> list[tuple[int, slice, slice]]:
    """Return (i, outputs, inputs) along one axis for each i that is on the picture somewhere."""
    found = []
    for i in range(kernel):
        first = max(0, -((i - padding) // stride))
        last = min(outputs - 1, (size - 1 + padding - i) // stride)
        if first <= last:
            begin, end = first * stride - padding + i, last * stride - padding + i
            found.append((i, slice(first, last + 1), slice(begin, end + 1, stride)))
    return found


def kernel_shape(text: str) -> tuple[int, int]:
    """Return the (height, width) that ``3x3``, ``3×5`` or ``3`` stands for.

    Raises
    ------
    UserError
        When it is no such text, or a side is 0.
    """
    match = _KERNEL.fullmatch(text.strip())
    height, width = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if height < 1 or width < 1:
        raise UserError(
            "“{kernel}” is no kernel.",
            hint="Write its height and width like 3x3, or 3 for both.",
            kernel=text,
        )
    return height, width


def need_picture(shape: Shape) -> None:
    """Refuse what is not (channels, height, width).

    Raises
    ------
    UserError
        Naming what it got.
    """
    need(
        len(shape) == 3,
        N_("it takes pictures, channels × height × width; it got {got}."),
        shape,
        N_("Use picture data, and no “flatten” or dense layer before it."),
    )
