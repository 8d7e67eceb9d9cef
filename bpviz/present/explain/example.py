"""The one example that an iteration is followed at: of each layer a unit, and of that unit a weight.

It is found from the end: the output with the largest error, then in each layer the unit that gets the
largest share of the error of the one chosen in the layer after it.  So the number that one operation makes
is found again in the next, from z to the update.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property

import numpy as np

from bpviz.engine.layers import Layer
from bpviz.present.explain import by_hand, choice
from bpviz.present.explain.choice import Chosen
from bpviz.present.explain.moment import Moment, Place
from bpviz.present.explain.shares import DELTAS, GATES, window
from bpviz.snapshot import Array
from bpviz.snapshot.dissection import LayerTrace


class Example:
    """One way through the network.  ``chosen`` are units that the learner has chosen, by layer."""

    def __init__(self, moment: Moment, chosen: Mapping[int, Place] | None = None) -> None:
        self.made, self._rows, self._chosen = moment.made, moment.rows, dict(chosen or {})

    @cached_property
    def units(self) -> tuple[Place, ...]:
        """The unit of each layer, in the shape of what the layer gives."""
        layers = self.made.dissection.layers
        found: list[Place] = []
        for trace in reversed(layers):
            own = self._own(trace)
            if own is None:
                own = self._below(layers[trace.number], found[-1]) if found else None
            found.append(own or _most(self._mean(trace.delta)))
        return tuple(reversed(found))

    def at(self, base: Moment) -> Chosen:
        """Return where an operation is explained: at its largest number where nothing else is known."""
        if not base.dissection.layers or by_hand.applies(base):
            return choice.largest(base)
        if base.operation.kind == "loss":
            return Chosen((base.made.example_row if base.mean else base.rows[0],))
        unit = self.units[base.number - 1]
        of_parameters = base.operation.kind in ("gradient", "update")
        found = _weight(base, unit) if of_parameters else _unit(base, unit)
        return found if found is not None and choice.fits(base, found) else choice.largest(base)

    def _own(self, trace: LayerTrace) -> Place | None:
        """Return what was chosen by hand; of a step alone, of the last one."""
        place = self._chosen.get(trace.number)
        shape = trace.a.shape[1:]
        if place is not None and len(place) < len(shape) == 2:
            place = (shape[0] - 1, *place)
        return place if place is not None and len(place) == len(shape) else None

    def _below(self, above: LayerTrace, unit: Place) -> Place | None:
        """Return what of the layer below gets the most of the error of ``unit``; None where none gets any."""
        layer, below = self.made.layers[above.number - 1], self.made.dissection.layers[above.number - 2]
        return _SOURCES[above.kind](self, above, layer, below, unit)

    def of_dense(self, above: LayerTrace, layer: Layer, below: LayerTrace, unit: Place) -> Place | None:
        """Return the place of the largest w σ′(z)."""
        weights = next(one.values for one in above.parameters if one.name == "W")
        *before, row = unit
        return self._largest((*before,), weights[row] * np.ones((len(self._rows), 1)), below)

    def of_recurrent(self, above: LayerTrace, layer: Layer, below: LayerTrace, unit: Place) -> Place | None:
        """Return the place of the largest Σ w δ over the unit's gates, at its step or at the last."""
        weights = next(one.values for one in above.parameters if one.name == "Wx")
        step = unit[0] if len(unit) == 2 else below.a.shape[1] - 1
        width = layer.width  # type: ignore[attr-defined]  # of recurrent layers
        errors = [
            np.array([above.extras[row][name][step, unit[-1]] for row in self._rows])
            for name in DELTAS[above.kind]
        ]
        rows = [weights[gate * width + unit[-1]] for gate in range(len(errors))]
        shares = sum(np.outer(error, row) for error, row in zip(errors, rows, strict=True))
        return self._largest((step,), np.asarray(shares), below)

    def of_conv(self, above: LayerTrace, layer: Layer, below: LayerTrace, unit: Place) -> Place | None:
        """Return the pixel below the largest number of the kernel that has an error."""
        weights = next(one.values for one in above.parameters if one.name == "W")
        seen = window(layer, unit[1], unit[2])
        errors = self._mean(below.delta)
        shares = {
            (channel, r, s): float(weights[unit[0], channel, i, j])
            for channel in range(weights.shape[1])
            for i, j, r, s in seen
            if errors[channel, r, s]
        }
        return max(shares, key=lambda place: abs(shares[place]), default=None)

    def of_same(self, above: LayerTrace, layer: Layer, below: LayerTrace, unit: Place) -> Place | None:
        """Return the same place: what passes each number on by itself."""
        return unit

    def of_flatten(self, above: LayerTrace, layer: Layer, below: LayerTrace, unit: Place) -> Place | None:
        """Return the place that was laid out there."""
        return tuple(int(each) for each in np.unravel_index(unit[-1], below.a.shape[1:]))

    def of_max_pool(self, above: LayerTrace, layer: Layer, below: LayerTrace, unit: Place) -> Place | None:
        """Return the winner, of the example's sample."""
        row = self.made.example_row if len(self._rows) > 1 else self._rows[0]
        flat = int(above.extras[row]["winner"][unit])
        return tuple(int(each) for each in np.unravel_index(flat, below.a.shape[1:]))

    def of_mean_pool(self, above: LayerTrace, layer: Layer, below: LayerTrace, unit: Place) -> Place | None:
        """Return the pixel with the largest error of those in the window."""
        errors = self._mean(below.delta)[unit[0]]
        seen = [(r, s) for _, _, r, s in window(layer, unit[1], unit[2])]
        return (unit[0], *max(seen, key=lambda place: abs(float(errors[place]))))

    def _largest(self, before: Place, shares: Array, below: LayerTrace) -> Place | None:
        """Return the unit with the largest mean of its shares (rows, units), each let through by its δ."""
        errors = self._mean(below.delta)
        at = errors[before] if errors.ndim == len(before) + 1 else errors
        sizes = np.abs(shares.mean(axis=0)) * (at != 0)
        unit = int(np.argmax(sizes))
        if not sizes[unit]:
            return None
        return (*before, unit) if errors.ndim == len(before) + 1 else (unit,)

    def _mean(self, array: Array) -> Array:
        return np.asarray(array[self._rows].mean(axis=0))


