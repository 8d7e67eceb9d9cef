"""The docks: cards that can be moved, floated, closed and restored."""

from __future__ import annotations

import base64
import binascii

from PySide6.QtCore import QByteArray, QMargins, QPoint, QRect, QRectF, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QTabBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from bpviz.present.palette import LIGHT, Palette
from bpviz.text import tr
from bpviz.views.icons import icon
from bpviz.views.naming import named
from bpviz.views.panel import Panel
from bpviz.views.panels import PanelSpec, make_panel
from bpviz.views.quiet_text import QuietText

LAYOUT_VERSION = 1
_GAP = 8
_RADIUS = 9.0
_CORNERS = QMargins(9, 9, 9, 9)

MOST_PASSED = 200
"""Controls behind others that Tab passes by at once."""


class TitleBar(QWidget):
    """A dock's title at the left, what its panel has to add at the right, and two small buttons."""

    def __init__(self, dock: PanelDock) -> None:
        super().__init__(dock)
        self._dock = dock
        self.title = named(QLabel(self), "PanelTitle")
        self.subtitle = named(QuietText(self), "PanelSubtitle")
        self.float_button = self._button()
        self.close_button = self._button()
        self.float_button.clicked.connect(self._on_float_button_clicked)
        self.close_button.clicked.connect(dock.close)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 6, 2)
        row.setSpacing(2)
        row.addWidget(self.title)
        row.addSpacing(8)
        row.addWidget(self.subtitle, 1)
        row.addSpacing(4)
        row.addWidget(self.float_button)
        row.addWidget(self.close_button)

    def _button(self) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("look", "flat")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAutoRaise(True)
        return button

    def show_subtitle(self, text: str) -> None:
        """Show the quiet line."""
        self.subtitle.set_text(text)

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        side = round(0.72 * self.fontMetrics().height())
        for button in (self.float_button, self.close_button):
            button.setIconSize(QSize(side, side))
        self.float_button.setIcon(icon("float", palette.muted))
        self.close_button.setIcon(icon("close", palette.muted))
        self.subtitle.set_palette(palette)

    def retranslate(self) -> None:
        """Say everything again."""
        title = self._dock.windowTitle()
        self.title.setText(title)
        for button, words in (
            (self.float_button, tr("Float or put back: {panel}", panel=title)),
            (self.close_button, tr("Close: {panel} (the View menu brings it back)", panel=title)),
        ):
            button.setToolTip(words)
            button.setAccessibleName(words)

    @Slot()
    def _on_float_button_clicked(self) -> None:
        self._dock.setFloating(not self._dock.isFloating())


def _dock_name(spec: PanelSpec) -> str:
    """Return the name by which a layout knows a panel's dock."""
    return f"dock_{spec.key}"


class PanelDock(QDockWidget):
    """A card with a title that holds one panel."""

    def __init__(self, spec: PanelSpec, parent: QMainWindow) -> None:
        super().__init__(parent)
        self.spec = spec
        self.setObjectName(_dock_name(spec))
        self._palette = LIGHT
        holder = QWidget(self)
        column = QVBoxLayout(holder)
        # The margin keeps what a panel paints off the card's round corners.
        column.setContentsMargins(10, 2, 10, 9)
        self.panel: Panel = make_panel(spec, holder)
        column.addWidget(self.panel)
        self.setWidget(holder)
        self.bar = TitleBar(self)
        self.setTitleBarWidget(self.bar)
        self.toggleViewAction().triggered.connect(self._on_toggle_view_action_triggered)

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802
        """Pass panels by that lie behind others: there the keyboard's place would not be seen."""
        start = QApplication.focusWidget()
        for _ in range(MOST_PASSED):
            if not super().focusNextPrevChild(forward):
                return False
            at = QApplication.focusWidget()
            if at is None or at is start or not _behind(at):
                break
        return True

    def bring(self) -> None:
        """Show the panel, in front of those that share its place."""
        self.show()
        self.raise_()

    @Slot(bool)
    def _on_toggle_view_action_triggered(self, shown: bool) -> None:
        if shown:
            self.bring()

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self._palette = palette
        self.bar.set_palette(palette)
        self.panel.set_palette(palette)
        self.update()

    def retranslate(self) -> None:
        """Say everything again."""
        self.panel.retranslate()
        self._refresh_title()
        self.bar.retranslate()
        self.refresh_subtitle()

    def _refresh_title(self) -> None:
        self.setWindowTitle(self.panel.title() or tr(self.spec.label))

    def refresh_subtitle(self) -> None:
        """Show what the panel has to add to its title, and what it is called with this run."""
        before = self.windowTitle()
        self._refresh_title()
        if self.windowTitle() != before:
            self.bar.retranslate()
        self.bar.show_subtitle(self.panel.subtitle())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        inner = self.rect().marginsRemoved(_CORNERS)
        if inner.contains(event.rect()):
            # A label changed: the corners are as they were.
            painter.fillRect(event.rect(), QColor(self._palette.card))
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(self._palette.window))
        painter.setPen(QPen(QColor(self._palette.border), 1))
        painter.setBrush(QColor(self._palette.card))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)


def _behind(widget: QWidget) -> bool:
    """Whether the dock that a widget is in lies behind others; what is scrolled out of sight does not."""
    within: QWidget | None = widget
    while within is not None and not isinstance(within, PanelDock):
        within = within.parentWidget()
    return within is not None and within.visibleRegion().isEmpty()


