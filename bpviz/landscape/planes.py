"""The plane that a loss surface is drawn over: an origin and two directions in parameter space.

A point of the plane is θ(u, v) = o + u d₁ + v d₂.  Three kinds:

- ``axes``: a function's own variables; o = 0, so u and v are x and y themselves.
- ``weights``: two parameters θᵢ and θⱼ; o is θ with both set to 0, so u and v are their values.
- ``random``: two random directions; o is chosen so that (0, 0) is where the run began.

The directions stay the same through a run and o only moves across the plane, never along it: the
path that was drawn stays where it is while the surface around it changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.network_objective import NetworkObjective
from bpviz.engine.objective import Objective
from bpviz.errors import UserError
from bpviz.landscape.directions import random_directions
from bpviz.snapshot import SurfaceGrid, SurfaceRequest, frozen

Array = NDArray[np.floating]


@dataclass(frozen=True)
class Plane:
    """θ(u, v) = origin + u first + v second; all three (n,).

    ``second`` is zero where there is only one direction to go: the surface is then a curve.
    """

    origin: Array
    first: Array
    second: Array
    u_label: str
    v_label: str
    kind: str

    @property
    def is_line(self) -> bool:
        """Whether there is no second direction."""
        return not self.second.any()

    def point(self, u: float, v: float) -> Array:
        """Return θ(u, v), (n,)."""
        return np.asarray(self.origin + u * self.first + v * self.second)

    def coordinates(self, thetas: Array) -> Array:
        """Return the (u, v) of the plane's points nearest to ``thetas`` (k, n), as (k, 2)."""
        # Not of the differences θ − o: for a big network they would be a second copy of the path.
        return self.components(thetas) - self.components(self.origin[None])

    def components(self, steps: Array) -> Array:
        """Return (u, v) that minimize |step − u d₁ − v d₂| for each of ``steps`` (k, n), as (k, 2)."""
        basis = np.stack([self.first, self.second])
        with np.errstate(all="ignore"):
            # The pseudo-inverse leaves v at 0 where there is no second direction.
            return np.asarray((steps @ basis.T) @ np.linalg.pinv(basis @ basis.T))

    def shares(self, step: Array, parts: Sequence[slice]) -> Array:
        """Return the (u, v) of each part of ``step`` (n,) by itself, as (parts, 2).

        Components are linear: those of parts that make up the whole add up to those of ``step``.
        """
        basis = np.stack([self.first, self.second])
        with np.errstate(all="ignore"):
            products = [basis[:, part] @ step[part] for part in parts]
            return np.asarray(np.stack(products) @ np.linalg.pinv(basis @ basis.T))

    def through(self, theta: Array) -> Self:
        """Return the parallel plane through ``theta``, shifted at right angles to both directions."""
        if self.kind == "axes":
            return self
        u, v = self.coordinates(theta[None])[0]
        origin = theta - u * self.first - v * self.second
        return type(self)(frozen(origin), self.first, self.second, self.u_label, self.v_label, self.kind)


def plane_of(grid: SurfaceGrid) -> Plane | None:
    """Return the plane that a grid lies in; None where the grid does not carry it."""
    if grid.plane is None:
        return None
    return Plane(*grid.plane, grid.u_label, grid.v_label, grid.kind)


def make_plane(objective: Objective, start: Array, request: SurfaceRequest) -> Plane:
    """Return the plane of a run that began at ``start`` (n,).

    A function is always shown over its own variables, and a network never: where ``request.kind``
    does not fit, the kind that does is taken.

    Raises
    ------
    UserError
        When two weights are asked for that this network does not have.
    """
    if not isinstance(objective, NetworkObjective):
        return _axes_plane(objective)
    if request.kind == "weights":
        return _weights_plane(objective, start, request.parameters)
    first, second = random_directions(objective.network, start, request.seed)
    return Plane(frozen(start), frozen(first), frozen(second), "d₁", "d₂", "random")


def _axes_plane(objective: Objective) -> Plane:
    size = objective.size
    second = _unit(size, 1) if size > 1 else np.zeros(size)
    labels = (*objective.parameter_names, "")
    return Plane(frozen(np.zeros(size)), _unit(size, 0), frozen(second), labels[0], labels[1], "axes")


def _weights_plane(objective: NetworkObjective, start: Array, parameters: tuple[int, int]) -> Plane:
    i, j = parameters
    for index in parameters:
        if not 0 <= index < objective.size:
            raise UserError(
                "This network has no parameter {number}: it has {size}.",
                number=index + 1,
                size=objective.size,
            )
    if i == j:
        raise UserError("A surface needs two different parameters.", hint="Choose another second one.")
    origin = np.array(start)
    origin[[i, j]] = 0.0
    names = objective.parameter_names
    first, second = _unit(objective.size, i), _unit(objective.size, j)
    return Plane(frozen(origin), first, second, names[i], names[j], "weights")


def _unit(size: int, index: int) -> Array:
    unit = np.zeros(size)
    unit[index] = 1.0
    unit.setflags(write=False)
    return unit
