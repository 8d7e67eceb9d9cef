"""What happens now: the operation that the walk stands at, as a story, in words, or in formulas."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QHideEvent, QImage, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QApplication, QStackedWidget, QVBoxLayout, QWidget

from bpviz.present.diagram.layout import Spot
from bpviz.present.explain.explained import DEPTHS, Depth, Explained
from bpviz.present.explain.summary import summary
from bpviz.present.numbers import MINUS, grouped
from bpviz.present.palette import Palette
from bpviz.present.unrolled.layout import Mark
from bpviz.present.walk.place import Sample
from bpviz.present.walk.words import iteration_number
from bpviz.snapshot import RunInfo, RunState, Snapshot
from bpviz.snapshot.dissection import Dissection, Operation
from bpviz.text import tr
from bpviz.views.explain.head import ExplainHead
from bpviz.views.explain.pages import FormulasPage, Page, WordsPage
from bpviz.views.explain.story import StoryPage
from bpviz.views.explain.summary import SummaryView
from bpviz.views.explain.typesetting import Made, Typesetting
from bpviz.views.grab import draw_widget, empty_image, resized
from bpviz.views.panel import Panel

_USUAL = 16.0
"""So many lines' heights high a panel has text of the usual size; in a higher one it grows."""
MOST_LARGER = 1.4


_PATIENCE_S = 0.01
"""So long a step waits for formulas: what is at hand, or simple, comes with everything else."""
_LOOK_MS, _AHEAD_MS = 8, 60
_STEPS_AHEAD = 4
"""So many operations' formulas are made before they are asked for."""


