"""Activations: each file registers one."""

from bpviz.engine.activations import identity as identity
from bpviz.engine.activations import sigmoid as sigmoid
from bpviz.engine.activations import tanh as tanh
from bpviz.engine.activations import relu as relu
from bpviz.engine.activations import leaky_relu as leaky_relu
from bpviz.engine.activations import elu as elu
from bpviz.engine.activations import selu as selu
from bpviz.engine.activations import gelu as gelu
from bpviz.engine.activations import silu as silu
from bpviz.engine.activations import mish as mish
from bpviz.engine.activations import softplus as softplus
from bpviz.engine.activations import softsign as softsign
from bpviz.engine.activations import hard_tanh as hard_tanh
from bpviz.engine.activations import hard_sigmoid as hard_sigmoid
from bpviz.engine.activations import sine as sine
from bpviz.engine.activations import gaussian as gaussian
from bpviz.engine.activations import softmax as softmax
from bpviz.engine.activations.base import ACTIVATIONS, Activation

__all__ = ["ACTIVATIONS", "Activation"]
