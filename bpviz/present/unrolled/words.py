"""The names of what a network unrolled over time shows: layers, arrays, steps, and what each is."""

from __future__ import annotations

from bpviz.present.cards.card import superscript
from bpviz.present.numbers import grouped
from bpviz.present.unrolled.rows import ALL, GATES, RECURRENT
from bpviz.present.walk.words import iteration_number
from bpviz.snapshot import RunInfo, Snapshot
from bpviz.text import N_, tr

_KINDS = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}
_SYMBOLS = {"z_gate": "z", "delta_h": "δ", "a": "a"}
_HELP = {
    "h": N_("The state h that goes on to the next step"),
    "c": N_("The cell c of an LSTM: what it remembers"),
    "z": N_("The sum z = Wx·x + Wh·h + b of a simple recurrent layer"),
    "i": N_("The input gate i: how much of g the cell takes in"),
    "f": N_("The forget gate f: how much of the cell is kept"),
    "g": N_("The candidate g: what the cell may take in"),
    "o": N_("The output gate o: how much of the cell is shown"),
    "r": N_("The reset gate r: how much of the old state the candidate sees"),
    "z_gate": N_("The update gate z: how much of the old state is kept"),
    "n": N_("The candidate n: what the new state may be"),
    "delta_h": N_("∂L/∂h: how the loss changes with each state, which flows back through time"),
    ALL: N_("All gates and the state, one below the other"),
}


def view_label(view: str) -> str:
    """Return the short name of what the cells show."""
    return tr("all") if view == ALL else _SYMBOLS.get(view, view)


def view_help(view: str) -> str:
    """Return what a view shows."""
    return tr(_HELP[view])


def symbol(name: str) -> str:
    """Return an array's symbol: ``z`` for ``z_gate``."""
    return "∂L/∂h" if name == "delta_h" else _SYMBOLS.get(name, name)


def layer_name(info: RunInfo, layer: int) -> str:
    """Return what a layer is called: LSTM, dense, the input, the output."""
    kind = info.kinds[layer - 1] if 0 < layer <= len(info.kinds) else ""
    if layer == 0:
        return tr("Input")
    if layer == len(info.kinds):
        return tr("Output")
    return _KINDS.get(kind) or tr(_labels().get(kind, kind))


def _labels() -> dict[str, str]:
    from bpviz.engine.layers import LAYERS

    return {entry.name: entry.label for entry in LAYERS}


def numbered_layer(info: RunInfo, layer: int) -> str:
    """Return a layer's name with its number, which its symbols carry: ``LSTM⁽¹⁾``."""
    name = layer_name(info, layer)
    return name if layer in (0, len(info.kinds)) else f"{name}⁽{superscript(layer)}⁾"


def gate_at(kind: str, row: int, units: int) -> str:
    """Return which gate a row of Wx or Wh belongs to; empty where there is one sum only."""
    gates = GATES.get(kind, ())
    return symbol(gates[row // units]) if len(gates) > 1 else ""


def subtitle(info: RunInfo, snapshot: Snapshot | None, *, walked: bool = False) -> str:
    """Return e.g. ``16 × 2 → LSTM 16 → 1 · 1 233 θ · iteration 420``."""
    assert info.sequence_shape is not None
    parts = ["{} × {}".format(*info.sequence_shape)]
    for number, (kind, shape) in enumerate(zip(info.kinds, info.shapes[1:], strict=False), 1):
        name = f"{_KINDS[kind]} " if kind in RECURRENT else ""
        if number == len(info.kinds) or kind in (*RECURRENT, "dense"):
            parts.append(f"{name}{shape[-1]}")
    said = [" → ".join(parts), f"{grouped(info.size)} θ"]
    if snapshot is not None:
        said.append(tr("iteration {number}", number=iteration_number(snapshot.iteration, walked=walked)))
    return " · ".join(said)
