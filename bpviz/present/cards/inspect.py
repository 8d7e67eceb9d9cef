"""What the card says about a neuron or a weight: short numbers to read, all digits to copy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bpviz.present.cards import inspect_maps
from bpviz.present.cards.card import ACTIVATION_FORMULAS, Card, CardLine, subscript, superscript
from bpviz.present.cards.chain import sum_lines
from bpviz.present.cards.chain_back import shares
from bpviz.present.decision.sequence_values import target_text as sequence_target
from bpviz.present.diagram.layout import Spot
from bpviz.present.diagram.map_windows import has_maps
from bpviz.present.feature_words import feature_word
from bpviz.present.gradient_names import at_rest
from bpviz.present.numbers import grouped, raised, short
from bpviz.present.walk.words import iteration_number
from bpviz.snapshot import RunInfo, Snapshot
from bpviz.snapshot.probing import ParameterPlace, error_at
from bpviz.text import tr

LONGEST_SIZES = 30
"""Characters of a network's sizes in the panel's title; a deeper one tells its number of layers."""


def feature_name(info: RunInfo, index: int) -> str:
    """Return an input's name, or its symbol where it has none."""
    if index < len(info.feature_names) and info.feature_names[index]:
        return feature_word(info.feature_names[index])
    return f"x{subscript(index + 1)}"


def output_name(info: RunInfo, index: int) -> str:
    """Return what an output neuron stands for: a class, a target, or ŷ."""
    outputs = info.units[-1] if info.units else 1
    if info.task == "classification" and len(info.class_names) == outputs:
        return info.class_names[index]
    if info.task == "classification" and outputs == 1 and len(info.class_names) == 2:
        return info.class_names[1]
    if info.task == "regression" and index < len(info.target_names) and outputs > 1:
        return info.target_names[index]
    return "ŷ" if outputs == 1 else f"ŷ{subscript(index + 1)}"


def target_text(info: RunInfo, snapshot: Snapshot) -> str:
    """Return what the chosen sample should be answered with: its class, or its numbers."""
    if info.y_train is None or not 0 <= snapshot.sample < len(info.y_train):
        return ""
    if info.target_steps:
        return sequence_target(info, snapshot.sample)
    target = info.y_train[snapshot.sample]
    if info.task == "classification":
        index = int(target) if np.ndim(target) == 0 else int(np.argmax(target))
        return info.class_names[index] if index < len(info.class_names) else str(index)
    return ", ".join(short(float(value)) for value in np.atleast_1d(target)[:3])


def subtitle(info: RunInfo, snapshot: Snapshot | None, *, walked: bool = False) -> str:
    """Return e.g. ``2–8–8–1 · 105 θ · iteration 420``."""
    units = "–".join(_sizes(info)) or raised(info.formula or info.name)
    parts = [units, f"{info.size} θ"]
    if snapshot is not None:
        parts.append(tr("iteration {number}", number=iteration_number(snapshot.iteration, walked=walked)))
    return " · ".join(parts)


def _sizes(info: RunInfo) -> list[str]:
    """Return each layer's units, or channels × height × width where it gives maps."""
    if not has_maps(info):
        return [str(units) for units in info.units]
    sizes = ["×".join(map(str, shape)) for shape in info.shapes]
    if sum(map(len, sizes)) > LONGEST_SIZES:
        return [tr("{count} layers", count=len(info.kinds))]
    return sizes


def card(info: RunInfo, snapshot: Snapshot, spot: Spot, previous: Snapshot | None = None) -> Card:
    """Return what is said about ``spot``.

    Parameters
    ----------
    previous : Snapshot or None
        An earlier one of the same run: a weight's change is counted from it.
    """
    if info.kind == "function":
        return _function_card(info, snapshot, spot, previous)
    if inspect_maps.speaks_of(snapshot, spot):
        return inspect_maps.card(snapshot, spot)
    if spot.is_weight:
        return _weight_card(snapshot, spot, previous)
    return _input_card(info, snapshot, spot) if spot.layer == 0 else _neuron_card(info, snapshot, spot)


def _neuron_card(info: RunInfo, snapshot: Snapshot, spot: Spot) -> Card:
    layer, unit = snapshot.layers[spot.layer], spot.unit
    last = spot.layer == len(snapshot.layers) - 1
    title = tr("Neuron {unit} of layer {layer}", unit=unit + 1, layer=spot.layer)
    if last:
        name = output_name(info, unit)
        title = (
            tr("Output “{name}”", name=name) if not name.startswith("ŷ") else tr("Output {name}", name=name)
        )
    formula = ACTIVATION_FORMULAS.get(layer.activation, layer.activation)
    lines = [
        CardLine("z", float(layer.z[unit])),
        CardLine(f"a = {formula}", float(layer.a[unit])),
        CardLine("δ = ∂L/∂z", float(layer.delta[unit]), "backward", check=error_at(spot.layer, unit)),
    ]
    if layer.bias is not None:
        lines.append(CardLine(tr("bias b"), float(layer.bias[unit]), "muted"))
    if layer.bias is not None and layer.bias_gradient is not None:
        lines.append(CardLine(at_rest("b", snapshot.iteration), float(layer.bias_gradient[unit]), "backward"))
    lines.extend(sum_lines(snapshot, spot))
    bias = None if layer.bias is None else ParameterPlace(spot.layer, "b", (unit,))
    if layer.maps is not None:
        return Card(title, tuple(lines), "map", parameter=bias)
    pictured = spot.layer == 1 and info.picture_shape is not None and layer.weights is not None
    tables = inspect_maps.weight_maps(snapshot, spot)
    return Card(title, tuple(lines), "weights" if pictured else "none", tables, bias)


