"""See gradient descent and backpropagation at work, iteration by iteration."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # for type checkers; at run time they come with their first use
    from bpviz.api import Run as Run
    from bpviz.api import check_gradients as check_gradients
    from bpviz.api import trace as trace
    from bpviz.api import train as train

__version__ = "0.1.0"

_LAZY = ("Run", "check_gradients", "trace", "train")


def __getattr__(name: str) -> object:
    """Import what trains only when it is asked for: `import bpviz` alone stays light (PEP 562)."""
    if name in _LAZY:
        # By its name: every room may ask this package for its version, and none of them for this.
        return getattr(import_module("bpviz.api"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_LAZY])
