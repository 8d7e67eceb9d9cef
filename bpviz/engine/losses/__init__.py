"""Losses: each file registers one."""

from bpviz.engine.losses import half_squared_error as half_squared_error
from bpviz.engine.losses import mean_squared_error as mean_squared_error
from bpviz.engine.losses import mean_absolute_error as mean_absolute_error
from bpviz.engine.losses import huber as huber
from bpviz.engine.losses import log_cosh as log_cosh
from bpviz.engine.losses import binary_cross_entropy as binary_cross_entropy
from bpviz.engine.losses import softmax_cross_entropy as softmax_cross_entropy
from bpviz.engine.losses import hinge as hinge
from bpviz.engine.losses.base import LOSSES, Loss

__all__ = ["LOSSES", "Loss"]
