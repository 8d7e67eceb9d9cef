"""What the card says about a point of an unrolled network: sums, gates, states, and what flows back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bpviz.present.cards.card import ACTIVATION_FORMULAS, Card, CardLine, subscript, superscript
from bpviz.present.cards.chain_back import shares
from bpviz.present.cards.chain_ladder import recurrent_rungs
from bpviz.present.cards.inspect import output_name
from bpviz.present.decision.sequence_values import ShownSequence
from bpviz.present.gradient_names import at_rest
from bpviz.present.numbers import exact, short
from bpviz.present.unrolled.layout import Mark
from bpviz.present.unrolled.rows import GATES, RECURRENT
from bpviz.present.unrolled.shown import shown_in
from bpviz.present.unrolled.sums import delta_name, sum_parts
from bpviz.present.unrolled.values import by_step, flow
from bpviz.present.unrolled.weights import parameter
from bpviz.present.unrolled.words import gate_at, numbered_layer, symbol
from bpviz.snapshot import LayerState, RunInfo, Snapshot
from bpviz.snapshot.probing import ParameterPlace, error_at
from bpviz.text import tr

Values = NDArray[np.floating]

_SQUASH = {"g": "tanh", "n": "tanh"}
_FEW = 4


@dataclass(frozen=True, slots=True)
class VectorLine(CardLine):
    """Several numbers of one kind: the first few to read, all of them to copy."""

    values: tuple[float, ...] = ()

    def shown(self) -> str:
        """Return the first numbers with 3 significant digits."""
        said = ", ".join(short(value, 3) for value in self.values[:_FEW])
        return f"{self.name} = [{said}{', …' if len(self.values) > _FEW else ''}]"

    def exact(self) -> str:
        """Return all numbers with all digits."""
        return f"{self.name} = [{', '.join(map(exact, self.values))}]"


def card(info: RunInfo, snapshot: Snapshot, mark: Mark, shown: ShownSequence | None = None) -> Card:
    """Return what is said about ``mark``; ``shown`` is what goes in and comes out (found where not given)."""
    shown = shown or shown_in(info, snapshot)
    state = snapshot.layers[mark.layer]
    if mark.kind == "weight":
        return _weight_card(info, snapshot, mark)
    if state.kind in RECURRENT:
        if mark.kind == "cell" and mark.unit >= 0:
            return _unit_card(info, snapshot, mark)
        return _block_card(info, state, mark)
    if mark.layer == 0:
        return _input_card(info, snapshot, mark, shown)
    return _dense_card(info, snapshot, mark, shown)


def _title(info: RunInfo, mark: Mark, unit: bool = True) -> str:
    fields = {"layer": numbered_layer(info, mark.layer), "step": mark.step + 1}
    if unit:
        return tr("{layer}, unit {unit} at step {step}", unit=mark.unit + 1, **fields)
    return tr("{layer} at step {step}", **fields)


def _unit_card(info: RunInfo, snapshot: Snapshot, mark: Mark) -> Card:
    state = snapshot.layers[mark.layer]
    if state.kind == "rnn":
        lines = _sum_lines(snapshot, mark, "z") + _rnn_lines(state, mark) + _made_of(snapshot, mark, "z")
    elif mark.name in GATES[state.kind]:
        lines = _gate_lines(snapshot, mark)
    elif state.kind == "lstm":
        lines = _lstm_lines(state, mark)
    else:
        lines = _gru_lines(state, mark)
    return Card(_title(info, mark), tuple(lines))


def _sum_lines(snapshot: Snapshot, mark: Mark, gate: str) -> list[CardLine]:
    state = snapshot.layers[mark.layer]
    parts = sum_parts(snapshot.layers, mark.layer, mark.step, mark.unit, gate)
    t, before = subscript(mark.step + 1), f"Wh·h{subscript(mark.step)}"
    if gate == "n":
        before = f"r·({before} + bh)" if parameter(state, "bh") is not None else f"r·({before})"
    return [
        CardLine(f"Wx·x{t}", parts.from_x, "muted"),
        CardLine(before, parts.from_h, "muted"),
        CardLine("b", parts.bias, "muted"),
        CardLine(f"z{t} = Wx·x{t} + {before} + b", parts.total),
    ]


def _at(state: LayerState, name: str, mark: Mark, back: int = 0) -> float:
    """Return one number of an array; 0 before the first step."""
    step = mark.step - back
    return float(state.arrays[name][step, mark.unit]) if step >= 0 else 0.0


def _rnn_lines(state: LayerState, mark: Mark) -> list[CardLine]:
    formula = ACTIVATION_FORMULAS.get(state.activation, f"{state.activation}(z)")
    t = subscript(mark.step + 1)
    return [
        CardLine(f"h{t} = {formula}", _at(state, "h", mark)),
        CardLine(f"∂L/∂h{t}", _at(state, "delta_h", mark), "backward"),
        CardLine(f"δ{t} = ∂L/∂z{t}", _at(state, "delta", mark), "backward", check=_sum_at(mark, "delta")),
    ]


def _gate_lines(snapshot: Snapshot, mark: Mark) -> list[CardLine]:
    state, gate = snapshot.layers[mark.layer], mark.name
    name, t = symbol(gate), subscript(mark.step + 1)
    squash = f"{_SQUASH.get(gate, 'σ')}({'sum' if name == 'z' else 'z'})"
    # A GRU's candidate takes r ⊙ (…): the mean of a product is not that of its factors.
    lines = [] if gate == "n" and snapshot.sample < 0 else _sum_lines(snapshot, mark, gate)
    if name == "z":
        # A GRU's gate is called z as well: what goes into it is only "the sum" then.
        total = lines[-1]
        lines[-1] = CardLine(total.name.partition(" = ")[2], total.value)
        squash = f"σ({tr('sum')})"
    lines.append(CardLine(f"{name}{t} = {squash}", _at(state, gate, mark)))
    delta, where = _at(state, delta_name(gate), mark), _sum_at(mark, delta_name(gate))
    lines.append(CardLine(f"∂L/∂({tr('sum')})", delta, "backward", check=where))
    return lines + _made_of(snapshot, mark, gate)


def _sum_at(mark: Mark, delta: str) -> ParameterPlace:
    """Return the place of δ of a sum at a step."""
    return ParameterPlace(mark.layer, delta, (mark.step, mark.unit))


def _made_of(snapshot: Snapshot, mark: Mark, gate: str) -> list[CardLine]:
    """Return what δ of a sum is the product of, and what comes back to the state."""
    if snapshot.sample < 0:
        return []
    return recurrent_rungs(snapshot.layers, mark.layer, mark.step, gate, mark.unit)[0]


def _lstm_lines(state: LayerState, mark: Mark) -> list[CardLine]:
    t, before = subscript(mark.step + 1), subscript(mark.step)
    c = _at(state, "c", mark)
    return [
        CardLine(f"f{t}", _at(state, "f", mark), "muted"),
        CardLine(f"c{before}", _at(state, "c", mark, 1), "muted"),
        CardLine(f"i{t}", _at(state, "i", mark), "muted"),
        CardLine(f"g{t}", _at(state, "g", mark), "muted"),
        CardLine(f"c{t} = f·c{before} + i·g", c),
        CardLine(f"o{t}", _at(state, "o", mark), "muted"),
        CardLine(f"h{t} = o·tanh c{t}", _at(state, "h", mark)),
        CardLine(f"∂L/∂h{t}", _at(state, "delta_h", mark), "backward"),
        CardLine(f"∂L/∂c{t}", _at(state, "delta_c", mark), "backward"),
    ]


def _gru_lines(state: LayerState, mark: Mark) -> list[CardLine]:
    t, before = subscript(mark.step + 1), subscript(mark.step)
    return [
        CardLine(f"z{t}", _at(state, "z_gate", mark), "muted"),
        CardLine(f"n{t}", _at(state, "n", mark), "muted"),
        CardLine(f"h{before}", _at(state, "h", mark, 1), "muted"),
        CardLine(f"h{t} = (1 − z)·n + z·h{before}", _at(state, "h", mark)),
        CardLine(f"∂L/∂h{t}", _at(state, "delta_h", mark), "backward"),
    ]


def _block_card(info: RunInfo, state: LayerState, mark: Mark) -> Card:
    """Tell a layer at one step, and how much of the gradient has come that far."""
    t, arrays = subscript(mark.step + 1), state.arrays
    h = arrays["h"][mark.step]
    lines: list[CardLine] = [CardLine(f"‖h{t}‖", float(np.linalg.norm(h)))]
    if "c" in arrays:
        lines.append(CardLine(f"‖c{t}‖", float(np.linalg.norm(arrays["c"][mark.step]))))
    found = flow(state)
    here, last = float(found.norms[mark.step]), len(found.norms)
    lines.append(CardLine(f"‖∂L/∂h{t}‖", here, "backward"))
    if mark.step < last - 1 and found.norms[-1] > 0:
        share = here / float(found.norms[-1])
        lines.append(CardLine(tr("over that of step {last}", last=last), share, "backward"))
    lines.append(VectorLine(f"h{t}", None, values=tuple(h.tolist())))
    for gate in GATES[state.kind]:
        values = arrays[gate][mark.step]
        lines.append(VectorLine(f"{symbol(gate)}{t}", None, "muted", values=tuple(values.tolist())))
    for name in _deltas(state):
        said = "∂L/∂h" if name == "delta_h" else "δ" + symbol(name.removeprefix("delta").lstrip("_"))
        values = arrays[name][mark.step]
        lines.append(VectorLine(f"{said}{t}", None, "backward", values=tuple(values.tolist())))
    return Card(_title(info, mark, unit=False), tuple(lines))


def _deltas(state: LayerState) -> list[str]:
    return ["delta_h", *(delta_name(gate) for gate in GATES[state.kind])]


def _input_card(info: RunInfo, snapshot: Snapshot, mark: Mark, shown: ShownSequence | None) -> Card:
    assert info.sequence_shape is not None
    sees = by_step(snapshot.layers[0], "a", info.sequence_shape[0])
    if shown is None:
        return Card(_title(info, mark, unit=False), ())
    units = range(len(shown.channels)) if mark.unit < 0 else [mark.unit]
    lines = []
    for unit in units:
        lines.append(CardLine(shown.channels[unit], float(shown.x[mark.step, unit])))
        seen = float(sees[mark.step, unit])
        name = tr("the network sees {symbol}", symbol=f"x{subscript(mark.step + 1)}")
        lines.append(CardLine(name, seen, "muted"))
        flat = mark.step * sees.shape[1] + unit
        found = shares(snapshot.layers, 0, flat)
        if found is not None and not found.coupled:
            back, where = float(found.terms.sum()), error_at(0, flat)
            name = f"∂L/∂x{subscript(mark.step + 1)}"
            lines.append(CardLine(name, back, "backward", check=where))
    return Card(_title(info, mark, unit=False), tuple(lines))


def _dense_card(info: RunInfo, snapshot: Snapshot, mark: Mark, shown: ShownSequence | None) -> Card:
    state = snapshot.layers[mark.layer]
    steps = len(info.shapes) and info.sequence_shape[0] if info.sequence_shape else 1
    output = mark.layer == len(snapshot.layers) - 1
    rows = {name: by_step(state, name, steps) for name in ("z", "a", "delta")}
    step = min(mark.step, len(rows["a"]) - 1)
    unit = max(mark.unit, 0)
    lines = [CardLine("z", float(rows["z"][step, unit]), "muted")]
    formula = ACTIVATION_FORMULAS.get(state.activation, state.activation)
    a = "ŷ" if output else "a"
    lines.append(CardLine(f"{a} = {formula}" if formula else a, float(rows["a"][step, unit])))
    if output:
        lines += _target_lines(info, snapshot, shown, step, unit)
    where = error_at(mark.layer, step * rows["delta"].shape[1] + unit)
    lines.append(CardLine("δ = ∂L/∂z", float(rows["delta"][step, unit]), "backward", check=where))
    bias = parameter(state, "b")
    if bias is not None:
        lines.append(CardLine(tr("bias b"), float(bias.values[unit]), "muted"))
    title = _title(info, mark, unit=rows["a"].shape[1] > 1)
    return Card(title, tuple(lines))


def _target_lines(
    info: RunInfo, snapshot: Snapshot, shown: ShownSequence | None, step: int, unit: int
) -> list[CardLine]:
    if shown is None:
        return []
    if shown.labels is None or shown.said is None:
        return [CardLine(tr("target y"), float(shown.target[step, min(unit, shown.target.shape[1] - 1)]))]
    names = info.class_names
    right = shown.labels[step] == shown.said[step]
    true = tr("true class: {name}", name=names[shown.labels[step]])
    said = tr("predicted: {name}", name=names[shown.said[step]])
    lines = [CardLine(true, None), CardLine(f"{'✓' if right else '✗'} {said}", None)]
    if len(names) == snapshot.layers[-1].a.size // len(shown.answers_at):
        lines.insert(0, CardLine(output_name(info, unit), None, "muted"))
    return lines


def _weight_card(info: RunInfo, snapshot: Snapshot, mark: Mark) -> Card:
    state = snapshot.layers[mark.layer]
    found = parameter(state, mark.name)
    if found is None:
        return Card("", ())
    units = state.arrays["h"].shape[1] if state.kind in RECURRENT else len(found.values)
    gate = gate_at(state.kind, mark.unit, units)
    row = f"{gate} {mark.unit % units + 1}".strip()
    bias = found.values.ndim == 1
    place = f"[{row}]" if bias else f"[{row}, {mark.source + 1}]"
    at: tuple[int, ...] = (mark.unit,) if bias else (mark.unit, mark.source)
    value, gradient = float(found.values[at]), float(found.gradient[at])
    name = f"{found.symbol}⁽{superscript(mark.layer)}⁾{place}"
    lines = [
        CardLine(found.symbol[0].lower(), value),
        CardLine(at_rest("w", snapshot.iteration), gradient, "backward"),
    ]
    if found.update[at]:
        lines.append(CardLine(tr("last change"), value, "muted", value + float(found.update[at])))
    title = tr("Bias {symbol}", symbol=name) if bias else tr("Weight {symbol}", symbol=name)
    return Card(title, tuple(lines), parameter=ParameterPlace(mark.layer, mark.name, at))
