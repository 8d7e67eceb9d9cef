"""What layers, units, pixels, steps, samples and weights are called in a sentence."""

from __future__ import annotations

from bpviz.present.cards.inspect import feature_name, output_name
from bpviz.present.explain.moment import Moment, Place
from bpviz.present.formulas.numbers_of import GATES
from bpviz.present.numbers import short
from bpviz.text import N_, language, tr


def number(value: float) -> str:
    """Return a number to be read."""
    return short(value)


def who(moment: Moment) -> str:
    """Return the moment's unit at the beginning of a sentence: ``Unit 3 of layer 2``."""
    layer, place, step = moment.number, moment.place, moment.step
    if len(place) == 3:
        return tr(
            "Map {map} of layer {layer} at row {row}, column {column}",
            map=place[0] + 1,
            layer=layer,
            row=place[1] + 1,
            column=place[2] + 1,
        )
    if len(place) == 2:
        step = place[0]
    unit = place[-1] + 1 if place else 1
    if step >= 0:
        return tr("Unit {unit} of layer {layer} at step {step}", unit=unit, layer=layer, step=step + 1)
    if moment.output:
        name = output_name(moment.info, place[-1] if place else 0)
        if not name.startswith("ŷ") and moment.info.task == "classification":
            return tr("Output unit {unit} (class “{name}”)", unit=unit, name=name)
        if not name.startswith("ŷ"):
            return tr("Output unit {unit} (“{name}”)", unit=unit, name=name)
        return tr("Output unit {unit}", unit=unit)
    return tr("Unit {unit} of layer {layer}", unit=unit, layer=layer)


def source(moment: Moment, of: str, place: Place) -> str:
    """Return where a share comes from, within a sentence: ``unit 5 of layer 1``, ``the input x₂``."""
    gates = GATES.get(moment.kind, ())
    if of == "later" and len(gates) > 1:
        # One row of Wh for each gate of each unit.
        gate, unit = divmod(place[-1], moment.layer.width)  # type: ignore[attr-defined]  # of recurrent layers
        return tr("{gate} of unit {unit} at step {step}", gate=gates[gate], unit=unit + 1, step=place[0] + 1)
    if of in ("h", "later", "kept"):
        return tr("unit {unit} at step {step}", unit=place[-1] + 1, step=place[0] + 1)
    layer = moment.number - 1 if of == "x" else moment.number + 1
    if len(place) == 3:
        return tr(
            "map {map}, row {row}, column {column}", map=place[0] + 1, row=place[1] + 1, column=place[2] + 1
        )
    if layer == 0 and len(place) == 1:
        return tr("the input {name}", name=feature_name(moment.info, place[0]))
    if layer == 0:
        return tr("input {input} at step {step}", input=place[-1] + 1, step=place[0] + 1)
    if len(place) == 2:
        return tr(
            "unit {unit} of layer {layer}, step {step}", unit=place[1] + 1, layer=layer, step=place[0] + 1
        )
    return tr("unit {unit} of layer {layer}", unit=(place[-1] if place else 0) + 1, layer=layer)


def sample_name(moment: Moment, row: int) -> str:
    """Return a sample of the batch: by its number in the data where the window shows it."""
    shown = int(moment.dissection.rows[row])
    return (
        tr("sample {sample}", sample=shown)
        if shown >= 0
        else tr("sample {place} of the batch", place=row + 1)
    )


def whose(moment: Moment) -> str:
    """Return the sentence that says whose numbers these are."""
    dissection = moment.dissection
    if not dissection.layers or moment.operation.kind == "update":
        return ""
    if not moment.mean:
        return tr("The numbers are those of {sample}.", sample=sample_name(moment, moment.rows[0]))
    kept, size = len(dissection.rows), dissection.batch_size
    if moment.operation.kind == "loss":
        shown = sample_name(moment, moment.worst_row())
        return tr(
            "ŷ and y are those of {sample}; the mean is over {count} samples.", sample=shown, count=kept
        )
    if kept < size:
        return tr("The numbers are means over {kept} of the batch’s {count} samples.", kept=kept, count=size)
    return tr("The numbers are means over the {count} samples of the batch.", count=size)


def weight_name(moment: Moment) -> str:
    """Return the chosen number of a parameter at the beginning of a sentence."""
    from bpviz.present.explain.choice import symbol

    state = moment.state(moment.parameter)
    role = "weight" if state is None else state.role
    if role == "weight":
        return tr("The weight {symbol}", symbol=symbol(moment))
    return tr("The bias {symbol}" if role == "bias" else "The gain {symbol}", symbol=symbol(moment))


def layer_label(moment: Moment, layer: int) -> str:
    """Return what a layer is, for the title: ``layer 2 · Dense``."""
    from bpviz.engine.layers import LAYERS

    kind = moment.dissection.layers[layer - 1].kind
    name = tr("output layer") if layer == len(moment.dissection.layers) else tr("layer {layer}", layer=layer)
    return f"{name} · {tr(LAYERS[kind].label)}"


def title(moment: Moment) -> str:
    """Return the operation's title: ``Layer 2 · Dense · weighted sum z · step 3``."""
    from bpviz.present.walk.words import kind_text

    parts = [kind_text(moment.operation)]
    if moment.number:
        parts.insert(0, layer_label(moment, moment.number))
    if moment.step >= 0:
        parts.append(tr("step {step}", step=moment.step + 1))
    text = " · ".join(parts)
    return text[:1].upper() + text[1:]


def short_title(moment: Moment) -> str:
    """Return the operation's title where there is little room: ``Layer 2 · weighted sum z · step 3``."""
    from bpviz.present.walk.words import kind_text

    number = moment.number
    parts = [tr("layer {layer}", layer=number)] if number else []
    short = _SHORT_KINDS.get(moment.operation.kind)
    parts.append(kind_text(moment.operation) if short is None else tr(short))
    if moment.step >= 0:
        parts.append(tr("step {step}", step=moment.step + 1))
    text = " · ".join(parts)
    return text[:1].upper() + text[1:]


_SHORT_KINDS = {
    "gradient": N_("gradients"),
    "update": N_("updated"),
    "normalize": N_("normalized"),
    "output_delta": N_("error δ"),
    "mask": N_("dropout"),
}
"""What an operation is called in a line that would be cut by its full name."""


def joined(sentences: list[str]) -> str:
    """Return sentences one behind the other: Chinese has no room between them."""
    return ("" if language() == "zh_CN" else " ").join(sentences)
