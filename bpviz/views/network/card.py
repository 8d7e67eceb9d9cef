"""The card: what is pointed at, in a few numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPoint, QPointF, QRectF, QSizeF, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
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
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from bpviz.present.cards.card import Card, CardLine, Tone
from bpviz.present.cards.probed import checks_of
from bpviz.present.palette import LIGHT, Palette
from bpviz.snapshot.probing import ParameterPlace
from bpviz.text import tr
from bpviz.views.network.tables import BETWEEN, TablesPlan, paint_tables, table_plans
from bpviz.views.network.tight import draw_text, text_width

PAD = 10.0
# Of the room: a head wider than that has signs for buttons.
COMPACT_SHARE = 0.75
FOLDED_LINES = 3
MARK = 18.0
"""Room for the ± behind a gradient."""
KEY_STEP = 24
MANY = 5
"""So many lines at once are those of a check: they are brought into view."""
WIDEST, WIDEST_BESIDE = 0.78, 0.44
"""Of the panel's width: a line longer than that is broken, sooner where there are tables as well."""
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
    folded_changed
        It is to be shown with fewer lines, or with all of them again.
    """

    closed = Signal()
    check_wanted = Signal(object)
    edit_wanted = Signal(object)
    folded_changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.card: Card | None = None
        self.image: QImage | None = None
        self.colours: Palette = LIGHT
        self._owner: object = None
        self._lines = self._first = 0
        self._rows: list[Row] = []
        self.folded = self.fold_chosen = False
        """``fold_chosen``: it was said whether it is to be folded; until then its size decides."""
        self.chosen: int | None = None
        """The line that was clicked or reached by the arrow keys: it alone is copied, or checked."""
        self.placed: QPoint | None = None
        """Where the user has put it, None where it is placed beside what it is about."""
        self._grabbed: QPoint | None = None
        self.fold_button = QToolButton(self)
        self.fold_button.clicked.connect(self._on_fold_clicked)
        self._side = self._title_room = 0.0
        self._tables: tuple[TablesPlan, QPointF] | None = None
        self.edit_button = QToolButton(self)
        self.edit_button.clicked.connect(self._on_edit_clicked)
        self.check_button = QToolButton(self)
        self.check_button.clicked.connect(self._on_check_clicked)
        self.copy_button = QToolButton(self)
        self.copy_button.clicked.connect(self.copy_all)
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
        row.addWidget(self.fold_button, 0, Qt.AlignmentFlag.AlignTop)
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
        self.edit_button.setToolTip(
            tr("Change this number, and see what follows (Enter, or double-click the card)")
        )
        self.check_button.setToolTip(
            tr(
                "Hold the gradient against a central and a forward difference: the chosen line’s, "
                "or click the ± beside a gradient"
            )
        )
        self.copy_button.setAccessibleName(tr("Copy"))
        self.copy_button.setToolTip(
            tr("Copy all numbers with all their digits; Ctrl+C copies the chosen line’s, ↑ and ↓ choose it")
        )
        self._name_fold()
        self.close_button.setToolTip(tr("Let this card go (Esc)"))
        self.close_button.setAccessibleName(tr("Let this card go (Esc)"))

    def _name_fold(self) -> None:
        self.fold_button.setText("▸" if self.folded else "▾")
        said = tr("Show all lines") if self.folded else tr("Show the first lines alone")
        moves = tr("drag the title, or press Ctrl and an arrow, to move the card")
        self.fold_button.setToolTip(f"{said} · {moves}")
        self.fold_button.setAccessibleName(said)

    def _name_buttons(self, *, compact: bool) -> None:
        """Write words on the buttons, or signs where the words would make the card too wide."""
        self.edit_button.setText("✎" if compact else tr("Change"))
        self.check_button.setText("±" if compact else tr("Check"))
        self.copy_button.setText(tr("Copy"))

    def show_card(self, card: Card, image: QImage | None, owner: object, pinned: bool, room: QSizeF) -> None:
        """Show a card no larger than ``room``; ``owner`` keeps the picture's memory alive."""
        if self.card is None or card.title != self.card.title:
            self._first, self.chosen = 0, None
            self.placed = self.placed if pinned else None
        if self.chosen is not None and self.chosen >= len(card.lines):
            self.chosen = None
        come = _come(self.card, card)
        self.card, self.image, self._owner = card, image, owner
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, not pinned)
        self.edit_button.setVisible(pinned and bool(card.numbers))
        self.check_button.setVisible(pinned and bool(checks_of(card)))
        self.copy_button.setVisible(pinned)
        self.fold_button.setVisible(pinned and len(card.lines) > FOLDED_LINES)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if pinned else Qt.FocusPolicy.NoFocus)
        self.close_button.setVisible(pinned)
        self.resize(self._fitted(room, pinned).toSize())
        self.setAccessibleName(card.title)
        if come is not None and self._lines < len(self._rows):
            self._first = next((at for at, row in enumerate(self._rows) if row.line == come), self._first)
        self.show()
        self.update()

    def _fitted(self, room: QSizeF, pinned: bool) -> QSizeF:
        """Return the size for as many lines as the room holds, the picture dropped first."""
        assert self.card is not None
        metrics, bold = QFontMetricsF(self.font()), QFontMetricsF(self._bold())
        line = metrics.height() * 1.12
        shown = [self.copy_button, self.close_button]
        shown += [self.edit_button] if self.card.numbers else []
        shown += [self.check_button] if checks_of(self.card) else []
        shown += [self.fold_button] if len(self.card.lines) > FOLDED_LINES else []
        self._title_room = title = bold.horizontalAdvance(self.card.title)
        if pinned:
            self._name_buttons(compact=False)
            buttons = sum(button.sizeHint().width() + 6 for button in shown)
            if title + buttons > COMPACT_SHARE * room.width():
                self._name_buttons(compact=True)
                buttons = sum(button.sizeHint().width() + 6 for button in shown)
            self._title_room = max(min(title, WIDEST * room.width() - buttons), 3 * line)
            title = self._title_room + buttons
        lines = list(enumerate(self.card.lines))
        if self.folded and pinned:
            # A remark is said where there is room for it.
            spoken = sorted(lines, key=lambda numbered: numbered[1].tone == "muted")
            lines = sorted(spoken[:FOLDED_LINES], key=lambda numbered: numbered[0])
        self._rows = wrapped(lines, metrics, self._widest(room) - 2 * PAD - MARK)
        text = max([text_width(metrics, row.text) for row in self._rows] or [0.0])
        if any(line.check is not None for _, line in lines):
            text += MARK
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

    def _widest(self, room: QSizeF) -> float:
        assert self.card is not None
        return room.width() * (WIDEST_BESIDE if self.card.tables else WIDEST)

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
        if self.card is None:
            return
        every = checks_of(self.card)
        own = None if self.chosen is None else self.card.lines[self.chosen].check
        if every:
            self._check(own or every[0])

    def _check(self, where: ParameterPlace) -> None:
        """Have a gradient checked; where the card is folded, unfold it for what is found."""
        if self.folded:
            self._on_fold_clicked()
        self.check_wanted.emit(where)

    @Slot()
    def _on_fold_clicked(self) -> None:
        self.folded, self.fold_chosen = not self.folded, True
        self._first, self.chosen = 0, None
        self._name_fold()
        self.folded_changed.emit()

    def set_folded(self, folded: bool) -> None:
        """Show the first lines alone, or all, with the next :meth:`show_card`."""
        self.folded = folded
        self._name_fold()

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

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the line under the pointer; its ± checks it, the title moves the card."""
        at = self.row_at(event.position().y())
        if event.button() != Qt.MouseButton.LeftButton or self.card is None:
            return
        if at is None:
            self._grabbed = event.position().toPoint()
            return
        self._choose(self._rows[at].line)
        where = self.card.lines[self._rows[at].line].check
        if where is not None and self._mark_box(at).contains(event.position()):
            self._check(where)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grabbed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        self.put(self.pos() + event.position().toPoint() - self._grabbed)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grabbed = None

    def put(self, corner: QPoint) -> None:
        """Place the card where the user wants it, within its panel; there it stays until it is let go."""
        parent = self.parentWidget()
        room = self.size() if parent is None else parent.size()
        x = max(min(corner.x(), room.width() - self.width()), 0)
        y = max(min(corner.y(), room.height() - self.height()), 0)
        self.placed = QPoint(x, y)
        self.move(self.placed)

    def row_at(self, y: float) -> int | None:
        """Return the row at a height, counted among all; None on the title."""
        line = QFontMetricsF(self.font()).height() * 1.12
        at = int((y - PAD) // line) - 1
        return self._first + at if 0 <= at < self._lines and self._first + at < len(self._rows) else None

    def _mark_box(self, at: int) -> QRectF:
        """Return where a row's ± is drawn."""
        metrics = QFontMetricsF(self.font())
        line, first = metrics.height() * 1.12, PAD + metrics.height() * 1.12 * (at - self._first + 1)
        return QRectF(PAD + text_width(metrics, self._rows[at].text) + 2, first, MARK, line)

    def _choose(self, line: int | None) -> None:
        self.chosen = line
        if self.card is not None and line is not None:
            self.setAccessibleDescription(self.card.lines[line].exact())
        self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to copy the number under the pointer, or all."""
        at = self.row_at(float(event.pos().y()))
        menu = QMenu(self)
        if at is not None and self.card is not None:
            self._choose(self._rows[at].line)
            menu.addAction(tr("Copy this number"), self.copy)
        menu.addAction(tr("Copy all numbers"), self.copy_all)
        menu.exec(event.globalPos())

    @Slot()
    def copy(self) -> None:
        """Put the chosen line's number on the clipboard, or where none is chosen all, with all digits."""
        if self.card is None or self.chosen is None:
            self.copy_all()
        else:
            QGuiApplication.clipboard().setText(self.card.lines[self.chosen].copied())

    @Slot()
    def copy_all(self) -> None:
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
        elide = Qt.TextElideMode.ElideRight
        title = QFontMetricsF(self._bold()).elidedText(self.card.title, elide, self._title_room + 1)
        painter.drawText(QPointF(PAD, y), title)
        painter.setFont(self.font())
        tones = {"normal": self.colours.text, "muted": self.colours.muted, "backward": self.colours.backward}
        self._first = max(min(self._first, len(self._rows) - self._lines), 0)
        for at, row in enumerate(self._rows[self._first : self._first + self._lines], self._first):
            y += line
            if row.line == self.chosen:
                chosen = QRectF(PAD - 4, y - metrics.ascent() - 0.06 * line, self.width() - 2 * PAD, line)
                painter.fillRect(chosen, QColor(self.colours.control))
            painter.setPen(QColor(tones[row.tone]))
            draw_text(painter, QPointF(PAD, y), row.text)
            if self._marked(at):
                painter.setPen(QColor(self.colours.accent))
                painter.drawText(self._mark_box(at), Qt.AlignmentFlag.AlignCenter, "±")
        self._paint_mark(painter)

    def _marked(self, at: int) -> bool:
        """Whether a row ends with the ± of its gradient's check."""
        assert self.card is not None
        line = self._rows[at].line
        last = at + 1 == len(self._rows) or self._rows[at + 1].line != line
        return self.check_button.isVisible() and last and self.card.lines[line].check is not None

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
        key, pages = Qt.Key(event.key()), {Qt.Key.Key_PageDown: 1, Qt.Key.Key_PageUp: -1}
        arrows = {Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
        sides = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0)}
        if key in pages:
            self.scroll_by(pages[key] * max(self._lines - 1, 1))
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier and key in {**arrows, **sides}:
            x, y = {**arrows, **sides}[key]
            self.put(self.pos() + QPoint(x, y) * KEY_STEP)
        elif key in arrows:
            self._choose_next(arrows[key][1])
        else:
            super().keyPressEvent(event)

    def _choose_next(self, by: int) -> None:
        """Choose the line below or above, and bring it into view."""
        if not self._rows:
            return
        last = self._rows[-1].line
        line = (0 if by > 0 else last) if self.chosen is None else max(min(self.chosen + by, last), 0)
        self._choose(line)
        places = [at for at, row in enumerate(self._rows) if row.line == line]
        self._first = min(self._first, places[0])
        self._first = max(self._first, places[-1] - self._lines + 1)
        self.update()


