"""A main window with small panels and its own settings, for tests of the shell."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from bpviz.snapshot import Evaluation, History, RunInfo, RunState, Snapshot, SurfaceGrid
from bpviz.views.main_window import MainWindow
from bpviz.views.panel import Panel
from bpviz.views.panels import PANELS, PanelSpec
from bpviz.views.settings import Settings


class PlainPanel(Panel):
    """Notes what it is shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown: list[object] = []

    def show_run(self, info: RunInfo) -> None:
        self.shown.append(info)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self.shown.append(snapshot)

    def show_history(self, history: History) -> None:
        self.shown.append(history)

    def show_surface(self, grid: SurfaceGrid) -> None:
        self.shown.append(grid)

    def show_state(self, state: RunState) -> None:
        self.shown.append(state)

    def subtitle(self) -> str:
        return f"{len(self.shown)} shown"


class PaintedElsewhere(PlainPanel):
    """Like a panel with OpenGL: Qt's own picture of it is black, its own is green."""

    needs_compositing = True

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("black"))
        painter.end()

    def render_image(self, width: int, height: int, ratio: float = 1.0) -> QImage:
        image = QImage(round(width * ratio), round(height * ratio), QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        image.fill(QColor("#00ff00"))
        return image


def small_specs() -> tuple[PanelSpec, ...]:
    """Return the program's places with panels that cost nothing; only the set-up is real."""
    return tuple(
        spec
        if spec.key == "setup"
        else replace(spec, factory=PaintedElsewhere if spec.key == "surface" else PlainPanel)
        for spec in PANELS
    )


def small_window(folder: Path) -> MainWindow:
    """Return a window that keeps its settings in ``folder``."""
    return MainWindow(small_specs(), Settings(folder / "settings.ini"))


def snapshot_at(iteration: int, loss: float = 0.0123, test: float | None = 0.015) -> Snapshot:
    """Return a snapshot with little in it."""
    return Snapshot(
        run_id=1,
        iteration=iteration,
        epoch=iteration / 20,
        loss=loss,
        learning_rate=0.03,
        gradient_norm=0.1,
        theta=np.zeros(2),
        gradient=np.zeros(2),
        train=Evaluation(loss),
        test=None if test is None else Evaluation(test),
    )


def state_at(position: int, last: int, *, running: bool = False, speed: float = 0.0) -> RunState:
    """Return a state of run 1."""
    return RunState(1, running, position, last, speed)
