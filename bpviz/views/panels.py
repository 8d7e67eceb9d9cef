"""The panels of the window, as data: the docks, the menus and the export follow from here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from PySide6.QtWidgets import QWidget

from bpviz.text import N_
from bpviz.views.panel import Panel
from bpviz.views.setup.panel import SetupPanel


@dataclass(frozen=True)
class PanelSpec:
    """One panel.

    Attributes
    ----------
    key : str
        What the layout, the export and the command line call it.
    beside : str
        The panel next to which it stands in the default layout; empty for the first.
    side : "right", "below" or "tab"
        On which side of ``beside``; "tab" in its place, one behind the other, and closed at first.
    share : float
        Its width in the default layout as a share of the window's (``side`` "right"), or its height
        as a share of the column's ("below").
    """

    key: str
    label: str
    shortcut: str
    factory: Callable[[], Panel]
    beside: str = ""
    side: Literal["right", "below", "tab"] = "right"
    share: float = 0.33


# The panels are imported when they are made: a test of the window needs none of them.
def _network() -> Panel:
    from bpviz.views.network.panel import NetworkPanel

    return NetworkPanel()


def _surface() -> Panel:
    from bpviz.views.surface.panel import SurfacePanel

    return SurfacePanel()


def _loss() -> Panel:
    from bpviz.views.loss.panel import LossPanel

    return LossPanel()


def _map() -> Panel:
    from bpviz.views.decision.panel import DecisionPanel

    return DecisionPanel()


def _gradients() -> Panel:
    from bpviz.views.gradients.panel import GradientsPanel

    return GradientsPanel()


def _explain() -> Panel:
    from bpviz.views.explain.panel import ExplainPanel

    return ExplainPanel()


def _doctor() -> Panel:
    from bpviz.views.doctor.panel import DoctorPanel

    return DoctorPanel()


def _histograms() -> Panel:
    from bpviz.views.histograms.panel import HistogramsPanel

    return HistogramsPanel()


PANELS: tuple[PanelSpec, ...] = (
    PanelSpec("setup", N_("Set-up"), "Ctrl+1", SetupPanel, share=0.185),
    PanelSpec("network", N_("Network"), "Ctrl+2", _network, "setup", "right", 0.47),
    PanelSpec("surface", N_("Loss surface"), "Ctrl+3", _surface, "network", "right", 0.35),
    PanelSpec("loss", N_("Loss"), "Ctrl+4", _loss, "network", "below", 0.27),
    PanelSpec("map", N_("Decision map"), "Ctrl+5", _map, "surface", "below", 0.48),
    PanelSpec("gradients", N_("Gradient check"), "Ctrl+6", _gradients, "map", "tab"),
    PanelSpec("explain", N_("What happens now"), "Ctrl+7", _explain, "map", "tab"),
    PanelSpec("doctor", N_("Doctor"), "Ctrl+D", _doctor, "map", "tab"),
    PanelSpec("histograms", N_("Histograms"), "Ctrl+H", _histograms, "map", "tab"),
)


def make_panel(spec: PanelSpec, parent: QWidget) -> Panel:
    """Build the panel of ``spec`` inside ``parent``."""
    panel = spec.factory()
    panel.setParent(parent)
    panel.setObjectName(f"panel_{spec.key}")
    return panel
