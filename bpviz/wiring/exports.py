"""Pictures and sequences, from the window's own wish to whole files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QImage

from bpviz import messages
from bpviz.errors import UserError
from bpviz.export.frames import Frame
from bpviz.export.lockstep import LockstepExport
from bpviz.export.picture import save_picture
from bpviz.export.sequence import SequenceWriter, fresh_folder
from bpviz.export.surfaces import RunSurface
from bpviz.present.export_request import ExportRequest
from bpviz.snapshot import History, RunInfo, Snapshot, SurfaceGrid, SurfaceRequest
from bpviz.text import Text
from bpviz.views.main_window import MainWindow
from bpviz.wiring.endings import tell_error
from bpviz.wiring.runs import Runs
from bpviz.wiring.stage import Stage, needs_surface


class Exports(QObject):
    """Writes what the export dialog asked for.

    A sequence is a run of its own, from the start with the settings on the screen, drawn on a stage
    that nobody sees: the window and its run go on undisturbed.
    """

    def __init__(self, window: MainWindow, runs: Runs) -> None:
        super().__init__(window)
        self.window, self.runs = window, runs
        self._export: LockstepExport | None = None
        self._stage: Stage | None = None
        self._folder = Path()
        window.export_requested.connect(self.export)
        window.progress_cancelled.connect(self.cancel)

    @property
    def running(self) -> bool:
        """Whether a sequence is being written."""
        return self._export is not None

    @Slot(object)
    def export(self, request: ExportRequest) -> None:
        """Write a picture at once, or begin a sequence."""
        if request.mode == "picture":
            self._write_picture(request)
        elif request.what == "gradients":
            messages.warning(Text("A gradient check is of one iteration. Export it as a picture."))
        elif request.what == "doctor":
            messages.warning(Text("The doctor looks at the run in the window. Export it as a picture."))
        elif self.running:
            messages.warning(Text("A sequence is being written already. Wait for it, or cancel it."))
        else:
            self._begin(request)

    def _write_picture(self, request: ExportRequest) -> None:
        source = self.window if request.what == "window" else self.window.panels()[request.what]
        try:
            path = save_picture(source.render_image(*request.size, request.ratio), request.path)
        except UserError as error:
            tell_error(error)
        else:
            messages.info(Text("Saved {name}.", name=path.name))

    def _begin(self, request: ExportRequest) -> None:
        steps = request.every * max(request.count - 1, 0)
        config = self.runs.config
        config = replace(config, stop=replace(config.stop, iterations=steps))
        self._folder = fresh_folder(request.path.parent, request.path.name)
        themes = self.window.themes
        self._stage = Stage(
            request.what, config, themes.palette(), request.size, request.ratio, themes.points
        )
        self._export = LockstepExport(
            config,
            self._grab,
            SequenceWriter(self._folder, total=request.count),
            every=request.every,
            request=replace(self.runs.worker.request, with_histograms=request.what == "histograms"),
            set_up=self._set_up,
            surface=RunSurface(self._surface_request()) if needs_surface(request.what, config) else None,
            parent=self,
        )
        self._export.progressed.connect(self._on_export_progressed)
        self._export.finished.connect(self._on_export_finished)
        self._export.cancelled.connect(self._on_export_cancelled)
        self._export.failed.connect(self._on_export_failed)
        self._export.start()

    @Slot()
    def cancel(self) -> None:
        """Stop the sequence; the pictures written so far stay, whole."""
        if self._export is not None:
            self._export.cancel()

    def stop(self) -> None:
        """Stop and wait: the window closes."""
        if self._export is not None:
            self._export.cancel_and_wait()

    def _set_up(self, info: RunInfo) -> None:
        if self._stage is not None:
            self._stage.set_up(info)

    def _grab(self, snapshot: Snapshot, history: History, surface: SurfaceGrid | None) -> QImage:
        assert self._stage is not None
        return self._stage.grab(Frame(snapshot, history, surface))

    @Slot(int, int)
    def _on_export_progressed(self, done: int, total: int) -> None:
        self.window.show_progress(Text("Writing pictures"), done, total)

    @Slot(object)
    def _on_export_finished(self, paths: list[Path]) -> None:
        self._end()
        messages.info(
            Text("Pictures written: {count}, in {folder}.", count=len(paths), folder=str(self._folder))
        )

    @Slot(object)
    def _on_export_cancelled(self, paths: list[Path]) -> None:
        self._end()
        messages.info(
            Text(
                "Cancelled. Whole pictures written: {count}, in {folder}.",
                count=len(paths),
                folder=str(self._folder),
            )
        )

    @Slot(object)
    def _on_export_failed(self, error: BaseException) -> None:
        self._end()
        tell_error(error)

    def _surface_request(self) -> SurfaceRequest | None:
        """The plane on the screen; None, the usual one, for a function."""
        return None if self.runs.config.function is not None else self.runs.worker.surface_request

    def _end(self) -> None:
        self.window.hide_progress()
        if self._export is not None:
            self._export.deleteLater()
        if self._stage is not None:
            self._stage.close()
        self._export = self._stage = None
