"""The doctor: what is wrong with a run, why, and what may help.

A new finding is one file that registers itself, and one import line here.
"""

# isort: off - the order of registration is the order in which findings are told.
from bpviz.training.doctor import not_finite as not_finite
from bpviz.training.doctor import rates as rates
from bpviz.training.doctor import symmetry as symmetry
from bpviz.training.doctor import dead_units as dead_units
from bpviz.training.doctor import vanishing as vanishing
from bpviz.training.doctor import exploding as exploding
from bpviz.training.doctor import saturated as saturated
from bpviz.training.doctor import unscaled as unscaled
from bpviz.training.doctor import missing_class as missing_class
from bpviz.training.doctor import overfitting as overfitting

# isort: on
from bpviz.training.doctor.base import DIAGNOSES
from bpviz.training.doctor.evidence import Evidence
from bpviz.training.doctor.visits import Doctor, examine

__all__ = ["DIAGNOSES", "Doctor", "Evidence", "examine"]
