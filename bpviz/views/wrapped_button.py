"""A button that holds labels which may wrap: it is as high as its width makes it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget


class TallButton(QPushButton):
    """Base of buttons whose content is a layout."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAutoDefault(False)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        layout = self.layout()
        return 40 if layout is None else layout.heightForWidth(width)

    def sizeHint(self) -> QSize:
        return QSize(240, self.heightForWidth(max(self.width(), 240)))

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.heightForWidth(max(self.width(), 60)))


class WrappedButton(TallButton):
    """A button whose words may take several lines."""

    def __init__(self, words: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.label = QLabel(words, self, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(words)
        column = QVBoxLayout(self)
        column.setContentsMargins(9, 5, 9, 5)
        column.addWidget(self.label)
