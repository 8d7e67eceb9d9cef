"""Every registry of the engine, filled."""

from bpviz.engine.activations import ACTIVATIONS
from bpviz.engine.functions import FUNCTIONS
from bpviz.engine.initializers import INITIALIZERS
from bpviz.engine.losses import LOSSES
from bpviz.engine.optimizers import OPTIMIZERS
from bpviz.engine.regularizers import REGULARIZERS
from bpviz.engine.schedules import SCHEDULES

__all__ = ["ACTIVATIONS", "FUNCTIONS", "INITIALIZERS", "LOSSES", "OPTIMIZERS", "REGULARIZERS", "SCHEDULES"]
