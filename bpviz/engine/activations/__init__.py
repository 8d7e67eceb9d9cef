"""Activations: each file registers one."""

from bpviz.engine.activations import identity as identity
from bpviz.engine.activations import sigmoid as sigmoid
from bpviz.engine.activations import tanh as tanh
from bpviz.engine.activations import relu as relu
from bpviz.engine.activations import leaky_relu as leaky_relu
from bpviz.engine.activations import softmax as softmax
from bpviz.engine.activations.base import ACTIVATIONS, Activation

__all__ = ["ACTIVATIONS", "Activation"]
