"""The regularizers in force on one network's θ."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.network import Network
from bpviz.engine.planes import cuts
from bpviz.engine.regularizers import REGULARIZERS, Regularizer
from bpviz.engine.stacked import CHUNK_CELLS

Array = NDArray[np.floating]


class Penalties:
    """All regularizers whose strength is not 0, together.

    Attributes
    ----------
    active : bool
        Whether any is in force.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._mask: Array | None = None
        self._active: list[Regularizer] = []
        self.active = False
        self.values: dict[str, float] = {}

    def set(self, values: Mapping[str, float]) -> None:
        """Take each regularizer's fields from ``values``; what is missing is at its default, off."""
        self.values = dict(values)
        made = [
            entry.create(**{field.name: values[field.name] for field in entry.fields if field.name in values})
            for entry in REGULARIZERS
        ]
        self._active = [one for one in made if one.active]
        self.active = bool(self._active)
        if self._active and self._mask is None:
            self._mask = self._network.weight_mask()

    @property
    def kinked(self) -> list[Regularizer]:
        """Those in force whose derivative jumps."""
        return [one for one in self._active if one.kinked]

    def value(self, theta: Array) -> float:
        """Return the sum of the penalties at θ."""
        if not self._active or self._mask is None:
            return 0.0
        weights = theta * self._mask
        return sum(one.penalty(weights) for one in self._active)

    def values_at(self, thetas: Array) -> Array:
        """Return the sum of the penalties for each row of Θ (k, n); a single 0 where none is in force."""
        if not self._active:
            return np.zeros(1)
        return np.array([self.value(theta) for theta in thetas])

    def values_on_plane(self, basis: Array, coefficients: Array) -> Array | float:
        """Return the same for each row of C Θ, C (m, k), a few rows at a time."""
        if not self._active:
            return 0.0
        pieces = cuts(len(coefficients), max(1, CHUNK_CELLS // basis.shape[1]))
        return np.concatenate([self.values_at(coefficients[cut] @ basis) for cut in pieces])

    def changes(self, theta: Array, h: float) -> Array:
        """Return what the penalties change by when one parameter moves by ``h``, for each: (n,)."""
        if not self._active:
            return np.zeros_like(theta)
        assert self._mask is not None
        sums = [one.penalties(theta + h) - one.penalties(theta) for one in self._active]
        return np.asarray(np.sum(sums, axis=0) * self._mask)

    def complex_value(self, theta: NDArray[np.complexfloating]) -> complex:
        """Return the sum at a complex θ: by the derivative, which is exact to first order in Im θ."""
        if not self._active:
            return 0j
        real = np.ascontiguousarray(theta.real)
        gradient = np.zeros_like(real)
        self.add_gradient(real, gradient)
        return complex(self.value(real), float(gradient @ theta.imag))

    def add_gradient(self, theta: Array, gradient: Array) -> None:
        """Add ∂penalty/∂θ to ``gradient``."""
        assert self._mask is not None
        weights = theta * self._mask
        for one in self._active:
            one.add_gradient(weights, self._mask, gradient)

    @property
    def projects(self) -> bool:
        """Whether any of them moves θ after an update."""
        return any(one.projects for one in self._active)

    def project(self, theta: Array) -> bool:
        """Hold the weights within what they may be; return whether any regularizer does so."""
        if not self._active:
            return False
        projecting = [one for one in self._active if one.projects]
        for one in projecting:
            one.project(self._network.weight_rows(theta))
        return bool(projecting)
