"""The surface as a mesh: losses to heights, heights to normals and colours.

The box is that of `surface_camera`.  A loss ℓ stands at z = HEIGHT·(2t − 1) with t = (h − low)/(high − low),
where h is ℓ or log₁₀ ℓ; what lies above `high` is cut off level, what is not finite is a hole.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bpviz.present.palette import viridis
from bpviz.present.surface.camera import HEIGHT
from bpviz.snapshot import SurfaceGrid

Array = NDArray[np.floating]

_RIM_PERCENTILE = 90.0
_RIM_FACTOR = 4.0
_SMALLEST = 1e-300


@dataclass(frozen=True)
class HeightScale:
    """How losses become heights.

    ``low`` and ``high`` are in the units of the axis (exponents of ten when ``logarithmic``);
    ``clipped`` says that some losses are higher than ``high``.
    """

    low: float
    high: float
    logarithmic: bool = False
    clipped: bool = False

    def heights(self, losses: Array) -> Array:
        """Return the losses in the axis' units; NaN where they have none."""
        values = np.array(losses, dtype=float)
        values[~np.isfinite(values)] = np.nan
        if not self.logarithmic:
            return values
        with np.errstate(invalid="ignore"):
            return np.asarray(np.log10(np.where(values >= 0, np.maximum(values, _SMALLEST), np.nan)))

    def levels(self, losses: Array) -> Array:
        """Return t in [0, 1] for each loss, cut at both ends; NaN stays."""
        share = (self.heights(losses) - self.low) / (self.high - self.low)
        return np.asarray(np.clip(share, 0.0, 1.0))

    def z(self, losses: Array) -> Array:
        """Return the model's z for each loss."""
        return HEIGHT * (2 * self.levels(losses) - 1)

    def cap(self) -> float:
        """Return the loss at which the surface is cut."""
        return float(10.0**self.high) if self.logarithmic else self.high


def height_scale(grid: SurfaceGrid, logarithmic: bool = False, old: HeightScale | None = None) -> HeightScale:
    """Return the scale that shows the grid well; ``old`` stays where it still fits.

    A rim that explodes (its highest loss more than 4 times as far up as the 90th percentile) is cut
    there, so that the valley keeps a shape.  The path and the ball stay below the cut where they
    lie within twice of it.
    """
    plain = HeightScale(0.0, 1.0, logarithmic)
    values = plain.heights(grid.losses)
    values = values[np.isfinite(values)]
    if not values.size:
        return HeightScale(0.0, 1.0, logarithmic)
    low, top = float(values.min()), float(values.max())
    if logarithmic:
        low = _log_floor(grid, plain, values)
    rim = float(np.percentile(values, _RIM_PERCENTILE))
    high = top
    if top - low > _RIM_FACTOR * (rim - low) > 0:
        high = _with_path(grid, plain, low, rim)
    scale = HeightScale(low, high, logarithmic, clipped=bool(top > high))
    if scale.high - scale.low <= 1e-9 * max(abs(low), abs(high), _SMALLEST):
        middle, half = low, max(abs(low) * 0.5, 0.5)
        return HeightScale(middle - half, middle + half, logarithmic)
    return _steadied(scale, old)


def _log_floor(grid: SurfaceGrid, plain: HeightScale, values: Array) -> float:
    """Return the lowest exponent shown: the ball's and the path's, or the grid's 2nd percentile.

    A vertex that happens to lie near a zero of the loss would otherwise pull a spike far down.
    """
    run = plain.heights(np.append(np.asarray(grid.path, dtype=float).reshape(-1, 3)[:, 2], grid.ball[2]))
    # A loss of exactly 0 has no logarithm and no say.
    said = values[values > np.log10(_SMALLEST) + 1]
    usual = float(np.percentile(said, 2.0)) if said.size else -1.0
    run = run[np.isfinite(run) & (run > usual - 6.0)]
    return float(run.min(initial=usual))


def _with_path(grid: SurfaceGrid, plain: HeightScale, low: float, cap: float) -> float:
    seen = plain.heights(np.append(np.asarray(grid.path, dtype=float).reshape(-1, 3)[:, 2], grid.ball[2]))
    near = seen[np.isfinite(seen) & (seen - low <= 2 * (cap - low))]
    return max(cap, float(near.max())) if near.size else cap


def _steadied(new: HeightScale, old: HeightScale | None) -> HeightScale:
    """Keep the old scale while the new one fills at least 70 % of it: axes grow, they do not twitch."""
    if old is None or old.logarithmic != new.logarithmic:
        return new
    inside = old.low <= new.low and new.high <= old.high
    if inside and new.high - new.low >= 0.7 * (old.high - old.low):
        return HeightScale(old.low, old.high, new.logarithmic, new.clipped)
    return new


