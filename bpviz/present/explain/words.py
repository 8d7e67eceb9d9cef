"""What an operation does, in plain sentences with the field's terms; they follow the numbers."""

from __future__ import annotations

from collections.abc import Callable

from bpviz.present.explain import by_hand, words_back, words_forward, words_learn, words_time
from bpviz.present.explain.moment import Moment
from bpviz.present.explain.names import whose
from bpviz.present.explain.shares import GATES

Sentences = list[str]

_FORWARD: dict[str, Callable[[Moment], Sentences]] = {
    "sum": words_forward.weighted_sum,
    "activation": words_forward.activation,
    "pool": words_forward.pool,
    "flatten": words_forward.flatten,
    "mask": words_forward.mask,
    "normalize": words_forward.normalize,
    "gates": words_time.gates,
    "candidate": words_time.candidate,
    "cell": words_time.cell,
    "hidden": words_time.hidden,
    "loss": words_back.loss,
    "output_delta": words_back.output_delta,
    "gradient": words_learn.gradient,
    "update": words_learn.update,
    "value": words_learn.value,
    "slope": words_learn.slope_of_function,
}


def words(moment: Moment) -> Sentences:
    """Return the sentences about the moment's operation, at its unit or weight."""
    moment = about(moment)
    return [*told(moment), *filter(None, [whose(moment)])]


def about(moment: Moment) -> Moment:
    """Return the moment that words are about: a batch norm sends back what is each sample's own."""
    above = moment.above if moment.number else None
    norm = moment.operation.kind == "delta" and above is not None and above.kind == "batchnorm"
    return moment.worked() if norm else moment


def told(moment: Moment) -> Sentences:
    """Return the same without whose numbers they are."""
    kind = moment.operation.kind
    if by_hand.applies(moment):
        return by_hand.words(moment)
    if kind == "delta":
        if moment.kind in GATES:
            return words_time.delta(moment)
        return words_back.delta(moment)
    return _FORWARD[kind](moment)
