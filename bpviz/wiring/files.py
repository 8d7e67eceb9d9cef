"""Files: tables opened, weights saved."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from bpviz import messages
from bpviz.data import BadRows, Dataset, peek
from bpviz.errors import UserError
from bpviz.present.preview import OpenChoice, Preview
from bpviz.present.setup.edits import for_other_data
from bpviz.text import Text
from bpviz.training.config import DataConfig, RunConfig
from bpviz.views.main_window import MainWindow
from bpviz.wiring.endings import tell_error
from bpviz.wiring.runs import Runs
from bpviz.workers.loading import LoadingWorker, Thread

# Work that takes longer than this shows its progress.
QUIET_S = 0.5


class Files(QObject):
    """Reads a table in a thread of its own and hands it to the runs."""

    def __init__(self, window: MainWindow, runs: Runs) -> None:
        super().__init__(window)
        self.window, self.runs = window, runs
        self._thread: Thread | None = None
        self._worker: LoadingWorker | None = None
        self._wanted: RunConfig | None = None
        self._columns: tuple[str, ...] = ()
        self._begun = 0.0
        window.open_requested.connect(self.open)
        window.open_confirmed.connect(self._on_window_open_confirmed)
        window.save_requested.connect(self._on_window_save_requested)
        window.progress_cancelled.connect(self.cancel)
        runs.file_wanted.connect(self.load)
        runs.worker.saved.connect(self._on_worker_saved)
        runs.worker.save_failed.connect(self._on_worker_save_failed)

    @Slot(str)
    def open(self, path: str) -> None:
        """Open a table as it is; what was found out about it can be changed afterwards."""
        self._open(path, {})

    def _open(self, path: str, options: dict[str, object]) -> None:
        config = self.runs.base_for_other_data()
        data = DataConfig(
            Path(path).stem,
            str(Path(path).absolute()),
            options,
            config.data.test_share or 0.5,
            seed=config.data.seed,
        )
        # The task may be another one: what fits the loss, the output and the layers is found anew.
        sequences = options.get("window") or options.get("sequence_column")
        self.load(for_other_data(replace(config, data=data), "sequence" if sequences else "features"))

    @Slot(object)
    def load(self, config: RunConfig) -> None:
        """Read the file of ``config`` and build the run; one that is being read is given up."""
        self.cancel()
        try:
            self._columns = tuple(peek(str(config.data.path)).columns)
        except UserError as error:
            tell_error(error)
            self.runs.keep_built()
            return
        self._wanted, self._begun = config, time.monotonic()
        self._worker = LoadingWorker(config.data)
        self._worker.progressed.connect(self._on_worker_progressed)
        self._worker.loaded.connect(self._on_worker_loaded)
        self._worker.failed.connect(self._on_worker_failed)
        self._worker.cancelled.connect(self._on_worker_cancelled)
        self._thread = Thread(self._worker)
        self._thread.start()

    @Slot()
    def cancel(self) -> None:
        """Give up the file that is being read, if any."""
        if self._worker is not None:
            self._worker.cancel()
            self._end()
            self.runs.keep_built()

    @Slot(object)
    def _on_worker_progressed(self, progress: tuple[int, int]) -> None:
        if self.sender() is self._worker and time.monotonic() - self._begun > QUIET_S:
            name = Path(str(self._wanted.data.path)).name if self._wanted else ""
            self.window.show_progress(Text("Reading {name}", name=name), *progress)

    @Slot(object)
    def _on_worker_loaded(self, loaded: tuple[DataConfig, Dataset]) -> None:
        if self.sender() is not self._worker or self._wanted is None:
            return
        config, dataset = self._wanted, loaded[1]
        self._end()
        self.runs.start_with(config, dataset, self._columns)
        for note in dataset.notes:
            messages.info(note)
        path = str(config.data.path)
        said = Text(
            "{name}: {count} samples, {features} features, target “{target}”.",
            name=Path(path).name,
            count=len(dataset),
            features=dataset.x.shape[1],
            target=", ".join(dataset.target_names),
        )
        messages.info(said, Text("Read it otherwise…"), lambda: self._ask(path))

    @Slot(object)
    def _on_worker_failed(self, error: BaseException) -> None:
        if self.sender() is not self._worker or self._wanted is None:
            return
        data = self._wanted.data
        self._end()
        if isinstance(error, BadRows):
            options = {**data.options, "drop_bad_rows": True}
            messages.error(error, Text("Drop these rows"), lambda: self._open(str(data.path), options))
        else:
            tell_error(error)
        self.runs.keep_built()

    @Slot()
    def _on_worker_cancelled(self) -> None:
        if self.sender() is self._worker:
            self._end()
            self.runs.keep_built()

    def _ask(self, path: str) -> None:
        """Show the beginning of a file and ask for its target."""
        try:
            found = peek(path)
        except UserError as error:
            tell_error(error)
            return
        self.window.show_preview(
            Preview(
                found.path,
                found.columns,
                found.rows,
                found.delimiter,
                found.encoding,
                found.header,
                found.target,
            )
        )

    @Slot(object)
    def _on_window_open_confirmed(self, choice: OpenChoice) -> None:
        options: dict[str, object] = {"target": choice.target}
        if choice.drop_bad_rows:
            options["drop_bad_rows"] = True
        self._open(str(choice.path), options)

    @Slot(str)
    def _on_window_save_requested(self, path: str) -> None:
        self.runs.worker.save(path)

    @Slot(str)
    def _on_worker_saved(self, path: str) -> None:
        messages.info(Text("Saved {name}.", name=Path(path).name))

    @Slot(object)
    def _on_worker_save_failed(self, error: BaseException) -> None:
        tell_error(error)

    def _end(self) -> None:
        """Let the thread go when it has ended; nothing waits for it here."""
        self.window.hide_progress()
        thread, self._thread, self._worker, self._wanted = self._thread, None, None, None
        if thread is not None:
            thread.setParent(self)
            thread.finished.connect(thread.deleteLater)
            thread.quit()

    def stop(self) -> None:
        """Give up what is being read and wait for the thread: the window closes."""
        thread = self._thread
        if self._worker is not None:
            self._worker.cancel()
            self._end()
        if thread is not None:
            thread.wait()
