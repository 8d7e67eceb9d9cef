"""The pictures that ``bpviz render`` makes: the names of the views, and where their panels are."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

from bpviz.registry import Entry, Registry
from bpviz.text import N_

if TYPE_CHECKING:
    from collections.abc import Callable

    from bpviz.views.panel import Panel

VIEWS: Registry[Panel] = Registry(N_("view"))
"""``make()`` imports Qt and returns the panel; listing the names imports nothing."""


def _panel(module: str, name: str) -> Callable[[], Panel]:
    def make() -> Panel:
        return cast("Panel", getattr(import_module(module), name)())

    return make


def _add(name: str, label: str, module: str, panel: str, said: str) -> None:
    VIEWS.add(Entry(name, label, _panel(module, panel), said))


_add("window", N_("The whole window"), "bpviz.views.main_window", "MainWindow", N_("Every panel at once."))
_add(
    "network",
    N_("Network"),
    "bpviz.views.network.panel",
    "NetworkPanel",
    N_("Neurons, weights and what they do."),
)
_add("loss", N_("Loss"), "bpviz.views.loss.panel", "LossPanel", N_("Training and test loss, and accuracy."))
_add(
    "surface",
    N_("Loss surface"),
    "bpviz.views.surface.panel",
    "SurfacePanel",
    N_("The loss in 3-D, and the path."),
)
_add(
    "map",
    N_("Decision map"),
    "bpviz.views.decision.panel",
    "DecisionPanel",
    N_("What the network answers where."),
)
