"""How the numbers of each layer are spread at one iteration: histograms, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["weights", "activations", "gradients"]
KINDS: tuple[Kind, ...] = ("weights", "activations", "gradients")


@dataclass(frozen=True, slots=True)
class Spread:
    """A histogram: ``counts`` (bins,) between ``edges`` (bins + 1,), which lie closer around 0.

    ``low`` and ``high`` leave out one number in two hundred at each end; ``zeros`` is the share that is
    exactly 0.  ``total`` numbers were counted, of very many an evenly spaced part.
    """

    edges: NDArray[np.float64]
    counts: NDArray[np.int64]
    total: int
    mean: float
    deviation: float
    low: float
    high: float
    zeros: float


@dataclass(frozen=True, slots=True)
class LayerSpread:
    """The spreads of one layer, by kind; a kind that it does not have is missing."""

    layer: int
    name: str
    of: Mapping[Kind, Spread]


@dataclass(frozen=True, slots=True)
class Histograms:
    """The spreads of all layers at one iteration; ``samples`` went through for the activations.

    ``cuts`` are the iterations after which the run's record was cut before: two of them speak of the same
    way that the run took as far as what was cut between them.
    """

    iteration: int
    layers: tuple[LayerSpread, ...]
    samples: int = 0
    cuts: tuple[int, ...] = ()


BINS = 48
MOST_VALUES = 8192


def spread_of(values: NDArray[Any]) -> Spread | None:
    """Count ``values``; what is not finite is left out, None where nothing is left.

    The edges are s · sinh(uniform) with s the median of |v|: of a bell with far tails the middle is
    seen as well as the tails.
    """
    flat = values.reshape(-1)
    flat = flat[:: -(-flat.size // MOST_VALUES) or 1].astype(np.float64)
    if not np.isfinite(flat).all():
        flat = flat[np.isfinite(flat)]
    if not flat.size:
        return None
    size = np.abs(flat)
    least, most = float(flat.min()), float(flat.max())
    scale = float(np.median(size)) or float(size.max()) or 1.0
    scale = max(scale, 1e-6 * max(abs(least), abs(most)), 1e-290)
    edges, counts = _counted(flat, scale, least, most)
    low, high = np.partition(flat, (_at(flat, 0.005), _at(flat, 0.995)))[[_at(flat, 0.005), _at(flat, 0.995)]]
    for array in (edges, counts):
        array.setflags(write=False)
    zeros = 1.0 - np.count_nonzero(flat) / flat.size
    mean, deviation = float(flat.mean()), float(flat.std())
    return Spread(edges, counts, flat.size, mean, deviation, float(low), float(high), zeros)


def _counted(
    flat: NDArray[np.float64], scale: float, least: float, most: float
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    bent = np.arcsinh(flat / scale)
    first, last = float(np.arcsinh(least / scale)), float(np.arcsinh(most / scale))
    if not last > first:
        margin = 0.05 * (abs(first) or 1.0)
        first, last = first - margin, last + margin
    places = ((bent - first) * (BINS / (last - first))).astype(np.intp)
    counts = np.bincount(np.minimum(places, BINS - 1), minlength=BINS).astype(np.int64)
    return np.sinh(np.linspace(first, last, BINS + 1)) * scale, counts


def _at(flat: NDArray[np.float64], share: float) -> int:
    return round(share * (flat.size - 1))
