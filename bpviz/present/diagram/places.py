"""Where cards and labels go, so that they hide nothing that matters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bpviz.present.diagram.layout import Array

Box = tuple[float, float, float, float]
"""x, y, width, height."""

_FAR = 0.2
"""What a pixel's way to the room's edge costs, beside one by which a place gives way."""


def card_place(
    card: tuple[float, float],
    room: tuple[float, float],
    target: Box,
    avoided: Box | None = None,
    gap: float = 10.0,
    others: Sequence[Box] = (),
) -> tuple[float, float]:
    """Return where a card goes: inside the room and, wherever it fits, off the target.

    Parameters
    ----------
    card, room : (width, height)
    target : x, y, width, height
        What is pointed at and must stay visible.
    avoided : x, y, width, height, or None
        What had better stay visible too.
    others : sequence of boxes
        What is hidden last of all: the card then goes to the room's edge rather than over them.
    """
    x, y, w, h = target
    right, left = x + w + gap, x - gap - card[0]
    below, above = y + h + gap, y - gap - card[1]
    middle_x, middle_y = x + w / 2 - card[0] / 2, y + h / 2 - card[1] / 2
    wishes = [
        (right, below), (right, above), (right, middle_y),
        (left, below), (left, above), (left, middle_y),
        (middle_x, below), (middle_x, above),
    ]  # fmt: skip
    inside = [(_into(a, card[0], room[0]), _into(b, card[1], room[1])) for a, b in wishes]
    costs = [
        _cost(spot, card, target, avoided, others) + abs(spot[0] - wish[0]) + abs(spot[1] - wish[1])
        for spot, wish in zip(inside, wishes, strict=True)
    ]
    if others:
        edges = (_into(0.0, card[1], room[1]), _into(room[1], card[1], room[1]))
        for spot in [(_into(a, card[0], room[0]), b) for a in (left, middle_x, right) for b in edges]:
            away = abs(spot[1] + card[1] / 2 - y - h / 2)
            inside.append(spot)
            costs.append(_cost(spot, card, target, avoided, others) + _FAR * away)
    return inside[costs.index(min(costs))]


def _cost(
    spot: tuple[float, float],
    card: tuple[float, float],
    target: Box,
    avoided: Box | None,
    others: Sequence[Box],
) -> float:
    """Return what a place hides, weighed by how much it matters."""
    hidden = 1000 * _overlap(spot, card, target)
    hidden += 0.05 * _overlap(spot, card, avoided) if avoided is not None else 0.0
    return hidden + 0.03 * sum(_overlap(spot, card, other) for other in others)


def _into(start: float, length: float, room: float, border: float = 4.0) -> float:
    return max(border, min(start, room - length - border))


def _overlap(spot: tuple[float, float], card: tuple[float, float], target: Box) -> float:
    """Return the area of the target that the card would cover."""
    across = min(spot[0] + card[0], target[0] + target[2]) - max(spot[0], target[0])
    down = min(spot[1] + card[1], target[1] + target[3]) - max(spot[1], target[1])
    return max(across, 0.0) * max(down, 0.0)


def label_places(points: Array, sizes: Array, taken: Array | None = None) -> Array:
    """Return (E, 2): where on each curve its label is centred, so that labels meet as little as may be.

    Parameters
    ----------
    points : (E, P, 2)
    sizes : (E, 2)
        Width and height of each label.
    taken : (N, 4), optional
        Left, top, right and bottom of what is written already.
    """
    middle = points.shape[1] // 2
    offsets = sorted(range(-middle // 2, middle // 2 + 1), key=abs)
    placed = np.empty((0, 4)) if taken is None else taken
    chosen = []
    for curve, size in zip(points, sizes, strict=True):
        spots = curve[[middle + offset for offset in offsets]]
        boxes = np.concatenate([spots - size / 2, spots + size / 2], axis=1)
        across = np.minimum(boxes[:, None, 2], placed[:, 2]) - np.maximum(boxes[:, None, 0], placed[:, 0])
        down = np.minimum(boxes[:, None, 3], placed[:, 3]) - np.maximum(boxes[:, None, 1], placed[:, 1])
        covered = (np.maximum(across, 0.0) * np.maximum(down, 0.0)).sum(axis=1)
        best = int(covered.argmin())
        placed = np.concatenate([placed, boxes[best : best + 1]])
        chosen.append(spots[best])
    return np.array(chosen).reshape(-1, 2)
