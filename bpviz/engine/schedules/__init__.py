"""Schedules: each file registers one."""

from bpviz.engine.schedules import constant as constant
from bpviz.engine.schedules import step as step
from bpviz.engine.schedules import exponential as exponential
from bpviz.engine.schedules import cosine as cosine
from bpviz.engine.schedules import cosine_restarts as cosine_restarts
from bpviz.engine.schedules import one_cycle as one_cycle
from bpviz.engine.schedules import linear_warmup as linear_warmup
from bpviz.engine.schedules import polynomial as polynomial
from bpviz.engine.schedules import inverse_time as inverse_time
from bpviz.engine.schedules import reduce_on_plateau as reduce_on_plateau
from bpviz.engine.schedules import bold_driver as bold_driver
from bpviz.engine.schedules.base import SCHEDULES, Schedule, rates

__all__ = ["SCHEDULES", "Schedule", "rates"]
