"""The pages of the explanation: sentences, and formulas below their captions; both scroll."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Slot
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from bpviz.present.explain.formulas import Block
from bpviz.present.explain.names import joined
from bpviz.present.palette import Palette
from bpviz.text import tr
from bpviz.views.explain.formula_view import FormulaView
from bpviz.views.naming import named

_BESIDE = 34.0
"""From so many lines' heights of width on, symbols stand beside the numbers."""

_MANY = 3
"""More lines of symbols than these do not stand above the numbers."""

_SMALLER = (1.0, 0.93, 0.85)
"""How much smaller formulas are set one after the other, where a panel is low."""

_LEAST = 24
"""In fewer pixels nothing can be fitted."""

_SHARES = (3, 5)
"""How they share the width then."""


_AROUND = (4, 2, 4, 4)
"""What stays free around a page: left, top, right, bottom, in pixels."""


class Page(QScrollArea):
    """Something that is as wide as the panel and scrolls down."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.body = named(QWidget(), "ExplainBody")
        self.setStyleSheet("QScrollArea,#ExplainBody,#qt_scrollarea_viewport{background:transparent;}")
        self.column = QVBoxLayout(self.body)
        self.column.setContentsMargins(*_AROUND)
        self.column.setSpacing(2)
        self.setWidget(self.body)

    def settle(self) -> None:
        """Lay everything out at once for the width there is, without the event loop."""
        # What wraps asks once more for its height when it knows its width.
        for _ in range(3):
            self.column.activate()
            QCoreApplication.sendEvent(self, QEvent(QEvent.Type.LayoutRequest))


class WordsPage(Page):
    """The sentences, the one that sums up first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = QLabel(self.body)
        self.label.setWordWrap(True)
        self.label.setTextFormat(Qt.TextFormat.RichText)
        self.label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.column.addWidget(self.label, 1)
        self._said: tuple[list[str], str] = [], ""
        self._muted = ""

    def show_sentences(self, sentences: list[str], whose: str) -> None:
        """Show sentences, and in the quiet colour whose numbers they tell."""
        self._said = sentences, whose
        text = f"<p style='line-height:128%;margin:0;'>{escape(joined(sentences))}"
        if whose:
            gap = joined(["", ""])
            text += f"{gap}<span style='color:{self._muted};'>{escape(whose)}</span>"
        self.label.setText(text + "</p>")
        self.label.setAccessibleDescription(joined([*sentences, whose]))

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self._muted = palette.muted
        self.label.setStyleSheet(f"color: {palette.text};")
        self.show_sentences(*self._said)

    def retranslate(self) -> None:
        """Say everything again."""
        self.setAccessibleName(tr("Explanation in words"))