def _input_card(info: RunInfo, snapshot: Snapshot, spot: Spot) -> Card:
    layer, unit = snapshot.layers[0], spot.unit
    if info.picture_shape is not None and info.picture_shape[0] * info.picture_shape[1] == layer.units:
        row, column = divmod(unit, info.picture_shape[1])
        title = tr("Pixel in row {row}, column {column}", row=row + 1, column=column + 1)
    else:
        title = tr("Input {name}", name=feature_name(info, unit))
    lines: list[CardLine] = []
    if info.x_train is not None and 0 <= snapshot.sample < len(info.x_train):
        lines.append(CardLine(tr("in the data"), float(info.x_train[snapshot.sample, unit]), "muted"))
    lines.append(
        CardLine(tr("the network sees {symbol}", symbol="x" + subscript(unit + 1)), float(layer.a[unit]))
    )
    lines.extend(_into(snapshot, unit))
    return Card(title, tuple(lines), "map" if layer.maps is not None else "none")


def _into(snapshot: Snapshot, unit: int) -> list[CardLine]:
    """Return ∂L/∂x, put together from what the first layer sends back."""
    found = shares(snapshot.layers, 0, unit)
    # The mean of a product of what differs from sample to sample is no product of the means.
    linear = snapshot.layers[1].kind in ("dense", "conv")
    if found is None or found.coupled or (snapshot.sample < 0 and not linear):
        return []
    return [CardLine("∂L/∂x", float(found.terms.sum()), "backward", check=error_at(0, unit))]


def _weight_card(snapshot: Snapshot, spot: Spot, previous: Snapshot | None) -> Card:
    layer = snapshot.layers[spot.layer]
    if layer.weights is None:
        return Card("", ())
    at = (spot.unit, spot.source)
    w = f"W⁽{superscript(spot.layer)}⁾[{spot.unit + 1},{spot.source + 1}]"
    lines = [CardLine("w", float(layer.weights[at]))]
    if layer.weight_gradient is not None:
        lines.append(CardLine(at_rest("w", snapshot.iteration), float(layer.weight_gradient[at]), "backward"))
    lines.extend(_change(layer.weights[at], snapshot, previous, spot))
    place = ParameterPlace(spot.layer, "W", at)
    return Card(tr("Weight {symbol}", symbol=w), tuple(lines), parameter=place)


def _change(value: float, snapshot: Snapshot, previous: Snapshot | None, spot: Spot) -> list[CardLine]:
    """Return the line of what changed since the iteration that was shown before."""
    if previous is None or len(previous.layers) != len(snapshot.layers):
        return []
    weights = previous.layers[spot.layer].weights
    if weights is None or previous.iteration >= snapshot.iteration:
        return []
    return [_changed(float(weights[spot.unit, spot.source]), float(value), snapshot, previous)]


def _changed(before: float, value: float, snapshot: Snapshot, previous: Snapshot) -> CardLine:
    name = tr("last change")
    if previous.iteration != snapshot.iteration - 1:
        name = tr("change since {iteration}", iteration=grouped(previous.iteration))
    return CardLine(name, value, "muted", before)


VARIABLES = ("x", "y")


def variable_name(info: RunInfo, index: int) -> str:
    """Return the name of a function's variable."""
    names = info.parameter_names
    return names[index] if index < len(names) else VARIABLES[index % 2]


def _function_card(info: RunInfo, snapshot: Snapshot, spot: Spot, previous: Snapshot | None) -> Card:
    if spot.layer == 1 and not spot.is_weight:
        lines = [
            CardLine("f", snapshot.train.loss),
            CardLine("‖∇f‖", float(np.linalg.norm(snapshot.gradient)), "backward"),
        ]
        return Card(f"f = {info.formula or info.name}", tuple(lines))
    index = spot.source if spot.is_weight else spot.unit
    name, where = variable_name(info, index), ParameterPlace(0, "", (index,))
    lines = [
        CardLine(name, float(snapshot.theta[index])),
        CardLine(f"∂f/∂{name}", float(snapshot.gradient[index]), "backward", check=where),
    ]
    if previous is not None and previous.iteration < snapshot.iteration:
        now, before = float(snapshot.theta[index]), float(previous.theta[index])
        lines.append(_changed(before, now, snapshot, previous))
    return Card(tr("Variable {name}", name=name), tuple(lines), parameter=where)


def incoming(snapshot: Snapshot, spot: Spot) -> NDArray[np.floating] | None:
    """Return the weights into a neuron, (inputs,); None for an input."""
    weights = snapshot.layers[spot.layer].weights if snapshot.layers else None
    return None if weights is None else weights[spot.unit]