Source = Callable[[Example, LayerTrace, Layer, LayerTrace, Place], Place | None]

_SOURCES: dict[str, Source] = {
    "dense": Example.of_dense,
    "conv": Example.of_conv,
    "flatten": Example.of_flatten,
    "dropout": Example.of_same,
    "batchnorm": Example.of_same,
    "maxpool": Example.of_max_pool,
    "avgpool": Example.of_mean_pool,
    **dict.fromkeys(GATES, Example.of_recurrent),
}


def _most(numbers: Array) -> Place:
    place = np.unravel_index(int(np.argmax(np.abs(numbers))), numbers.shape)
    return tuple(int(each) for each in place)


def _unit(base: Moment, unit: Place) -> Chosen:
    return Chosen(unit[-1:] if base.kind in GATES and base.step >= 0 else unit)


def _weight(base: Moment, unit: Place) -> Chosen | None:
    """Return the weight of the unit with the largest gradient; a bias only where there is nothing else."""
    best: tuple[bool, float, Chosen] | None = None
    channel = unit[0] if len(unit) == 3 else unit[-1]
    width = len(DELTAS.get(base.kind, ("",)))
    for one in base.trace.parameters:
        rows = range(channel, len(one.gradient), len(one.gradient) // width)
        for row in rows[:width]:
            sizes = np.abs(np.atleast_1d(one.gradient[row]))
            inner = _most(one.gradient[row]) if one.gradient.ndim > 1 else ()
            at = Chosen((row, *inner), one.name)
            found = one.role != "bias", float(sizes.max()), at
            if best is None or found[:2] > best[:2]:
                best = found
    return None if best is None else best[2]


def example_of(base: Moment, chosen: Mapping[int, Place] | None = None) -> Example:
    """Return the example of the moment's iteration and sample."""
    return Example(replace(base, place=(), parameter=""), chosen)
