"""The box around the surface: its three back walls, and where ticks and labels stand."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bpviz.present.axes import format_ticks, log_ticks, nice_ticks
from bpviz.present.loss.scales import tick_label
from bpviz.present.numbers import short
from bpviz.present.surface.camera import HEIGHT, Projection
from bpviz.present.surface.mesh import HeightScale
from bpviz.present.surface.path import Plane

Array = NDArray[np.floating]

_TICK_SPACING = 25.0
_FLAT = 82.0
"""Elevation above which the box is looked at from the top and its height axis is a point."""


@dataclass(frozen=True)
class Tick:
    """A number at an axis: where its mark begins, where its text stands (pixels), and the text."""

    at: tuple[float, float]
    label_at: tuple[float, float]
    text: str


@dataclass(frozen=True)
class AxisLine:
    """One axis of the box, in pixels: its ends, ticks, and where its name stands."""

    start: tuple[float, float]
    end: tuple[float, float]
    ticks: tuple[Tick, ...]
    name_at: tuple[float, float]
    outward: tuple[float, float]


@dataclass(frozen=True)
class Box:
    """The box in pixels: ``walls`` (w, 4, 2) polygons, ``grid`` (g, 4) lines, the axes u, v, loss."""

    walls: Array
    grid: Array
    axes: tuple[AxisLine, ...]


def box(view: Projection, plane: Plane, scale: HeightScale, text_height: float = 12.0) -> Box:
    """Return the box for a view; in the top view there is no height axis."""
    eye = view.camera.eye
    # In the top view, looked at with v upwards, the eye counts as standing at the bottom left.
    back = np.where(eye[:2] > 1e-9, -1.0, 1.0)
    flat = view.camera.elevation > _FLAT
    if flat and abs(view.camera.azimuth + 90) < 1e-6:
        back = np.array([1.0, 1.0])
    front = -back
    u_model, u_texts = _ticks(*plane.u, view, 0, front)
    v_model, v_texts = _ticks(*plane.v, view, 1, front)
    z_model, z_texts = _height_ticks(scale, view, front, text_height * 1.1)
    walls = [_floor()] if flat else [_floor(), _wall(0, back[0]), _wall(1, back[1])]
    grid = _grid(back, u_model, v_model, [] if flat else z_model)
    bottom = -HEIGHT
    axes = [
        _axis(view, _line(0, front[1], bottom, u_model), u_texts, text_height),
        _axis(view, _line(1, front[0], bottom, v_model), v_texts, text_height),
    ]
    if not flat:
        corner = _rightmost(view, front)
        line = np.array([[*corner, z] for z in (-HEIGHT, HEIGHT, *z_model)])
        axes.append(_axis(view, line, z_texts, text_height))
    return Box(
        view.project(np.array(walls))[..., :2],
        view.project(np.array(grid).reshape(-1, 2, 3))[..., :2].reshape(-1, 4),
        tuple(axes),
    )


def _ticks(
    low: float, high: float, view: Projection, axis: int, front: Array
) -> tuple[list[float], list[str]]:
    ends = view.project(_line(axis, front[1 - axis], -HEIGHT, []))[:, :2]
    length = float(np.hypot(*(ends[1] - ends[0])))
    values = nice_ticks(low, high, max(2, min(7, int(length / _TICK_SPACING))))
    return [float((t - low) / (high - low) * 2 - 1) for t in values], format_ticks(values)


def _height_ticks(
    scale: HeightScale, view: Projection, front: Array, spacing: float
) -> tuple[list[float], list[str]]:
    ends = view.project(np.array([[*front, -HEIGHT], [*front, HEIGHT]]))[:, :2]
    count = max(2, min(7, int(float(np.hypot(*(ends[1] - ends[0]))) / spacing)))
    values = (log_ticks if scale.logarithmic else nice_ticks)(scale.low, scale.high, count)
    texts = format_ticks(values)
    if scale.logarithmic:
        whole = all(float(t).is_integer() for t in values)
        texts = [tick_label(10.0**t) for t in values] if whole else [short(10.0**t, 3) for t in values]
    span = scale.high - scale.low
    return [HEIGHT * (2 * float((t - scale.low) / span) - 1) for t in values], texts


def _line(axis: int, across: float, z: float, ticks: list[float]) -> Array:
    """Return the ends and ticks of a floor axis: (2 + t, 3)."""
    points = np.empty((2 + len(ticks), 3))
    points[:, axis] = [-1.0, 1.0, *ticks]
    points[:, 1 - axis] = across
    points[:, 2] = z
    return points


def _rightmost(view: Projection, front: Array) -> tuple[float, float]:
    """Return the corner where the height axis stands: the box's right edge in the picture."""
    corners = [(float(front[0]), float(-front[1])), (float(-front[0]), float(front[1]))]
    return max(corners, key=lambda c: float(view.project(np.array([*c, 0.0]))[0]))


def _axis(view: Projection, line: Array, texts: list[str], text_height: float) -> AxisLine:
    pixels = view.project(line)[:, :2]
    centre = view.project(np.zeros(3))[:2]
    start, end = pixels[0], pixels[1]
    along = end - start
    across = np.array([-along[1], along[0]]) / max(float(np.hypot(*along)), 1e-9)
    if across @ ((start + end) / 2 - centre) < 0:
        across = -across
    ticks = tuple(
        Tick(_pair(p), _pair(p + across * text_height * 1.05), text)
        for p, text in zip(pixels[2:], texts, strict=True)
    )
    # The name stands clear of the numbers, further out where these are wide.
    widest = max((len(t) for t in texts), default=1) * text_height * 0.52
    away = text_height * 1.9 + abs(float(across[0])) * widest * 0.7
    return AxisLine(_pair(start), _pair(end), ticks, _pair((start + end) / 2 + across * away), _pair(across))


def _pair(point: Array) -> tuple[float, float]:
    return float(point[0]), float(point[1])


def _floor() -> list[list[float]]:
    return [[-1, -1, -HEIGHT], [1, -1, -HEIGHT], [1, 1, -HEIGHT], [-1, 1, -HEIGHT]]


def _wall(axis: int, at: float) -> list[list[float]]:
    corners = []
    for other, z in ((-1.0, -HEIGHT), (1.0, -HEIGHT), (1.0, HEIGHT), (-1.0, HEIGHT)):
        point = [at, other, z] if axis == 0 else [other, at, z]
        corners.append(point)
    return corners


def _grid(back: Array, us: list[float], vs: list[float], zs: list[float]) -> list[list[list[float]]]:
    bx, by, lines = float(back[0]), float(back[1]), []
    walls = bool(zs)
    for x in us:
        lines.append([[x, -1, -HEIGHT], [x, 1, -HEIGHT]])
        if walls:
            lines.append([[x, by, -HEIGHT], [x, by, HEIGHT]])
    for y in vs:
        lines.append([[-1, y, -HEIGHT], [1, y, -HEIGHT]])
        if walls:
            lines.append([[bx, y, -HEIGHT], [bx, y, HEIGHT]])
    for z in zs:
        lines.append([[-1, by, z], [1, by, z]])
        lines.append([[bx, -1, z], [bx, 1, z]])
    return lines or [[[math.nan] * 3, [math.nan] * 3]]
