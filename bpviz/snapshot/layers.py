"""One layer of a snapshot, and its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bpviz.snapshot.arrays import Array


@dataclass(frozen=True, slots=True)
class ParameterState:
    """One array of a layer's parameters after an iteration, all in its own shape.

    ``name`` as in files (W, b, Wx, gamma), ``symbol`` as on the screen.  ``gradient`` is that of the last
    batch, which made the last update; ``update`` is what this update took off: before − after.
    """

    name: str
    symbol: str
    role: Literal["weight", "bias", "gain"]
    values: Array
    gradient: Array
    update: Array


@dataclass(frozen=True, slots=True)
class LayerState:
    """One layer after an iteration.

    ``z``, ``a`` and ``delta`` belong to the chosen sample and are flat; ``shape`` says what they are:
    (features,), (channels, height, width) or (steps, channels).  ``arrays`` holds what else there is to
    see of the sample in this kind of layer (gates, the winners of a pooling, a dropout's mask), by
    name, in its own shape.  ``kind`` is the layer's name in the registry, empty for the input, ``text``
    what was written for it.

    ``weights`` (out, in) to ``bias_gradient`` are those of a dense layer, None in others; every
    layer's are in ``parameters``.  ``maps`` (units, height, width) is each unit's activation over the
    input plane, row 0 at the bottom, where there are two inputs.
    """

    name: str
    activation: str
    units: int
    z: Array
    a: Array
    delta: Array
    weights: Array | None = None
    bias: Array | None = None
    weight_gradient: Array | None = None
    bias_gradient: Array | None = None
    maps: Array | None = None
    kind: str = "dense"
    text: str = ""
    shape: tuple[int, ...] = ()
    parameters: tuple[ParameterState, ...] = ()
    arrays: Mapping[str, Array] = field(default_factory=dict)
