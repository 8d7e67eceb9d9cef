"""What the window asks of the program, and how the user's menus, files and drops come to ask it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QMainWindow

from bpviz.text import language
from bpviz.views.dialogs import Dialogs
from bpviz.views.dock import DockHost
from bpviz.views.export_dialog import ExportDialog
from bpviz.views.theme import ThemeKeeper


class AskingWindow(QMainWindow):
    """A window's signals, and the handlers that do no more than send them."""

    train_toggled = Signal()
    step_requested = Signal(str)
    back_requested = Signal()
    reset_requested = Signal()
    speed_changed = Signal(float)
    seek_requested = Signal(object)
    open_requested = Signal(str)
    open_confirmed = Signal(object)
    preset_requested = Signal(str)
    data_requested = Signal(str)
    save_requested = Signal(str)
    export_requested = Signal(object)
    edited = Signal(str, object)
    language_requested = Signal(str)
    theme_requested = Signal(str)
    progress_cancelled = Signal()
    panel_shown = Signal(str)
    closing = Signal()

    host: DockHost
    dialogs: Dialogs
    themes: ThemeKeeper

    @Slot()
    def ask_open(self) -> QFileDialog:
        """Let the user choose a table."""
        return self.dialogs.ask_open()

    @Slot()
    def ask_save(self) -> QFileDialog:
        """Let the user choose where the weights go."""
        return self.dialogs.ask_save()

    @Slot()
    def ask_export(self) -> ExportDialog:
        """Let the user choose what to write as pictures."""
        return self.dialogs.ask_export()

    @Slot()
    def _on_iteration_triggered(self) -> None:
        self.step_requested.emit("")

    @Slot()
    def _on_epoch_triggered(self) -> None:
        self.step_requested.emit("epoch")

    @Slot()
    def _on_full_triggered(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    @Slot()
    def _on_larger_triggered(self) -> None:
        self.themes.resize_text(1)

    @Slot()
    def _on_smaller_triggered(self) -> None:
        self.themes.resize_text(-1)

    @Slot()
    def _on_normal_triggered(self) -> None:
        self.themes.resize_text(0)

    @Slot(QAction)
    def _on_themes_triggered(self, action: QAction) -> None:
        self.themes.choose(str(action.data()))
        self.theme_requested.emit(str(action.data()))

    @Slot(QAction)
    def _on_languages_triggered(self, action: QAction) -> None:
        self.language_requested.emit(str(action.data()))

    @Slot()
    def _on_toolbar_language_pressed(self) -> None:
        self.language_requested.emit("en" if language() == "zh_CN" else "zh_CN")

    @Slot(bool)
    def _on_dock_visibility_changed(self, visible: bool) -> None:
        if not visible:
            return
        for key, dock in self.host.docks.items():
            if dock is self.sender():
                self.panel_shown.emit(key)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        for url in event.mimeData().urls():
            if url.isLocalFile():
                event.acceptProposedAction()
                self.open_requested.emit(url.toLocalFile())
                return
