"""Which rows a recurrent network has when it is unrolled over time, from the input up to the answers.

A layer with a state shows one of its arrays, each (steps, units), or several below one another: the state
h, the cell c, a gate, the sum z, or what flows back.  Layers above it have a block at each step, or one
at the last step where only the last state goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bpviz.snapshot import LayerState, RunInfo

RowKind = Literal["input", "recurrent", "steps", "last", "through"]

RECURRENT = ("rnn", "lstm", "gru")
"""The kinds of layers that have a state."""

GATES = {"rnn": ("z",), "lstm": ("i", "f", "g", "o"), "gru": ("r", "z_gate", "n")}
"""What the blocks of rows of Wx and Wh make, from the first block on."""

VIEWS = ("h", "c", "z", "i", "f", "g", "o", "r", "z_gate", "n", "delta_h")
"""What the cells can show, in the order in which it is offered."""

ALL = "all"
"""Everything at once, one row for each array."""

_ALL_OF = {
    "rnn": ("z", "h"),
    "lstm": ("i", "f", "g", "o", "c", "h"),
    "gru": ("r", "z_gate", "n", "h"),
}


@dataclass(frozen=True, slots=True)
class RowSpec:
    """One row: a layer's number (0 is the input), its units at a step, and the array that it shows.

    ``norms``: the strip of ‖∂L/∂h_t‖ stands below it.  ``weighted``: the weights that make it beside it.
    """

    layer: int
    kind: RowKind
    units: int
    name: str = ""
    is_output: bool = False
    norms: bool = False
    weighted: bool = True


def is_unrolled(info: RunInfo) -> bool:
    """Whether the run has a layer with a state."""
    return info.sequence_shape is not None and any(kind in RECURRENT for kind in info.kinds)


def views(info: RunInfo) -> tuple[str, ...]:
    """Return what the cells of this run's layers can show, `ALL` the last."""
    kinds = set(info.kinds) & set(RECURRENT)
    shown = {name for kind in kinds for name in (*_ALL_OF[kind], "delta_h")}
    return (*(name for name in VIEWS if name in shown), ALL)


def array_name(kind: str, view: str) -> str:
    """Return the array that a kind of layer shows in a view: its state where it has no such array."""
    return view if view in (*_ALL_OF[kind], "delta_h") else "h"


def rows(info: RunInfo, layers: Sequence[LayerState], view: str) -> tuple[RowSpec, ...]:
    """Return the rows from the bottom to the top."""
    assert info.sequence_shape is not None
    steps, channels = info.sequence_shape
    found = [RowSpec(0, "input", channels)]
    for number, state in enumerate(layers[1:], 1):
        if state.kind in RECURRENT:
            units = state.arrays["h"].shape[1]
            names = _ALL_OF[state.kind] if view == ALL else (array_name(state.kind, view),)
            found += [
                RowSpec(
                    number,
                    "recurrent",
                    units,
                    name,
                    norms=place == 0,
                    weighted=len(names) == 1 or name in GATES[state.kind],
                )
                for place, name in enumerate(names)
            ]
        elif state.kind == "flatten":
            found.append(RowSpec(number, "through", state.units))
        else:
            every = len(state.shape) == 2 and state.shape[0] == steps
            kind: RowKind = "steps" if every else "last"
            units = state.shape[-1] if every else state.units
            found.append(RowSpec(number, kind, units, "a", is_output=number == len(layers) - 1))
    return tuple(found)
