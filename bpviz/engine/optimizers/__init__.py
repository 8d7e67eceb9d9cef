"""Optimizers: each file registers one."""

from bpviz.engine.optimizers import sgd as sgd
from bpviz.engine.optimizers import momentum as momentum
from bpviz.engine.optimizers import nesterov as nesterov
from bpviz.engine.optimizers import adagrad as adagrad
from bpviz.engine.optimizers import adadelta as adadelta
from bpviz.engine.optimizers import rmsprop as rmsprop
from bpviz.engine.optimizers import rprop as rprop
from bpviz.engine.optimizers import adam as adam
from bpviz.engine.optimizers import amsgrad as amsgrad
from bpviz.engine.optimizers import adamax as adamax
from bpviz.engine.optimizers import nadam as nadam
from bpviz.engine.optimizers import radam as radam
from bpviz.engine.optimizers import adamw as adamw
from bpviz.engine.optimizers import lion as lion
from bpviz.engine.optimizers import conjugate_gradient as conjugate_gradient
from bpviz.engine.optimizers import bfgs as bfgs
from bpviz.engine.optimizers import lbfgs as lbfgs
from bpviz.engine.optimizers import newton as newton
from bpviz.engine.optimizers.base import OPTIMIZERS, Optimizer

__all__ = ["OPTIMIZERS", "Optimizer"]
