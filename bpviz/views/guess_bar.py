"""Asks which way a weight will move, and tells the score."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from bpviz.present.guess import Question, Score
from bpviz.present.numbers import short
from bpviz.present.palette import LIGHT, Palette
from bpviz.text import tr


class GuessBar(QWidget):
    """The question with two buttons; after the answer how it was.

    Signals
    -------
    guessed(int)
        1 is up, −1 is down.
    """

    guessed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._question: Question | None = None
        self._last: tuple[Question, bool] | None = None
        self._score = Score()
        self.words, self.score = QLabel(self), QLabel(self)
        self.up, self.down = QPushButton(self), QPushButton(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 3, 14, 3)
        row.addWidget(self.words, 1)
        for part in (self.up, self.down, self.score):
            row.addWidget(part)
        self.up.clicked.connect(self._on_up_clicked)
        self.down.clicked.connect(self._on_down_clicked)
        self.set_palette(LIGHT)
        self.retranslate()
        self.hide()

    def ask(self, question: Question) -> None:
        """Ask; the answer comes by ``guessed``."""
        self._question = question
        self.retranslate()
        self.up.setFocus()

    def tell(self, score: Score, last: tuple[Question, bool] | None = None) -> None:
        """Tell the score, and whether the last answer was right."""
        self._question, self._last, self._score = None, last, score
        self.retranslate()

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self.score.setStyleSheet(f"color:{palette.muted};padding-left:8px;")

    def retranslate(self) -> None:
        """Say everything again."""
        asked = self._question is not None
        self.up.setVisible(asked)
        self.down.setVisible(asked)
        self.up.setText(tr("▲ up"))
        self.down.setText(tr("▼ down"))
        self.score.setText(tr("{right} of {asked} right", right=self._score.right, asked=self._score.asked))
        self.words.setText(self._said())

    def _said(self) -> str:
        question = self._question
        if question is not None:
            value = short(question.value)
            return tr("Which way will {name} = {value} move?", name=question.name, value=value)
        if self._last is None:
            return tr("Before a weight moves you are asked which way: walk on.")
        last, right = self._last
        old, new = short(last.value), short(last.value - last.update)
        if right:
            return tr("Right: {name} goes from {old} to {new}.", name=last.name, old=old, new=new)
        return tr("No: {name} goes from {old} to {new}.", name=last.name, old=old, new=new)

    @Slot()
    def _on_up_clicked(self) -> None:
        self.guessed.emit(1)

    @Slot()
    def _on_down_clicked(self) -> None:
        self.guessed.emit(-1)
