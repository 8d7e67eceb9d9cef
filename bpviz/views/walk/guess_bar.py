"""Asks which way a weight will move, and tells the score."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from bpviz.present.numbers import short
from bpviz.present.palette import LIGHT, Palette
from bpviz.present.walk.guess import Question, Score
from bpviz.text import tr


class GuessBar(QWidget):
    """The question with two buttons; after the answer how it was.

    Signals
    -------
    guessed(int)
        1 is up, −1 is down.
    skipped
        It goes on without an answer, which counts for nothing.
    """

    guessed = Signal(int)
    skipped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._question: Question | None = None
        self._last: tuple[Question, bool] | None = None
        self._score = Score()
        self.words, self.score = QLabel(self), QLabel(self)
        self.up, self.down, self.skip = QPushButton(self), QPushButton(self), QPushButton(self)
        self._urged = False
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 3, 14, 3)
        row.addWidget(self.words, 1)
        for part in (self.up, self.down, self.skip, self.score):
            row.addWidget(part)
        for button in (self.up, self.down, self.skip):
            button.installEventFilter(self)
        self.up.clicked.connect(self._on_up_clicked)
        self.down.clicked.connect(self._on_down_clicked)
        self.skip.clicked.connect(self.skipped)
        self.set_palette(LIGHT)
        self.retranslate()
        self.hide()

    def ask(self, question: Question) -> None:
        """Ask; the answer comes by ``guessed``."""
        self._question, self._urged = question, False
        self.retranslate()
        self.up.setFocus()

    def urge(self) -> None:
        """Say that an answer is waited for; the keys answer again."""
        self._urged = True
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
        self.skip.setVisible(asked)
        self.up.setText(tr("▲ up"))
        self.down.setText(tr("▼ down"))
        self.skip.setText(tr("Skip"))
        for button, tip in (
            (self.up, tr("It grows (the key ↑)")),
            (self.down, tr("It gets less (the key ↓)")),
            (self.skip, tr("Go on without an answer (Esc)")),
        ):
            button.setToolTip(tip)
        self.score.setText(tr("{right} of {asked} right", right=self._score.right, asked=self._score.asked))
        self.words.setText(self._said())

    def _said(self) -> str:
        question = self._question
        if question is not None:
            value = short(question.value)
            asked = tr("Which way will {name} = {value} move?", name=question.name, value=value)
            return tr("{question} The walk waits for your guess.", question=asked) if self._urged else asked
        if self._last is None:
            return tr("Before a weight moves you are asked which way: walk on.")
        last, right = self._last
        old, new = short(last.value), short(last.value - last.update)
        if right:
            return tr("Right: {name} goes from {old} to {new}.", name=last.name, old=old, new=new)
        return tr("No: {name} goes from {old} to {new}.", name=last.name, old=old, new=new)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # A button keeps the arrow keys to itself: they are answers here.
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._answered(Qt.Key(event.key()))
        return super().eventFilter(watched, event)

    def _answered(self, key: Qt.Key) -> bool:
        enter, focused = (Qt.Key.Key_Return, Qt.Key.Key_Enter), self._focused()
        keys = {Qt.Key.Key_Up: self.up, Qt.Key.Key_Down: self.down, Qt.Key.Key_Escape: self.skip}
        button = focused if key in enter else keys.get(key)
        if button is None or self._question is None:
            return False
        button.click()
        return True

    def _focused(self) -> QPushButton | None:
        return next((each for each in (self.up, self.down, self.skip) if each.hasFocus()), None)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            ours = self._question is not None and event.key() == Qt.Key.Key_Escape
            event.setAccepted(event.isAccepted() or ours)
            if ours:
                return True
        return super().event(event)

    @Slot()
    def _on_up_clicked(self) -> None:
        self.guessed.emit(1)

    @Slot()
    def _on_down_clicked(self) -> None:
        self.guessed.emit(-1)
