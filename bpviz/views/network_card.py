"""The card: what is pointed at, in a few numbers."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from bpviz.present.cards import Card, Tone
from bpviz.present.palette import LIGHT, Palette
from bpviz.text import tr
from bpviz.views.network_tables import BETWEEN, TablesPlan, paint_tables, table_plans

PAD = 10.0
# Of the room: a head wider than that has signs for buttons.
COMPACT_SHARE = 0.75
NUMBERS_SHARE = 0.68
"""Of the panel's width: a wider card would hide what its numbers come from."""


class CardView(QWidget):
    """Shows a card; pinned, it takes the pointer and offers to copy and to close.

    Signals
    -------
    closed
        The user let the card go.
    check_wanted(ParameterPlace)
        The gradient of the card's parameter is to be held against differences.
    edit_wanted(tuple of Editable)
        Its numbers are to be changed by hand.
    """

    closed = Signal()
    check_wanted = Signal(object)
    edit_wanted = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.card: Card | None = None
        self.image: QImage | None = None
        self.colours: Palette = LIGHT
        self._owner: object = None
        self._lines = self._first = 0
        self._rows: list[tuple[str, Tone]] = []
        self._side = 0.0
        self._tables: tuple[TablesPlan, QPointF] | None = None
        self.edit_button = QToolButton(self)
        self.edit_button.clicked.connect(self._on_edit_clicked)
        self.check_button = QToolButton(self)
        self.check_button.clicked.connect(self._on_check_clicked)
        self.copy_button = QToolButton(self)
        self.copy_button.clicked.connect(self.copy)
        self.close_button = QToolButton(self)
        self.close_button.clicked.connect(self.closed)
        self.close_button.setText("×")
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 5, 6, 5)
        row.setSpacing(2)
        row.addStretch()
        row.addWidget(self.edit_button, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.check_button, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.copy_button, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self.retranslate()
        self.hide()

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self.colours = palette
        self.setStyleSheet(
            f"QToolButton{{border:none;border-radius:5px;padding:1px 5px;color:{palette.muted};"
            f"background:{palette.control};}} QToolButton:hover{{color:{palette.text};}}"
            f"QToolButton:focus{{border:1px solid {palette.accent};}}"
        )

    def retranslate(self) -> None:
        """Say everything again."""
        self._name_buttons(compact=False)
        self.edit_button.setAccessibleName(tr("Change"))
        self.check_button.setAccessibleName(tr("Check"))
        self.edit_button.setToolTip(tr("Change this number, and see what follows (or double-click the card)"))
        self.check_button.setToolTip(tr("Hold the gradient against a central and a forward difference"))
        self.copy_button.setText(tr("Copy"))
        self.copy_button.setToolTip(tr("Copy these numbers with all their digits (Ctrl+C)"))
        self.close_button.setToolTip(tr("Let this card go (Esc)"))
        self.close_button.setAccessibleName(tr("Let this card go (Esc)"))

    def _name_buttons(self, *, compact: bool) -> None:
        """Write words on the buttons, or signs where the words would make the card too wide."""
        self.edit_button.setText("✎" if compact else tr("Change"))
        self.check_button.setText("±" if compact else tr("Check"))

    def show_card(self, card: Card, image: QImage | None, owner: object, pinned: bool, room: QSizeF) -> None:
        """Show a card no larger than ``room``; ``owner`` keeps the picture's memory alive."""
        if self.card is None or card.title != self.card.title:
            self._first = 0
        self.card, self.image, self._owner = card, image, owner
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, not pinned)
        self.edit_button.setVisible(pinned and bool(card.numbers))
        self.check_button.setVisible(pinned and card.parameter is not None)
        self.copy_button.setVisible(pinned)
        self.close_button.setVisible(pinned)
        self.resize(self._fitted(room, pinned).toSize())
        self.setAccessibleName(card.title)
        self.show()
        self.update()

    def _fitted(self, room: QSizeF, pinned: bool) -> QSizeF:
        """Return the size for as many lines as the room holds, the picture dropped first."""
        assert self.card is not None
        metrics, bold = QFontMetricsF(self.font()), QFontMetricsF(self._bold())
        line = metrics.height() * 1.12
        shown = [self.copy_button, self.close_button]
        shown += [self.edit_button] if self.card.numbers else []
        shown += [self.check_button] if self.card.parameter is not None else []
        title = bold.horizontalAdvance(self.card.title)
        if pinned:
            self._name_buttons(compact=False)
            buttons = sum(button.sizeHint().width() + 6 for button in shown)
            if title + buttons > COMPACT_SHARE * room.width():
                self._name_buttons(compact=True)
                buttons = sum(button.sizeHint().width() + 6 for button in shown)
            title += buttons
        self._rows = _wrapped(self.card, metrics, room.width() - 2 * PAD - 10)
        text = max([metrics.horizontalAdvance(said) for said, _ in self._rows] or [0.0])
        self._lines = len(self._rows)
        while self._lines > 1 and (self._lines + 1) * line + 2 * PAD > room.height():
            self._lines -= 1
        height = (self._lines + 1) * line + 2 * PAD
        self._side = 0.0
        if self.image is not None:
            side = max(min(4.4 * line, height - 2 * PAD - line), 3 * line)
            if text + side + 3 * PAD <= room.width() and side + line + 2 * PAD <= room.height():
                self._side = side
                height = max(height, line + side + 2 * PAD)
        if self._lines < len(self._rows):
            text += 8
        width = max(title, text + (self._side + PAD if self._side else 0.0)) + 2 * PAD + 2
        size = self._with_tables(QSizeF(width, height), text, line, room)
        return QSizeF(min(size.width(), room.width()), min(size.height(), room.height()))

    def _with_tables(self, size: QSizeF, text: float, line: float, room: QSizeF) -> QSizeF:
        """Return the size with the best tables that fit beside or below ``size``; none where none do."""
        assert self.card is not None
        self._tables = None
        for plan in table_plans(self.card.tables, self.font()) if self.card.tables else []:
            wide, high = plan.size.width(), plan.size.height()
            beside = QSizeF(
                max(size.width(), text + wide + BETWEEN + 2 * PAD + 2),
                max(size.height(), line + high + 2 * PAD + 2),
            )
            below = QSizeF(max(size.width(), wide + 2 * PAD + 2), size.height() + high + 4)
            places = (
                (beside, QPointF(PAD + text + BETWEEN, PAD + line + 1)),
                (below, QPointF(PAD, size.height() - PAD + 2)),
            )
            for wanted, place in places:
                widest = room.width() * (NUMBERS_SHARE if plan.written else 1.0)
                if wanted.width() <= widest and wanted.height() <= room.height():
                    self._tables = plan, place
                    return wanted
        return size

    def _bold(self) -> QFont:
        font = self.font()
        font.setBold(True)
        return font

    @Slot()
    def _on_check_clicked(self) -> None:
        if self.card is not None and self.card.parameter is not None:
            self.check_wanted.emit(self.card.parameter)

    @Slot()
    def edit(self) -> None:
        """Have its numbers changed by hand, where there are such."""
        self._on_edit_clicked()

    @Slot()
    def _on_edit_clicked(self) -> None:
        if self.card is not None and self.card.numbers:
            self.edit_wanted.emit(self.card.numbers)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._on_edit_clicked()

    @Slot()
    def copy(self) -> None:
        """Put the card's text on the clipboard, with all digits."""
        if self.card is not None:
            QGuiApplication.clipboard().setText(self.card.copied())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.card is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(self.colours.card))
        painter.setPen(QPen(QColor(self.colours.border), 1.4))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 9, 9)
        self._paint_text(painter)
        if self._tables is not None:
            plan, corner = self._tables
            paint_tables(painter, self.card.tables, plan, corner.x(), corner.y(), self.colours)
        if self._side and self.image is not None:
            smooth = self.card.picture_kind == "map"
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
            line = QFontMetricsF(self.font()).height() * 1.12
            place = QRectF(self.width() - PAD - self._side, PAD + line + 2, self._side, self._side - 2)
            painter.drawImage(place, self.image)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self.colours.border), 1))
            painter.drawRect(place)
        painter.end()

    def _paint_text(self, painter: QPainter) -> None:
        assert self.card is not None
        metrics = QFontMetricsF(self.font())
        line = metrics.height() * 1.12
        y = PAD + metrics.ascent()
        painter.setPen(QColor(self.colours.text))
        painter.setFont(self._bold())
        painter.drawText(QPointF(PAD, y), self.card.title)
        painter.setFont(self.font())
        tones = {"normal": self.colours.text, "muted": self.colours.muted, "backward": self.colours.backward}
        self._first = max(min(self._first, len(self._rows) - self._lines), 0)
        for said, tone in self._rows[self._first : self._first + self._lines]:
            y += line
            painter.setPen(QColor(tones[tone]))
            painter.drawText(QPointF(PAD, y), said)
        self._paint_mark(painter)

    def _paint_mark(self, painter: QPainter) -> None:
        """Draw at the right border which part of the lines is seen, where there is no room for all."""
        count = len(self._rows)
        if self._lines >= count:
            return
        top, high = 2.6 * PAD, self.height() - 3.4 * PAD
        mark = QRectF(self.width() - 6.0, top + high * self._first / count, 3.0, high * self._lines / count)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.colours.muted))
        painter.drawRoundedRect(mark, 1.5, 1.5)

    def scroll_by(self, lines: int) -> None:
        """Show other lines where there is no room for all."""
        if self.card is not None:
            most = max(len(self._rows) - self._lines, 0)
            self._first = max(min(self._first + lines, most), 0)
            self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.scroll_by(-round(event.angleDelta().y() / 40))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        pages = {Qt.Key.Key_PageDown: 1, Qt.Key.Key_PageUp: -1}
        if event.key() not in pages:
            super().keyPressEvent(event)
            return
        self.scroll_by(pages[Qt.Key(event.key())] * max(self._lines - 1, 1))


def _wrapped(card: Card, metrics: QFontMetricsF, width: float) -> list[tuple[str, Tone]]:
    """Return the card's lines, those too wide for it broken between words, with their tones."""
    rows: list[tuple[str, Tone]] = []
    for entry in card.lines:
        row = ""
        for word in entry.shown().split(" "):
            longer = f"{row} {word}" if row else word
            if row and metrics.horizontalAdvance(longer) > width:
                rows.append((row, entry.tone))
                longer = "    " + word
            row = longer
        rows.append((row, entry.tone))
    return rows
