"""Test functions."""

from bpviz.engine.functions import curves as curves
from bpviz.engine.functions import surfaces as surfaces
from bpviz.engine.functions.base import FUNCTIONS, TestFunction

__all__ = ["FUNCTIONS", "TestFunction"]
