"""A picture of the whole window at another size."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget

from bpviz.views.dock import DockHost
from bpviz.views.grab import draw_widget, empty_image, resized
from bpviz.views.panel import Panel


def window_image(
    content: QWidget,
    host: DockHost,
    panels: Iterable[Panel],
    message_bar: QWidget,
    size: tuple[int, int],
    ratio: float = 1.0,
) -> QImage:
    """Return the window's content at another size, the panels that Qt cannot draw put in their places.

    A panel with OpenGL says so with ``needs_compositing = True`` and gives its own picture.  What the
    message bar says is left out.
    """
    width, height = size
    image = empty_image(width, height, ratio)
    sizes, before = host.sizes(), host.size()
    message_shown = message_bar.isVisibleTo(content)
    message_bar.setVisible(False)
    with resized(content, width, height):
        host.set_sizes(sizes, host.width() / before.width(), host.height() / before.height())
        draw_widget(content, image)
        painter = QPainter(image)
        for panel in panels:
            if getattr(panel, "needs_compositing", False) and panel.isVisibleTo(content):
                picture = panel.render_image(panel.width(), panel.height(), ratio)
                painter.drawImage(panel.mapTo(content, QPoint(0, 0)), picture)
        painter.end()
    host.set_sizes(sizes)
    message_bar.setVisible(message_shown)
    return image
