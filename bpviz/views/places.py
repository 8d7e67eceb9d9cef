"""The popup at the timeline: the branches of the run, and its bookmarks."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtWidgets import QDialog, QLabel, QPushButton, QTabWidget, QVBoxLayout, QWidget

from bpviz.present.palette import Palette
from bpviz.present.places import BOOKMARK_HEADS, BRANCH_HEADS, ShownPlaces
from bpviz.text import tr
from bpviz.views.naming import named
from bpviz.views.place_list import PlaceList

_WIDTH, _HEIGHT = 740, 300
_GAP = 4


class PlacesPopup(QDialog):
    """Two lists; a click beside it or Esc closes it.

    Signals
    -------
    branch_chosen(int), branch_renamed(int, str), branch_deleted(int)
        Of the branch with that key.
    bookmark_chosen(int), bookmark_renamed(int, str), bookmark_deleted(int)
        Of the bookmark with that key.
    bookmark_wanted()
        Add one where the run stands.
    """

    branch_chosen = Signal(int)
    branch_renamed = Signal(int, str)
    branch_deleted = Signal(int)
    bookmark_chosen = Signal(int)
    bookmark_renamed = Signal(int, str)
    bookmark_deleted = Signal(int)
    bookmark_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("Places")
        self._places = ShownPlaces()
        self.tabs = QTabWidget(self)
        self.branches = PlaceList(BRANCH_HEADS, self)
        self.bookmarks = PlaceList(BOOKMARK_HEADS, self)
        self.add_button = QPushButton(self)
        self.add_button.setAutoDefault(False)
        self.bookmarks.buttons.insertWidget(0, self.add_button)
        self.hint = named(QLabel(self, wordWrap=True), "Quiet")
        for page in (self.branches, self.bookmarks):
            self.tabs.addTab(page, "")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 10)
        column.addWidget(self.tabs, 1)
        column.addWidget(self.hint)
        self._connect()
        self.tabs.currentChanged.connect(self._say_hint)

    def _connect(self) -> None:
        branches, bookmarks = self.branches.table, self.bookmarks.table
        for source, target in (
            (branches.chosen, self.branch_chosen),
            (branches.renamed, self.branch_renamed),
            (branches.deleted, self.branch_deleted),
            (bookmarks.chosen, self.bookmark_chosen),
            (bookmarks.renamed, self.bookmark_renamed),
            (bookmarks.deleted, self.bookmark_deleted),
            (self.add_button.clicked, self.bookmark_wanted),
        ):
            source.connect(target)
        branches.chosen.connect(self.close)
        bookmarks.chosen.connect(self.close)

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme: the branch on the screen has that of its curve."""
        self.branches.table.present_colour = palette.accent
        self.show_places(self._places)

    def show_places(self, places: ShownPlaces) -> None:
        """Show these branches and bookmarks."""
        self._places = places
        self.branches.show_rows(places.branch_rows())
        self.bookmarks.show_rows(places.bookmark_rows())

    def open_above(self, anchor: QWidget, spare: QRect | None = None) -> None:
        """Open with its lower right corner at the upper right one of ``anchor``.

        Where it would cover ``spare`` (on the screen), the curves that are to be compared, it stands
        above that, less tall if need be, else at its right.
        """
        screen = anchor.screen().availableGeometry()
        size = QSize(min(_WIDTH, screen.width()), min(_HEIGHT, screen.height() // 2))
        corner = anchor.mapToGlobal(QPoint(anchor.width(), -_GAP))
        x = min(max(corner.x() - size.width(), screen.left()), screen.right() - size.width())
        place = QRect(QPoint(x, max(corner.y() - size.height(), screen.top())), size)
        if spare is not None and place.intersects(spare):
            place = _clear_of(spare, place, self.minimumSizeHint(), screen)
        self.setGeometry(place)
        self.show()
        self.branches.table.choose_present()
        page = self.tabs.currentWidget()
        if isinstance(page, PlaceList):
            page.table.setFocus()

    def retranslate(self) -> None:
        """Say everything again."""
        self.setWindowTitle(tr("Branches and bookmarks"))
        self.setAccessibleName(tr("Branches and bookmarks"))
        for index, words in enumerate((tr("Branches"), tr("Bookmarks"))):
            self.tabs.setTabText(index, words)
        self.branches.table.setAccessibleName(tr("Branches"))
        self.bookmarks.table.setAccessibleName(tr("Bookmarks"))
        self.add_button.setText(tr("Mark this iteration"))
        self.add_button.setAccessibleName(tr("Mark this iteration"))
        self.add_button.setToolTip(tr("Put a bookmark at the iteration on the screen (Ctrl+B)"))
        for page in (self.branches, self.bookmarks):
            page.retranslate()
        self._say_hint()
        self.show_places(self._places)

    def _say_hint(self) -> None:
        self.hint.setText(
            tr(
                "A branch begins where one goes back, changes a setting and trains on, "
                "or tries another network or start. "
                "With the same settings the run would be the same, so it goes along what is recorded."
            )
            if self.tabs.currentIndex() == 0
            else tr("Ctrl+B marks the iteration on the screen; F2 gives the mark a name.")
        )


def _clear_of(spare: QRect, place: QRect, least: QSize, screen: QRect) -> QRect:
    """Return where there is room beside ``spare``: above it, at a side, or where it was to be."""
    above = spare.top() - _GAP - screen.top()
    if above >= least.height():
        height = min(place.height(), above)
        return QRect(place.x(), spare.top() - _GAP - height, place.width(), height)
    right, left = screen.right() - spare.right() - _GAP, spare.left() - _GAP - screen.left()
    if max(right, left) < least.width():
        return place
    width = min(place.width(), max(right, left))
    x = spare.right() + _GAP if right >= left else spare.left() - _GAP - width
    return QRect(x, place.y(), width, place.height())
