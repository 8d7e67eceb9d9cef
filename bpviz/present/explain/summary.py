"""The last iteration in short, in four columns: what is shown while nothing is taken apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpviz.present.cards.card import subscript, superscript
from bpviz.present.cards.inspect import output_name, variable_name
from bpviz.present.numbers import short
from bpviz.snapshot import LayerState, RunInfo, Snapshot
from bpviz.snapshot.dissection import Phase
from bpviz.text import tr


@dataclass(frozen=True)
class Column:
    """One phase: its lines, each a name and a value."""

    phase: Phase
    lines: tuple[tuple[str, str], ...]


def summary(info: RunInfo, snapshot: Snapshot) -> tuple[Column, ...]:
    """Return the columns."""
    if info.kind == "function":
        return _of_function(info, snapshot)
    return (
        Column("forward", _answers(info, snapshot)),
        Column("loss", _losses(snapshot)),
        Column("backward", _errors(snapshot)),
        Column("update", _steps(info, snapshot)),
    )


def _answers(info: RunInfo, snapshot: Snapshot) -> tuple[tuple[str, str], ...]:
    output = snapshot.layers[-1]
    lines = [(tr("sample {sample}", sample=snapshot.sample), "")]
    picked = _strongest(output.a)
    for unit in picked:
        name = output_name(info, unit)
        lines.append((name if name.startswith("ŷ") else f"ŷ “{name}”", short(float(output.a[unit]))))
    return tuple(lines)


def _strongest(a: np.ndarray) -> list[int]:
    """Return the outputs that are told: all of two, else the two largest."""
    return list(range(len(a))) if len(a) <= 2 else [int(each) for each in np.argsort(-a, kind="stable")[:2]]


def _losses(snapshot: Snapshot) -> tuple[tuple[str, str], ...]:
    lines = [(tr("train"), short(snapshot.train.loss))]
    if snapshot.test is not None:
        lines.append((tr("test"), short(snapshot.test.loss)))
    return ((tr("batch"), short(snapshot.loss)), *lines)


def _errors(snapshot: Snapshot) -> tuple[tuple[str, str], ...]:
    lines = [("‖∇L‖", short(snapshot.gradient_norm))]
    for layer in reversed(range(1, len(snapshot.layers))):
        state = snapshot.layers[layer]
        if len(lines) == 3:
            break
        if state.delta.size:
            unit = int(np.argmax(np.abs(state.delta)))
            lines.append((f"δ⁽{superscript(layer)}⁾{_below(unit)}", short(float(state.delta[unit]))))
    return tuple(lines)


def _below(unit: int) -> str:
    return subscript(unit + 1) if unit < 9 else f"[{unit + 1}]"


def _steps(info: RunInfo, snapshot: Snapshot) -> tuple[tuple[str, str], ...]:
    lines = [_by_what(snapshot)]
    found = _largest_step(snapshot.layers)
    if found is not None:
        name, before, after = found
        lines += [(name, f"{short(before)} →"), ("", short(after))]
    return tuple(lines)


def _by_what(snapshot: Snapshot) -> tuple[str, str]:
    """Return the rate of the step, or that none was taken."""
    return (tr("changed by hand"), "") if snapshot.by_hand else ("η", short(snapshot.learning_rate))


def _largest_step(layers: tuple[LayerState, ...]) -> tuple[str, float, float] | None:
    """Return the parameter that moved most: its name, what it was and what it is."""
    best, found = 0.0, None
    for number, layer in enumerate(layers):
        for state in layer.parameters:
            if not state.update.size:
                continue
            at = np.unravel_index(int(np.argmax(np.abs(state.update))), state.update.shape)
            step = float(state.update[at])
            if abs(step) > best:
                best = abs(step)
                inside = ",".join(str(int(each) + 1) for each in at)
                value = float(state.values[at])
                found = f"{state.symbol}⁽{superscript(number)}⁾[{inside}]", value + step, value
    return found


def _of_function(info: RunInfo, snapshot: Snapshot) -> tuple[Column, ...]:
    names = [variable_name(info, index) for index in range(len(snapshot.theta))]
    point = tuple((name, short(float(each))) for name, each in zip(names, snapshot.theta, strict=True))
    slopes = tuple(
        (f"∂f/∂{name}", short(float(each))) for name, each in zip(names, snapshot.gradient, strict=True)
    )
    steps: tuple[tuple[str, str], ...] = (_by_what(snapshot),)
    if snapshot.update is not None:
        steps += tuple(
            (f"Δ{name}", short(-float(each))) for name, each in zip(names, snapshot.update, strict=True)
        )
    return (
        Column("forward", (*point, ("f", short(snapshot.train.loss)))),
        Column("backward", slopes),
        Column("update", steps),
    )
