"""What is told of a bench on the way forward: each kind of layer has its own work, and its own numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bpviz.present.cards.inspect import feature_name
from bpviz.present.explain.moment import Moment, Place
from bpviz.present.explain.names import number, sample_name
from bpviz.present.explain.shares import Shares
from bpviz.present.explain.shares import forward as shares_of
from bpviz.present.explain.story_factory import worker_at, worker_of
from bpviz.text import tr


def bench_name(moment: Moment, layer: int) -> str:
    """Return what a layer is called: the first bench, bench 2, the last bench."""
    if layer == len(moment.dissection.layers):
        return tr("the last bench")
    return tr("the first bench") if layer == 1 else tr("bench {bench}", bench=layer)


def forward(moment: Moment) -> list[str]:
    """Tell what the moment's worker does with the parts that have come."""
    operation = moment.operation
    own = {"conv": _window_slides, "rnn": _with_notebook}.get(moment.kind)
    if operation.kind == "sum" and own is not None:
        return own(moment)
    return _TELLERS[operation.kind](moment)


def _fields(moment: Moment) -> dict[str, object]:
    return {"bench": bench_name(moment, moment.number), "worker": worker_of(moment)}


def _value(moment: Moment, name: str) -> float:
    return float(moment.of(getattr(moment.trace, name))[moment.place])


def _state(moment: Moment, name: str, step: int | None = None) -> float:
    """Return one of a recurrent layer's numbers at the moment's unit; 0 before the first step."""
    at = moment.step if step is None else step
    return float(moment.extra(name)[at][moment.place]) if at >= 0 else 0.0


def _percent(share: float) -> str:
    return f"{round(100 * share)}\u00a0%"


# --- putting together ---


def _alone(moment: Moment) -> bool:
    return moment.trace.a.shape[1:] == (1,)


def _shaping(moment: Moment) -> str:
    if _alone(moment):
        return tr("At {bench} the one worker shapes what was put together.", **_fields(moment))
    return tr("At {bench} every worker shapes what was put together.", **_fields(moment))


def _put_together(moment: Moment) -> list[str]:
    said = [
        tr(
            "The parts have come to {bench}. "
            "The one worker there puts them together, of some more, of some less.",
            **_fields(moment),
        )
        if _alone(moment)
        else tr(
            "The parts have come to {bench}. "
            "Every worker there puts them together, of some more, of some less.",
            **_fields(moment),
        ),
        tr(
            "How much of each is what the knobs say. Worker {worker} has {sum} now.",
            sum=number(_value(moment, "z")),
            **_fields(moment),
        ),
    ]
    return [*said, *_mostly(moment)]


def _largest(shares: Shares) -> tuple[Place, float] | None:
    """Return where the share comes from that counts most, and its size, where several come together."""
    largest = shares.largest()
    if largest is None or shares.count() < 2 or largest[0].of not in ("x", "delta"):
        return None
    return largest[0].source(largest[1]), largest[2]


def _mostly(moment: Moment) -> list[str]:
    """Tell from where the largest part comes."""
    found = _largest(shares_of(moment))
    if found is None:
        return []
    place, share = found
    if moment.number > 1:
        return [
            tr(
                "The largest part, {share}, comes from worker {worker} of {bench}.",
                share=number(share),
                worker=worker_at(place),
                bench=bench_name(moment, moment.number - 1),
            )
        ]
    if len(place) != 1:
        return []
    name = feature_name(moment.info, place[0])
    return [tr("The largest part, {share}, is made of “{name}”.", share=number(share), name=name)]


