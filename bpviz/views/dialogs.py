"""The dialogs that the window opens; none of them blocks, and the folder last used is remembered."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from bpviz.present.export_request import ExportRequest
from bpviz.present.preview import Preview
from bpviz.text import tr
from bpviz.views.dock import DockHost
from bpviz.views.export_dialog import ExportDialog
from bpviz.views.open_dialog import OpenDialog
from bpviz.views.settings import Settings
from bpviz.views.theme import ThemeKeeper


class Dialogs(QObject):
    """Opens, saves and exports by asking; the answers are its signals."""

    open_requested = Signal(str)
    open_confirmed = Signal(object)
    save_requested = Signal(str)
    export_requested = Signal(object)

    def __init__(self, window: QWidget, host: DockHost, settings: Settings, themes: ThemeKeeper) -> None:
        super().__init__(window)
        self._window = window
        self._host = host
        self._settings = settings
        self._themes = themes

    def ask_open(self) -> QFileDialog:
        """Let the user choose a table."""
        dialog = self._file_dialog(tr("Open a table"), tr("Tables (*.csv *.tsv *.txt);;All files (*)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.open_requested)
        dialog.open()
        return dialog

    def ask_save(self) -> QFileDialog:
        """Let the user choose where the weights go."""
        dialog = self._file_dialog(tr("Save the weights"), tr("Weights (*.safetensors)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("safetensors")
        dialog.selectFile("weights.safetensors")
        dialog.fileSelected.connect(self.save_requested)
        dialog.open()
        return dialog

    def ask_export(self) -> ExportDialog:
        """Let the user choose what to write as pictures."""
        subjects = [("window", tr("The whole window"))]
        subjects += [(key, dock.windowTitle()) for key, dock in self._host.docks.items()]
        dialog = ExportDialog(tuple(subjects), Path(self._folder()), self._window)
        dialog.chosen.connect(self._on_export_dialog_chosen)
        dialog.open()
        return dialog

    def ask_how_to_read(self, preview: Preview) -> OpenDialog:
        """Show the first rows of a file and ask for its target."""
        dialog = OpenDialog(preview, self._themes.palette(), self._window)
        dialog.chosen.connect(self.open_confirmed)
        dialog.open()
        return dialog

    def _file_dialog(self, title: str, filters: str) -> QFileDialog:
        dialog = QFileDialog(self._window, title, self._folder(), filters)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._on_file_dialog_file_selected)
        return dialog

    def _folder(self) -> str:
        folder = self._settings.value("folder", "")
        if isinstance(folder, str) and folder and Path(folder).is_dir():
            return folder
        # An account may have a home that is not there; a file dialog would look for it for ever.
        return str(Path.home() if Path.home().is_dir() else Path.cwd())

    @Slot(str)
    def _on_file_dialog_file_selected(self, path: str) -> None:
        self._settings.set_value("folder", str(Path(path).parent))

    @Slot(object)
    def _on_export_dialog_chosen(self, request: ExportRequest) -> None:
        self._settings.set_value("folder", str(request.path.parent))
        self.export_requested.emit(request)
