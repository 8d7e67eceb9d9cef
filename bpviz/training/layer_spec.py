"""Hidden layers in one line of text: ``8 tanh, 8 tanh``, ``conv 8 3x3 relu, maxpool 2, flatten, 32 relu``.

A layer begins with its kind; a number first means a dense layer.  Bare words fill the kind's positional
fields in turn, or choose (an activation, say); any other field is ``name value`` or ``name=value``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from bpviz.engine.layers import LAYERS, Layer
from bpviz.errors import UserError
from bpviz.registry import Entry, Field
from bpviz.training.config import LayerConfig

# A line typed with a Chinese keyboard has full-width commas, digits and letters.
_SEPARATOR = re.compile(r"[,，、;；]")
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_NO_BIAS = re.compile(r"\bno[ _-]?bias\b", re.IGNORECASE)
_TIMES = re.compile(r"(?<=\d)\s*[x×*]\s*(?=\d)", re.IGNORECASE)
_SWITCH = {"on": True, "yes": True, "true": True, "off": False, "no": False, "false": False}
_ALWAYS_TOLD = ("activation", "bias")


def parse_layers(text: str) -> tuple[LayerConfig, ...]:
    """Return the layers that ``text`` lists, from the input's side.

    An empty text means no hidden layer.

    Raises
    ------
    UserError
        Names the layer's position and its text.

    Examples
    --------
    >>> [layer.kind for layer in parse_layers("conv 8 3x3 relu, maxpool 2, flatten, 32 relu")]
    ['conv', 'maxpool', 'flatten', 'dense']
    >>> dict(parse_layers("3 relu no bias")[0].options)
    {'units': 3, 'activation': 'relu', 'bias': False}
    """
    if not text.strip():
        return ()
    parts = _SEPARATOR.split(text)
    return tuple(_layer(" ".join(part.split()), place) for place, part in enumerate(parts, start=1))


def format_layers(layers: Iterable[LayerConfig]) -> str:
    """Return the text that ``parse_layers`` reads as ``layers``."""
    return ", ".join(map(format_layer, layers))


def format_layer(layer: LayerConfig) -> str:
    """Return one layer as text: what is at its default is left out, but for what is always told."""
    entry = LAYERS[layer.kind]
    words = [] if layer.kind == "dense" else [layer.kind]
    positional = entry.extra.get("positional", ())
    words += [_shown(layer[name]) for name in positional]
    for field in entry.fields:
        value = layer[field.name]
        if field.name in positional:
            continue
        if field.name == "bias" and field.kind == "bool":
            words += [] if value else ["nobias"]
        elif field.name in _ALWAYS_TOLD or value != field.default:
            words += [_shown(value)] if _is_plain_choice(entry, field) else [field.name, _shown(value)]
    return " ".join(words)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return repr(value) if isinstance(value, float) else str(value)


def _is_plain_choice(entry: Entry[Layer], field: Field) -> bool:
    """Whether a word of ``field`` says by itself which field it belongs to."""
    if field.kind != "choice":
        return False
    others = [f for f in entry.fields if f.kind == "choice" and f is not field]
    return not any(set(field.choices) & set(other.choices) for other in others)


def _layer(text: str, position: int) -> LayerConfig:
    if not text:
        raise UserError(
            "Layer {position} is empty.", hint="Write it like “8 tanh”, or drop the comma.", position=position
        )
    try:
        return _read(text)
    except UserError as error:
        raise at_layer(position, text, error) from None


def at_layer(position: int, text: str, error: UserError) -> UserError:
    """Return ``error`` with the layer's place and its text before it."""
    return UserError(
        "Layer {position}, “{text}”: {problem}",
        hint="{what_to_do}" if error.hint else "",
        position=position,
        text=text,
        problem=error.message,
        what_to_do=error.hint,
    )


