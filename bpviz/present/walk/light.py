"""What is known, and what is lit, at one operation of an iteration that is taken apart."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bpviz.present.by_hand import values_after
from bpviz.present.palette import Palette
from bpviz.present.walk.place import Sample, Walk
from bpviz.snapshot import LayerState, Snapshot
from bpviz.snapshot.dissection import PHASES, Dissection, LayerTrace, Operation, Phase

Floats = NDArray[np.floating]


def phase_colour(palette: Palette, phase: Phase) -> str:
    """Return the colour of a phase."""
    colours: dict[Phase, str] = {
        "forward": palette.accent,
        "loss": palette.warning,
        "backward": palette.backward,
        "update": palette.good,
    }
    return colours[phase]


def phase_shares(walk: Walk) -> dict[Phase, tuple[float, bool]]:
    """Return for each phase how much of it is done, and whether it is the one in hand."""
    shares: dict[Phase, tuple[float, bool]] = {}
    for phase in PHASES:
        places = [j for j, each in enumerate(walk.operations) if each.phase == phase]
        if walk.operation is None or not places:
            shares[phase] = 0.0, False
            continue
        done = sum(j <= walk.operation for j in places)
        shares[phase] = done / len(places), places[0] <= walk.operation <= places[-1]
    return shares


@dataclass(frozen=True, slots=True)
class Light:
    """What of the layers is known at an operation; layers count from 1, the input is 0.

    Attributes
    ----------
    phase, kind, layer, step
        As of the operation.
    summed, active : int
        The last layer whose z, and whose a, is known.
    compared : bool
        Whether the loss is known.
    errors, gradients : int
        The first layer whose δ, and whose gradient, is known; one more than there are where none is.
    updated : frozenset of int
        The layers whose parameters have taken their step.
    """

    phase: Phase
    kind: str
    layer: int
    step: int
    summed: int
    active: int
    compared: bool
    errors: int
    gradients: int
    updated: frozenset[int]

    def shows_error(self, layer: int) -> bool:
        """Whether δ of a layer is shown: from when it is known until the update."""
        return self.phase == "backward" and layer >= self.errors

    def shows_gradient(self, layer: int) -> bool:
        """Whether ∂L/∂θ of a layer is shown in place of its parameters."""
        return self.phase == "backward" and layer >= self.gradients


def light_at(operations: tuple[Operation, ...], operation: Operation) -> Light:
    """Return what is known once ``operation`` is done."""
    at = operations.index(operation) + 1
    done, after = operations[:at], operations[at:]
    count = max((each.layer for each in operations), default=0)
    forward = {each.layer for each in done if each.phase == "forward"}
    unfinished = {each.layer for each in after if each.phase == "forward"}
    back = [each for each in done if each.phase == "backward"]
    return Light(
        operation.phase,
        operation.kind,
        operation.layer,
        operation.step,
        max(forward, default=0),
        max(forward - unfinished, default=0),
        any(each.phase == "loss" for each in done),
        min((each.layer for each in back if each.kind != "gradient"), default=count + 1),
        min((each.layer for each in back if each.kind == "gradient"), default=count + 1),
        frozenset(each.layer for each in done if each.phase == "update"),
    )


def chosen(values: Floats, sample: Sample) -> Floats:
    """Return one sample's part of (B, …), or the mean over B, flat."""
    part = values.mean(axis=0) if sample == "mean" else values[sample]
    return np.asarray(part).ravel()


@dataclass(frozen=True)
class Lit:
    """An operation, lit: what is known at it, and the numbers of a sample of the batch, or of the mean."""

    light: Light
    dissection: Dissection
    sample: Sample = "mean"

    @property
    def operation(self) -> Operation:
        """The operation itself."""
        return Operation(self.light.phase, self.light.kind, self.light.layer, self.light.step)

    @property
    def row(self) -> int:
        """The sample of which is shown what has no mean: the chosen one, else the first."""
        return 0 if self.sample == "mean" else self.sample

    def of(self, values: Floats) -> Floats:
        """Return the sample's part of (B, …), or the mean over B, flat."""
        return chosen(values, self.sample)


def lit_at(dissection: Dissection | None, operation: Operation | None, sample: Sample) -> Lit | None:
    """Return what is lit, None at rest."""
    if dissection is None or operation is None:
        return None
    return Lit(light_at(dissection.operations, operation), dissection, sample)


def since(before: Lit | None, now: Lit) -> tuple[Lit, ...]:
    """Return the operations of this phase that were done since ``before``, the last of them ``now``.

    A step of a phase does several at once: they are shown one after the other.  A step back does none.
    """
    operations = now.dissection.operations
    end = operations.index(now.operation)
    first = next(j for j, each in enumerate(operations) if each.phase == now.light.phase)
    if before is not None and before.dissection.iteration == now.dissection.iteration:
        first = max(first, operations.index(before.operation) + 1)
    elif before is not None and before.dissection.iteration > now.dissection.iteration:
        first = end
    skipped = (replace(now, light=light_at(operations, operations[j])) for j in range(first, end))
    return (*skipped, now)


def walked_snapshot(snapshot: Snapshot, lit: Lit) -> Snapshot:
    """Return the snapshot with the numbers of the iteration in the making.

    z, a and δ are the batch's own, the gradients and updates those that make the next iteration; what the
    walk has updated already is shown updated.
    """
    layers, traces = snapshot.layers, lit.dissection.layers
    if not layers or len(layers) != len(traces) + 1:
        return snapshot
    x = lit.of(traces[0].x)
    states = [replace(layers[0], z=x, a=x)]
    for state, trace in zip(layers[1:], traces, strict=True):
        states.append(_state(state, trace, lit, trace.number in lit.light.updated))
    mean = lit.sample == "mean"
    target = None if mean else lit.of(lit.dissection.y)
    # A mean is no sample's: −1 is none.
    sample = -1 if mean else int(lit.dissection.rows[lit.row])
    return replace(snapshot, layers=tuple(states), target=target, sample=sample)


def mean_input(x_train: Floats, lit: Lit) -> Floats:
    """Return the mean of the batch's inputs in the data's own units, as far as the window has them."""
    rows = lit.dissection.rows[lit.dissection.rows >= 0]
    return np.asarray(x_train[rows].mean(axis=0)) if rows.size else np.zeros(len(x_train[0]))


def _state(state: LayerState, trace: LayerTrace, lit: Lit, updated: bool) -> LayerState:
    sample, changes = lit.sample, lit.dissection.by_hand
    parameters = tuple(
        replace(each, values=values_after(each, trace.number, changes)) if updated else each
        for each in trace.parameters
    )
    held = {each.name: each for each in parameters} if state.weights is not None else {}
    w, b = held.get("W"), held.get("b")
    return replace(
        state,
        z=chosen(trace.z, sample),
        a=chosen(trace.a, sample),
        delta=chosen(trace.delta, sample),
        weights=w.values if w else state.weights,
        bias=b.values if b else state.bias,
        weight_gradient=w.gradient if w else state.weight_gradient,
        bias_gradient=b.gradient if b else state.bias_gradient,
        parameters=parameters,
        arrays=_extras(trace, sample),
    )


def _extras(trace: LayerTrace, sample: Sample) -> dict[str, Floats]:
    """Return what else a kind shows, of one sample; of the mean only what has one."""
    if sample != "mean":
        return dict(trace.extras[sample])
    first = trace.extras[0]
    return {
        name: np.mean([each[name] for each in trace.extras], axis=0)
        for name, values in first.items()
        if np.issubdtype(values.dtype, np.floating)
    }