class FormulasPage(Page):
    """The formulas: in symbols at the left or above, with numbers each block below its caption."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._palette: Palette | None = None
        self._pairs: list[tuple[QLabel, FormulaView]] = []
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._row.setSpacing(6)
        self._sides = [QVBoxLayout(), QVBoxLayout()]
        for side in self._sides:
            side.setSpacing(0)
            side.addStretch(1)
            self._row.addLayout(side)
        self.column.addLayout(self._row)
        self.column.addStretch(1)
        self._blocks: list[Block] = []
        self._free = self._fitting = False
        self._words = QLabel(self.body)
        self._words.setWordWrap(True)
        self._words.setMinimumWidth(1)
        self._words.hide()
        self.column.insertWidget(0, self._words)
        self._add(self._sides[0])
        self.verticalScrollBar().actionTriggered.connect(self._on_bar_action_triggered)

    def show_blocks(self, blocks: list[Block]) -> None:
        """Show blocks of formulas."""
        self._blocks = blocks
        if self._palette is not None:
            self.set_palette(self._palette)
        general = [block for block in blocks if not block.caption]
        others = [block for block in blocks if block.caption]
        self._words.hide()
        self._free = False
        while len(self._pairs) < 1 + len(others):
            self._add(self._sides[1])
        self._pairs[0][0].hide()
        self._show(0, general[0] if general else None)
        for index in range(1, len(self._pairs)):
            self._show(index, others[index - 1] if index <= len(others) else None)
        self._arrange()
        self._fit()

    def show_words(self, sentences: list[str]) -> None:
        """Say in words what happens, until its formulas are there; those of another operation go."""
        self._blocks, self._free = [], True
        for caption, view in self._pairs:
            caption.hide()
            view.hide()
        self._words.setText(joined(sentences))
        self._words.show()
        self.verticalScrollBar().setValue(0)

    # --- the result in view ---

    def _fit(self) -> None:
        """Set a low panel closer and smaller, as far as it takes, and have the result in view."""
        # Laying out brings a scroll bar or takes it away, and that is a resize.
        if self._fitting or not self._blocks or self.viewport().height() < _LEAST:
            return
        self._fitting = True
        self._set_closer()
        self._to_result()
        self._fitting = False

    def _set_closer(self) -> None:
        self.column.setContentsMargins(*_AROUND)
        for smaller in _SMALLER:
            for _, view in self._pairs:
                view.set_smaller(smaller)
            self.settle()
            if self.body.height() <= self.viewport().height():
                break

    def _shown_views(self) -> list[tuple[QLabel, FormulaView]]:
        return [pair for pair in self._pairs if not pair[1].isHidden()]

    def _rows(self) -> list[tuple[int, int]]:
        """Return from where to where each line on the page reaches, captions too, in pixels."""
        rows = []
        for caption, view in self._shown_views():
            if not caption.isHidden():
                rows.append((caption.y(), caption.geometry().bottom()))
            for top, bottom in view.rows():
                rows.append((view.y() + top, view.y() + bottom))
        return sorted(rows)

    def _to_result(self) -> None:
        """Scroll so far that the result is whole, and begin with a whole line."""
        bar, high = self.verticalScrollBar(), self.viewport().height()
        numbers = [view for caption, view in self._shown_views() if view is not self._pairs[0][1]]
        if self._free or not bar.maximum():
            return
        results = [view.rows()[-1][1] + view.y() for view in numbers if view.rows()]
        end = max(results, default=0)
        start = min((top for top, _ in self._rows() if end - top <= high - 2), default=max(end - high, 0))
        start = 0 if end <= high else max(start - 1, 0)
        if start > bar.maximum():
            # The lines below the result do not fill the panel: what is cut at the top goes.
            left, top, right, bottom = _AROUND
            self.column.setContentsMargins(left, top, right, bottom + start - bar.maximum())
            self.settle()
        bar.setValue(start)

    @Slot(int)
    def _on_bar_action_triggered(self, _action: int) -> None:
        # Who scrolls by themselves is not taken back in the same operation.
        self._free = True

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._free = True
        super().wheelEvent(event)

    def _show(self, index: int, block: Block | None) -> None:
        caption, view = self._pairs[index]
        view.setVisible(block is not None)
        caption.setVisible(block is not None and bool(block.caption))
        if block is not None:
            caption.setText(block.caption)
            view.set_lines(block.printed)

    def _add(self, side: QVBoxLayout) -> None:
        pair = named(QLabel(self.body), "Quiet"), FormulaView(self.body)
        if self._palette is not None:
            pair[1].set_palette(self._palette)
        pair[0].setWordWrap(True)
        pair[0].setMinimumWidth(1)
        for widget in pair:
            side.insertWidget(side.count() - 1, widget)
        self._pairs.append(pair)

    def _arrange(self) -> None:
        """Put one line of symbols above, several beside the numbers, where there is room."""
        general = next((block for block in self._blocks if not block.caption), None)
        several = general is not None and len(general.printed) > 2 and len(self._blocks) > 1
        ways = QBoxLayout.Direction
        wide = self.width() >= _BESIDE * self.fontMetrics().height()
        beside = several and wide
        # Symbols that would fill a small panel stand below: each line with numbers begins with its own.
        many = several and general is not None and len(general.printed) > _MANY
        above = ways.BottomToTop if many else ways.TopToBottom
        self._row.setDirection(ways.LeftToRight if beside else above)
        for place, share in enumerate(_SHARES):
            # Below one another each is as high as it is; a share would cut it.
            self._row.setStretch(place, share if beside else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
        self._fit()

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self._palette = palette
        self._words.setStyleSheet(f"color: {palette.text};")
        for _, view in self._pairs:
            view.set_palette(palette)

    def retranslate(self) -> None:
        """Say everything again."""
        self.setAccessibleName(tr("Explanation in formulas"))