@dataclass(frozen=True, eq=False)
class Mesh:
    """What a renderer draws.  Holes are NaN in ``positions`` and have no faces.

    Attributes
    ----------
    vertices : (nv·nu, 7) float32
        x, y, z; the upward unit normal; the level t.
    faces : (m, 4) uint32
        Corners of the quadrilaterals, in turn.
    z : (nv, nu) float64
        The heights once more, for looking up.
    """

    vertices: NDArray[np.float32]
    faces: NDArray[np.uint32]
    z: Array
    shape: tuple[int, int]

    def height_at(self, x: Array, y: Array) -> Array:
        """Return z of the surface at points of the plane, bilinear; NaN outside and over holes."""
        rows, columns = self.shape
        fx = (np.asarray(x) + 1) * 0.5 * (columns - 1)
        fy = (np.asarray(y) + 1) * 0.5 * (rows - 1)
        outside = (fx < -1e-9) | (fy < -1e-9) | (fx > columns - 1 + 1e-9) | (fy > rows - 1 + 1e-9)
        outside |= ~np.isfinite(fx + fy)
        j = np.clip(np.where(outside, 0, fx).astype(np.intp), 0, columns - 2)
        i = np.clip(np.where(outside, 0, fy).astype(np.intp), 0, rows - 2)
        fx, fy = fx - j, fy - i
        flat = self.z.ravel()
        at = i * columns + j
        low = flat[at] * (1 - fx) + flat[at + 1] * fx
        high = flat[at + columns] * (1 - fx) + flat[at + columns + 1] * fx
        return np.where(outside, np.nan, low * (1 - fy) + high * fy)


def build_mesh(losses: Array, scale: HeightScale) -> Mesh:
    """Return the mesh of losses (nv, nu), both at least 2."""
    rows, columns = losses.shape
    levels = scale.levels(losses)
    z = HEIGHT * (2 * levels - 1)
    vertices = np.empty((rows, columns, 7), dtype=np.float32)
    vertices[..., 0] = np.linspace(-1, 1, columns)
    vertices[..., 1] = np.linspace(-1, 1, rows)[:, None]
    vertices[..., 2] = z
    vertices[..., 3:6] = _normals(z)
    vertices[..., 6] = levels
    faces = _all_faces(rows, columns)
    holes = np.isnan(levels)
    if holes.any():
        faces = faces[~holes.ravel()[faces].any(axis=1)]
    return Mesh(vertices.reshape(-1, 7), faces, z, (rows, columns))


@lru_cache(maxsize=16)
def _all_faces(rows: int, columns: int) -> NDArray[np.uint32]:
    at = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    faces = np.stack([at, at + 1, at + columns + 1, at + columns], axis=1).astype(np.uint32)
    faces.setflags(write=False)
    return faces


def _normals(z: Array) -> Array:
    """Return the upward unit normals (nv, nu, 3) of a height field: (−∂z/∂x, −∂z/∂y, 1) normalized."""
    rows, columns = z.shape
    filled = np.where(np.isnan(z), np.nanmean(z) if np.isfinite(z).any() else 0.0, z)
    dy, dx = np.gradient(filled, 2.0 / (rows - 1), 2.0 / (columns - 1))
    normals = np.stack([-dx, -dy, np.ones_like(z)], axis=-1)
    return np.asarray(normals / np.linalg.norm(normals, axis=-1, keepdims=True))


def triangles(faces: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return (2m, 3): each quadrilateral as two triangles."""
    return faces[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3)


def decimated(losses: Array, most: int) -> Array:
    """Return every s-th row and column, the last ones kept, so that no side has more than ``most``."""
    rows, columns = losses.shape
    return losses[np.ix_(_thinned(rows, most), _thinned(columns, most))]


def _thinned(count: int, most: int) -> NDArray[np.intp]:
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.intp))


def shaded_colours(levels: Array, normals: Array, eye: Array, light: Array) -> NDArray[np.uint8]:
    """Return (n, 3): viridis by level, softly lit; the same formula as the OpenGL shader's.

    colour = viridis(t)·(0.70 + 0.36·max(n·l, 0)) + 0.10·max(n·h, 0)¹⁶, with h halfway between the light and
    the eye; a side seen from below has its normal turned and is a little darker.
    """
    base = viridis()[(np.nan_to_num(levels) * 255).astype(np.intp)].astype(float) / 255
    facing = normals @ eye
    turned = np.where(facing[:, None] < 0, -normals, normals)
    half = light + eye
    half = half / np.linalg.norm(half)
    diffuse = np.maximum(turned @ light, 0.0)
    gleam = np.maximum(turned @ half, 0.0) ** 16
    lit = (0.70 + 0.36 * diffuse) * np.where(facing < 0, 0.86, 1.0)
    return np.asarray(np.clip(base * lit[:, None] + 0.10 * gleam[:, None], 0, 1) * 255).astype(np.uint8)
