"""A network from its description: layer by layer, each shape checked before anything is trained."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bpviz.data.dataset import SplitDataset
from bpviz.engine.layers import LAYERS, Dense, Layer
from bpviz.engine.layers.base import Shape, shape_text
from bpviz.engine.network import Network
from bpviz.errors import UserError
from bpviz.text import N_, Text
from bpviz.training.config import LayerConfig, RunConfig
from bpviz.training.layer_spec import at_layer, format_layer
from bpviz.training.targets import choose_output, output_units

MOST_PARAMETERS = 20_000_000
_PASSING = ("dropout", "batchnorm")
_PICTURES = ("conv", "maxpool", "avgpool")


def build_network(config: RunConfig, data: SplitDataset, loss: str) -> Network:
    """Return the hidden layers of ``config`` and the output layer that the data and the loss ask for.

    Raises
    ------
    UserError
        Names the layer, what it got and what it needs.
    """
    shape = input_shape(config.layers, data)
    layers: list[Layer] = []
    size = 0
    for position, layer in enumerate(config.layers, 1):
        made = _hidden(config.layers, position, layer, shape, data)
        layers.append(made)
        shape = made.output_shape
        size = _sized(size + made.size)
    layers.append(_output(config, data, loss, shape))
    _sized(size + layers[-1].size)
    return Network(layers, np.dtype(np.float32 if config.precision == 32 else np.float64))


def input_shape(layers: Sequence[LayerConfig], data: SplitDataset) -> Shape:
    """Return how the first layer sees a sample.

    A picture or a sequence is plain features where no layer looks at it as what it is.
    """
    shape = data.dataset.shape
    kinds = [layer.kind for layer in layers if layer.kind not in _PASSING]
    flat = (int(np.prod(shape)),)
    if len(shape) == 3 and not (kinds and kinds[0] in (*_PICTURES, "flatten")):
        return flat
    recurrent = any(LAYERS[kind].make.recurrent for kind in kinds)  # type: ignore[attr-defined]
    if len(shape) == 2 and not recurrent and not data.dataset.target_steps:
        return flat
    return shape


def _hidden(
    layers: Sequence[LayerConfig], position: int, layer: LayerConfig, shape: Shape, data: SplitDataset
) -> Layer:
    entry = LAYERS[layer.kind]
    try:
        options = entry.checked(layer.options)
        if options.get("returns") == "auto":
            later = any(LAYERS[one.kind].make.recurrent for one in layers[position:])  # type: ignore[attr-defined]
            options["returns"] = "sequence" if later or data.dataset.target_steps else "last"
        return entry.make(shape, **options)
    except UserError as error:
        raise at_layer(position, format_layer(layer), error) from None


def _output(config: RunConfig, data: SplitDataset, loss: str, shape: Shape) -> Layer:
    activation = choose_output(config, loss)
    steps = data.dataset.target_steps
    needed = Text(N_("{steps} steps") if steps else N_("plain features"), steps=steps)
    if len(shape) != (2 if steps else 1) or (steps and shape[0] != steps):
        raise UserError(
            "The output layer needs {needed}; the last hidden layer gives {got}.",
            hint=_remedy(shape, steps),
            needed=needed,
            got=shape_text(shape),
        )
    units = output_units(data, loss) // (steps or 1)
    return Dense(shape, units, activation, bias=config.output_bias)


def _remedy(shape: Shape, steps: int) -> str:
    if steps:
        return N_("Every step has an answer: write “sequence” at the recurrent layers, and no “flatten”.")
    if len(shape) == 3:
        return N_("Put “flatten” behind it.")
    return N_("Write “last” at the recurrent layer, or put “flatten” behind it.")


def _sized(size: int) -> int:
    """Refuse a network that is too large before any of it takes memory."""
    if size > MOST_PARAMETERS:
        raise UserError(
            "This network would have {size} parameters.",
            hint="Up to {most} are possible; take fewer neurons.",
            size=f"{size:,}",
            most=f"{MOST_PARAMETERS:,}",
        )
    return size


def layer_texts(config: RunConfig) -> tuple[str, ...]:
    """Return what was written for each hidden layer."""
    return tuple(format_layer(layer) for layer in config.layers)
