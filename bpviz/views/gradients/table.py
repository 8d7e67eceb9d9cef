"""The parameters with the largest errors, or every layer, as a table."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetricsF, QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from bpviz.present.gradients.check import AGREES, NEAR, CheckReport, CheckRow, Order
from bpviz.present.numbers import grouped, short
from bpviz.present.palette import LIGHT, Palette
from bpviz.text import N_, tr
from bpviz.views.plotting import line_height, smaller

Index = QModelIndex | QPersistentModelIndex
_PARAMETER_HEADS = (
    N_("Parameter"),
    N_("Backprop"),
    N_("Differences"),
    N_("Abs. error"),
    N_("Rel. error"),
)
_LAYER_HEADS = (N_("Layer"), N_("Parameters"), N_("Abs. error"), N_("Rel. error"), N_("Worst"))
_ABSOLUTE = 3
_NUMBER = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_NAME = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Line:
    """One row as it is shown, and what it stands for."""

    cells: tuple[str, ...]
    relative: float
    row: CheckRow | None = None
    layer: int = 0


class CheckModel(QAbstractTableModel):
    """Rows of text; the relative error takes the colour of its grade."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.lines: list[Line] = []
        self.heads = _PARAMETER_HEADS
        self.names = {0}
        self.palette_in_use: Palette = LIGHT
        self.stale = False

    def show(self, lines: list[Line], *, layers: bool) -> None:
        """Show other rows."""
        self.beginResetModel()
        self.lines = lines
        self.heads = _LAYER_HEADS if layers else _PARAMETER_HEADS
        self.names = {0, len(_LAYER_HEADS) - 1} if layers else {0}
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.heads)

    def headerData(
        self, section: int, way: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if way != Qt.Orientation.Horizontal or not 0 <= section < len(self.heads):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return tr(self.heads[section])
        return self._alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        line, column = self.lines[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return line.cells[column]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(column)
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(self._colour(line, column))
        return None

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        return _NAME if column in self.names else _NUMBER

    def _colour(self, line: Line, column: int) -> str:
        palette = self.palette_in_use
        if self.stale:
            return palette.muted
        if self.heads[column] != "Rel. error" or line.relative <= AGREES:
            return palette.text
        return palette.warning if line.relative <= NEAR else palette.danger


class CheckTable(QTableView):
    """Sorted by the error whose head was clicked last.

    Signals
    -------
    row_chosen(CheckRow or None)
        A parameter's row is the current one.
    layer_chosen(int)
        A layer's row was clicked.
    """

    row_chosen = Signal(object)
    layer_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = CheckModel(self)
        self.order: Order = "relative"
        self._report: CheckReport | None = None
        self._layer: int | None = None
        self._layers = False
        self.setModel(self.rows)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setMinimumSize(120, 50)
        self.verticalHeader().hide()
        head = self.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        head.setSectionsClickable(True)
        head.setMinimumSectionSize(30)
        head.sectionClicked.connect(self._on_head_section_clicked)
        self.selectionModel().currentRowChanged.connect(self._on_current_row_changed)
        self.clicked.connect(self._on_self_clicked)

    def show_report(self, report: CheckReport | None, layer: int | None, *, layers: bool) -> None:
        """Show one layer's parameters, or all (None), or every layer."""
        self._report, self._layer, self._layers = report, layer, layers
        if report is None:
            lines = []
        elif layers:
            lines = _layer_lines(report)
        else:
            lines = [_parameter_line(row) for row in report.rows(layer, self.order)]
        self.rows.show(lines, layers=layers)
        modes, head = QHeaderView.ResizeMode, self.horizontalHeader()
        for column in range(_ABSOLUTE):
            # The name and the two gradients are never cut: they are there to be compared.
            head.setSectionResizeMode(
                column, modes.Stretch if layers or not lines else modes.ResizeToContents
            )
        self._fit()
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Leave the absolute error out where the gradients beside it leave no room for both errors."""
        # A hidden column's head has no width of its own to ask for.
        heads = [self.fontMetrics().horizontalAdvance(tr(words)) + 12 for words in _PARAMETER_HEADS]
        whole = sum(max(self.sizeHintForColumn(column), head) for column, head in enumerate(heads))
        narrow = not self._layers and bool(self.rows.lines) and whole > self.viewport().width()
        self.setColumnHidden(_ABSOLUTE, narrow and self.order != "absolute")

    def set_colours(self, palette: Palette, *, stale: bool) -> None:
        """Take a theme's colours; what is of an older iteration is grey."""
        self.rows.palette_in_use, self.rows.stale = palette, stale
        self.setStyleSheet(
            f"QTableView {{ border: none; selection-background-color: {palette.control};"
            f" selection-color: {palette.text}; }} QHeaderView::section {{ padding: 2px 4px; }}"
        )
        self.viewport().update()

    def chosen(self) -> CheckRow | None:
        """Return the parameter of the current row."""
        at = self.currentIndex().row()
        return self.rows.lines[at].row if 0 <= at < len(self.rows.lines) else None

    def _fit(self) -> None:
        self.setFont(smaller(self.window().font()))
        self.verticalHeader().setDefaultSectionSize(round(line_height(QFontMetricsF(self.font()))) + 6)
        self.horizontalHeader().setFont(self.font())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.chosen()
        if row is not None and event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(row.copied())
        else:
            super().keyPressEvent(event)

    @Slot(int)
    def _on_head_section_clicked(self, section: int) -> None:
        if self._layers or section < _ABSOLUTE:
            return
        self.order = "absolute" if section == _ABSOLUTE else "relative"
        self.show_report(self._report, self._layer, layers=False)

    @Slot()
    def _on_current_row_changed(self) -> None:
        self.row_chosen.emit(self.chosen())

    @Slot(QModelIndex)
    def _on_self_clicked(self, index: QModelIndex) -> None:
        if self._layers:
            self.layer_chosen.emit(self.rows.lines[index.row()].layer)


def _parameter_line(row: CheckRow) -> Line:
    numbers = (short(row.backprop), short(row.numerical), _error(row.absolute), _error(row.relative))
    if row.at_kink:  # no error of anybody's: what the differences say there is no slope
        return Line((row.name, *numbers[:-1], tr("at a kink")), 0.0, row)
    return Line((row.name, *numbers), row.relative, row)


def _error(value: float) -> str:
    return short(value, 2, steady=True) if value else "0"


def _layer_lines(report: CheckReport) -> list[Line]:
    return [
        Line(
            (
                *(str(row.layer) if row.layer else "–", grouped(row.parameters)),
                *(_error(row.absolute), _error(row.relative), row.worst),
            ),
            row.relative,
            layer=row.layer,
        )
        for row in report.layer_rows()
    ]
