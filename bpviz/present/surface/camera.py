"""Where the eye stands, and where a point of the model falls on the screen.

The model fills the box [−1, 1] × [−1, 1] × [−HEIGHT, HEIGHT]: u along x, v along y, the loss along z.
The eye stands at distance D from its centre in the direction

    e = (cos ε cos α, cos ε sin α, sin ε),     α the azimuth, ε the elevation,

and with right = (−sin α, cos α, 0) and up = (−sin ε cos α, −sin ε sin α, cos ε) a point p falls at
s·D/(D − p·e) · (p·right, p·up) pixels from the picture's centre, s being the pixels of a unit.  D grows
towards the top view, which is a map: there the perspective would bend the surface over its axes.
Both renderers use the same 4 × 4 matrix, so their pictures lie on each other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

HEIGHT = 0.5
NEAR_DISTANCE, TOP_DISTANCE = 7.0, 60.0
MIN_ELEVATION, MAX_ELEVATION = 4.0, 90.0
MIN_ZOOM, MAX_ZOOM = 0.4, 8.0


@dataclass(frozen=True)
class Camera:
    """The view: angles in degrees, ``zoom`` 1 fits the box into the picture."""

    azimuth: float = -60.0
    elevation: float = 37.0
    zoom: float = 1.0

    def turned(self, azimuth: float, elevation: float) -> Camera:
        """Return the view turned by so many degrees; it never goes below the floor."""
        tilted = min(max(self.elevation + elevation, MIN_ELEVATION), MAX_ELEVATION)
        return replace(self, azimuth=(self.azimuth + azimuth + 180) % 360 - 180, elevation=tilted)

    def zoomed(self, factor: float) -> Camera:
        """Return the view enlarged by ``factor``, within bounds."""
        return replace(self, zoom=min(max(self.zoom * factor, MIN_ZOOM), MAX_ZOOM))

    @property
    def distance(self) -> float:
        """Return D, from the box's centre to the eye."""
        share = min(max((self.elevation - 60.0) / 30.0, 0.0), 1.0)
        return float(NEAR_DISTANCE + (TOP_DISTANCE - NEAR_DISTANCE) * share**4)

    @property
    def eye(self) -> Array:
        """Return e, the unit vector (3,) from the centre to the eye."""
        a, e = math.radians(self.azimuth), math.radians(self.elevation)
        return np.array([math.cos(e) * math.cos(a), math.cos(e) * math.sin(a), math.sin(e)])

    @property
    def right(self) -> Array:
        """Return the unit vector (3,) to the right of the picture."""
        a = math.radians(self.azimuth)
        return np.array([-math.sin(a), math.cos(a), 0.0])

    @property
    def up(self) -> Array:
        """Return the unit vector (3,) to the top of the picture."""
        a, e = math.radians(self.azimuth), math.radians(self.elevation)
        return np.array([-math.sin(e) * math.cos(a), -math.sin(e) * math.sin(a), math.cos(e)])


RESET_VIEW = Camera()
TOP_VIEW = Camera(azimuth=-90.0, elevation=90.0)


@dataclass(frozen=True)
class Frame:
    """A picture's size in pixels, and the room kept free at its edges for the ticks' numbers."""

    width: float
    height: float
    left: float = 44.0
    right: float = 44.0
    top: float = 10.0
    bottom: float = 40.0


@dataclass(frozen=True, eq=False)
class Projection:
    """A camera on a picture: from the model to pixels, x to the right and y downwards."""

    camera: Camera
    frame: Frame
    matrix: Array
    """(4, 4): clip = matrix · (x, y, z, 1), as OpenGL wants it."""

    def project(self, points: Array) -> Array:
        """Return (…, 3): pixel x, pixel y and the distance along the line of sight.

        Parameters
        ----------
        points : (…, 3)
            In the model's box.
        """
        clip = points @ self.matrix[:, :3].T + self.matrix[:, 3]
        w = clip[..., 3]
        out = np.empty((*points.shape[:-1], 3))
        out[..., 0] = (clip[..., 0] / w + 1) * (self.frame.width / 2)
        out[..., 1] = (1 - clip[..., 1] / w) * (self.frame.height / 2)
        out[..., 2] = w
        return out


def projection(camera: Camera, frame: Frame) -> Projection:
    """Return the projection that puts the box into the middle of the frame's free room."""
    scale, middle = _fit(camera, frame)
    distance = camera.distance
    shift_x = (frame.left - frame.right) / frame.width
    shift_y = (frame.bottom - frame.top - 2 * scale * middle) / frame.height
    scale *= camera.zoom
    near, far = distance - 2.5, distance + 2.5
    rows = np.zeros((4, 4))
    rows[3, :3], rows[3, 3] = -camera.eye, distance
    rows[0, :3] = 2 * scale * distance / frame.width * camera.right
    rows[1, :3] = 2 * scale * distance / frame.height * camera.up
    rows[0] += shift_x * rows[3]
    rows[1] += shift_y * rows[3]
    rows[2] = (far + near) / (far - near) * rows[3]
    rows[2, 3] -= 2 * far * near / (far - near)
    return Projection(camera, frame, rows)


def _fit(camera: Camera, frame: Frame) -> tuple[float, float]:
    """Return the pixels of a unit at which the box fits, and the height of its middle in units.

    The same for every azimuth, so that the surface does not breathe while it is turned; only near
    the top view, where one looks at an upright square, does the azimuth count.
    """
    around, here = _extent(camera.elevation, None), _extent(camera.elevation, camera.azimuth)
    blend = min(max((camera.elevation - 60.0) / 30.0, 0.0), 1.0) ** 2
    width, top, bottom = ((1 - blend) * a + blend * b for a, b in zip(around, here, strict=True))
    free_width = max(frame.width - frame.left - frame.right, 40.0)
    free_height = max(frame.height - frame.top - frame.bottom, 40.0)
    scale = min(free_width / (2 * width), free_height / (top - bottom))
    return scale, (top + bottom) / 2


@lru_cache(maxsize=256)
def _extent(elevation: float, azimuth: float | None) -> tuple[float, float, float]:
    """Return how far the box reaches to the side, up and down, in units; None: at any azimuth."""
    azimuths = np.arange(0.0, 360.0, 5.0) if azimuth is None else np.array([azimuth])
    across, upwards = [], []
    for angle in azimuths:
        camera = Camera(float(angle), elevation)
        shrunk = camera.distance / (camera.distance - _CORNERS @ camera.eye)
        across.append(np.abs(_CORNERS @ camera.right * shrunk))
        upwards.append(_CORNERS @ camera.up * shrunk)
    return float(np.max(across)), float(np.max(upwards)), float(np.min(upwards))


_CORNERS = np.array([(x, y, z) for x in (-1.0, 1.0) for y in (-1.0, 1.0) for z in (-HEIGHT, HEIGHT)])
