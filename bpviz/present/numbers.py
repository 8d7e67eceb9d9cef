"""Numbers as they are shown: four significant digits to read, all of them to copy."""

from __future__ import annotations

import math
import re

MINUS = "\u2212"
THIN_SPACE = "\u2009"
# Below this power of ten a number is plain whatever its digits: 7200 beside 180, not 7.2e3.
_PLAIN = 4


def short(value: float, digits: int = 4, *, steady: bool = False) -> str:
    """Return ``value`` with ``digits`` significant digits.

    Parameters
    ----------
    steady : bool
        Keep trailing zeros, so that a number that changes on the screen keeps its width.

    Examples
    --------
    >>> short(0.0123456), short(7200.0), short(7200.0, 3), short(1.2345e-7), short(0.015, steady=True)
    ('0.01235', '7200', '7200', '1.234e−7', '0.01500')
    """
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else MINUS + "∞"
    value += 0.0  # a minus before a zero says nothing
    text = f"{value:#.{digits}g}" if steady else f"{value:.{digits}g}"
    mantissa, _, exponent = text.partition("e")
    mantissa = mantissa.removesuffix(".").replace("-", MINUS)
    if not exponent:
        return mantissa
    if not steady and 0 < int(exponent) < _PLAIN:
        return f"{float(text):.0f}".replace("-", MINUS)
    return f"{mantissa}{power_of_ten(int(exponent))}"


def power_of_ten(exponent: int) -> str:
    """Return the end of a number in scientific notation: ``e−7``.

    Not 10⁻⁷: most fonts have ¹²³ only, and the other raised digits come out of another one.
    """
    return f"e{exponent}".replace("-", MINUS)


def exact(value: float) -> str:
    """Return the shortest digits that give exactly ``value`` back, for copying into a program."""
    return repr(float(value))


def entry(value: float) -> str:
    """Return ``value`` as a person types it into a field: plain digits, ``1e-5`` where shorter.

    Examples
    --------
    >>> entry(0.03), entry(1e-05), entry(240.0), entry(1000000)
    ('0.03', '1e-5', '240', '1000000')
    """
    if float(value).is_integer() and abs(value) < 1e15:
        return str(int(value))
    mantissa, _, exponent = repr(float(value)).partition("e")
    return f"{mantissa.removesuffix('.0')}e{int(exponent)}" if exponent else mantissa


def grouped(value: int) -> str:
    """Return a whole number in groups of three, ``1 234 567``."""
    return f"{value:,}".replace(",", THIN_SPACE).replace("-", MINUS)


def speed(value: float) -> str:
    """Return a number of iterations a second: whole from ten on, else with two digits.

    Examples
    --------
    >>> speed(0.5), speed(3.14159), speed(12345.6)
    ('0.5', '3.1', '12\u2009346')
    """
    if math.isinf(value):
        return "∞"
    return grouped(round(value)) if value >= 10 else short(value, 2)


def change(before: float, after: float, least: int = 3) -> str:
    """Return both numbers with ``least`` digits, or as many more as it takes to tell them apart.

    Examples
    --------
    >>> change(0.5, 0.404), change(0.40112, 0.40087)
    ('0.5 → 0.404', '0.4011 → 0.4009')
    """
    digits = next((each for each in range(least, 8) if short(before, each) != short(after, each)), least)
    return f"{short(before, digits)} → {short(after, digits)}"


def raised(formula: str) -> str:
    """Return a function as it is written by hand: whole powers as raised digits.

    Examples
    --------
    >>> raised("x^2 + 10*y^2"), raised("x^n")
    ('x² + 10·y²', 'x^n')
    """
    powers = re.sub(r"\^(\d+)(?![\d.])", lambda found: found[1].translate(_RAISED), formula)
    return re.sub(r"\s*\*\s*", "·", powers)


_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
