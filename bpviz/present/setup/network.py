"""The network's part of the form: its layers one by one and as one line of text, and how it starts.

Each kind of layer brings its own rows: what is always told of it stands on its line, the rest below,
folded away.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bpviz.present.setup.form import Choice, Fold, Row, RowAction, Section
from bpviz.present.setup.pieces import (
    Pieces,
    choice_row,
    choices_of,
    hidden_activations,
    option_row,
    option_rows,
)
from bpviz.registry import Entry, Field
from bpviz.text import N_
from bpviz.training.config import LayerConfig, RunConfig
from bpviz.training.layer_spec import format_layers, parse_layers

MAX_HIDDEN_LAYERS = 12
GIVEN_START = "given"


def network_section(config: RunConfig, pieces: Pieces) -> Section:
    """Return the rows of the layers and of the first weights."""
    rows = [_count_row(config)]
    for index, layer in enumerate(config.layers):
        rows += _layer_rows(index, layer, len(config.layers), pieces)
    rows.append(_text_row(config))
    output = (Choice("auto", N_("automatic")), *choices_of(pieces.activations))
    rows.append(
        choice_row(
            "output_activation",
            N_("Output"),
            config.output_activation,
            output,
            help=N_("The activation of the last layer; automatic fits it to the loss."),
        )
    )
    rows += _start_rows(config, pieces)
    seed = Field(
        "seed", N_("Seed"), "int", 0, 0, 2**31 - 1, help=N_("For the first weights and the shuffling.")
    )
    rows.append(Row("seed", seed, config.seed))
    rows.append(_precision_row(config))
    return Section(N_("Network"), tuple(rows))


def _count_row(config: RunConfig) -> Row:
    count = len(config.layers)
    field = Field(
        "hidden_layers",
        N_("Hidden layers"),
        "int",
        2,
        0,
        MAX_HIDDEN_LAYERS,
        help=N_("How many layers lie between input and output."),
    )
    actions = (
        RowAction("hidden_layers", count - 1, "minus", N_("Take away the last hidden layer"), count > 0),
        RowAction("hidden_layers", count + 1, "plus", N_("Add a hidden layer"), count < MAX_HIDDEN_LAYERS),
    )
    return Row("hidden_layers", field, count, actions=actions)


def _text_row(config: RunConfig) -> Row:
    field = Field(
        "layers",
        N_("Layers in one line"),
        "text",
        "",
        help=N_(
            "All hidden layers in one line, a comma between them, like “8 tanh, 8 tanh”, "
            "“conv 8 3x3 relu, maxpool 2, flatten, 32 relu” or “lstm 16”."
        ),
    )
    return Row("layers", field, format_layers(config.layers), wide=True, read=_read_layers)


def _read_layers(text: str) -> str:
    """Return the usual form of what was typed."""
    return format_layers(parse_layers(text))


def _layer_rows(index: int, layer: LayerConfig, count: int, pieces: Pieces) -> list[Row]:
    entry = pieces.layers[layer.kind]
    prefix, number = f"layer.{index}", (("number", index + 1),)
    fold = Fold(prefix, "", N_("More about this layer"))
    kind = choice_row(
        f"{prefix}.kind",
        N_("Layer {number}"),
        layer.kind,
        choices_of(pieces.layers),
        label_fields=number,
        badge=str(index + 1),
        help=N_("What hidden layer {number} is"),
        default="dense",
    )
    shown, folded = [kind], []
    for field in entry.fields:
        if is_always_told(entry, field):
            shown.append(_told_row(prefix, field, layer, pieces))
        else:
            folded.append(_more_row(prefix, field, layer, fold))
    return [*shown, *folded, _place_row(index, count, fold)]


def is_always_told(entry: Entry[Any], field: Field) -> bool:
    """Whether a field stands on the layer's own line."""
    return field.name in entry.extra.get("positional", ()) or field.name == "activation"


def _told_row(prefix: str, field: Field, layer: LayerConfig, pieces: Pieces) -> Row:
    field = replace(field, low=None, high=None)  # a slider each would be too much
    if field.name != "activation":
        return option_row(prefix, field, layer[field.name], joined=True)
    choices = tuple(choice for choice in hidden_activations(pieces) if choice.value in field.choices)
    return option_row(prefix, field, layer[field.name], joined=True, choices=choices)


def _more_row(prefix: str, field: Field, layer: LayerConfig, fold: Fold) -> Row:
    return option_row(prefix, replace(field, low=None, high=None), layer[field.name], fold=fold)


def _place_row(index: int, count: int, fold: Fold) -> Row:
    """Return the buttons that move, add and take away a layer."""
    field = Field(f"layer.{index}.place", N_("Place"), "text", "")
    actions = (
        RowAction("layer.up", index, "up", N_("Move this layer towards the input"), index > 0),
        RowAction("layer.down", index, "down", N_("Move this layer towards the output"), index < count - 1),
        RowAction(
            "layer.add", index + 1, "plus", N_("Add a layer behind this one"), count < MAX_HIDDEN_LAYERS
        ),
        RowAction("layer.remove", index, "close", N_("Take this layer away")),
    )
    return Row(field.name, field, None, bare=True, fold=fold, actions=actions)


def _start_rows(config: RunConfig, pieces: Pieces) -> list[Row]:
    """How the first weights are drawn; numbers that were given one by one are not drawn at all."""
    drawn = choices_of(pieces.initializers)
    tip = N_("How the first weights are drawn.")
    if config.start is not None:
        given = Choice(GIVEN_START, N_("as given"), N_("Number by number; another choice draws them anew."))
        return [choice_row("initializer", N_("Start"), GIVEN_START, (given, *drawn), help=tip)]
    chosen = choice_row("initializer", N_("Start"), config.initializer, drawn, help=tip)
    entry = pieces.initializers[config.initializer]
    return [chosen, *option_rows("initializer", entry, config.initializer_options)]


def _precision_row(config: RunConfig) -> Row:
    bits = tuple(Choice(b, label) for b, label in (("64", N_("64 bit")), ("32", N_("32 bit"))))
    return choice_row(
        "precision",
        N_("Precision"),
        str(config.precision),
        bits,
        help=N_("How many bits hold a number; 32 is faster, 64 exact to 16 digits."),
    )
