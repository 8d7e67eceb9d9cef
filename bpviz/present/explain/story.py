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
from bpviz.present.explain.names import number
from bpviz.present.explain.shares import GATES
from bpviz.present.explain.story_factory import Factory, answer_of, factory, worker_of
from bpviz.text import N_, tr


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
    tellers = {"forward": _forward, "loss": _loss, "backward": _backward, "update": _update}
    return Story(tuple(tellers[moment.operation.phase](moment)), factory(moment))


# --- the sentences ---


def _bench(moment: Moment) -> str:
    if moment.output:
        return tr("the last bench")
    return tr("the first bench") if moment.number == 1 else tr("bench {bench}", bench=moment.number)


_AT_THE_BENCH = {
    "pool": N_(
        "At {bench} every worker looks through a small window and passes on one part "
        "for all that is in it: {value}."
    ),
    "flatten": N_("At {bench} the parts are only laid side by side on the belt."),
    "mask": N_(
        "At {bench} some workers have a day off, drawn by lot. "
        "The others work a little harder, so that nobody gets lazy."
    ),
    "normalize": N_(
        "At {bench} all parts are made about equally large, so that the next bench can handle them."
    ),
    **dict.fromkeys(
        ("gates", "candidate", "cell", "hidden"),
        N_(
            "Worker {worker} of {bench} decides what to keep in the notebook, "
            "what to cross out and what to tell the others."
        ),
    ),
    "activation": N_(
        "At {bench} every worker shapes what was put together. Worker {worker} passes on a part of {value}."
    ),
}


def _forward(moment: Moment) -> list[str]:
    bench, kind = _bench(moment), moment.operation.kind
    said = []
    if moment.step >= 0:
        step = moment.step + 1
        said = [
            tr("Step {step}: the workers also look into their notebooks from the step before.", step=step)
        ]
    if kind != "sum":
        fields = {"bench": bench, "worker": worker_of(moment), "value": number(_value(moment, "a"))}
        return [*said, tr(_AT_THE_BENCH[kind], **fields)]
    z = number(_value(moment, "z"))
    return [
        *said,
        tr(
            "The parts have come to {bench}. "
            "Every worker there puts them together, of some more, of some less.",
            bench=bench,
        ),
        tr(
            "How much of each is what the knobs say. Worker {worker} has {sum} now.",
            sum=z,
            worker=worker_of(moment),
        ),
    ]


def _loss(moment: Moment) -> list[str]:
    made, ordered, row = answer_of(moment)
    own = float(moment.dissection.losses[row])
    said = [
        tr(
            "The finished thing is laid beside the order: {made} was made, {ordered} was ordered.",
            made=number(made),
            ordered=number(ordered),
        )
    ]
    if abs(made - ordered) < 0.1 * max(abs(ordered), 1.0):
        return [
            *said,
            tr("That is nearly right: there is little to complain about, {loss}.", loss=number(own)),
        ]
    more = made > ordered
    return [
        *said,
        tr("That is {difference} too much.", difference=number(made - ordered))
        if more
        else tr("That is {difference} too little.", difference=number(ordered - made)),
        tr("The customer writes a complaint. How bad it is: {loss}.", loss=number(own)),
    ]


def _backward(moment: Moment) -> list[str]:
    bench = _bench(moment)
    if moment.operation.kind == "gradient":
        return [
            tr(
                "At {bench} everybody works out: had I turned this knob a "
                "little, how would the complaint have changed?",
                bench=bench,
            ),
            tr("A knob that let much through when the complaint is large counts most."),
        ]
    value = _value(moment, "delta")
    fields = {"bench": bench, "worker": worker_of(moment), "value": number(abs(value))}
    if moment.output:
        said = [tr("The complaint arrives at {bench} first.", bench=bench)]
    else:
        said = [
            tr(
                "The complaint is passed back to {bench}: each worker gets a "
                "share, by how much of its part was used.",
                bench=bench,
            )
        ]
    if value > 0:
        return [*said, tr("Worker {worker} made {value} too much.", **fields)]
    if value < 0:
        return [*said, tr("Worker {worker} made {value} too little.", **fields)]
    return [*said, tr("Worker {worker} has nothing to do with it.", **fields)]


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


def _value(moment: Moment, name: str) -> float:
    """Return z, a or δ of the moment's unit."""
    if moment.kind in GATES and moment.step >= 0:
        names = {"a": "h", "z": "z" if moment.kind == "rnn" else "h", "delta": "delta_h"}
        return float(moment.extra(names[name])[moment.step][moment.place])
    return float(moment.of(getattr(moment.trace, name))[moment.place])
