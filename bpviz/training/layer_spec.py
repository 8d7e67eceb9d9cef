"""Hidden layers in one line of text: ``8 tanh, 8 tanh``, ``conv 8 3x3 relu, maxpool 2, flatten, 32 relu``.

A layer begins with its kind; a number first means a dense layer.  Bare words fill the kind's positional
fields in turn, or choose (an activation, say); any other field is ``name value``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from bpviz.engine.layers import LAYERS, Layer
from bpviz.errors import UserError
from bpviz.registry import Entry, Field
from bpviz.text import Text
from bpviz.training.config import LayerConfig

# A line typed with a Chinese keyboard has full-width commas.
_SEPARATOR = re.compile(r"[,，、;；]")
_NO_BIAS = re.compile(r"\bno[ _-]?bias\b", re.IGNORECASE)
_TIMES = re.compile(r"(?<=\d)\s*[×*]\s*(?=\d)|(?<=\d)\s+x\s+(?=\d)")


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
    {'bias': False, 'units': 3, 'activation': 'relu'}
    """
    if not text.strip():
        return ()
    return tuple(_layer(part.strip(), place) for place, part in enumerate(_SEPARATOR.split(text), start=1))


def format_layers(layers: Iterable[LayerConfig]) -> str:
    """Return the text that ``parse_layers`` reads as ``layers``."""
    return ", ".join(map(format_layer, layers))


def format_layer(layer: LayerConfig) -> str:
    """Return one layer as text: what is at its default is left out, but for what is always told."""
    entry = LAYERS[layer.kind]
    words = [] if layer.kind == "dense" else [layer.kind]
    positional = entry.extra.get("positional", ())
    words += [str(layer[name]) for name in positional]
    for field in entry.fields:
        value = layer[field.name]
        if field.name in positional:
            continue
        if field.name == "activation":
            words.append(str(value))
        elif field.name == "bias" and field.kind == "bool":
            words += [] if value else ["nobias"]
        elif value != field.default:
            words += [str(value)] if _is_plain_choice(entry, field) else [field.name, _shown(value)]
    return " ".join(words)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _layer(text: str, position: int) -> LayerConfig:
    if not text:
        raise UserError(
            "Layer {position} is empty.", hint="Write it like “8 tanh”, or drop the comma.", position=position
        )
    try:
        return _read(text)
    except UserError as error:
        problem = Text("{problem}", problem=error.message)
        hint = error.hint
        raise UserError(
            "Layer {position}, “{text}”: {problem}",
            hint="{what_to_do}" if hint else "",
            position=position,
            text=text,
            problem=problem,
            what_to_do=hint,
        ) from None


def _read(text: str) -> LayerConfig:
    options: dict[str, Any] = {}
    described = _NO_BIAS.sub("", text)
    without_bias = described != text
    words = _TIMES.sub("x", described).lower().split()
    if not words:
        raise UserError("it names no layer.", hint="Write it like “8 tanh” or “conv 8 3x3 relu”.")
    kind = _kind(words)
    entry = LAYERS[kind]
    fields = {field.name: field for field in entry.fields}
    if without_bias:
        if "bias" not in fields or fields["bias"].kind != "bool":
            raise UserError("“{kind}” has no bias to leave out.", kind=kind)
        options["bias"] = False
    free = list(entry.extra.get("positional", ()))
    words = words if kind == "dense" and words and not words[0][0].isalpha() else words[1:]
    while words:
        word = words.pop(0)
        if word in fields and words:
            options[word] = _value(fields[word], words.pop(0))
        elif (chosen := _chooser(entry, word, options)) is not None:
            options[chosen.name] = word
        elif free:
            field = fields[free.pop(0)]
            options[field.name] = _value(field, word)
        else:
            raise _unknown(entry, word)
    return LayerConfig(kind, {**options, **_checked(entry, options)})


def _kind(words: list[str]) -> str:
    first = words[0] if words else ""
    if not first or not first[0].isalpha():
        return "dense"
    if first in LAYERS:
        return first
    raise UserError(
        "there is no layer “{word}”.",
        hint="It begins with a number of units, or with one of: {known}.",
        word=first,
        known=", ".join(LAYERS.names()),
    )


def _chooser(entry: Entry[Layer], word: str, options: dict[str, Any]) -> Field | None:
    """Return the choice field that ``word`` is a choice of, None where there is none left."""
    for field in entry.fields:
        if field.kind == "choice" and field.name not in options and word in field.choices:
            return field
    return None


def _is_plain_choice(entry: Entry[Layer], field: Field) -> bool:
    """Whether a word of ``field`` says by itself which field it belongs to."""
    if field.kind != "choice":
        return False
    others = [f for f in entry.fields if f.kind == "choice" and f is not field]
    return not any(set(field.choices) & set(other.choices) for other in others)


def _value(field: Field, word: str) -> Any:
    """Return ``word`` as the field's kind; a wrong one stays and is refused by the field."""
    if field.kind == "bool":
        return {"on": True, "yes": True, "true": True, "off": False, "no": False, "false": False}.get(
            word, word
        )
    if field.kind == "int":
        return int(word) if word.isascii() and word.isdigit() and len(word) < 19 else word
    if field.kind == "float":
        try:
            return float(word)
        except ValueError:
            return word
    return word


def _checked(entry: Entry[Layer], options: dict[str, Any]) -> dict[str, Any]:
    checked = entry.checked(options)
    return {name: checked[name] for name in options} | {
        name: checked[name] for name in ("units", "activation", "bias") if name in checked
    }


def _unknown(entry: Entry[Layer], word: str) -> UserError:
    choices = [c for field in entry.fields if field.kind == "choice" for c in field.choices]
    names = [field.name for field in entry.fields]
    if "activation" in names and word.isidentifier():
        return UserError(
            "“{word}” is no activation and no field of “{kind}”.",
            hint="Activations: {choices}. Fields: {fields}.",
            word=word,
            kind=entry.name,
            choices=", ".join(choices),
            fields=", ".join(names),
        )
    return UserError("“{word}” is one word too many.", hint=_example(entry), word=word)


def _example(entry: Entry[Layer]) -> str:
    return "Write it like “8 tanh”." if entry.name == "dense" else ""