def _come(before: Card | None, card: Card) -> int | None:
    """Return the line after which a check's lines have come into the same card; None where none have."""
    if before is None or before.title != card.title or len(card.lines) < len(before.lines) + MANY:
        return None
    pairs = zip(before.lines, card.lines, strict=False)
    same = next((at for at, (old, new) in enumerate(pairs) if old.name != new.name), len(before.lines))
    rest = len(before.lines) - same
    ends = [line.name for line in card.lines[len(card.lines) - rest :]]
    return max(same - 1, 0) if ends == [line.name for line in before.lines[same:]] else None


class Row(NamedTuple):
    """One row of text of the card: its tone, and which of the card's lines it belongs to."""

    text: str
    tone: Tone
    line: int


def wrapped(lines: Sequence[tuple[int, CardLine]], metrics: QFontMetricsF, width: float) -> list[Row]:
    """Return a card's lines, those too wide for it broken between words."""
    rows: list[Row] = []
    for number, entry in lines:
        said = entry.shown()
        indent = len(said) - len(said.lstrip(" "))
        row = " " * indent
        for word in said[indent:].split(" "):
            longer = f"{row} {word}" if row.strip() else row + word
            if row.strip() and text_width(metrics, longer) > width:
                rows.append(Row(row, entry.tone, number))
                longer = "    " + word
            row = longer
        rows.append(Row(row, entry.tone, number))
    return rows
