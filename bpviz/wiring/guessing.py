"""Guess first: before the walk goes back through a layer, the learner says which way a weight will move."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QVBoxLayout

from bpviz.present.palette import Palette
from bpviz.present.walk.guess import Question, Score, question
from bpviz.present.walk.place import Target
from bpviz.snapshot.probing import ParameterPlace
from bpviz.views.main_window import MainWindow
from bpviz.views.network.panel import NetworkPanel
from bpviz.views.walk.guess_bar import GuessBar
from bpviz.wiring.walk import Walks


class Guessing(QObject):
    """Holds up the walk once a layer and iteration, while the switch in the Run menu is on."""

    def __init__(self, window: MainWindow, walks: Walks) -> None:
        super().__init__(window)
        self._window, self.walks, self.score = window, walks, Score()
        self._resume = False
        self._waiting: tuple[Question, Target] | None = None
        self._asked: set[tuple[int, int, int, str]] = set()
        self.bar = GuessBar(window.content)
        column = window.content.layout()
        if isinstance(column, QVBoxLayout):
            column.insertWidget(column.indexOf(window.strip), self.bar)
        self.switch = window.menus.actions["guess"]
        self.switch.setCheckable(True)
        self.switch.toggled.connect(self._on_switch_toggled)
        self.bar.guessed.connect(self._on_bar_guessed)
        self.bar.skipped.connect(self._on_bar_skipped)
        walks.holds_up = self.holds_up
        window.themes.palette_changed.connect(self._on_window_palette_changed)
        window.language_requested.connect(self._on_window_language_requested)
        self.bar.set_palette(window.themes.palette())

    def holds_up(self, target: Target) -> bool:
        """Whether the walk must wait for an answer before it goes to ``target``."""
        walk, dissection = self.walks.walk, self.walks.dissection
        at = target.operation(walk.operations)
        onward = at is not None and walk.operation is not None and at > walk.operation
        if self._waiting is not None and onward:
            self.bar.urge()
            return True
        self._give_up()
        if not self.switch.isChecked() or dissection is None or at is None or not onward:
            return False
        operation = walk.operations[at]
        key = (dissection.run_id, dissection.iteration, operation.layer, operation.phase)
        asked = None if key in self._asked else question(dissection, operation, self._pointed())
        if asked is None:
            return False
        self._asked.add(key)
        self._waiting = asked, target
        self._resume = self.walks.playing
        self.walks.stop()
        self.bar.ask(asked)
        return True

    def _pointed(self) -> ParameterPlace | None:
        panel = self._window.panels().get("network")
        return panel.pinned_parameter if isinstance(panel, NetworkPanel) else None

    def _give_up(self) -> None:
        if self._waiting is not None:
            self._waiting = None
            self.bar.tell(self.score)

    @Slot(int)
    def _on_bar_guessed(self, way: int) -> None:
        if self._waiting is None:
            return
        asked, target = self._waiting
        self.score = self.score.after(asked, way)
        self._go_on(target, (asked, way == asked.way))

    @Slot()
    def _on_bar_skipped(self) -> None:
        if self._waiting is not None:
            self._go_on(self._waiting[1], None)

    def _go_on(self, target: Target, last: tuple[Question, bool] | None) -> None:
        """Tell how it was, and walk on as it was walked before the question."""
        self._waiting = None
        self.bar.tell(self.score, last)
        if self.walks.walk.within(target):
            self.walks.go_to(target)
            if self._resume:
                self.walks.resume()

    @Slot(bool)
    def _on_switch_toggled(self, on: bool) -> None:
        self.score, self._waiting = Score(), None
        self._asked.clear()
        self.bar.tell(self.score)
        self.bar.setVisible(on)

    @Slot(object)
    def _on_window_palette_changed(self, palette: Palette) -> None:
        self.bar.set_palette(palette)

    @Slot(str)
    def _on_window_language_requested(self, _code: str) -> None:
        QTimer.singleShot(0, self.bar, self.bar.retranslate)  # once the language is another
