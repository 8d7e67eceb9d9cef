"""The loss over a plane, and which plane is wanted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bpviz.snapshot.arrays import Array


@dataclass(frozen=True, slots=True)
class SurfaceGrid:
    """The loss over a plane through θ, and the path of the run on it.

    ``losses[i, j]`` is L at o + u[j]·d₁ + v[i]·d₂; for a function of one variable ``v`` has one entry and the
    "surface" is a curve.  ``path`` (k, 3) is u, v and the loss on it, oldest first; ``path_iterations`` (k,)
    numbers it.  ``ball`` is where the run stands (u, v, loss), ``true_loss`` its loss over all training rows,
    ``gradient`` −∇L projected, (du, dv).  ``plane`` is (o, d₁, d₂), each (n,); o moves across it with θ.
    """

    run_id: int
    iteration: int
    u: Array
    v: Array
    losses: Array
    u_label: str
    v_label: str
    kind: str
    path: Array
    path_iterations: NDArray[np.int64]
    ball: tuple[float, float, float]
    true_loss: float
    gradient: tuple[float, float]
    plane: tuple[Array, Array, Array] | None = None


@dataclass(frozen=True, slots=True)
class SurfaceRequest:
    """Which plane the surface is to span.

    ``kind`` is ``"axes"`` (a function's own variables), ``"weights"`` (two parameters, by index) or
    ``"random"`` (two filter-normalized directions from ``seed``).  ``span`` is the half width; None chooses.
    """

    kind: str = "random"
    parameters: tuple[int, int] = (0, 1)
    seed: int = 0
    span: float | None = None
    resolution: int = 51