class ExplainPanel(Panel):
    """Explains one operation; at rest it tells the last iteration in short.

    Signals
    -------
    depth_changed(str)
        Story, words or formulas: to be remembered.
    walk_changed(bool)
        An iteration is taken apart now, or no more, whether the panel can be seen or not.
    """

    depth_changed = Signal(str)
    walk_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.explained = Explained()
        self.telling: Depth = "words"
        self.head = ExplainHead(self)
        self.summary = SummaryView(self)
        self.pages: dict[Depth, StoryPage | WordsPage | FormulasPage] = {
            "story": StoryPage(self),
            "words": WordsPage(self),
            "formulas": FormulasPage(self),
        }
        self.stack = QStackedWidget(self)
        for page in (self.summary, *self.pages.values()):
            self.stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.head)
        column.addWidget(self.stack, 1)
        self._typesetting = Typesetting()
        self._awaited: Made | None = None
        self._await = QTimer(self)
        self._await.setInterval(_LOOK_MS)
        self._await.timeout.connect(self._on_await_timeout)
        # Not at once: the window is still painting this step.
        self._ahead = QTimer(self)
        self._ahead.setSingleShot(True)
        self._ahead.setInterval(_AHEAD_MS)
        self._ahead.timeout.connect(self._on_ahead_timeout)
        self._snapshot: Snapshot | None = None
        self._styled = self._walks = False
        self._connect()
        self.retranslate()

    def _connect(self) -> None:
        self.head.depth_chosen.connect(self.set_depth)
        self.head.chosen.connect(self._on_head_chosen)
        self.head.go_to.written.connect(self._on_go_to_written)
        self.head.copy_pressed.connect(self.copy)
        for number, depth in enumerate(DEPTHS, 1):
            for keys, context in (
                (f"{number}", Qt.ShortcutContext.WidgetWithChildrenShortcut),
                (f"Ctrl+Alt+{number}", Qt.ShortcutContext.WindowShortcut),
            ):
                shortcut = QShortcut(QKeySequence(keys), self)
                shortcut.setContext(context)
                shortcut.activated.connect(self._chooser(depth))

    def _chooser(self, depth: Depth) -> Callable[[], None]:
        return lambda: self.set_depth(depth)

    # --- what it shows ---

    def show_run(self, info: RunInfo) -> None:
        """Set up for a new run."""
        self.explained.show_run(info)
        self._snapshot = None
        self._refresh()

    def show_data(self, info: RunInfo) -> None:
        self.explained.info = info

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the last iteration in short while nothing is taken apart."""
        info = self.explained.info
        if info is None or snapshot.run_id != info.run_id:
            return
        self._snapshot = snapshot
        if self.explained.base is None:
            self._show_summary()

    def show_operation(
        self, dissection: Dissection | None, operation: Operation | None, sample: Sample = "mean"
    ) -> None:
        """Explain an operation; None where the run rests."""
        self.explained.look(dissection, operation, sample)
        self._refresh()

    def show_state(self, state: RunState) -> None:
        """Notice where an iteration begins to be taken apart, and where that ends."""
        if (state.operation is not None) != self._walks:
            self._walks = not self._walks
            self.walk_changed.emit(self._walks)

    def point_at(self, spot: Spot | Mark | None) -> None:
        """Explain what is pointed at in the diagram, where the operation makes a number there."""
        before = self.explained.symbol
        self.explained.point(spot)
        if self.explained.symbol != before:
            self._refresh()

    @Slot(str)
    def set_depth(self, depth: Depth) -> None:
        """Choose story, words or formulas."""
        if depth not in DEPTHS:
            return
        self.head.set_depth(depth)
        if depth != self.telling:
            self.telling = depth
            self.depth_changed.emit(depth)
            self._refresh()

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        super().set_palette(palette)
        self._styled = True
        self.head.set_palette(palette)
        self.summary.set_palette(palette)
        for page in self.pages.values():
            page.set_palette(palette)

    def retranslate(self) -> None:
        """Say everything again."""
        super().retranslate()
        self.head.retranslate()
        for page in self.pages.values():
            page.retranslate()
        self._refresh()

    def subtitle(self) -> str:
        """Return what is explained, and in which iteration."""
        base = self.explained.base
        if base is not None:
            iteration = iteration_number(base.dissection.iteration - 1, walked=True)
            return f"{self.explained.short_title()} · {iteration}"
        if self._snapshot is None:
            return ""
        return tr("iteration {number}", number=grouped(self._snapshot.iteration))

    def copied(self) -> str:
        """Return what is said as text, every number of the formulas with all its digits."""
        if self.explained.base is None:
            return self.summary.said()
        title = self.explained.title()
        if self.telling == "formulas":
            return "\n\n".join([title, *(block.copied() for block in self.explained.formulas())])
        if self.telling == "story":
            told = self.explained.story()
            return "\n".join([title, *(told.sentences if told is not None else ())])
        said, whose = self.explained.words()
        return "\n".join(filter(None, [title, *said, whose]))

    @Slot()
    def copy(self) -> None:
        """Copy what is said."""
        QApplication.clipboard().setText(self.copied().replace(MINUS, "-"))

    def _refresh(self) -> None:
        explained = self.explained
        self.head.show_place(explained.symbol, explained.index, explained.count, explained.title())
        self.head.go_to.ranges = explained.ranges
        if explained.base is None:
            self._show_summary()
            return
        self._awaited = None
        page = self.pages[self.telling]
        self.stack.setCurrentWidget(page)
        if isinstance(page, WordsPage):
            page.show_sentences(*explained.words())
        elif isinstance(page, FormulasPage):
            self._show_formulas(page)
        elif isinstance(page, StoryPage):
            page.show_story(explained.story())

    def _show_formulas(self, page: FormulasPage) -> None:
        """Show the formulas as soon as they are typeset; until then the words say what happens."""
        moment = self.explained.moment
        assert moment is not None
        self._awaited = self._typesetting.ask(moment)
        if not self._take_formulas(_PATIENCE_S):
            page.show_words(self.explained.words()[0])
            self._await.start()

    def _take_formulas(self, patience_s: float | None) -> bool:
        """Show the awaited formulas if they come within ``patience_s``; None waits as long as it takes."""
        awaited, page = self._awaited, self.pages["formulas"]
        if awaited is None or not isinstance(page, FormulasPage):
            return True
        try:
            blocks = awaited.result(patience_s)
        except TimeoutError:
            return False
        self._await.stop()
        self._awaited = None
        page.show_blocks(blocks)
        self._ahead.start()
        return True

    @Slot()
    def _on_ahead_timeout(self) -> None:
        """Have the next operations' formulas typeset, so that a step finds them ready."""
        if self.telling != "formulas":
            return
        for steps in range(1, _STEPS_AHEAD + 1):
            following = self.explained.following(steps)
            if following is not None:
                self._typesetting.ask(following, ahead=True)

    @Slot()
    def _on_await_timeout(self) -> None:
        self._take_formulas(0.0)

    def render_image(self, width: int, height: int, ratio: float = 1.0) -> QImage:
        if self._awaited is not None and self._awaited.cancelled():
            self._refresh()
        self._take_formulas(None)
        image = empty_image(width, height, ratio)
        image.fill(QColor(self.palette_in_use.card))
        page = self.stack.currentWidget()
        with resized(self, width, height):
            for layout in (self.layout(), self.stack.layout()):
                if layout is not None:
                    layout.activate()
            if isinstance(page, Page):
                page.settle()
            draw_widget(self, image)
        return image

    def _show_summary(self) -> None:
        self.stack.setCurrentWidget(self.summary)
        info, snapshot = self.explained.info, self._snapshot
        if info is None or snapshot is None:
            self.summary.show_columns((), "")
            return
        hint = tr("Step by operation or phase takes the next iteration apart: each step is explained here.")
        self.summary.show_columns(summary(info, snapshot), hint)

    @Slot(object)
    def _on_head_chosen(self, index: int | None) -> None:
        self.explained.choose(index)
        self._refresh()

    @Slot(str)
    def _on_go_to_written(self, text: str) -> None:
        if self.explained.choose_written(text):
            self.head.go_to.close()
            self._refresh()
        else:
            self.head.go_to.refuse()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        font = QApplication.font()
        share = self.height() / (_USUAL * self.fontMetrics().height())
        font.setPointSizeF(font.pointSizeF() * min(max(share, 1.0), MOST_LARGER))
        if font != self.stack.font():
            self.stack.setFont(font)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._await.stop()
        self._ahead.stop()
        self._typesetting.rest()

    def showEvent(self, event: QShowEvent) -> None:
        # Of two style sheets before the first showing Qt keeps the first one's colours.
        if not self._styled:
            self.set_palette(self.palette_in_use)
        super().showEvent(event)
        if self._awaited is not None:
            self._refresh()
