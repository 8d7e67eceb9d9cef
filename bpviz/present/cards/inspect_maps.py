"""What the card says about feature maps, kernels, and layers that only pass on, drop or normalize."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from bpviz.present.cards.card import (
    ACTIVATION_FORMULAS,
    MOST_NUMBERS,
    Card,
    CardLine,
    Table,
    Tone,
    superscript,
)
from bpviz.present.diagram.layout import Spot
from bpviz.present.diagram.map_windows import (
    CONVOLUTION,
    PASSING,
    POOLINGS,
    maps_of,
    place,
    source_pixel,
    window_of,
)
from bpviz.present.gradient_names import at_rest
from bpviz.present.numbers import short
from bpviz.snapshot import LayerState, ParameterState, Snapshot
from bpviz.snapshot.probing import ParameterPlace, error_at
from bpviz.text import tr

Values = NDArray[np.floating]


def speaks_of(snapshot: Snapshot, spot: Spot) -> bool:
    """Whether a spot's card is one of these."""
    state = snapshot.layers[spot.layer]
    special = state.kind in (CONVOLUTION, *POOLINGS, *PASSING) or (spot.layer > 0 and len(state.shape) == 3)
    return spot.kernel or (special and not spot.is_weight)


def card(snapshot: Snapshot, spot: Spot) -> Card:
    """Return what is said about a pixel of a map, a kernel, or a unit of a layer that passes on."""
    kind = snapshot.layers[spot.layer].kind
    if spot.kernel:
        return kernel_card(snapshot, spot)
    if kind == CONVOLUTION:
        return convolution_card(snapshot, spot)
    if kind in POOLINGS:
        return pooling_card(snapshot, spot)
    if kind == "dropout":
        return dropout_card(snapshot, spot)
    if kind == "batchnorm":
        return batch_norm_card(snapshot, spot)
    return flat_card(snapshot, spot)


def parameter(state: LayerState, name: str) -> ParameterState | None:
    """Return a layer's parameter by its name, None where it has none."""
    return next((one for one in state.parameters if one.name == name), None)


def unit_title(state: LayerState, spot: Spot) -> str:
    """Return which unit this is: of a map, or of a layer that is laid out flat."""
    if len(state.shape) == 3:
        channel, row, column = place(spot.unit, state.shape)
        return tr(
            "Layer {layer}, map {map}, row {row}, column {column}",
            layer=spot.layer,
            map=channel + 1,
            row=row + 1,
            column=column + 1,
        )
    return tr("Neuron {unit} of layer {layer}", unit=spot.unit + 1, layer=spot.layer)


def _written(state: LayerState) -> CardLine:
    """Return the layer as it was written: the last line, for which there may be no room."""
    return CardLine(re.sub(r"(?<=\d)x(?=\d)", "×", state.text), None, "muted")


def _back(state: LayerState, spot: Spot) -> CardLine:
    where = error_at(spot.layer, spot.unit)
    return CardLine("δ = ∂L/∂z", float(state.delta[spot.unit]), "backward", check=where)


def convolution_card(snapshot: Snapshot, spot: Spot) -> Card:
    """Return the sum over the window, what becomes of it, and the window beside the kernel."""
    state, before = snapshot.layers[spot.layer], snapshot.layers[spot.layer - 1]
    weights, bias, window = parameter(state, "W"), parameter(state, "b"), window_of(state.text)
    channel, row, column = place(spot.unit, state.shape)
    formula = ACTIVATION_FORMULAS.get(state.activation, state.activation)
    lines: list[CardLine] = []
    tables: tuple[Table, ...] = ()
    if weights is not None and window is not None and len(before.shape) == 3:
        kernel = weights.values[channel]
        seen = window.cut(maps_of(before.a, before.shape), row, column)
        lines.append(CardLine("Σ w·x", float((kernel * seen).sum())))
        tables = (Table("x", seen), Table("w", kernel))
    name = "z" if bias is None else "z = Σ w·x + b"
    lines.append(CardLine(name, float(state.z[spot.unit])))
    lines.append(CardLine(f"a = {formula}", float(state.a[spot.unit])))
    lines.append(_back(state, spot))
    if bias is not None:
        lines.insert(1, CardLine(tr("bias b"), float(bias.values[channel]), "muted"))
        gradient = float(bias.gradient[channel])
        lines.append(CardLine(at_rest("b", snapshot.iteration), gradient, "backward"))
    where = None if bias is None else ParameterPlace(spot.layer, "b", (channel,))
    return Card(unit_title(state, spot), (*lines, _written(state)), tables=tables, parameter=where)


