"""What every panel is: a widget that shows what it is given and says what the user did."""

from __future__ import annotations

from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QWidget

from bpviz.present.palette import LIGHT, Palette
from bpviz.present.walk.place import Sample
from bpviz.snapshot import History, RunInfo, RunState, Snapshot, SurfaceGrid
from bpviz.snapshot.dissection import Dissection, Operation


class Panel(QWidget):
    """Base of the panels; a panel overrides what concerns it.

    It never computes for more than a few milliseconds, never asks the engine anything, and carries
    the iteration that it shows.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.palette_in_use: Palette = LIGHT

    def show_run(self, info: RunInfo) -> None:
        """Set up for a new run and forget the old one."""

    def show_data(self, info: RunInfo) -> None:
        """Show the samples as they stand from now on: in some of them numbers were changed by hand.

        Only ``x_train`` and ``y_train`` are others than before; a snapshot with them follows.
        """

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show one iteration."""

    def show_history(self, history: History) -> None:
        """Show the losses so far."""

    def show_surface(self, grid: SurfaceGrid) -> None:
        """Show the loss over a plane."""

    def show_state(self, state: RunState) -> None:
        """Show what the training is doing."""

    def show_operation(
        self, dissection: Dissection | None, operation: Operation | None, sample: Sample = "mean"
    ) -> None:
        """Light one operation of the iteration that comes next; None where the run rests.

        Parameters
        ----------
        sample : int or "mean"
            The row of the batch whose numbers are shown, or the mean over its rows.
        """

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self.palette_in_use = palette
        # The card's colour, so that a panel alone in a picture looks as it does in the window.
        colours = self.palette()
        colours.setColor(self.backgroundRole(), QColor(palette.card))
        self.setPalette(colours)
        self.setAutoFillBackground(True)
        self.update()

    def retranslate(self) -> None:
        """Say everything again, in the language in force."""
        self.update()

    def title(self) -> str:
        """Return what the panel is called with this run; empty where it is called as always."""
        return ""

    def subtitle(self) -> str:
        """Return the quiet line at the right of the panel's title."""
        return ""

    def render_image(self, width: int, height: int, ratio: float = 1.0) -> QImage:
        """Return the panel drawn at ``width`` × ``height`` logical pixels, text and 3-D included.

        The widget is resized for the picture and put back; the image carries ``ratio`` as its
        device pixel ratio.
        """
        from bpviz.views.grab import grab_widget

        return grab_widget(self, width, height, ratio)
