"""Initializers: each file registers its own."""

from bpviz.engine.initializers import constant as constant
from bpviz.engine.initializers import random as random
from bpviz.engine.initializers import scaled as scaled
from bpviz.engine.initializers import orthogonal as orthogonal
from bpviz.engine.initializers import identity as identity
from bpviz.engine.initializers.base import INITIALIZERS, Initializer

__all__ = ["INITIALIZERS", "Initializer"]