def kernel_card(snapshot: Snapshot, spot: Spot) -> Card:
    """Return one number of a kernel, its gradient and last change, and all of the kernel in tables."""
    state = snapshot.layers[spot.layer]
    weights, bias = parameter(state, "W"), parameter(state, "b")
    if weights is None:
        return Card("", ())
    kernel, gradient, update = (part[spot.unit] for part in _all(weights))
    at = place(spot.source, kernel.shape)
    w = f"W⁽{superscript(spot.layer)}⁾[{','.join(str(i + 1) for i in (spot.unit, *at))}]"
    lines = [
        CardLine("w", float(kernel[at])),
        CardLine(at_rest("w", snapshot.iteration), float(gradient[at]), "backward"),
        _changed(float(kernel[at]), float(update[at])),
        CardLine(tr("used at {count} places of the picture", count=_places(state)), None, "muted"),
    ]
    if bias is not None:
        lines.append(CardLine(tr("bias b"), float(bias.values[spot.unit]), "muted"))
        lines.append(CardLine(at_rest("b", snapshot.iteration), float(bias.gradient[spot.unit]), "backward"))
    tables = (
        _part("w", kernel, at),
        _part("∂L/∂w", gradient, at, "backward"),
        _part("Δw", -update, at, "muted"),
    )
    title = tr("Kernel {number}, weight {symbol}", number=spot.unit + 1, symbol=w)
    where = ParameterPlace(spot.layer, "W", (spot.unit, *at))
    others = () if bias is None else (ParameterPlace(spot.layer, "b", (spot.unit,)),)
    return Card(title, (*lines, _written(state)), tables=tables, parameter=where, others=others)


def _part(name: str, values: Values, at: tuple[int, int, int], tone: Tone = "normal") -> Table:
    """Return a kernel's numbers as a table: of a large one the slice that is pointed at."""
    if values.size <= MOST_NUMBERS:
        return Table(name, values, tone, at)
    return Table(name, values[at[0] : at[0] + 1], tone, (0, *at[1:]), values)


def _all(one: ParameterState) -> tuple[Values, Values, Values]:
    return one.values, one.gradient, one.update


def _places(state: LayerState) -> int:
    return int(np.prod(state.shape[1:]))


def _changed(now: float, update: float) -> CardLine:
    """Return what the last update made of a parameter; ``update`` is before − after."""
    return CardLine(tr("last change"), now, "muted", now + update)


def pooling_card(snapshot: Snapshot, spot: Spot) -> Card:
    """Return the window, which pixel won it or its mean, and where the gradient goes."""
    state, before = snapshot.layers[spot.layer], snapshot.layers[spot.layer - 1]
    window, (channel, row, column) = window_of(state.text), place(spot.unit, state.shape)
    largest = state.kind == "maxpool"
    formula = tr("a = largest of the window") if largest else tr("a = mean of the window")
    lines = [CardLine(formula, float(state.a[spot.unit])), _back(state, spot)]
    if window is None or len(before.shape) != 3:
        return Card(unit_title(state, spot), tuple(lines))
    seen = window.cut(maps_of(before.a, before.shape)[channel : channel + 1], row, column)
    marked, pixel = None, winner(state, spot.unit)
    if pixel is not None:
        _, i, j = place(pixel, before.shape)
        top, left = window.start(row, column)
        marked = (0, i - top, j - left)
        lines.insert(
            1, CardLine(tr("from row {row}, column {column}", row=i + 1, column=j + 1), None, "muted")
        )
        lines.append(CardLine(tr("δ goes to this pixel alone"), None, "backward"))
    elif not largest:
        share = float(state.delta[spot.unit]) / (window.height * window.width)
        lines.append(
            CardLine(tr("each pixel gets δ/{count}", count=window.height * window.width), share, "backward")
        )
    table = Table("x", seen, marked=marked)
    return Card(unit_title(state, spot), (*lines, _written(state)), tables=(table,))


def winner(state: LayerState, unit: int) -> int | None:
    """Return the unit of the layer before that a pooling took, None where there is none."""
    winners = state.arrays.get("winner")
    return None if winners is None else int(winners.ravel()[unit])


def dropped(state: LayerState) -> NDArray[np.bool_] | None:
    """Return which units of a layer were dropped, (units,); None where nothing ever is."""
    mask = state.arrays.get("mask")
    return None if state.kind != "dropout" or mask is None else np.asarray(mask).ravel() == 0


def dropout_card(snapshot: Snapshot, spot: Spot) -> Card:
    """Return whether the unit was dropped, and what else its number was multiplied with."""
    state, before = snapshot.layers[spot.layer], snapshot.layers[spot.layer - 1]
    mask = state.arrays.get("mask")
    lines = [CardLine("x", float(before.a[spot.unit]), "muted")]
    if mask is not None:
        factor = float(np.asarray(mask).ravel()[spot.unit])
        lines.insert(0, _fate(factor))
        if factor:
            lines.append(CardLine(tr("factor 1/(1 − p)"), factor, "muted"))
    lines.append(CardLine("a = m·x", float(state.a[spot.unit])))
    lines.append(
        CardLine(
            "δ = ∂L/∂a", float(state.delta[spot.unit]), "backward", check=error_at(spot.layer, spot.unit)
        )
    )
    if mask is not None:
        back = float(state.delta[spot.unit]) * float(np.asarray(mask).ravel()[spot.unit])
        lines.append(CardLine("∂L/∂x = m·δ", back, "backward"))
    lines.append(CardLine(tr("rate p"), rate(state), "muted"))
    return Card(unit_title(state, spot), tuple(lines))


