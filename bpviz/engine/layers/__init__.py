"""Layers: each file registers its own."""

from bpviz.engine.layers import dense as dense
from bpviz.engine.layers.base import LAYERS, Layer, Parameter, Work
from bpviz.engine.layers.dense import Dense

__all__ = ["LAYERS", "Dense", "Layer", "Parameter", "Work"]
