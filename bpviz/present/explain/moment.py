"""One operation of an iteration that is taken apart, with the numbers of one sample or of all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from bpviz.engine.layers import Layer
from bpviz.present.explain.made import Made
from bpviz.present.walk.place import Sample
from bpviz.snapshot import Array, ParameterState, RunInfo
from bpviz.snapshot.dissection import Dissection, LayerTrace, Operation

Place = tuple[int, ...]


@dataclass(frozen=True)
class Moment:
    """What is looked at.

    Attributes
    ----------
    sample : int or "mean"
        A row of the batch, or the mean over its rows.
    place : tuple of int
        Which unit (in the layer's output shape, or by itself in a recurrent layer) or which number of
        ``parameter``, from 0.
    """

    made: Made
    operation: Operation
    sample: Sample = "mean"
    place: Place = ()
    parameter: str = ""

    @property
    def info(self) -> RunInfo:
        """The run."""
        return self.made.info

    @property
    def dissection(self) -> Dissection:
        """The iteration."""
        return self.made.dissection

    @property
    def number(self) -> int:
        """The layer's number, from 1."""
        return self.operation.layer

    @property
    def step(self) -> int:
        """The step of a sequence, from 0; −1 where there is none."""
        return self.operation.step

    @property
    def trace(self) -> LayerTrace:
        """The layer."""
        return self.dissection.layers[self.number - 1]

    @property
    def above(self) -> LayerTrace | None:
        """The layer after it; None at the output."""
        return self.dissection.layers[self.number] if self.number < len(self.dissection.layers) else None

    @property
    def layer(self) -> Layer:
        """The engine's layer."""
        return self.made.layers[self.number - 1]

    @property
    def kind(self) -> str:
        """The layer's kind."""
        return self.trace.kind if self.number else ""

    @property
    def output(self) -> bool:
        """Whether this is the output layer."""
        return self.number == len(self.dissection.layers)

    @cached_property
    def rows(self) -> list[int]:
        """The rows of the batch that are looked at."""
        kept = len(self.dissection.rows)
        return list(range(kept)) if self.sample == "mean" else [int(self.sample)]

    @property
    def mean(self) -> bool:
        """Whether the numbers are means over several samples."""
        return len(self.rows) > 1

    def of(self, array: Array) -> Array:
        """Return the mean over the rows of what has one row a sample."""
        chosen = array[self.rows]
        return np.asarray(chosen[0] if len(chosen) == 1 else chosen.mean(axis=0))

    def extra(self, name: str) -> Array:
        """Return what the layer has to show beside z, a and δ, the rows' mean."""
        found = [self.trace.extras[row][name] for row in self.rows]
        return np.asarray(found[0] if len(found) == 1 else np.mean(found, axis=0))

    def extras(self, name: str, number: int | None = None) -> Array:
        """Return the same for every row by itself."""
        trace = self.trace if number is None else self.dissection.layers[number - 1]
        return np.stack([trace.extras[row][name] for row in self.rows])

    def state(self, name: str, number: int | None = None) -> ParameterState | None:
        """Return one of the layer's parameters; None where it has no such."""
        trace = self.trace if number is None else self.dissection.layers[number - 1]
        return next((one for one in trace.parameters if one.name == name), None)

    def values(self, name: str, number: int | None = None) -> Array | None:
        """Return a parameter's values."""
        found = self.state(name, number)
        return None if found is None else found.values

    def each(self, array: Array) -> Array:
        """Return what every row of ``array`` has at the moment's place."""
        at: tuple[Any, ...] = (slice(None), *self.place)
        return np.asarray(array[at])

    def losses(self) -> Array:
        """Return the samples' own losses."""
        return self.dissection.losses[self.rows]

    def worst_row(self) -> int:
        """Return the row that the loss is explained at: the chosen one, or the example's."""
        if self.mean and self.place and self.operation.kind == "loss":
            return self.place[0]
        return self.worked().rows[0]

    def worked(self) -> Moment:
        """Return the moment of one sample: of several the one that is the iteration's example."""
        return replace(self, sample=self.made.example_row) if self.mean else self

    def at(self, place: Place, parameter: str = "") -> Moment:
        """Return the moment of another unit or number."""
        return replace(self, place=place, parameter=parameter)
