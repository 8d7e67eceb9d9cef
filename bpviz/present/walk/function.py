"""What a function's diagram shows at an operation of the walk."""

from __future__ import annotations

from bpviz.present.numbers import short
from bpviz.present.walk.light import Lit
from bpviz.snapshot import Array


def knows_slope(lit: Lit | None) -> bool:
    """Whether the gradient is known: at rest it is that of the last step."""
    return lit is None or lit.light.phase != "forward"


def moved_text(lit: Lit | None, theta: Array, index: int) -> str:
    """Return a variable's value, and at the update the value to which it goes."""
    value = float(theta[index])
    if lit is None or lit.light.phase != "update":
        return short(value)
    return f"{short(value)} → {short(value - float(lit.dissection.update[index]))}"
