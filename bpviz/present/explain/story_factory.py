"""What the drawing of the factory shows, with the numbers that it follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from bpviz.present.explain.moment import Moment, Place
from bpviz.present.explain.names import number
from bpviz.present.explain.shares import GATES
from bpviz.snapshot.dissection import Phase

MOST_WORKERS = 5
"""More than these the drawing shows as one of many."""


@dataclass(frozen=True)
class Worker:
    """One worker: the part that it made, and its share of the complaint, both from −1 to 1.

    ``away`` says that dropout has sent it home, ``notes`` how full its notebook is, 0 to 1, where it has one.
    """

    part: float
    complaint: float
    lit: bool = False
    away: bool = False
    notes: float | None = None


@dataclass(frozen=True)
class Bench:
    """One layer: its workers, of how many, and its knob: how far it is turned, −1 to 1, and whether it moves.

    ``passing`` says that nobody there has a knob; ``kind`` is the layer's, which has a sign of its own.
    """

    number: int
    workers: tuple[Worker, ...]
    units: int
    lit: bool = False
    knob: float = 0.0
    passing: bool = False
    kind: str = "dense"


@dataclass(frozen=True)
class Factory:
    """What is drawn.  ``way``: parts go right, the complaint left, or nothing moves."""

    phase: Phase
    benches: tuple[Bench, ...]
    way: Literal["parts", "compare", "complaint", "knobs"]
    made: str
    ordered: str
    complaint: float
    done: int


def factory(moment: Moment) -> Factory:
    """Return what is drawn: every bench with a few of its workers."""
    dissection = moment.dissection
    operation = moment.operation
    made, ordered, _ = answer_of(moment)
    ways = {"forward": "parts", "loss": "compare", "backward": "complaint", "update": "knobs"}
    benches = tuple(_drawn(moment, index) for index in range(len(dissection.layers)))
    own = float(moment.losses().mean())
    return Factory(
        operation.phase,
        benches,
        ways[operation.phase],  # type: ignore[arg-type]  # one of the four
        number(made),
        number(ordered),
        own / (1.0 + own),
        operation.layer if operation.layer else len(benches),
    )


def _drawn(moment: Moment, index: int) -> Bench:
    trace, layer = moment.dissection.layers[index], moment.made.layers[index]
    a, delta = _by_unit(moment.of(trace.a)), _by_unit(moment.of(trace.delta))
    here = index + 1 == moment.number
    picked = int(np.argmax(np.abs(delta if moment.operation.phase == "backward" else a)))
    if here and moment.place and not moment.parameter:
        picked = min(worker_of(moment) - 1, len(a) - 1)
    shown = _shown(len(a), picked)
    top_a, top_delta = (float(np.abs(each).max()) or 1.0 for each in (a, delta))
    away, notes = _away(moment, index, len(a)), _notes(moment, index)
    workers = tuple(
        Worker(
            float(a[j]) / top_a,
            float(delta[j]) / top_delta,
            here and j == picked,
            bool(away[j]),
            None if notes is None else float(notes[j]),
        )
        for j in shown
    )
    steps = [float(np.abs(one.update).max()) for one in trace.parameters]
    largest = max(
        (float(np.abs(one.update).max()) for each in moment.dissection.layers for one in each.parameters),
        default=0.0,
    )
    turned = max(steps, default=0.0) / largest if largest else 0.0
    return Bench(index + 1, workers, len(a), here, turned, not layer.size, trace.kind)


def _away(moment: Moment, index: int, units: int) -> np.ndarray:
    """Return which units dropout leaves out, of all samples that are looked at."""
    trace = moment.dissection.layers[index]
    if trace.kind != "dropout":
        return np.zeros(units, bool)
    return np.asarray(_by_unit(moment.extras("mask", index + 1).max(axis=0)) == 0)


def _notes(moment: Moment, index: int) -> np.ndarray | None:
    """Return how much each unit of a recurrent layer remembers at the step that is looked at, 0 to 1."""
    trace = moment.dissection.layers[index]
    if trace.kind not in GATES:
        return None
    states = np.mean([extras["h"] for extras in (trace.extras[row] for row in moment.rows)], axis=0)
    now = index + 1 == moment.number and moment.step >= 0
    sizes = np.abs(states[moment.step if now else -1])
    return np.asarray(np.minimum(sizes, 1.0))


def _by_unit(numbers: np.ndarray) -> np.ndarray:
    """Return one number a worker: a map's mean, a unit's last step."""
    if numbers.ndim == 3:
        return np.asarray(numbers.mean(axis=(1, 2)))
    return np.asarray(numbers[-1] if numbers.ndim == 2 else numbers)


def _shown(units: int, picked: int) -> list[int]:
    """Return which workers are drawn: the first few, the picked one among them."""
    shown = list(range(min(units, MOST_WORKERS)))
    if picked not in shown:
        shown[-1] = picked
    return shown


def worker_of(moment: Moment) -> int:
    """Return the number of the worker that is told about, from 1."""
    return worker_at(moment.place)


def worker_at(place: Place) -> int:
    """Return the number of the worker at a place, from 1: of pictures that of its map."""
    return (place[0] if len(place) == 3 else place[-1]) + 1


def answer_of(moment: Moment) -> tuple[float, float, int]:
    """Return answer and target of the output that is farthest off, and the sample's row."""
    row = moment.worst_row()
    y_hat, y = moment.dissection.layers[-1].a[row].ravel(), moment.dissection.y[row].ravel()
    unit = int(np.argmax(np.abs(y_hat - y)))
    return float(y_hat[unit]), float(y[unit]), row
