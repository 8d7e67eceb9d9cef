"""The set-up panel: the form, drawn row by row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QVBoxLayout, QWidget

from bpviz.errors import UserError
from bpviz.present.palette import Palette
from bpviz.present.setup.form import Form, Row, Section
from bpviz.views.naming import named
from bpviz.views.panel import Panel
from bpviz.views.setup.fold import Folding, followed
from bpviz.views.setup.row import RowView


class Rows(QWidget):
    """All rows; tells when they were laid out anew and may need another width."""

    laid_out = Signal()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.laid_out.emit()
        return done


class SetupPanel(Panel):
    """All settings of the run.  ``edited(key, value)`` says what the user changed."""

    edited = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form = Form(())
        self._rows: dict[str, RowView] = {}
        self._foldings: dict[str, Folding] = {}
        self._unfolded: set[str] = set()
        self._folded_sections: set[str] = set()
        self._focused: tuple[str, int] | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.area = QScrollArea(self, widgetResizable=True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.viewport().setAutoFillBackground(False)
        layout.addWidget(self.area)
        self._reserve_width()

    def set_form(self, form: Form) -> None:
        """Show ``form``; where only values changed the controls, the focus and the scroll stay."""
        same = form.structure() == self._form.structure()
        self._form = form
        if not same:
            self._rebuild()
        self._show_values()

    def _show_values(self) -> None:
        for row in self._all_rows():
            self._rows[row.key].show_row(row)
        for section in self._form.sections:
            self._foldings[section.title].show_rows(())
            for key in {row.fold.key for row in section.rows if row.fold is not None}:
                inside = [row for row in section.rows if row.fold is not None and row.fold.key == key]
                self._foldings[key].show_rows(inside)

    def _all_rows(self) -> Iterator[Row]:
        return (row for section in self._form.sections for row in section.rows)

    def row_view(self, key: str) -> RowView:
        """Return the row called ``key``."""
        return self._rows[key]

    def folding(self, key: str) -> Folding:
        """Return what folds: a section by its title, other rows by the key of their `Fold`."""
        return self._foldings[key]

    def show_problem(self, key: str, problem: UserError, typed: str | None = None) -> bool:
        """Say what is wrong with the setting ``key``, and with what was typed; False if it is not there."""
        view = self._rows.get(key)
        if view is None:
            return False
        if typed is None:
            view.show_problem(problem)
        else:
            view.refuse(problem, typed)
        self._unfold(view.row)
        self.area.ensureWidgetVisible(view)
        return True

    def _unfold(self, row: Row) -> None:
        titles = [section.title for section in self._form.sections if row in section.rows]
        for key in (*titles, *((row.fold.key,) if row.fold is not None else ())):
            if not self._foldings[key].unfolded:
                self._foldings[key].set_unfolded(True)

    def _rebuild(self) -> None:
        focused = self._focused or self._place_of_focus()
        position = self.area.verticalScrollBar().value()
        self._rows.clear()
        self._foldings.clear()
        content = named(Rows(), "SetupRows")
        content.laid_out.connect(self._reserve_width)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(3)
        for section in self._form.sections:
            self._add_section(content, column, section)
        column.addStretch(1)
        # The old rows may be what the user is just using: they go when their event is over.
        old = self.area.takeWidget()
        if old is not None:
            old.hide()
            old.deleteLater()
        self.area.setWidget(content)
        self.area.verticalScrollBar().setValue(position)
        self._focus(focused)

    def _place_of_focus(self) -> tuple[str, int] | None:
        """Return the row that has the focus, and which of its parts; −1 where it rests on the row itself."""
        # Without a focus the window itself stands for it: it is in no row.
        focus = QApplication.focusWidget() or self.window()
        for key, view in self._rows.items():
            if focus is view:
                return key, -1
            if view.isAncestorOf(focus):
                parts = view.parts()
                return key, parts.index(focus) if focus in parts else -1
        return None

    def _focus(self, place: tuple[str, int] | None) -> None:
        if place is not None and place[0] in self._rows:
            row = self._rows[place[0]]
            parts = row.parts()
            (parts[min(place[1], len(parts) - 1)] if place[1] >= 0 else row).setFocus()

    def _add_section(self, content: QWidget, column: QVBoxLayout, section: Section) -> None:
        unfolded = section.title not in self._folded_sections
        folding = Folding(section.title, section.title, "", "SectionTitle", content, unfolded=unfolded)
        self._add_folding(column, folding)
        lead: RowView | None = None
        for row in section.rows:
            joins = row.joined and lead is not None
            view = RowView(row, self.palette_in_use, folding.body, lead if joins else None)
            view.edited.connect(self._on_row_edited)
            self._rows[row.key] = view
            if joins and lead is not None:
                lead.line.addWidget(view)
                continue
            if row.fold is None:
                folding.rows.addWidget(view)
                lead = view
            else:
                self._folding_of(row, folding, lead).rows.addWidget(view)

    def _folding_of(self, row: Row, section: Folding, lead: RowView | None) -> Folding:
        """Return where a folded row is put; made for the first of its rows."""
        assert row.fold is not None
        fold = row.fold
        if fold.key not in self._foldings:
            unfolded = fold.key in self._unfolded
            made = Folding(fold.key, fold.title, fold.help, "Fold", section.body, unfolded=unfolded)
            if not fold.title and lead is not None:
                lead.line.insertWidget(0, made.button)
                made.rows.setContentsMargins(round(1.2 * self.fontMetrics().height()), 0, 0, 4)
            self._add_folding(section.rows, made)
        return self._foldings[fold.key]

    def _add_folding(self, column: QVBoxLayout, folding: Folding) -> None:
        folding.set_palette(self.palette_in_use)
        folding.toggled.connect(self._on_folding_toggled)
        self._foldings[folding.key] = folding
        column.addWidget(folding)

    @Slot(str, bool)
    def _on_folding_toggled(self, key: str, unfolded: bool) -> None:
        section = any(section.title == key for section in self._form.sections)
        if section:
            (self._folded_sections.discard if unfolded else self._folded_sections.add)(key)
        else:
            (self._unfolded.add if unfolded else self._unfolded.discard)(key)

    @Slot(str, object)
    def _on_row_edited(self, key: str, value: Any) -> None:
        before = self._unfolded
        self._unfolded = followed(before, key, value)
        place = self._place_of_focus()
        if key in ("layer.up", "layer.down") and place is not None:
            self._focused = f"layer.{value + (-1 if key == 'layer.up' else 1)}.place", place[1]
        self.edited.emit(key, value)
        self._focused = None

    @Slot()
    def _reserve_width(self) -> None:
        """Grow with the text, so that a row keeps its label and its value."""
        content = self.area.widget()
        rows = content.minimumSizeHint().width() if content is not None else 0
        bar = self.area.verticalScrollBar().sizeHint().width()
        self.setMinimumWidth(max(round(9.5 * self.fontMetrics().height()), rows + bar))

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme; the text size may have changed with it."""
        self._reserve_width()
        super().set_palette(palette)
        for view in self._rows.values():
            view.set_palette(palette)
        for folding in self._foldings.values():
            folding.set_palette(palette)

    def retranslate(self) -> None:
        """Say everything again."""
        self._show_values()
