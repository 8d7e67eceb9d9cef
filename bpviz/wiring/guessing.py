"""Guess first: before the walk goes back through a layer, the learner says which way a weight will move."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QVBoxLayout

from bpviz.present.guess import Question, Score, question
from bpviz.present.palette import Palette
from bpviz.present.walk import Target
from bpviz.views.guess_bar import GuessBar
from bpviz.views.main_window import MainWindow
from bpviz.wiring.walk import Walks


class Guessing(QObject):
    """Holds up the walk once a layer and iteration, while the switch in the Run menu is on."""

    def __init__(self, window: MainWindow, walks: Walks) -> None:
        super().__init__(window)
        self.walks, self.score = walks, Score()
        self._waiting: tuple[Question, Target] | None = None
        self._asked: set[tuple[int, int, int]] = set()
        self.bar = GuessBar(window.content)
        column = window.content.layout()
        if isinstance(column, QVBoxLayout):
            column.insertWidget(column.indexOf(window.strip), self.bar)
        self.switch = window.menus.actions["guess"]
        self.switch.setCheckable(True)
        self.switch.toggled.connect(self._on_switch_toggled)
        self.bar.guessed.connect(self._on_bar_guessed)
        walks.holds_up = self.holds_up
        window.themes.palette_changed.connect(self._on_window_palette_changed)
        window.language_requested.connect(self._on_window_language_requested)
        self.bar.set_palette(window.themes.palette())

    def holds_up(self, target: Target) -> bool:
        """Whether the walk must wait for an answer before it goes to ``target``."""
        walk, dissection = self.walks.walk, self.walks.dissection
        self._give_up()
        at = target.operation(walk.operations)
        if not self.switch.isChecked() or dissection is None or at is None:
            return False
        operation = walk.operations[at]
        key = (dissection.run_id, dissection.iteration, operation.layer)
        asked = None if key in self._asked else question(dissection, operation)
        if asked is None or walk.operation is None or at <= walk.operation:
            return False
        self._asked.add(key)
        self._waiting = asked, target
        self.walks.stop()
        self.bar.ask(asked)
        return True

    def _give_up(self) -> None:
        if self._waiting is not None:
            self._waiting = None
            self.bar.tell(self.score)

    @Slot(int)
    def _on_bar_guessed(self, way: int) -> None:
        if self._waiting is None:
            return
        (asked, target), self._waiting = self._waiting, None
        self.score = self.score.after(asked, way)
        self.bar.tell(self.score, (asked, way == asked.way))
        if self.walks.walk.within(target):
            self.walks.go_to(target)

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
