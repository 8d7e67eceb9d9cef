"""Layers."""

from bpviz.engine.layers.dense import Dense

__all__ = ["Dense"]