class DockHost(QMainWindow):
    """Where the docks live: the window without its bars."""

    def __init__(self, specs: tuple[PanelSpec, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("DockHost")
        self.setWindowFlags(Qt.WindowType.Widget)
        self.setContentsMargins(_GAP, _GAP, _GAP, _GAP)
        self.setDockNestingEnabled(True)
        self.setAnimated(False)
        self._specs = specs
        self.docks = {spec.key: PanelDock(spec, self) for spec in specs}
        self._place()
        self._arrange = QTimer(self, singleShot=True, interval=0)
        self._arrange.timeout.connect(self._on_arrange_timeout)
        self.nothing = named(QLabel(self, wordWrap=True), "Quiet")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.hide()
        for dock in self.docks.values():
            dock.visibilityChanged.connect(self._on_dock_visibility_changed)

    def place_of(self, key: str, within: QWidget) -> QRect | None:
        """Return where a panel stands within a widget; None where it is not seen there."""
        dock = self.docks[key]
        if not dock.isVisible() or dock.isFloating() or dock.visibleRegion().isEmpty():
            return None
        return QRect(within.mapFromGlobal(dock.mapToGlobal(QPoint())), dock.size())

    def _place(self) -> None:
        for spec in self._specs:
            dock = self.docks[spec.key]
            before = self.docks.get(spec.beside)
            if before is None:
                self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)
            elif spec.side == "tab":
                self._tabify(spec)
                continue
            else:
                below = spec.side == "below"
                self.splitDockWidget(
                    before, dock, Qt.Orientation.Vertical if below else Qt.Orientation.Horizontal
                )
            dock.show()

    def restore_default(self) -> None:
        """Put every panel back where it belongs."""
        for dock in self.docks.values():
            dock.setFloating(False)
            self.removeDockWidget(dock)
        self._place()
        self._on_arrange_timeout()
        # Once more when the layout has settled: the first pass works on the old sizes.
        self._arrange.start()

    @Slot()
    def _on_arrange_timeout(self) -> None:
        self.share_out()

    @Slot(bool)
    def _on_dock_visibility_changed(self, visible: bool) -> None:
        for bar in self.findChildren(QTabBar):
            bar.setDrawBase(False)
        # Not whether it can be seen: in a minimized window none can.
        self.nothing.setVisible(all(dock.isHidden() for dock in self.docks.values()))

    def retranslate(self) -> None:
        """Say everything again."""
        for dock in self.docks.values():
            dock.retranslate()
        keys = [spec.shortcut for spec in self._specs if spec.shortcut[-1:].isdigit()] or [""]
        self.nothing.setText(
            tr(
                "Every panel is hidden. The View menu, or {first} to {last}, brings them back.",
                first=keys[0],
                last=keys[-1],
            )
        )

    def share_out(self) -> None:
        """Give the panels the sizes of the default layout."""
        beside = [s for s in self._specs if s.side == "right" or not s.beside]
        wide = [self.docks[s.key] for s in beside]
        self.resizeDocks(wide, [round(s.share * self.width()) for s in beside], Qt.Orientation.Horizontal)
        below = [s for s in self._specs if s.side == "below" and s.beside]
        columns = {self._head(s).key for s in below}
        for head in columns:
            members = [s for s in below if self._head(s).key == head]
            rest = 1.0 - sum(s.share for s in members)
            docks = [self.docks[head], *(self.docks[s.key] for s in members)]
            heights = [rest, *(s.share for s in members)]
            self.resizeDocks(docks, [round(h * self.height()) for h in heights], Qt.Orientation.Vertical)

    def _head(self, spec: PanelSpec) -> PanelSpec:
        """Return the topmost panel of the column in which ``spec`` stands."""
        by_key = {s.key: s for s in self._specs}
        while spec.side == "below" and spec.beside:
            spec = by_key[spec.beside]
        return spec

    def sizes(self) -> dict[str, tuple[int, int]]:
        """Return width and height of the panels that stand in the window."""
        docked = {k: d for k, d in self.docks.items() if d.isVisibleTo(self) and not d.isFloating()}
        return {key: (dock.width(), dock.height()) for key, dock in docked.items()}

    def set_sizes(self, sizes: dict[str, tuple[int, int]], across: float = 1.0, down: float = 1.0) -> None:
        """Give panels back the sizes that ``sizes`` gave, times a factor each way, at once."""
        docks = [self.docks[key] for key in sizes]
        self.resizeDocks(docks, [round(w * across) for w, _ in sizes.values()], Qt.Orientation.Horizontal)
        self.resizeDocks(docks, [round(h * down) for _, h in sizes.values()], Qt.Orientation.Vertical)
        layout = self.layout()
        if layout is not None:
            layout.activate()

    def saved_layout(self) -> str:
        """Return the layout as text."""
        return base64.b64encode(self.saveState(LAYOUT_VERSION).data()).decode("ascii")

    def restore_layout(self, text: object) -> bool:
        """Take a layout that ``saved_layout`` gave; False, and nothing changed, when it is broken."""
        try:
            state = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
        except (binascii.Error, ValueError):
            return False
        if not state or not self.restoreState(QByteArray(state), LAYOUT_VERSION):
            return False
        for spec in self._specs:
            # A layout of before this panel was there leaves it nowhere.
            if spec.side == "tab" and _dock_name(spec).encode("utf-16-be") not in state:
                self._tabify(spec)
        return True

    def _tabify(self, spec: PanelSpec) -> None:
        """Put a panel behind the one whose place it shares, closed."""
        dock = self.docks[spec.key]
        before = self.docks[spec.beside]
        self.removeDockWidget(dock)
        if before.isFloating():
            self.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
        else:
            self.tabifyDockWidget(before, dock)
        dock.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.nothing.setGeometry(self.rect().adjusted(40, 0, -40, 0))
