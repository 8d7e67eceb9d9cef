"""Draws a small surface by OpenGL and looks at its pixels: ``python -m bpviz.views.surface.probe``.

Ends with 0 and says "drawn" when the middle is covered in the surface's colours; anything else,
a crash included, means that OpenGL is not to be used.
"""

from __future__ import annotations

import sys

import numpy as np
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QGuiApplication

from bpviz.present.surface.camera import TOP_VIEW, Frame, projection
from bpviz.present.surface.mesh import HeightScale, build_mesh
from bpviz.views.surface.gl import OpenGLFailed, OpenGLRenderer

_SIDE = 64


def probe() -> bool:
    """Return whether a surface seen from the top came out: low at the left, high at the right."""
    losses = np.tile(np.linspace(0.0, 1.0, 9), (9, 1))
    mesh = build_mesh(losses, HeightScale(0.0, 1.0))
    view = projection(TOP_VIEW, Frame(_SIDE, _SIDE, 2, 2, 2, 2))
    renderer = OpenGLRenderer()
    try:
        image = renderer.render(mesh, view, QSize(_SIDE, _SIDE), 1.0, False)
    finally:
        renderer.release()
    low, high = (QColor(image.pixelColor(x, _SIDE // 2)) for x in (8, _SIDE - 8))
    opaque = low.alpha() == 255 and high.alpha() == 255
    return opaque and high.green() > 150 > 80 > low.green() and low.blue() > high.blue()


def main() -> int:
    """Return the exit code."""
    app = QGuiApplication(sys.argv[:1])
    try:
        drawn = probe()
    except OpenGLFailed as failure:
        print(failure)
        return 1
    finally:
        app.quit()
    print("drawn" if drawn else "wrong pixels")
    return 0 if drawn else 1


if __name__ == "__main__":
    sys.exit(main())
