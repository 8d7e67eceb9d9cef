"""Optimizers: each file registers one."""

from bpviz.engine.optimizers import sgd as sgd
from bpviz.engine.optimizers import momentum as momentum
from bpviz.engine.optimizers import adam as adam
from bpviz.engine.optimizers.base import OPTIMIZERS, Optimizer

__all__ = ["OPTIMIZERS", "Optimizer"]
