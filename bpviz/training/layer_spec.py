"""Hidden layers in one line of text: ``8 tanh, 8 tanh`` or ``3 identity nobias``."""

from __future__ import annotations

import re

from bpviz.engine.registries import ACTIVATIONS
from bpviz.errors import UserError
from bpviz.training.config import LayerConfig

MAXIMUM_UNITS = 100_000
DEFAULT_ACTIVATION = "tanh"
# A line typed with a Chinese keyboard has full-width commas.
_SEPARATOR = re.compile(r"[,，、;；]")
_NO_BIAS = re.compile(r"\b(?:no[ _-]?bias)$", re.IGNORECASE)


def parse_layers(text: str) -> tuple[LayerConfig, ...]:
    """Return the layers that ``text`` lists, from the input's side.

    Each is a number of units, then an activation (tanh where left out), then perhaps ``nobias``.
    An empty text means no hidden layer.

    Raises
    ------
    UserError
        Names the layer's position and its text.

    Examples
    --------
    >>> parse_layers("8 tanh, 3 relu no bias")
    (LayerConfig(units=8, activation='tanh', bias=True), LayerConfig(units=3, activation='relu', bias=False))
    """
    if not text.strip():
        return ()
    return tuple(_layer(part.strip(), place) for place, part in enumerate(_SEPARATOR.split(text), start=1))


def format_layers(layers: tuple[LayerConfig, ...]) -> str:
    """Return the text that ``parse_layers`` reads as ``layers``."""
    return ", ".join(f"{one.units} {one.activation}{'' if one.bias else ' nobias'}" for one in layers)


def _layer(text: str, position: int) -> LayerConfig:
    if not text:
        raise UserError(
            "Layer {position} is empty.", hint="Write it like “8 tanh”, or drop the comma.", position=position
        )
    described = _NO_BIAS.sub("", text).strip()
    words = described.split()
    if not words or len(words) > 2:
        raise UserError(
            "Layer {position} is “{text}”, which is not a number of units and an activation.",
            hint="Write it like “8 tanh”, layers separated by commas.",
            position=position,
            text=text,
        )
    activation = _activation(words[1], text, position) if len(words) == 2 else DEFAULT_ACTIVATION
    return LayerConfig(_units(words[0], text, position), activation, bias=described == text)


def _units(word: str, text: str, position: int) -> int:
    if word.isascii() and word.isdigit() and 1 <= int(word[:9]) <= MAXIMUM_UNITS and len(word) <= 9:
        return int(word)
    raise UserError(
        "Layer {position}, “{text}”: “{word}” is not a number of units from 1 to {maximum}.",
        position=position,
        text=text,
        word=word,
        maximum=MAXIMUM_UNITS,
    )


def _activation(word: str, text: str, position: int) -> str:
    name = word.lower()
    hidden = [entry.name for entry in ACTIVATIONS if not entry.create().output_only]
    if name in hidden:
        return name
    raise UserError(
        "Layer {position}, “{text}”: there is no activation “{word}” for a hidden layer.",
        hint="It is one of: {known}.",
        position=position,
        text=text,
        word=word,
        known=", ".join(hidden),
    )
