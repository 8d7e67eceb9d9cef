"""Where the eye stands, and where a point of the model falls on the screen.

The model fills the box [−1, 1] × [−1, 1] × [−HEIGHT, HEIGHT]: u along x, v along y, the loss along z.
The eye stands at distance D from its centre in the direction

    e = (cos ε cos α, cos ε sin α, sin ε),     α the azimuth, ε the elevation,

and with right = (−sin α, cos α, 0) and up = (−sin ε cos α, −sin ε sin α, cos ε) a point p falls at
s·D/(D − p·e) · (p·right, p·up) pixels from the picture's centre, s being the pixels of a unit.
Both renderers use the same 4 × 4 matrix, so their pictures lie on each other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

HEIGHT = 0.62
DISTANCE = 7.0
MIN_ELEVATION, MAX_ELEVATION = 4.0, 90.0
MIN_ZOOM, MAX_ZOOM = 0.4, 8.0


@dataclass(frozen=True)
class Camera:
    """The view: angles in degrees, ``zoom`` 1 fits the box into the picture."""

    azimuth: float = -58.0
    elevation: float = 30.0
    zoom: float = 1.0

    def turned(self, azimuth: float, elevation: float) -> Camera:
        """Return the view turned by so many degrees; it never goes below the floor."""
        tilted = min(max(self.elevation + elevation, MIN_ELEVATION), MAX_ELEVATION)
        return replace(self, azimuth=(self.azimuth + azimuth + 180) % 360 - 180, elevation=tilted)

    def zoomed(self, factor: float) -> Camera:
        """Return the view enlarged by ``factor``, within bounds."""
        return replace(self, zoom=min(max(self.zoom * factor, MIN_ZOOM), MAX_ZOOM))

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


@dataclass(frozen=True)
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
    scale = fitting_scale(camera, frame) * camera.zoom
    shift_x = (frame.left - frame.right) / frame.width
    shift_y = (frame.bottom - frame.top) / frame.height
    near, far = DISTANCE - 2.5, DISTANCE + 2.5
    rows = np.zeros((4, 4))
    rows[3, :3], rows[3, 3] = -camera.eye, DISTANCE
    rows[0, :3] = 2 * scale * DISTANCE / frame.width * camera.right
    rows[1, :3] = 2 * scale * DISTANCE / frame.height * camera.up
    rows[0] += shift_x * rows[3]
    rows[1] += shift_y * rows[3]
    depth = (far + near) / (far - near)
    rows[2] = depth * rows[3]
    rows[2, 3] -= 2 * far * near / (far - near)
    return Projection(camera, frame, rows)


def fitting_scale(camera: Camera, frame: Frame) -> float:
    """Return the pixels of a unit at which the box fits whatever the azimuth.

    The same for every azimuth, so that the surface does not breathe while it is turned; only near
    the top view, where one looks at an upright square, does the azimuth count.
    """
    e = math.radians(camera.elevation)
    a = math.radians(camera.azimuth)
    exact = abs(math.cos(a)) + abs(math.sin(a))
    blend = min(max((camera.elevation - 72.0) / 18.0, 0.0), 1.0) ** 2
    radius = (1 - blend) * math.sqrt(2) + blend * exact
    # The corner nearest to the eye is enlarged most.
    enlarged = DISTANCE / (DISTANCE - radius * math.cos(e) * 0.6 - HEIGHT * math.sin(e))
    half_width = radius * enlarged
    half_height = (radius * math.sin(e) + HEIGHT * math.cos(e)) * enlarged
    free_width = max(frame.width - frame.left - frame.right, 40.0)
    free_height = max(frame.height - frame.top - frame.bottom, 40.0)
    return min(free_width / 2 / half_width, free_height / 2 / half_height)
