"""Regularizers: each file registers one."""

from bpviz.engine.regularizers import l1 as l1
from bpviz.engine.regularizers import l2 as l2
from bpviz.engine.regularizers import elastic_net as elastic_net
from bpviz.engine.regularizers import max_norm as max_norm
from bpviz.engine.regularizers.base import REGULARIZERS, Regularizer

__all__ = ["REGULARIZERS", "Regularizer"]
