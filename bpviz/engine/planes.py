"""A loss over a plane through θ, and the pieces in which much is computed at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from bpviz.engine.objective import Array, ShouldStop, check_stop


def point_by_point(
    loss: Callable[[Array], float],
    plane: tuple[Array, Array, Array],
    u: Array,
    v: Array,
    dtype: np.dtype[np.floating],
    should_stop: ShouldStop | None,
) -> Array:
    """Return L(θ₀ + u d₁ + v d₂) as (len(v), len(u)); ``plane`` is θ₀, d₁ and d₂."""
    origin, first, second = plane
    losses = np.empty((len(v), len(u)))
    theta = np.empty(len(origin), dtype)
    for i, j in np.ndindex(losses.shape):
        check_stop(should_stop)
        theta[:] = origin + u[j] * first + v[i] * second
        losses[i, j] = loss(theta)
    return losses


def cuts(count: int, size: int) -> Iterator[slice]:
    """Cut range(count) into slices of at most ``size``."""
    return (slice(start, min(start + size, count)) for start in range(0, count, size))