def pool_back(moment: Moment, value: float) -> list[str]:
    """Tell who gets the complaint of a max pooling: the winner of each window, and nobody else."""
    above = moment.above
    assert above is not None
    flat = int(np.ravel_multi_index(moment.place, above.x.shape[1:]))
    wins = [int((above.extras[row]["winner"] == flat).sum()) for row in moment.rows]
    fields = {
        "bench": bench_name(moment, moment.number),
        "next": bench_name(moment, above.number),
        "worker": worker_of(moment),
        "row": moment.place[1] + 1,
        "column": moment.place[2] + 1,
        "value": number(value),
        "won": sum(1 for each in wins if each),
        "count": len(wins),
    }
    said = [
        tr("At {next} only the winner of each window was passed on: it alone gets the complaint.", **fields)
    ]
    if not any(wins):
        said.append(
            tr("Row {row}, column {column} of worker {worker} won nowhere: it hears nothing.", **fields)
        )
    elif moment.mean:
        said.append(
            tr(
                "Row {row}, column {column} of worker {worker} won for {won} of {count} pictures: {value}.",
                **fields,
            )
        )
    else:
        said.append(
            tr("The winner is row {row}, column {column} of worker {worker}: it gets {value}.", **fields)
        )
    return said


def _window_slides(moment: Moment) -> list[str]:
    z = _value(moment, "z")
    row, column = moment.place[1] + 1, moment.place[2] + 1
    fields = {**_fields(moment), "row": row, "column": column, "sum": number(z)}
    said = [
        tr(
            "At {bench} every worker has a pattern of its own, and slides it over the "
            "picture like a small window.",
            **fields,
        )
    ]
    if z > 0:
        said.append(tr("At row {row}, column {column} the pattern of worker {worker} fits: {sum}.", **fields))
    else:
        said.append(
            tr("At row {row}, column {column} the pattern of worker {worker} does not fit: {sum}.", **fields)
        )
    return said


def _with_notebook(moment: Moment) -> list[str]:
    fields = {**_fields(moment), "step": moment.step + 1}
    return [
        *_step(moment),
        tr(
            "Worker {worker} puts together what comes in and what all of them wrote down: {sum}.",
            sum=number(_state(moment, "z")),
            **fields,
        ),
    ]


def _step(moment: Moment) -> list[str]:
    step = moment.step + 1
    if moment.step < 0:
        return []
    if moment.step == 0:
        return [tr("Step 1: the first part comes in, and the notebooks are still empty.")]
    return [tr("Step {step}: the workers also look into their notebooks from the step before.", step=step)]


# --- shaping, choosing, leaving out ---


def _shaped(moment: Moment) -> list[str]:
    if moment.step >= 0:
        return [
            tr(
                "Worker {worker} writes {value} into its notebook, and tells it to the others.",
                value=number(_state(moment, "h")),
                **_fields(moment),
            )
        ]
    z, a = _value(moment, "z"), _value(moment, "a")
    fields = {**_fields(moment), "sum": number(z), "value": number(a)}
    if a == 0:
        return [
            _shaping(moment),
            tr("What worker {worker} has, {sum}, is too little: it passes on nothing.", **fields),
        ]
    return [
        _shaping(moment),
        tr("Of {sum} worker {worker} makes a part of {value} and passes it on.", **fields),
    ]


def _pooled(moment: Moment) -> list[str]:
    fields = {**_fields(moment), "value": number(_value(moment, "a"))}
    said = [tr("At {bench} every worker looks through a small window at a piece of the picture.", **fields)]
    if moment.kind == "maxpool":
        said.append(
            tr(
                "Only the largest part there wins: worker {worker} passes on {value}. So less is left.",
                **fields,
            )
        )
    else:
        said.append(
            tr("Worker {worker} mixes all that is there, and passes on {value}. So less is left.", **fields)
        )
    return said


def _laid_out(moment: Moment) -> list[str]:
    return [
        tr("At {bench} the parts are only laid side by side on the belt.", **_fields(moment)),
        tr(
            "They are {count} parts; the one at place {worker} is {value}.",
            count=moment.trace.a[0].size,
            value=number(_value(moment, "a")),
            **_fields(moment),
        ),
    ]


