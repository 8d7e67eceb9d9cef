"""The network diagram's lines: which weights are drawn, along which curves, and which is nearest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bpviz.present.diagram.layout import Array, Column, Spot

Pairs = NDArray[np.intp]

EDGE_LIMIT = 72
"""How many weights are drawn between two layers when all of them would be a hairball."""
UNIT_EDGE_LIMIT = 48
"""How many of one unit's weights are then drawn while it is pointed at."""


def all_pairs(outputs: int, inputs: int) -> Pairs:
    """Return (outputs × inputs, 2): every weight as (unit, source)."""
    unit, source = np.divmod(np.arange(outputs * inputs), inputs)
    return np.stack([unit, source], axis=1)


def strongest_pairs(weights: NDArray[np.floating], limit: int) -> Pairs:
    """Return at most ``limit`` weights (unit, source) of largest magnitude, the strongest last."""
    flat = np.abs(weights).ravel()
    if flat.size > limit:
        chosen = np.argpartition(flat, flat.size - limit)[-limit:]
    else:
        chosen = np.arange(flat.size)
    chosen = chosen[np.argsort(flat[chosen], kind="stable")]
    unit, source = np.divmod(chosen, weights.shape[1])
    pairs: Pairs = np.stack([unit, source], axis=1).astype(np.intp)
    return pairs


def visible_pairs(
    source: Column, target: Column, strengths: NDArray[np.floating], spot: Spot | None
) -> Pairs:
    """Return which weights between two columns are drawn.

    All of them between two columns of nodes; else the strongest, or the strongest of the unit that
    is pointed at.

    Parameters
    ----------
    strengths : (outputs, inputs)
        Weights, or gradients where these are shown.
    spot : Spot or None
        What is pointed at.
    """
    if source.kind == "nodes" and target.kind == "nodes":
        return all_pairs(target.units, source.units)
    if spot is not None and spot.layer == target.layer:
        pairs = strongest_pairs(strengths[spot.unit : spot.unit + 1], UNIT_EDGE_LIMIT)
        return _with_pair(pairs + np.array([spot.unit, 0]), spot)
    if spot is not None and not spot.is_weight and spot.layer == source.layer:
        pairs = strongest_pairs(strengths[:, spot.unit : spot.unit + 1], UNIT_EDGE_LIMIT)
        return np.asarray(pairs + np.array([0, spot.unit]))
    return strongest_pairs(strengths, EDGE_LIMIT)


def _with_pair(pairs: Pairs, spot: Spot) -> Pairs:
    """Return ``pairs`` with the weight that is pointed at among them."""
    if not spot.is_weight or bool((pairs == (spot.unit, spot.source)).all(axis=1).any()):
        return pairs
    return np.concatenate([pairs, np.array([[spot.unit, spot.source]], dtype=np.intp)])


def curves(source: Column, target: Column, pairs: Pairs) -> Array:
    """Return (E, 4, 2): the Bézier control points of each weight's curve, level at both ends."""
    start, end = source.ports_out()[pairs[:, 1]], target.ports_in()[pairs[:, 0]]
    reach = np.zeros_like(start)
    reach[:, 0] = (end[:, 0] - start[:, 0]) * 0.5
    return np.stack([start, start + reach, end - reach, end], axis=1)


def enough_points(control: Array, ratio: float = 1.0) -> int:
    """Return how many points a set of curves takes to look round, an odd number.

    ``ratio``: device pixels a pixel.
    """
    if not len(control):
        return 17
    reach = np.abs(control[:, 3] - control[:, 0]).sum(axis=1).max()
    return int(np.clip(2 * round(float(reach) * ratio / 26) + 1, 17, 65))


def points_on(control: Array, count: int = 17) -> Array:
    """Return (E, count, 2): points along cubic Bézier curves.

    B(t) = (1−t)³P₀ + 3(1−t)²t P₁ + 3(1−t)t² P₂ + t³P₃
    """
    t = np.linspace(0.0, 1.0, count)
    basis = np.stack([(1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3])
    points: Array = np.einsum("kt,ekd->etd", basis, control)
    return points


def thick_line(points: Array, count: int, spacing: float) -> Array:
    """Return (count·P, 2): one thin line that runs to and fro ``count`` times beside a curve.

    Drawn one pixel wide it fills a stroke of width 1 + (count − 1)·spacing.  Painters draw such a line
    ten times faster than a wide one, and a large network is hundreds of lines in every frame.

    Parameters
    ----------
    points : (P, 2)
    spacing : float
        Between neighbours, at most about 0.6 pixels, or the background shows through.
    """
    if np.ptp(points[:, 1]) < 0.5:
        # A level line is one piece: at its joints seams would show.
        points = points[[0, -1]]
    step = np.gradient(points, axis=0)
    # The curves are level at both ends, which differences of points miss a little.
    step[[0, -1], 1] = 0.0
    length = np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-9)
    normal = np.stack([-step[:, 1], step[:, 0]], axis=1) / length[:, None]
    offsets = (np.arange(count) - (count - 1) / 2) * spacing
    lines = points + offsets[:, None, None] * normal
    lines[1::2] = lines[1::2, ::-1]
    return np.asarray(lines.reshape(-1, 2))


def arrow_heads(points: Array, size: float) -> Array:
    """Return (E, 3, 2): a triangle in the middle of each curve that points back to its start.

    ``points``: (E, P, 2); ``size`` is the triangle's length.
    """
    middle = points.shape[1] // 2
    back = points[:, middle - 1] - points[:, middle + 1]
    back = back / np.maximum(np.hypot(back[:, 0], back[:, 1]), 1e-9)[:, None] * size
    across = np.stack([-back[:, 1], back[:, 0]], axis=1) * 0.55
    centre = points[:, middle]
    return np.stack([centre + back / 2, centre - back / 2 + across, centre - back / 2 - across], axis=1)


def nearest_curve(points: Array, x: float, y: float) -> tuple[int, float]:
    """Return the curve nearest to a point and its distance; (−1, ∞) without curves.

    ``points``: (E, count, 2), taken as polylines.
    """
    if not len(points):
        return -1, float("inf")
    start, step = points[:, :-1], np.diff(points, axis=1)
    to_point = np.array([x, y]) - start
    length = np.maximum((step**2).sum(axis=-1), 1e-12)
    along = np.clip((to_point * step).sum(axis=-1) / length, 0.0, 1.0)
    off = to_point - along[..., None] * step
    distance = np.sqrt((off**2).sum(axis=-1)).min(axis=1)
    index = int(distance.argmin())
    return index, float(distance[index])