def _read(text: str) -> LayerConfig:
    described = text.translate(_HALF_WIDTH)
    without_bias = _NO_BIAS.search(described) is not None
    words = _TIMES.sub("x", _NO_BIAS.sub(" ", described)).replace("=", " ").lower().split()
    if not words:
        raise UserError("it names no layer.", hint="Write it like “8 tanh” or “conv 8 3x3 relu”.")
    entry = LAYERS[_kind(words[0])]
    options = _without_bias(entry) if without_bias else {}
    given = words[1:] if words[0] == entry.name else words
    return LayerConfig(entry.name, _told(entry, entry.checked(_options(entry, given, options))))


def _kind(first: str) -> str:
    if not first[0].isalpha():
        return "dense"
    if first in LAYERS:
        return first
    raise UserError(
        "there is no layer “{word}”.",
        hint="It begins with a number of units, or with one of: {known}.",
        word=first,
        known=", ".join(LAYERS.names()),
    )


def _without_bias(entry: Entry[Layer]) -> dict[str, Any]:
    for field in entry.fields:
        if field.name == "bias" and field.kind == "bool":
            return {"bias": False}
        if field.name == "biases" and "none" in field.choices:
            return {"biases": "none"}
    raise UserError("“{kind}” has no bias to leave out.", kind=entry.name)


def _options(entry: Entry[Layer], words: list[str], options: dict[str, Any]) -> dict[str, Any]:
    """Add what ``words`` say to ``options``."""
    fields = {field.name: field for field in entry.fields}
    words = list(words)
    while words:
        word = words.pop(0)
        if word in fields:
            if not words:
                raise UserError("“{field}” has no value behind it.", field=word)
            field, word = fields[word], words.pop(0)
        else:
            field = _field_of(entry, word, options)
        if field.name in options:
            raise UserError("“{field}” is told twice.", field=field.name)
        options[field.name] = _value(field, word)
    return options


def _field_of(entry: Entry[Layer], word: str, options: dict[str, Any]) -> Field:
    """Return the field that a bare word belongs to: one that has it as a choice, or the next by place."""
    choices = [field for field in entry.fields if field.kind == "choice"]
    free = [field for field in choices if field.name not in options and word in field.choices]
    if free:
        return free[0]
    if any(word in field.choices for field in choices):
        raise _too_many(entry, word)
    if choices and word.isidentifier():
        raise _unknown(entry, word)
    places = {field.name: field for field in entry.fields}
    for name in entry.extra.get("positional", ()):
        if name not in options:
            return places[name]
    raise _too_many(entry, word)


def _value(field: Field, word: str) -> Any:
    """Return ``word`` as the field's kind; a wrong one stays and is refused by the field."""
    if field.kind == "bool":
        return _SWITCH.get(word, word)
    if field.kind == "int":
        return int(word) if word.isascii() and word.isdigit() and len(word) < 19 else word
    if field.kind == "float":
        try:
            return float(word)
        except ValueError:
            return word
    return word


def _told(entry: Entry[Layer], values: dict[str, Any]) -> dict[str, Any]:
    """Return what a configuration holds: the fields by place, what is always told, and no other default."""
    kept = (*entry.extra.get("positional", ()), *_ALWAYS_TOLD)
    defaults = {field.name: field.default for field in entry.fields}
    return {name: value for name, value in values.items() if name in kept or value != defaults[name]}


def _unknown(entry: Entry[Layer], word: str) -> UserError:
    names = {field.name: field for field in entry.fields}
    if "activation" in names:
        return UserError(
            "“{word}” is no activation and no field of “{kind}”.",
            hint="Activations: {choices}. Fields: {fields}.",
            word=word,
            kind=entry.name,
            choices=", ".join(names["activation"].choices),
            fields=", ".join(names),
        )
    return UserError(
        "“{word}” is no field of “{kind}”.",
        hint="Its fields: {known}.",
        word=word,
        kind=entry.name,
        known=", ".join(names),
    )


def _too_many(entry: Entry[Layer], word: str) -> UserError:
    if entry.name == "dense":
        return UserError("“{word}” is one word too many.", hint="Write it like “8 tanh”.", word=word)
    known = ", ".join(field.name for field in entry.fields)
    hint = "Its fields: {known}." if known else ""
    return UserError("“{word}” is one word too many.", hint=hint, word=word, known=known)
