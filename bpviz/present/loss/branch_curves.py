"""The curves of other branches beside the present one's, ready to be drawn at any size."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bpviz.present.loss.curves import EVALUATED_SERIES, Extent, MinMaxPyramid
from bpviz.present.places import BranchCurve
from bpviz.snapshot import History

FARTHEST = 10.0
"""So many times as high as the present branch others may be to be seen whole."""


def within_reach(others: list[Extent], highest: float) -> list[Extent]:
    """Return the extents of other branches, cut where they would leave the present one no room.

    A branch that diverged to 1e300 would make a flat line of any other: it leaves the plot at its top.
    """
    most = FARTHEST * highest
    return [(low, min(high, most)) for low, high in others if low <= most]


@dataclass(frozen=True)
class DrawnBranch:
    """One branch: the iterations at which it was measured, and its losses and accuracies over them."""

    colour: str
    last: int
    evaluated: NDArray[np.int64]
    series: dict[str, MinMaxPyramid]
    name: str = ""
    history: History | None = None

    def losses_at(self, iteration: int) -> tuple[float, float] | None:
        """Return the train and the test loss measured last at an iteration; None where it was not there."""
        index = int(np.searchsorted(self.evaluated, iteration, side="right")) - 1
        if self.history is None or index < 0 or iteration > self.last:
            return None
        return float(self.history.train_loss[index]), float(self.history.test_loss[index])

    def range(self, low: float, high: float) -> tuple[int, int]:
        """Return the indices for iterations ``low`` … ``high``, one beyond either side."""
        found = np.searchsorted(self.evaluated, (low, high))
        return max(int(found[0]) - 1, 0), min(int(found[1]) + 1, len(self.evaluated))


class BranchCurves:
    """The other branches of a run; what was made of one is kept as long as it is the same."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[BranchCurve, DrawnBranch]] = {}

    @property
    def all(self) -> tuple[DrawnBranch, ...]:
        """The branches."""
        return tuple(drawn for _, drawn in self._made.values())

    @property
    def key(self) -> tuple[int, ...]:
        """What the drawing depends on."""
        return tuple(id(drawn) for drawn in self.all)

    @property
    def last(self) -> int:
        """The newest iteration of any, 0 without any."""
        return max((drawn.last for drawn in self.all), default=0)

    def show(self, curves: tuple[BranchCurve, ...]) -> None:
        """Take the place of what was there."""
        old, self._made = self._made, {}
        for curve in curves:
            kept = old.get(curve.key)
            same = kept is not None and kept[0].history.loss is curve.history.loss
            made = kept[1] if same and kept is not None else _made(curve)
            if made.name != curve.name:
                made = replace(made, name=curve.name)
            self._made[curve.key] = (curve, made)

    def extents(self, series: str, low: float, high: float, *, positive: bool) -> list[Extent]:
        """Return the lowest and highest value of each between two iterations."""
        found = (
            drawn.series[series].extent(*drawn.range(low, high), positive=positive) for drawn in self.all
        )
        return [extent for extent in found if extent is not None]


def _made(curve: BranchCurve) -> DrawnBranch:
    series = {}
    for name in EVALUATED_SERIES:
        series[name] = MinMaxPyramid()
        series[name].extend(getattr(curve.history, name))
    history = curve.history
    return DrawnBranch(curve.colour, curve.last, history.evaluated, series, curve.name, history)
