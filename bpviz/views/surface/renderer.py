"""What both renderers of the surface are: a mesh and a view in, a picture with a clear ground out."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

from bpviz.present.surface.camera import Camera, Projection
from bpviz.present.surface.mesh import Mesh


class SurfaceRenderer(Protocol):
    """Draws the surface alone; box, path, ball and texts are painted around it by the canvas."""

    name: str
    coarsens: bool
    """Whether ``fast`` makes a difference."""

    def render(self, mesh: Mesh, view: Projection, pixels: QSize, ratio: float, fast: bool) -> QImage:
        """Return the surface on a transparent ground; the image's offset is its place in the picture.

        Parameters
        ----------
        pixels : QSize
            The picture's size in device pixels.
        ratio : float
            Device pixels of a logical one.
        fast : bool
            While the view turns or the surface changes a coarser picture may do.
        """
        ...

    def release(self) -> None:
        """Give back what the renderer holds."""
        ...


def light_direction(camera: Camera) -> NDArray[np.floating]:
    """Return the unit vector to the light: over the viewer's left shoulder, turning with the view."""
    light = 0.62 * camera.eye - 0.45 * camera.right + 0.35 * camera.up + np.array([0.0, 0.0, 0.55])
    return np.asarray(light / np.linalg.norm(light))
