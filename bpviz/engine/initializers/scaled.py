"""Random weights whose size keeps signals and gradients alive through many layers."""

from __future__ import annotations

import math

import numpy as np

from bpviz.engine.initializers.base import INITIALIZERS, Array, Initializer
from bpviz.text import N_


@INITIALIZERS.register(
    "xavier", N_("Xavier"), help=N_("Evenly within ±√(6 / (in + out)): made for tanh and sigmoid.")
)
class Xavier(Initializer):
    """w ~ U(−r, r), r = √(6 / (in + out)) (Glorot and Bengio, 2010)."""

    def weights(self, rng: np.random.Generator, units: int, inputs: int) -> Array:
        """Draw from U(−r, r)."""
        bound = math.sqrt(6.0 / (inputs + units))
        return rng.uniform(-bound, bound, (units, inputs))


@INITIALIZERS.register("he", N_("He"), help=N_("A bell curve of deviation √(2 / in): made for ReLU."))
class He(Initializer):
    """w ~ N(0, 2 / in) (He et al., 2015)."""

    def weights(self, rng: np.random.Generator, units: int, inputs: int) -> Array:
        """Draw from N(0, 2 / in)."""
        return rng.normal(0.0, math.sqrt(2.0 / inputs), (units, inputs))


@INITIALIZERS.register(
    "lecun", N_("LeCun"), help=N_("A bell curve of deviation √(1 / in): made for SELU and tanh.")
)
class LeCun(Initializer):
    """w ~ N(0, 1 / in) (LeCun et al., 1998; Klambauer et al., 2017, for SELU)."""

    def weights(self, rng: np.random.Generator, units: int, inputs: int) -> Array:
        """Draw from N(0, 1 / in)."""
        return rng.normal(0.0, math.sqrt(1.0 / inputs), (units, inputs))


@INITIALIZERS.register(
    "xavier_normal",
    N_("Xavier, normal"),
    help=N_("A bell curve of deviation √(2 / (in + out)): as spread as Xavier's even range."),
)
class XavierNormal(Initializer):
    """w ~ N(0, 2 / (in + out)) (Glorot and Bengio, 2010)."""

    def weights(self, rng: np.random.Generator, units: int, inputs: int) -> Array:
        """Draw from N(0, 2 / (in + out))."""
        return rng.normal(0.0, math.sqrt(2.0 / (inputs + units)), (units, inputs))


@INITIALIZERS.register(
    "he_uniform", N_("He, uniform"), help=N_("Evenly within ±√(6 / in): as spread as He's bell curve.")
)
class HeUniform(Initializer):
    """w ~ U(−r, r), r = √(6 / in) (He et al., 2015)."""

    def weights(self, rng: np.random.Generator, units: int, inputs: int) -> Array:
        """Draw from U(−r, r)."""
        bound = math.sqrt(6.0 / inputs)
        return rng.uniform(-bound, bound, (units, inputs))


@INITIALIZERS.register(
    "lecun_uniform",
    N_("LeCun, uniform"),
    help=N_("Evenly within ±√(3 / in): as spread as LeCun's bell curve."),
)
class LeCunUniform(Initializer):
    """w ~ U(−r, r), r = √(3 / in) (LeCun et al., 1998)."""

    def weights(self, rng: np.random.Generator, units: int, inputs: int) -> Array:
        """Draw from U(−r, r)."""
        bound = math.sqrt(3.0 / inputs)
        return rng.uniform(-bound, bound, (units, inputs))
