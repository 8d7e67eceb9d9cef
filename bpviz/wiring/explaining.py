"""The explanation beside the others: it comes when an iteration is taken apart, and follows the diagram."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QDockWidget

from bpviz.present.explain.pins import pin_of
from bpviz.views.dock import PanelDock
from bpviz.views.explain.panel import ExplainPanel
from bpviz.views.main_window import MainWindow
from bpviz.views.network.panel import NetworkPanel

_KEY = "explain"


class Explaining(QObject):
    """Brings the explanation to the front for a walk, and puts back afterwards what was there.

    Whoever closes it during a walk is not bothered again until they open it themselves.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.window = window
        self._before: QDockWidget | None = None
        self._closes = self._unwanted = False
        panels = window.panels()
        panel, network = panels.get(_KEY), panels.get("network")
        if not isinstance(panel, ExplainPanel):
            return
        self.panel = panel
        panel.set_depth(window.settings.value("depth", panel.telling))
        panel.depth_changed.connect(self._on_panel_depth_changed)
        panel.walk_changed.connect(self._on_panel_walk_changed)
        if isinstance(network, NetworkPanel):
            self.canvas = network.canvas
            self.canvas.spot_changed.connect(self._on_canvas_spot_changed)
            self.unrolled = network.unrolled
            self.unrolled.spot_changed.connect(self._on_unrolled_spot_changed)
            self.network = network
            # After the panel itself: it then speaks of what was chosen.
            panel.head.chosen.connect(self._on_head_chosen)
            panel.head.go_to.written.connect(self._on_go_to_written)

    @Slot(bool)
    def want(self, wanted: bool) -> None:
        """Come in the next walk, though it was closed in one before; or stay away from it."""
        self._unwanted = not wanted

    @Slot(str)
    def _on_panel_depth_changed(self, depth: str) -> None:
        self.window.settings.set_value("depth", depth)

    @Slot()
    def _on_canvas_spot_changed(self) -> None:
        self.panel.point_at(self.canvas.scene.told)

    @Slot()
    def _on_unrolled_spot_changed(self) -> None:
        self.panel.point_at(self.unrolled.canvas.scene.told)

    @Slot(object)
    def _on_head_chosen(self, index: int | None) -> None:
        """Pin what was chosen in the explanation; None lets it find its own, and the card go."""
        moment = self.panel.explained.moment if index is not None else None
        self.network.pin(*(pin_of(moment) if moment is not None else (None,)))

    @Slot(str)
    def _on_go_to_written(self, _text: str) -> None:
        moment = self.panel.explained.moment
        if moment is not None and not self.panel.head.go_to.isVisible():
            self.network.pin(*pin_of(moment))

    @Slot(bool)
    def _on_panel_walk_changed(self, on: bool) -> None:
        dock = self.window.host.docks[_KEY]
        if on:
            self._bring(dock)
        else:
            self._put_back(dock)

    def _bring(self, dock: PanelDock) -> None:
        if self.window.panel_visible(_KEY):
            self._unwanted = False
            return
        if self._unwanted:
            return
        tabs = self.window.host.tabifiedDockWidgets
        home = self.window.host.docks[dock.spec.beside]
        # A closed dock is beside nobody: it comes to the place that it is given in the default layout.
        beside = [home, *tabs(home)] if dock.isHidden() else tabs(dock)
        self._before = next((other for other in beside if self._can_be_seen(other)), None)
        self._closes = dock.isHidden()
        dock.bring()

    def _can_be_seen(self, dock: QDockWidget) -> bool:
        return isinstance(dock, PanelDock) and self.window.panel_visible(dock.spec.key)

    def _put_back(self, dock: PanelDock) -> None:
        before, self._before = self._before, None
        if before is None:
            return
        if dock.isHidden():
            self._unwanted = True
        elif self._closes:
            dock.hide()
            before.raise_()
        elif self.window.panel_visible(_KEY):
            before.raise_()
