"""What networks learn here: the tasks of tests/learning, each from several seeds."""

from __future__ import annotations

from tests.benchmarks.timing import Row
from tests.learning.tasks import TASKS, Outcome, learn


def learning() -> list[Row]:
    """A row a task: median and range over the seeds, the bound, iterations and seconds of a run."""
    return [_row(learn(task)) for task in TASKS]


def _row(outcome: Outcome) -> Row:
    task, run = outcome.task, outcome.runs[0]
    low, high = min(outcome.reached), max(outcome.reached)
    if task.measure == "loss":
        value, bound = f"loss {outcome.median:.2g} ({low:.2g} … {high:.2g})", f"{task.bound:.2g}"
    else:
        value, bound = f"{outcome.median:.1%} ({low:.1%} … {high:.1%})", f"{task.bound:.0%}"
    at_most = task.at_most or task.measure == "loss"
    compared = f"{'≤' if at_most else '≥'} {bound}; {run.iterations:,} iterations, {outcome.seconds:.2f} s"
    return Row(f"learning, {task.name}", value, compared, outcome.median / task.bound, 1.0, at_most)