def _fate(factor: float) -> CardLine:
    if factor == 0:
        return CardLine(tr("was dropped in this iteration: m = 0"), None)
    return CardLine(tr("was kept in this iteration: m = {factor}", factor=short(factor)), None)


def rate(state: LayerState) -> float:
    """Return a dropout's rate p from what was written for it."""
    words = state.text.split()
    return float(words[-1]) if len(words) > 1 else float("nan")


def batch_norm_card(snapshot: Snapshot, spot: Spot) -> Card:
    """Return what the batch's statistics, γ and β make of the number, and what goes back to them."""
    state, before = snapshot.layers[spot.layer], snapshot.layers[spot.layer - 1]
    channel = channel_of(state, spot.unit)
    lines = [CardLine("x", float(before.a[spot.unit]), "muted")]
    lines += _statistics(state, channel, "mean", "variance", tr("batch: μ"))
    # Not x̂: many fonts put the combining hat over another letter.
    x_hat = state.arrays.get("x_hat")
    mean = snapshot.sample < 0
    if mean:
        # Of the whole batch they are β alone, and rounding.
        said = tr("over the batch x′ has mean 0 and spread 1, by construction: z has mean β, spread |γ|")
        lines.append(CardLine(said, None, "muted"))
    if x_hat is not None and not mean:
        lines.append(CardLine("x′ = (x − μ)/√(σ² + ε)", float(np.asarray(x_hat).ravel()[spot.unit])))
    gamma, beta = parameter(state, "gamma"), parameter(state, "beta")
    if gamma is not None and beta is not None:
        more = (("β", float(beta.values[channel])),)
        lines.append(CardLine("γ", float(gamma.values[channel]), "muted", more=more))
    if not mean:
        lines.append(CardLine("z = γ·x′ + β", float(state.z[spot.unit])))
    if state.activation not in ("", "identity"):
        formula = ACTIVATION_FORMULAS.get(state.activation, state.activation)
        lines.append(CardLine(f"a = {formula}", float(state.a[spot.unit])))
    lines.append(_back(state, spot))
    if gamma is not None and beta is not None:
        for one, name in ((gamma, "∂L/∂γ"), (beta, "∂L/∂β")):
            place_of = ParameterPlace(spot.layer, one.name, (channel,))
            lines.append(CardLine(name, float(one.gradient[channel]), "backward", check=place_of))
    lines += _statistics(state, channel, "running_mean", "running_variance", tr("running: μ"))
    if gamma is None or beta is None:
        return Card(unit_title(state, spot), tuple(lines))
    where, other = (ParameterPlace(spot.layer, name, (channel,)) for name in ("gamma", "beta"))
    return Card(unit_title(state, spot), tuple(lines), parameter=where, others=(other,))


def _statistics(state: LayerState, channel: int, mean: str, variance: str, name: str) -> list[CardLine]:
    if mean not in state.arrays or variance not in state.arrays:
        return []
    more = (("σ²", float(state.arrays[variance][channel])),)
    return [CardLine(name, float(state.arrays[mean][channel]), "muted", more=more)]


def channel_of(state: LayerState, unit: int) -> int:
    """Return the channel, or the feature, that a unit belongs to."""
    if len(state.shape) == 3:
        return place(unit, state.shape)[0]
    return unit % state.shape[-1] if state.shape else unit


def flat_card(snapshot: Snapshot, spot: Spot) -> Card:
    """Return which pixel a number of a flattened picture is."""
    state = snapshot.layers[spot.layer]
    lines = [CardLine("a", float(state.a[spot.unit]))]
    shape = source_pixel(snapshot.layers, spot.layer)
    if shape is not None and len(state.shape) != 3:
        channel, row, column = place(spot.unit, shape)
        where = tr("map {map}, row {row}, column {column}", map=channel + 1, row=row + 1, column=column + 1)
        lines.insert(0, CardLine(where, None, "muted"))
    lines.append(
        CardLine(
            "δ = ∂L/∂a", float(state.delta[spot.unit]), "backward", check=error_at(spot.layer, spot.unit)
        )
    )
    return Card(unit_title(state, spot), tuple(lines))


def weight_maps(snapshot: Snapshot, spot: Spot) -> tuple[Table, ...]:
    """Return the weights into a dense unit as pictures, one a map; none where they come from no maps."""
    weights = snapshot.layers[spot.layer].weights
    shape = source_pixel(snapshot.layers, spot.layer - 1) if spot.layer > 1 else None
    if weights is None or shape is None or weights.shape[1] != np.prod(shape):
        return ()
    return (Table("w", weights[spot.unit].reshape(shape)),)
