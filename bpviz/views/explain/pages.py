"""The pages of the explanation: sentences, and formulas below their captions; both scroll."""

from __future__ import annotations

from dataclasses import replace
from html import escape

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QResizeEvent
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

_SHARES = (3, 5)
"""How they share the width then."""


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
        self.column.setContentsMargins(4, 2, 4, 4)
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
        self._add(self._sides[0])

    def show_blocks(self, blocks: list[Block]) -> None:
        """Show blocks of formulas."""
        self._blocks = blocks
        if self._palette is not None:
            self.set_palette(self._palette)
        general = [block for block in blocks if not block.caption]
        others = [block for block in blocks if block.caption]
        while len(self._pairs) < 1 + len(others):
            self._add(self._sides[1])
        self._pairs[0][0].hide()
        self._show(0, general[0] if general else None)
        for index in range(1, len(self._pairs)):
            self._show(index, others[index - 1] if index <= len(others) else None)
        self._arrange()

    def fade(self) -> None:
        """Say by a quiet colour that what stands here is about to change."""
        if self._palette is not None:
            quiet = replace(self._palette, text=self._palette.grid, backward=self._palette.grid)
            for _, view in self._pairs:
                view.set_palette(quiet)

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

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self._palette = palette
        for _, view in self._pairs:
            view.set_palette(palette)

    def retranslate(self) -> None:
        """Say everything again."""
        self.setAccessibleName(tr("Explanation in formulas"))
