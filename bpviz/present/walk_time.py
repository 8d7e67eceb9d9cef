"""Where time stands in a recurrent network at an operation of the walk."""

from __future__ import annotations

from bpviz.present.unrolled_values import Clock
from bpviz.present.walk_light import Lit
from bpviz.present.walk_words import steps_of


def clock_at(lit: Lit) -> Clock | None:
    """Return the clock at an operation: at its own step, else where the last one with a step left it.

    None at the update: everything is known.
    """
    light, operations = lit.light, lit.dissection.operations
    steps = steps_of(operations)
    if not steps or light.phase == "update":
        return None
    if light.step >= 0:
        return Clock(steps, 2 * steps - 1 - light.step if light.phase == "backward" else light.step)
    if light.phase == "backward":
        # Above the first recurrent layer on the way back nothing has gone back in time yet.
        below = any(each.step >= 0 and each.layer < light.layer for each in operations)
        above = any(each.step >= 0 and each.layer > light.layer for each in operations)
        done = above or (light.kind == "gradient" and not below)
        return Clock(steps, 2 * steps - 1 if done else steps)
    later = any(each.step >= 0 and each.layer < light.layer for each in operations)
    return Clock(steps, steps - 1 if later or light.phase == "loss" else 0)


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
