"""Runs of every kind, taken apart: each layer, loss, optimizer and penalty is in one of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

from bpviz.engine.registries import LOSSES, OPTIMIZERS
from bpviz.present.explain import choice
from bpviz.present.explain.made import Made, made
from bpviz.present.explain.moment import Moment
from bpviz.snapshot.dissection import Dissection
from bpviz.training.build import build
from bpviz.training.dissecting import dissect
from bpviz.training.options import run_config

LAYER_RUNS = {
    "dense": {"data": "spiral", "layers": "4 tanh, 3 gelu"},
    "no bias": {"data": "iris", "layers": "3 relu no bias, 4 sigmoid"},
    "pictures": {
        "data": "digits",
        "layers": "conv 2 3x3 relu padding 1 stride 2, avgpool 2 stride 1, conv 3 2x2 tanh, batchnorm tanh, "
        "maxpool 2 stride 1, flatten, 5 relu, batchnorm, dropout 0.3",
    },
    "winners": {"data": "digits", "layers": "conv 2 3x3 relu, maxpool 2, flatten", "batch_size": 4},
    "lstm": {"data": "delayed_xor", "layers": "lstm 3", "steps": 5, "delay": 2},
    "gru": {"data": "delayed_xor", "layers": "gru 3, 3 tanh", "steps": 5, "delay": 2},
    "every step": {"data": "binary_addition", "layers": "gru 3, batchnorm, rnn 3 truncate 3, lstm 2, 4 tanh"},
    "one bias": {"data": "binary_addition", "layers": "gru 3 biases one, lstm 2 biases none"},
    "penalties": {"data": "spiral", "layers": "3 tanh", "l1": 0.01, "l2": 0.1, "clip_norm": 0.1},
    "elastic": {"data": "spiral", "layers": "3 tanh", "elastic_net": 0.1, "clip_value": 0.05},
    "held": {
        "data": "spiral",
        "layers": "3 tanh",
        "l1": 0.01,
        "max_norm": 0.5,
        "clip_value": 0.05,
        "clip_norm": 0.1,
        "optimizer": "adam",
        "schedule": "cosine",
    },
    "held search": {"data": "spiral", "layers": "3 tanh", "l2": 0.05, "max_norm": 0.6, "optimizer": "bfgs"},
    "whole batch": {"data": "spiral", "layers": "3 tanh", "batch_size": "full"},
    "function": {"function": "bowl"},
}
_OF_LOSS = {
    "softmax_cross_entropy": {"data": "iris", "layers": "3 tanh", "label_smoothing": 0.1},
    "binary_cross_entropy": {"data": "spiral", "layers": "3 tanh", "label_smoothing": 0.1},
    "hinge": {"data": "spiral", "layers": "3 tanh"},
}
LOSS_RUNS = {
    name: {**_OF_LOSS.get(name, {"data": "sine", "layers": "4 tanh"}), "loss": name}
    for name in LOSSES.names()
}
OPTIMIZER_RUNS = {
    name: {"data": "spiral", "layers": "3 tanh", "optimizer": name} for name in OPTIMIZERS.names()
}
RUNS = {**LAYER_RUNS, **LOSS_RUNS, **OPTIMIZER_RUNS}


@cache
def taken_apart(name: str, seed: int = 3, iterations: int = 4) -> tuple[Made, Dissection]:
    """Return a run after a few iterations, the next one taken apart."""
    config = run_config({**RUNS[name], "seed": seed})
    training = build(config)
    going = training.iterations()
    for _ in range(iterations):
        next(going)
    dissection = dissect(training, config)
    return made(training.info, dissection), dissection


def moments(name: str, seed: int = 3, places: int = 4) -> Iterator[Moment]:
    """Yield every operation, for the mean and one sample, at the largest and a few other places."""
    of_run, dissection = taken_apart(name, seed)
    rng = np.random.default_rng(seed)
    for operation in dissection.operations:
        for sample in ("mean", len(dissection.rows) - 1) if dissection.layers else ("mean",):
            base = Moment(of_run, operation, sample)
            count = choice.count(base)
            found = [choice.largest(base)]
            found += [choice.choice_at(base, int(each)) for each in rng.integers(0, count, places)]
            for at in dict.fromkeys(found):
                yield choice.chosen_at(base, at)


def engine_number(moment: Moment) -> float:
    """Return the number that the operation makes at the moment's place."""
    return float(dict(choice.made_there(moment))[moment.parameter][moment.place])
