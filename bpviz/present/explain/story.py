"""The factory: the same operation told to a child, and what the drawing of it shows.

Layers are benches, units their workers, weights the knobs of the machines.  Parts are passed on from
bench to bench, the finished thing is compared with the order, the complaint goes back from the last bench
to the first, each worker learns its own share of it, and turns its knobs a little.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpviz.present.explain import by_hand
from bpviz.present.explain.moment import Moment
from bpviz.present.explain.names import number, sample_name
from bpviz.present.explain.shares import GATES
from bpviz.present.explain.story_back import whence
from bpviz.present.explain.story_factory import Factory, answer_of, factory, worker_of
from bpviz.present.explain.story_layers import bench_name, forward, pool_back
from bpviz.text import tr


@dataclass(frozen=True)
class Story:
    """The sentences and the drawing."""

    sentences: tuple[str, ...]
    factory: Factory | None


def story(moment: Moment) -> Story:
    """Return what a child is told about the moment's operation."""
    if by_hand.applies(moment):
        return Story(tuple(by_hand.story(moment)), factory(moment) if moment.dissection.layers else None)
    if not moment.dissection.layers:
        return Story(tuple(_ball(moment)), None)
    tellers = {"forward": forward, "loss": _loss, "backward": _backward, "update": _update}
    return Story(tuple(tellers[moment.operation.phase](moment)), factory(moment))


# --- the sentences ---


def _bench(moment: Moment) -> str:
    return bench_name(moment, moment.number)


def _loss(moment: Moment) -> list[str]:
    made, ordered, row = answer_of(moment)
    own = float(moment.dissection.losses[row])
    fields = {"made": number(made), "ordered": number(ordered), "sample": sample_name(moment, row)}
    said = [
        tr(
            "The finished things are laid beside the orders. "
            "Take {sample} as an example: {made} was made, {ordered} was ordered.",
            **fields,
        )
        if moment.mean
        else tr(
            "The finished thing is laid beside the order: {made} was made, {ordered} was ordered.", **fields
        )
    ]
    of_all = _loss_of_all(moment)
    if abs(made - ordered) < 0.1 * max(abs(ordered), 1.0):
        return [
            *said,
            tr("That is nearly right: there is little to complain about, {loss}.", loss=number(own)),
            *of_all,
        ]
    more = made > ordered
    return [
        *said,
        tr("That is {difference} too much.", difference=number(made - ordered))
        if more
        else tr("That is {difference} too little.", difference=number(ordered - made)),
        tr("The customer writes a complaint. How bad it is: {loss}.", loss=number(own)),
        *of_all,
    ]


def _loss_of_all(moment: Moment) -> list[str]:
    """Tell the mean apart from the example."""
    if not moment.mean:
        return []
    fields = {"count": len(moment.rows), "loss": number(float(moment.losses().mean()))}
    return [tr("That was one of them. Over all {count} orders it is {loss} in the mean.", **fields)]


def _backward(moment: Moment) -> list[str]:
    bench = _bench(moment)
    if moment.operation.kind == "gradient":
        return [
            tr(
                "At {bench} everybody works out: had I turned this knob a "
                "little, how would the complaint have changed?",
                bench=bench,
            ),
            *_of_knob(moment),
            tr("A knob that let much through when the complaint is large counts most."),
        ]
    value = _delta(moment)
    fields = {"bench": bench, "worker": worker_of(moment), "value": number(abs(value))}
    if moment.output:
        said = [tr("The complaint arrives at {bench} first.", bench=bench)]
    elif moment.above is not None and moment.above.kind == "maxpool":
        return pool_back(moment, value)
    else:
        said = [
            tr(
                "The complaint is passed back to {bench}: each worker gets a "
                "share, by how much of its part was used.",
                bench=bench,
            )
        ]
    if value > 0:
        return [*said, tr("Worker {worker} made {value} too much.", **fields), *_whence(moment, value)]
    if value < 0:
        return [*said, tr("Worker {worker} made {value} too little.", **fields), *_whence(moment, value)]
    return [*said, tr("Worker {worker} has nothing to do with it.", **fields)]


def _whence(moment: Moment, value: float) -> list[str]:
    """Tell from whom most of the complaint has come back."""
    return whence(moment, value, "" if moment.output else bench_name(moment, moment.number + 1))


def _of_knob(moment: Moment) -> list[str]:
    """Tell what a knob's share is made of, and which way a turn of it would change the complaint."""
    state = moment.state(moment.parameter)
    if state is None or moment.kind != "dense" or moment.trace.x.ndim != 2:
        return _turned(moment)
    delta = moment.trace.delta[moment.rows, moment.place[0]]
    through = np.ones_like(delta) if state.role == "bias" else moment.trace.x[moment.rows, moment.place[1]]
    row = moment.rows.index(moment.worst_row())
    fields = {
        "worker": moment.place[0] + 1,
        "complaint": number(float(delta[row])),
        "part": number(float(through[row])),
        "share": number(float(delta[row] * through[row])),
        "sample": sample_name(moment, moment.rows[row]),
    }
    if state.role == "bias":
        said = tr(
            "For {sample} worker {worker} got the complaint {complaint}; "
            "this knob adds to every order alike.",
            **fields,
        )
    else:
        said = tr(
            "For {sample} worker {worker} got the complaint {complaint}, and {part} came in at this knob: "
            "together {share}.",
            **fields,
        )
    return [said, *_turned(moment)]


def _turned(moment: Moment) -> list[str]:
    """Tell which way a turn of the chosen knob would change the complaint, over all orders of the batch."""
    state = moment.state(moment.parameter)
    slope = 0.0 if state is None else float(state.gradient[moment.place])
    if slope > 0:
        return [
            tr("Over all orders {slope}: this knob further up, and they complain more.", slope=number(slope))
        ]
    if slope < 0:
        return [
            tr("Over all orders {slope}: this knob further up, and they complain less.", slope=number(slope))
        ]
    return [tr("This knob makes no difference at all this time.")]


def _update(moment: Moment) -> list[str]:
    state = moment.state(moment.parameter)
    assert state is not None
    before, step = float(state.values[moment.place]), float(state.update[moment.place])
    fields = {"before": number(before), "after": number(before - step), "bench": _bench(moment)}
    said = [
        tr(
            "At {bench} every knob is turned a little, so that the complaint will be smaller next time.",
            **fields,
        )
    ]
    if step:
        said.append(tr("One of them goes from {before} to {after}.", **fields))
    else:
        said.append(tr("This knob stays at {before}.", **fields))
    if moment.output or all(not layer.size for layer in moment.made.layers[moment.number :]):
        said.append(tr("Then the next parts can come."))
    return said


def _ball(moment: Moment) -> list[str]:
    dissection = moment.dissection
    kind = moment.operation.kind
    if kind == "value":
        return [
            tr("A ball lies on a hillside in the fog. It is {height} high.", height=number(dissection.loss))
        ]
    if kind == "slope":
        length = float(np.linalg.norm(dissection.gradient))
        return [
            tr(
                "It cannot see the valley, but it feels how the ground slopes under it: by {slope}.",
                slope=number(length),
            )
        ]
    return [
        tr(
            "So it goes a little downhill: a step of {step}. And then it feels again.",
            step=number(float(np.linalg.norm(dissection.update))),
        )
    ]


def _delta(moment: Moment) -> float:
    """Return δ of the moment's unit."""
    if moment.kind in GATES and moment.step >= 0:
        return float(moment.extra("delta_h")[moment.step][moment.place])
    return float(moment.of(moment.trace.delta)[moment.place])
