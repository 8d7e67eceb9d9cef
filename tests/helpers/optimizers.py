"""PyTorch's optimizers by its own names, as ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
