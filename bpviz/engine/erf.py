"""The error function, which NumPy lacks: erf x = 2/√π ∫₀ˣ e^(−t²) dt and erfc x = 1 − erf x.

Rational approximations on three ranges of |x|: W. J. Cody, "Rational Chebyshev approximations for the
error function", Mathematics of Computation 23 (1969), 631-637.  erf is good to 1e-15; erfc keeps its
relative precision down to 1e-300 (to 1e-13 there, by the rounding of x²).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
Coefficients = tuple[float, ...]

# Highest power first.
_NEAR: tuple[Coefficients, Coefficients] = (
    (
        *(1.85777706184603153e-1, 3.16112374387056560e0, 1.13864154151050156e2),
        *(3.77485237685302021e2, 3.20937758913846947e3),
    ),
    (
        *(1.0, 2.36012909523441209e1, 2.44024637934444173e2),
        *(1.28261652607737228e3, 2.84423683343917062e3),
    ),
)
_MIDDLE: tuple[Coefficients, Coefficients] = (
    (
        *(2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0),
        *(6.61191906371416295e1, 2.98635138197400131e2, 8.81952221241769090e2),
        *(1.71204761263407058e3, 2.05107837782607147e3, 1.23033935479799725e3),
    ),
    (
        *(1.0, 1.57449261107098347e1, 1.17693950891312499e2),
        *(5.37181101862009858e2, 1.62138957456669019e3, 3.29079923573345963e3),
        *(4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3),
    ),
)
_FAR: tuple[Coefficients, Coefficients] = (
    (
        *(1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1),
        *(1.25781726111229246e-1, 1.60837851487422766e-2, 6.58749161529837803e-4),
    ),
    (
        *(1.0, 2.56852019228982242e0, 1.87295284992346725e0),
        *(5.27905102951428412e-1, 6.05183413124413191e-2, 2.33520497626869185e-3),
    ),
)
_END_OF_NEAR, _END_OF_MIDDLE = 0.46875, 4.0
_FIRST = 1.0 / math.sqrt(math.pi)
# e^(−30²) is 0 in float64 too.
_END = 30.0
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(12)


def erf(x: Array) -> Array:
    """Return erf x, element by element, in the dtype of ``x`` (complex for |Im x| up to about 1)."""
    if np.iscomplexobj(x):
        return np.asarray(erf(x.real) + _across(x))
    near, inner, tail = _pieces(x)
    result: Array = np.copysign(1.0 - tail, x)
    result[near] = inner
    return result


def erfc(x: Array) -> Array:
    """Return 1 − erf x without cancellation where x is large."""
    if np.iscomplexobj(x):
        return np.asarray(erfc(x.real) - _across(x))
    near, inner, tail = _pieces(x)
    result = np.where(x < 0, 2.0 - tail, tail)
    result[near] = 1.0 - inner
    return result


def _pieces(x: Array) -> tuple[NDArray[np.bool_], Array, Array]:
    """Return where |x| is small, erf x there, and erfc |x| for the others."""
    size = np.minimum(np.abs(x), _END)
    near, far = size <= _END_OF_NEAR, size > _END_OF_MIDDLE
    inner = x[near]
    inner = inner * _ratio(_NEAR, inner * inner)
    tail = np.exp(-size * size)
    middle = ~(near | far)
    tail[middle] *= _ratio(_MIDDLE, size[middle])
    outer = size[far]
    inverse = 1.0 / (outer * outer)
    tail[far] *= (_FIRST - inverse * _ratio(_FAR, inverse)) / outer
    return near, inner, tail


def _ratio(polynomials: tuple[Coefficients, Coefficients], x: Array) -> Array:
    over, under = (_polynomial(coefficients, x) for coefficients in polynomials)
    over /= under
    return over


def _polynomial(coefficients: Coefficients, x: Array) -> Array:
    result = coefficients[0] * x
    for coefficient in coefficients[1:-1]:
        result += coefficient
        result *= x
    result += coefficients[-1]
    return result


def _across(z: Array) -> Array:
    """Return erf(x + iy) − erf x = 2i/√π ∫₀ʸ e^(−(x + it)²) dt.

    By Gauss and Legendre's rule with 12 nodes, so a tiny y, the step of a complex-step derivative,
    comes through to the last digit.
    """
    x = np.clip(z.real, -_END, _END)[..., None]
    t = z.imag[..., None] * (0.5 * (_NODES + 1.0))
    integral = z.imag * (np.exp(-((x + 1j * t) ** 2)) @ (0.5 * _WEIGHTS))
    return np.asarray(2j * _FIRST * integral)
