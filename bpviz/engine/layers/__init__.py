"""Layers: each file registers its own."""

from bpviz.engine.layers import dense as dense
from bpviz.engine.layers import conv as conv
from bpviz.engine.layers import pool as pool
from bpviz.engine.layers import flatten as flatten
from bpviz.engine.layers import batch_norm as batch_norm
from bpviz.engine.layers import dropout as dropout
from bpviz.engine.layers import rnn as rnn
from bpviz.engine.layers import lstm as lstm
from bpviz.engine.layers import gru as gru
from bpviz.engine.layers.base import LAYERS, Layer, Parameter, Work
from bpviz.engine.layers.dense import Dense

__all__ = ["LAYERS", "Dense", "Layer", "Parameter", "Work"]
