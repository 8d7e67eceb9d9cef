"""Where a worker's error comes from: the shares that sum to it, by who sent them back."""

from __future__ import annotations

import numpy as np

from bpviz.present.explain.moment import Moment
from bpviz.present.explain.names import number, sample_name
from bpviz.present.explain.shares import GATES
from bpviz.present.explain.shares_back import reaching, slope
from bpviz.present.explain.story_factory import worker_at
from bpviz.text import N_, tr


def error_shares(moment: Moment) -> dict[int, float]:
    """Return the shares that sum to δ of the moment's unit, by the worker of the next bench, from 1.

    Each is Σ w δ σ′(z) over what that worker sent back, the mean over the samples.  Empty where δ is not made
    of such shares: at the output, and behind a batch norm.
    """
    found: dict[int, float] = {}
    let_through = slope(moment)[:, None] if not _of_step(moment) else 1.0
    for part in reaching(moment).parts:
        if part.of != "delta":
            return {}
        means = (part.values * let_through).mean(axis=0)
        for term, share in enumerate(means.tolist()):
            worker = _worker(moment, part.source(term))
            found[worker] = found.get(worker, 0.0) + share
    return found


def _of_step(moment: Moment) -> bool:
    return moment.kind in GATES and moment.step >= 0


def _worker(moment: Moment, place: tuple[int, ...]) -> int:
    above = moment.above
    if above is not None and above.kind in GATES:
        # One row of Wx for each gate of each unit.
        width: int = moment.made.layers[above.number - 1].width  # type: ignore[attr-defined]
        return place[-1] % width + 1
    return worker_at(place)


def whence(moment: Moment, value: float, bench: str) -> list[str]:
    """Tell from whom most of an error comes: ``bench`` is the next one's name."""
    if _of_step(moment):
        step = moment.step + 1
        return [tr("It goes back through the notebooks, from the last step to the first: {step}.", step=step)]
    if moment.output:
        return _of_orders(moment, value)
    shares = error_shares(moment)
    if len(shares) < 2 or not np.isclose(sum(shares.values()), value, rtol=1e-6, atol=1e-12):
        return []
    worker = max(shares, key=lambda each: shares[each] * value)
    return [_told(shares[worker], value, tr("worker {worker} of {bench}", worker=worker, bench=bench))]


def _of_orders(moment: Moment, value: float) -> list[str]:
    """Tell from which sample most of an output's mean error comes."""
    if not moment.mean:
        return []
    shares = moment.each(moment.trace.delta[moment.rows]) / len(moment.rows)
    at = int(np.argmax(shares * value))
    return [_told(float(shares[at]), value, sample_name(moment, moment.rows[at]))]


def _told(share: float, value: float, source: str) -> str:
    said = N_("The largest part of it comes from {source}: {share}.")
    if abs(share) > abs(value) * (1 + 1e-9):
        said = N_("Most of it comes from {source}: {share}; others take some of it back.")
    elif abs(share) > 0.5 * abs(value):
        said = N_("Most of it comes from {source}: {share}.")
    return tr(said, source=source, share=number(abs(share)))
