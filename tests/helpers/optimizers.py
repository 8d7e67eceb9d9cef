"""Optimizers under PyTorch's names, and one iteration of any of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bpviz.engine.objective import Objective
from bpviz.engine.optimizers import OPTIMIZERS, Optimizer

_NAMES = {
    "Adagrad": "adagrad",
    "Adadelta": "adadelta",
    "RMSprop": "rmsprop",
    "Rprop": "rprop",
    "Adam": "adam",
    "AdamW": "adamw",
    "Adamax": "adamax",
    "NAdam": "nadam",
    "RAdam": "radam",
}
_FIELDS = {"rho": "decay", "alpha": "decay", "centered": "centred"}


def of_pytorch(kind: str, arguments: Mapping[str, Any]) -> tuple[Optimizer, float]:
    """Return our optimizer for one of PyTorch's classes and its arguments, and the learning rate."""
    given = dict(arguments)
    rate = given.pop("lr")
    if kind == "SGD":
        name = "momentum" if "momentum" in given else "sgd"
        name = "nesterov" if given.pop("nesterov", False) else name
    else:
        name = "amsgrad" if given.pop("amsgrad", False) else _NAMES[kind]
    return OPTIMIZERS.create(name, **{_FIELDS.get(key, key): value for key, value in given.items()}), rate


def move(optimizer: Optimizer, objective: Objective, theta: np.ndarray, rate: float) -> float:
    """Do one iteration in place, as the training does, and return the loss before it."""
    with np.errstate(all="ignore"):
        loss, gradient = objective.loss_and_gradient(theta)
        if optimizer.searches:
            optimizer.search(theta, loss, gradient, rate, objective.loss_and_gradient)
        else:
            optimizer.step(theta, gradient, rate)
    return loss
