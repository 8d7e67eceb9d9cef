"""Which pictures to write: what, how large, one or a sequence, and where."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from bpviz.present.export_request import ExportRequest
from bpviz.present.numbers import grouped
from bpviz.text import tr
from bpviz.views.naming import named

_SIZES = ("1280x720", "1920x1080", "1200x1200", "800x600")
_MAX_PIXELS = 16_384


class ExportDialog(QDialog):
    """Asks for an export.  ``chosen`` carries an ``ExportRequest``."""

    chosen = Signal(object)

    def __init__(
        self,
        subjects: tuple[tuple[str, str], ...],
        folder: Path,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._folder = folder
        self._path_is_own = False
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._make_controls(subjects)
        self._lay_out()
        self._say()
        self._connect()
        self._refresh()
        self.what.setFocus()

    def _make_controls(self, subjects: tuple[tuple[str, str], ...]) -> None:
        self.what = QComboBox(self)
        for key, label in subjects:
            self.what.addItem(label, key)
        self.size_box = QComboBox(self, editable=True)
        self.size_box.addItems(list(_SIZES))
        self.ratio = QComboBox(self)
        for ratio in (1, 2, 3):
            self.ratio.addItem(f"× {ratio}", float(ratio))
        self.pixels = named(QLabel(self), "Quiet")
        self.sequence = QCheckBox(self)
        self.every = QSpinBox(self, minimum=1, maximum=1_000_000, value=10)
        self.count = QSpinBox(self, minimum=1, maximum=100_000, value=50)
        self.path = QLineEdit(self)
        self.browse = QPushButton(self)
        self.browse.setAutoDefault(False)
        self.about = named(QLabel(self, wordWrap=True), "Quiet")
        self.problem = named(QLabel(self, wordWrap=True), "Problem")
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel, self
        )

    def _lay_out(self) -> None:
        self._form = QFormLayout()
        self._form.setVerticalSpacing(9)
        where = QHBoxLayout()
        where.addWidget(self.path, 1)
        where.addWidget(self.browse)
        size = QHBoxLayout()
        for widget in (self.size_box, self.ratio, self.pixels):
            size.addWidget(widget, 1 if widget is self.pixels else 0)
        self._labels = {name: QLabel(self) for name in ("what", "size", "every", "count", "path")}
        self._form.addRow(self._labels["what"], self.what)
        self._form.addRow(self._labels["size"], size)
        self._form.addRow("", self.sequence)
        self._form.addRow("", self.about)
        self._form.addRow(self._labels["every"], self.every)
        self._form.addRow(self._labels["count"], self.count)
        self._form.addRow(self._labels["path"], where)
        column = QVBoxLayout(self)
        column.addLayout(self._form)
        column.addWidget(self.problem)
        column.addStretch(1)
        column.addWidget(self.buttons)
        self.resize(520, 330)

    def _say(self) -> None:
        self.setWindowTitle(tr("Export pictures"))
        words: tuple[tuple[str, QWidget, str, str], ...] = (
            ("what", self.what, tr("Picture of"), tr("The whole window or one panel")),
            ("size", self.size_box, tr("Size"), tr("Width x height, like 1280x720")),
            ("every", self.every, tr("Every"), tr("A frame at every so many iterations")),
            ("count", self.count, tr("Frames"), tr("How many pictures are written")),
            ("path", self.path, tr("To"), tr("The file of the picture, or the folder of the sequence")),
        )
        for name, widget, label, tip in words:
            self._labels[name].setText(label)
            self._labels[name].setBuddy(widget)
            widget.setToolTip(tip)
            widget.setAccessibleName(label)
        self.every.setSuffix(" " + tr("iterations"))
        self.ratio.setToolTip(tr("Pixel ratio: pixels for each unit of the size"))
        self.ratio.setAccessibleName(tr("Pixel ratio"))
        self.sequence.setText(tr("A sequence of numbered frames"))
        self.sequence.setToolTip(tr("A run of its own, with a picture at every so many iterations"))
        self.sequence.setAccessibleName(self.sequence.text())
        self.about.setText(
            tr(
                "A sequence is a run of its own: it starts at iteration 0 with the settings on the screen, "
                "and the run in the window is left alone."
            )
        )
        self.browse.setText(tr("Choose…"))
        self.browse.setToolTip(tr("Choose the file or the folder"))
        self.browse.setAccessibleName(self.browse.toolTip())
        self.buttons.button(QDialogButtonBox.StandardButton.Save).setText(tr("Export"))
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(tr("Cancel"))

    def _connect(self) -> None:
        for box in (self.what, self.size_box, self.ratio):
            box.currentTextChanged.connect(self._refresh)
        self.sequence.toggled.connect(self._refresh)
        self.path.textEdited.connect(self._on_path_text_edited)
        self.browse.clicked.connect(self._on_browse_clicked)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

    def _chosen_size(self) -> tuple[int, int] | None:
        found = re.fullmatch(r"\s*(\d{1,5})\s*[x×*, ]\s*(\d{1,5})\s*", self.size_box.currentText())
        return (int(found[1]), int(found[2])) if found else None

    def _wrong(self) -> str:
        """Return what is wrong with the request, or nothing."""
        size, ratio = self._chosen_size(), float(self.ratio.currentData())
        if size is None:
            return tr("The size is a width and a height, like 1280x720.")
        if min(size) < 64 or max(size) * ratio > _MAX_PIXELS:
            return tr(
                "A picture has from 64 to {most} pixels each way.", most=grouped(int(_MAX_PIXELS / ratio))
            )
        if not self.path.text().strip():
            return tr("Say where to write to.")
        return ""

    def request(self) -> ExportRequest:
        """Return what is asked for; call it only when nothing is wrong."""
        size = self._chosen_size() or (1280, 720)
        sequence = self.sequence.isChecked()
        path = Path(self.path.text().strip()).expanduser()
        if not sequence and path.suffix.lower() != ".png":
            path = path.with_name(path.name + ".png")
        return ExportRequest(
            what=str(self.what.currentData()),
            size=size,
            ratio=float(self.ratio.currentData()),
            mode="sequence" if sequence else "picture",
            path=path,
            every=self.every.value() if sequence else 1,
            count=self.count.value() if sequence else 1,
        )

    @Slot()
    def _refresh(self) -> None:
        self._form.setRowVisible(self.about, self.sequence.isChecked())
        for name, widget in (("every", self.every), ("count", self.count)):
            self._form.setRowVisible(widget, self.sequence.isChecked())
            self._labels[name].setEnabled(self.sequence.isChecked())
        if not self._path_is_own:
            name = f"bpviz_{self.what.currentData()}"
            self.path.setText(str(self._folder / (name if self.sequence.isChecked() else f"{name}.png")))
        size, ratio = self._chosen_size(), float(self.ratio.currentData())
        if size is not None:
            width, height = round(size[0] * ratio), round(size[1] * ratio)
            self.pixels.setText(tr("{width} × {height} pixels", width=width, height=height))
        self._show_wrong()

    def _show_wrong(self) -> None:
        wrong = self._wrong()
        self.problem.setText(wrong)
        self.buttons.button(QDialogButtonBox.StandardButton.Save).setEnabled(not wrong)

    @Slot(str)
    def _on_path_text_edited(self, text: str) -> None:
        self._path_is_own = bool(text)
        self._show_wrong()

    @Slot()
    def _on_browse_clicked(self) -> None:
        dialog = QFileDialog(self, tr("Export pictures"), self.path.text())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self.sequence.isChecked():
            dialog.setFileMode(QFileDialog.FileMode.Directory)
        else:
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setNameFilter(tr("Pictures (*.png)"))
            dialog.setDefaultSuffix("png")
        dialog.fileSelected.connect(self._on_dialog_file_selected)
        dialog.open()

    @Slot(str)
    def _on_dialog_file_selected(self, path: str) -> None:
        self.path.setText(path)
        self._path_is_own = True
        self._show_wrong()

    def accept(self) -> None:
        if not self._wrong():
            self.chosen.emit(self.request())
            super().accept()
