"""The menu bar."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from bpviz.text import LANGUAGES, N_, language, tr
from bpviz.views.dock import DockHost

# key, words, shortcuts; a key of "-" is a line.  Space is shown here and handled by SpaceKey.
_FILE = (
    ("open", N_("Open a table…"), ("Ctrl+O",)),
    ("save", N_("Save the weights…"), ("Ctrl+S",)),
    ("export", N_("Export pictures…"), ("Ctrl+E",)),
    ("-", "", ()),
    ("quit", N_("Quit"), ("Ctrl+Q",)),
)
_RUN = (
    ("train", N_("Train or pause"), ()),
    ("iteration", N_("A step on"), (".",)),
    ("epoch", N_("An epoch on"), ("Shift+.", ">")),
    ("back", N_("A step back"), (",",)),
    ("reset", N_("Start anew"), ("R",)),
    ("-", "", ()),
    ("rewind", N_("Play the record backwards"), ("J",)),
    ("forward", N_("Play the record forwards"), ("L",)),
    ("bookmark", N_("Mark this iteration"), ("Ctrl+B",)),
    ("places", N_("Branches and bookmarks…"), ("Ctrl+T",)),
    ("-", "", ()),
    ("gradients", N_("Check the gradient"), ("Ctrl+G",)),
    ("guess", N_("Guess first, then see"), ()),
)
_VIEW = (
    ("restore", N_("Restore the layout"), ()),
    ("full", N_("Full screen"), ("F11",)),
    ("-", "", ()),
    ("larger", N_("Larger text"), ("Ctrl++", "Ctrl+=")),
    ("smaller", N_("Smaller text"), ("Ctrl+-",)),
    ("normal", N_("Normal text"), ("Ctrl+0",)),
)
_HELP = (("help", N_("Help"), ("F1",)), ("lessons", N_("Lessons"), ("F2",)))
_THEMES = (("system", N_("Like the system")), ("light", N_("Light")), ("dark", N_("Dark")))


class Menus(QObject):
    """Builds the menus into the window; ``actions[key].triggered`` is what was chosen."""

    def __init__(self, window: QMainWindow, host: DockHost) -> None:
        super().__init__(window)
        self._bar = window.menuBar()
        self._host = host
        self._words: list[tuple[QAction | QMenu, str]] = []
        self.actions: dict[str, QAction] = {}
        self._fill(self._menu(N_("&File")), _FILE)
        self._fill(self._menu(N_("&Run")), _RUN)
        self.view = self._menu(N_("&View"))
        self._add_panels(self._submenu(N_("Panels")))
        self.themes = self._add_group(self._submenu(N_("Theme")), _THEMES)
        self.languages = self._add_group(self._submenu(N_("Language")), tuple(LANGUAGES.items()))
        self.view.addSeparator()
        self._fill(self.view, _VIEW)
        self._fill(self._menu(N_("&Help")), _HELP)

    def _menu(self, words: str) -> QMenu:
        menu = self._bar.addMenu("")
        self._words.append((menu, words))
        return menu

    def _submenu(self, words: str) -> QMenu:
        menu = self.view.addMenu("")
        self._words.append((menu, words))
        return menu

    def _fill(self, menu: QMenu, entries: tuple[tuple[str, str, tuple[str, ...]], ...]) -> None:
        for key, words, keys in entries:
            if key == "-":
                menu.addSeparator()
                continue
            action = menu.addAction("")
            action.setShortcuts([QKeySequence(k) for k in keys])
            action.setMenuRole(QAction.MenuRole.NoRole)
            # Held down they would pile up faster than they can be done.
            action.setAutoRepeat(key in ("iteration", "back"))
            self.actions[key] = action
            self._words.append((action, words))

    def _add_panels(self, menu: QMenu) -> None:
        for dock in self._host.docks.values():
            action = dock.toggleViewAction()
            action.setShortcut(QKeySequence(dock.spec.shortcut))
            menu.addAction(action)

    def _add_group(self, menu: QMenu, entries: tuple[tuple[str, str], ...]) -> QActionGroup:
        group = QActionGroup(self)
        for key, words in entries:
            action = menu.addAction("")
            action.setCheckable(True)
            action.setData(key)
            group.addAction(action)
            self._words.append((action, words))
        return group

    def check_theme(self, theme: str) -> None:
        """Tick the theme in force."""
        for action in self.themes.actions():
            action.setChecked(action.data() == theme)

    @Slot()
    def retranslate(self) -> None:
        """Say everything again."""
        for item, words in self._words:
            said = tr(words)
            if isinstance(item, QMenu):
                item.setTitle(said)
            else:
                item.setText(said + ("\t" + tr("Space") if item is self.actions["train"] else ""))
        for action in self.languages.actions():
            action.setChecked(action.data() == language())