def _days_off(moment: Moment) -> list[str]:
    mask = moment.extras("mask")
    off, every = int(np.sum(mask == 0)), int(mask.size)
    fields = {**_fields(moment), "off": off, "every": every, "value": number(_value(moment, "a"))}
    said = [
        tr(
            "At {bench} some workers have a day off, drawn by lot. "
            "The others work a little harder, so that nobody gets lazy.",
            **fields,
        )
    ]
    if not moment.mean and float(moment.extra("mask")[moment.place]) == 0:
        said.append(tr("Today worker {worker} is at home: nothing comes from it.", **fields))
    elif moment.mean:
        said.append(tr("Of {every} working days {off} were free.", **fields))
    else:
        said.append(tr("Worker {worker} is here, and passes on {value}.", **fields))
    return said


def _evened_out(moment: Moment) -> list[str]:
    moment, mean = moment.worked(), moment.mean
    channel = moment.place[0] if len(moment.place) == 3 else moment.place[-1]
    middle = float(moment.trace.extras[0]["mean"][channel])
    spread = float(np.sqrt(moment.trace.extras[0]["variance"][channel]))
    fields = {**_fields(moment), "mean": number(middle), "spread": number(spread)}
    fields |= {"before": number(_value(moment, "x")), "after": number(_value(moment, "z"))}
    return [
        tr(
            "At {bench} all parts are made about equally large, so that the next bench can handle them.",
            **fields,
        ),
        tr(
            "Worker {worker} got parts of about {mean}, give or take {spread}: "
            "that of {sample} was {before}, and now it is {after}.",
            sample=sample_name(moment, moment.rows[0]),
            **fields,
        )
        if mean
        else tr(
            "Worker {worker} got parts of about {mean}, give or take {spread}: "
            "this one was {before}, and now it is {after}.",
            **fields,
        ),
    ]


# --- the notebook ---


def _questions(moment: Moment) -> list[str]:
    fields = _fields(moment)
    if moment.kind == "lstm":
        asked = tr(
            "Worker {worker} asks three questions. How much of the old may stay in the notebook? {kept}. "
            "How much of the new may go in? {new}. How much do the others hear? {told}.",
            kept=_percent(_state(moment, "f")),
            new=_percent(_state(moment, "i")),
            told=_percent(_state(moment, "o")),
            **fields,
        )
    else:
        asked = tr(
            "Worker {worker} asks two questions. How much of the old page counts for the new one? {read}. "
            "How much of the old page stays as it is? {kept}.",
            read=_percent(_state(moment, "r")),
            kept=_percent(_state(moment, "z_gate")),
            **fields,
        )
    return [*_step(moment), asked]


def _draft(moment: Moment) -> list[str]:
    return [
        tr(
            "Worker {worker} writes a draft of the new page: {value}.",
            value=number(_state(moment, "n")),
            **_fields(moment),
        )
    ]


def _notebook(moment: Moment) -> list[str]:
    before, after = _state(moment, "c", moment.step - 1), _state(moment, "c")
    return [
        tr("Some of the old is crossed out in the notebook, something new is written in.", **_fields(moment)),
        tr(
            "The notebook of worker {worker} said {before}; now it says {after}.",
            before=number(before),
            after=number(after),
            **_fields(moment),
        ),
    ]


def _told_others(moment: Moment) -> list[str]:
    return [
        tr(
            "Worker {worker} tells the others what it has in the notebook: {value}. "
            "At the next step all of them will know it.",
            value=number(_state(moment, "h")),
            **_fields(moment),
        )
    ]


_TELLERS: dict[str, Callable[[Moment], list[str]]] = {
    "sum": _put_together,
    "activation": _shaped,
    "pool": _pooled,
    "flatten": _laid_out,
    "mask": _days_off,
    "normalize": _evened_out,
    "gates": _questions,
    "candidate": _draft,
    "cell": _notebook,
    "hidden": _told_others,
}
