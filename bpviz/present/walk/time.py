"""Where time stands in a recurrent network at an operation of the walk."""

from __future__ import annotations

from dataclasses import dataclass

from bpviz.present.unrolled.values import Clock
from bpviz.present.walk.light import Lit
from bpviz.present.walk.words import steps_of


def clock_at(lit: Lit) -> Clock | None:
    """Return the clock at an operation that has a step of its own; elsewhere time stands nowhere."""
    light = lit.light
    if light.step < 0:
        return None
    steps = steps_of(lit.dissection.operations)
    return Clock(steps, 2 * steps - 1 - light.step if light.phase == "backward" else light.step)


@dataclass(frozen=True, slots=True)
class Way:
    """What flows from layer ``source`` to ``target`` at ``step`` (−1: at all), and there from the neighbour.

    Forward it comes from the layer below and the step before, δ from the layer above and the step after.
    """

    source: int
    target: int
    step: int

    @property
    def backward(self) -> bool:
        """Whether it is δ."""
        return self.source > self.target


_MADE_BY = {
    "z": ("sum", "activation"),
    **dict.fromkeys(("i", "f", "g", "o", "r", "z_gate"), ("gates", "candidate", "cell", "hidden")),
    "n": ("candidate", "hidden"),
    "c": ("cell", "hidden"),
    "h": ("hidden", "activation"),
    "a": ("activation",),
}
"""The operations of a layer from which on an array of it is known; where it is not named, from any on."""
FOLLOWS = {"gates": ("i", "r"), "candidate": ("n",), "cell": ("c",), "sum": ("z",)}
"""Which array of a layer with a state an operation makes, where that is not h."""


def known_steps(lit: Lit, layer: int, steps: int, name: str = "") -> int:
    """Return at how many steps a layer's numbers are known; the input's (layer 0) always are.

    With ``name`` those of one array: within a step the gates are there before the state is.
    """
    light = lit.light
    if light.phase != "forward" or layer < light.layer:
        return steps
    if layer > light.layer:
        return 0
    made = not name or light.kind in _MADE_BY.get(name, (light.kind,))
    return (steps if made else 0) if light.step < 0 else light.step + made


def way_of(lit: Lit) -> Way | None:
    """Return what flows at an operation of the walk: None where nothing does, at a loss or an activation."""
    light = lit.light
    if light.phase == "forward" and light.kind not in ("activation", "cell", "hidden"):
        return Way(light.layer - 1, light.layer, light.step)
    if light.phase == "backward" and light.kind == "delta":
        return Way(light.layer + 1, light.layer, light.step)
    return None


def errors_from(lit: Lit | None, layer: int, steps: int) -> int:
    """Return the step from which on δ of a layer is shown in place of its values; ``steps`` for none."""
    if lit is None or lit.light.phase != "backward" or layer < lit.light.errors:
        return steps
    light = lit.light
    return light.step if layer == light.layer and light.kind != "gradient" and light.step >= 0 else 0


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
