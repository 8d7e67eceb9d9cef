"""Where time stands in a recurrent network at an operation of the walk."""

from __future__ import annotations

from bpviz.present.unrolled_values import Clock
from bpviz.present.walk_light import Lit
from bpviz.present.walk_words import steps_of


def clock_at(lit: Lit) -> Clock | None:
    """Return the clock at an operation that has a step of its own; elsewhere time stands nowhere."""
    light = lit.light
    if light.step < 0:
        return None
    steps = steps_of(lit.dissection.operations)
    return Clock(steps, 2 * steps - 1 - light.step if light.phase == "backward" else light.step)


def known_steps(lit: Lit, layer: int, steps: int) -> int:
    """Return at how many steps a layer's numbers are known; the input's (layer 0) always are."""
    light = lit.light
    if light.phase != "forward" or layer < light.layer:
        return steps
    if layer > light.layer:
        return 0
    return steps if light.step < 0 else light.step + 1


def reached(lit: Lit, step: int, layer: int) -> bool:
    """Whether a layer's state at ``step`` is known."""
    return step < known_steps(lit, layer, step + 1)


def flows_back(lit: Lit, step: int, layer: int) -> bool:
    """Whether δ of a layer at ``step`` is known."""
    light = lit.light
    if light.phase == "update":
        return True
    if light.phase != "backward" or layer < light.errors:
        return False
    if layer > light.layer or light.kind == "gradient" or light.step < 0:
        return True
    return step >= light.step
