"""Random settings within a piece's bounds, the bounds themselves among them."""

from __future__ import annotations

from typing import Any

import numpy as np

from bpviz.registry import Field

_HIGHEST = {"weight_decay": 0.5, "delta": 3.0, "epsilon": 0.1}


def random_fields(fields: tuple[Field, ...], rng: np.random.Generator) -> dict[str, Any]:
    """Return a value for each field; where two bound each other the smaller comes first."""
    values = {field.name: _value(field, rng) for field in fields}
    if "step_min" in values:
        values["step_min"], values["step_max"] = sorted((values["step_min"], values["step_max"]))
    return values


def _value(field: Field, rng: np.random.Generator) -> Any:
    if field.kind == "bool":
        return bool(rng.integers(2))
    if field.kind == "choice":
        return str(rng.choice(field.choices))
    low = field.minimum if field.minimum is not None else -10.0
    high = field.high if field.high is not None else field.maximum if field.maximum is not None else 10.0
    high = _HIGHEST.get(field.name, high)
    if field.kind == "int":
        return int(rng.integers(int(low), min(int(high), int(low) + 50) + 1))
    if rng.random() < 0.15 and not field.exclusive_minimum:
        return float(low)
    value = float(rng.uniform(low, high))
    return value if value > low or not field.exclusive_minimum else float(high)
