"""Clipping a gradient that is too large, by its entries or by its length (Pascanu et al., 2013)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

VALUE_FORMULA = "min(max(dL_dtheta, -clip_value), clip_value)"
NORM_FORMULA = "dL_dtheta * min(1, clip_norm / grad_norm)"
"""What becomes of one parameter's slope, as it is printed; ``grad_norm`` is ‖g‖."""


def clip_value(gradient: Array, limit: float, out: Array) -> Array:
    """Return g with every entry brought into −limit … limit, in ``out``.

    Parameters
    ----------
    gradient : (n,)
        Left as it is, unless it is ``out``.
    limit : float
        Above 0.
    out : (n,)
        Of the gradient's dtype.
    """
    return np.clip(gradient, -limit, limit, out=out)


def clip_norm(gradient: Array, norm: float, limit: float, out: Array) -> Array:
    """Return g · min(1, limit / ‖g‖), in ``out``: shorter, never turned.

    PyTorch's ``clip_grad_norm_`` divides by ‖g‖ + 1e-6 and so makes what is too long shorter than
    the limit by one part in 10⁶/‖g‖; here it is as long as the limit.

    Parameters
    ----------
    gradient : (n,)
        Left as it is, unless it is ``out``.
    norm : float
        ‖g‖, which the caller has.
    limit : float
        Above 0.
    out : (n,)
        Of the gradient's dtype.
    """
    if norm > limit:
        return np.multiply(gradient, limit / norm, out=out)
    out[...] = gradient
    return out
