"""The only place where views, workers and export meet."""

from bpviz.wiring.wiring import Wiring

__all__ = ["Wiring"]
