"""One iteration taken apart into its operations: what is shown step by step, frozen.

Symbols as in `bpviz.snapshot`.  Everything belongs to the batch that the iteration learns from, at the θ
before its update; ``a`` and ``delta`` have one row a sample.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bpviz.snapshot import Array, ParameterState
from bpviz.snapshot.changes import ChangeMade

Phase = Literal["forward", "loss", "backward", "update"]
PHASES: tuple[Phase, ...] = ("forward", "loss", "backward", "update")


@dataclass(frozen=True, slots=True)
class Operation:
    """One step of the walk: what is computed, in which layer (from 1; 0 where in none), at which time.

    ``kind`` names it among those of its layer ("sum", "activation", "delta", "gradient", …).  ``step`` counts
    the steps of a sequence from 0, −1 where there are none.
    """

    phase: Phase
    kind: str
    layer: int = 0
    step: int = -1


@dataclass(frozen=True)
class LayerTrace:
    """One layer of a trace.

    Attributes
    ----------
    number : int
        From 1, as it stands on the symbols.
    kind : str
        The layer's name in the registry.
    x, z, a, delta : (B, …)
        In the layer's own shapes: (B, features), (B, channels, height, width) or (B, steps, channels).
        ``delta`` belongs to the mean over the B samples, times B: to each sample by itself.
    extras : sequence of mapping
        One a sample: what the kind has to show beside them, by name.  Those named ``delta…`` are the
        sample's own as well.
    parameters : tuple of ParameterState
        In the layer's order.
    """

    number: int
    kind: str
    x: Array
    z: Array
    a: Array
    delta: Array
    extras: tuple[Mapping[str, Array], ...]
    parameters: tuple[ParameterState, ...]


@dataclass(frozen=True)
class Dissection:
    """The iteration ``iteration`` (it makes θ of this number out of the one before), operation by operation.

    Attributes
    ----------
    rows : (B,) int
        The training samples that were traced, those of the batch or chosen ones, as indices into the
        samples that the window shows; those that it does not show are −1.  At most 256 are kept;
        ``batch_size`` is how many the batch had.
    y : (B, K)
        Targets as the output layer is to give them.
    loss : float
        What was descended: the batch's mean, penalties included; ``losses`` (B,) are the samples' own.
    theta, gradient, update : (n,)
        θ before, ∇L, and what the update takes off θ.
    before, after : mapping
        What the optimizer remembers, before and after the update.
    operations : tuple of Operation
        In the order of computing; updates last.
    settings : mapping
        What else the numbers depend on: the ``loss``'s fields, the ``penalties``, ``clip_value`` and
        ``clip_norm``; η₀ as ``base_rate``, the ``schedule``, its fields and what it remembered; and what
        the optimizer ``found`` on its way, where it searches.
    by_hand : tuple of ChangeMade
        Where the iteration is a change by hand: what it changes.  Then the optimizer takes no step; loss and
        gradient are told over the samples that come next.
    what_if : bool
        Numbers were changed by hand, only to look: the run itself will make another iteration.
    outside_of : Dissection or None
        Where one chosen sample was traced that is not among those kept of the batch: the batch's own.
    """

    run_id: int
    iteration: int
    rows: NDArray[np.intp]
    batch_size: int
    y: Array
    layers: tuple[LayerTrace, ...]
    loss: float
    losses: Array
    learning_rate: float
    theta: Array
    gradient: Array
    update: Array
    optimizer: str
    optimizer_fields: Mapping[str, float | int | bool | str]
    before: Mapping[str, Array | float | int]
    after: Mapping[str, Array | float | int]
    operations: tuple[Operation, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    by_hand: tuple[ChangeMade, ...] = ()
    what_if: bool = False
    outside_of: Dissection | None = None
