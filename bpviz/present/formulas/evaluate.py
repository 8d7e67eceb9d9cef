"""The value of a formula: what is printed is what is worked out, number by number or on whole arrays.

Symbols take their values from a mapping, by what they are called with their indices and layer, `key`, or
by their name alone.  An index counts from 1; beyond an array's ends, and between its places, there is
nothing: 0.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from bpviz.engine.erf import erf, erfc
from bpviz.present.formulas.plain import plain, read
from bpviz.present.formulas.symbols import CONSTANTS, FUNCTIONS, RAISED_DIGITS
from bpviz.present.formulas.tree import (
    Call,
    Cases,
    Compare,
    Negative,
    Node,
    Number,
    Over,
    Power,
    Product,
    Quotient,
    Relation,
    Sum,
    Symbol,
    Transposed,
    walk,
)

Values = Mapping[str, Any]

_DIGITS = re.compile(r"[0-9.]+(e[−-]?[0-9]+)?")
_NOT_RAISED = dict.fromkeys(RAISED_DIGITS)
_WORD = re.compile(r"[^\W\d]+")
_WORDS = FUNCTIONS | {"if", "else", "ln", "Φ", "inf", "nan", *CONSTANTS, "π"}

_RELATIONS: dict[Relation, Callable[[Any, Any], Any]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
}


def value(node: Node, values: Values | None = None) -> float:
    """Return the value of ``node`` as a number.

    Raises
    ------
    KeyError
        For a symbol without a value.
    """
    return float(evaluate(node, values))


def printed_value(text: str) -> float:
    """Return the value of a plain text in numbers.

    Of a whole line, symbols = numbers = result, the value of its numbers is returned; where it has
    nothing between the symbols and the result, that.
    """
    parts = re.split(" = | ← ", text)[-2:]
    return value(read(next(part for part in parts if _is_in_numbers(part))))


def _is_in_numbers(text: str) -> bool:
    words = _WORD.findall(_DIGITS.sub("", text.translate(_NOT_RAISED)))
    return all(word in _WORDS for word in words)


def key(symbol: Symbol) -> str:
    """Return how a symbol is called in a mapping of values: W(l), h[t-1], W(3)[1,2]."""
    text = symbol.name
    if symbol.layer is not None:
        text += f"({_source(symbol.layer)})"
    if symbol.place:
        text += f"[{','.join(_source(each) for each in symbol.place)}]"
    return text


def _source(node: Node) -> str:
    if isinstance(node, Number):
        return repr(int(node.value))
    return plain(node).replace("−", "-").replace(" ", "") if not isinstance(node, Symbol) else key(node)


def evaluate(node: Node, values: Values | None = None) -> Any:
    """Return the value of ``node``: a number, or an array where its symbols are arrays."""
    if isinstance(node, Symbol):
        # Nothing is worked out that could overflow.
        return _value(node, values or {})
    with np.errstate(all="ignore"):
        return _value(node, values or {})


def _value(node: Node, values: Values) -> Any:
    match node:
        case Number(value=number):
            return np.float64(number)
        case Symbol():
            return _symbol(node, values)
        case Sum(terms=terms):
            return _added([_value(term, values) for term in terms])
        case Negative(of=of):
            return -_value(of, values)
        case Product(factors=factors, kind=kind):
            return _multiplied([_value(factor, values) for factor in factors], kind)
        case Quotient(over=over, under=under):
            return _quotient(over, under, values)
        case Power(base=base, exponent=exponent):
            return _value(base, values) ** _value(exponent, values)
        case Transposed(of=of):
            return np.transpose(_value(of, values))
        case Call(function=name, arguments=arguments):
            return _call(name, arguments, values)
        case Compare(left=left, relation=relation, right=right):
            return _RELATIONS[relation](_value(left, values), _value(right, values))
        case Cases():
            return _cases(node, values)
        case Over(kind=kind, body=body):
            found = [_value(body, {**values, **chosen}) for chosen in choices(node, values)]
            return _added(found) if kind == "sum" else np.max(found, axis=0)
        case _:
            raise TypeError(f"{type(node).__name__} has no value")


def _added(terms: Sequence[Any]) -> Any:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def _multiplied(factors: Sequence[Any], kind: str) -> Any:
    result = factors[0]
    for factor in factors[1:]:
        result = result @ factor if kind == "@" else result * factor
    return result


def _quotient(over: Node, under: Node, values: Values) -> Any:
    result = _value(over, values) / _value(under, values)
    if np.all(np.isfinite(result)):
        return result
    # e^z over a sum of such: both are infinite long before their ratio is.
    if isinstance(over, Call) and over.function == "exp":
        return np.exp(_logarithm(over, values) - _logarithm(under, values))
    return result


def _cases(node: Cases, values: Values) -> Any:
    holds = _value(node.condition, values)
    if np.ndim(holds) == 0:
        return _value(node.then if holds else node.otherwise, values)
    return np.where(holds, _value(node.then, values), _value(node.otherwise, values))


def _symbol(symbol: Symbol, values: Values) -> Any:
    named = key(symbol)
    if named in values:
        return _number(values[named])
    plain_key = key(Symbol(symbol.name, (), symbol.layer))
    if symbol.place and plain_key in values:
        return _entry(np.asarray(values[plain_key]), symbol, values)
    if symbol.name in CONSTANTS:
        return np.float64(CONSTANTS[symbol.name])
    if symbol.name in values:
        found = values[symbol.name]
        return _entry(np.asarray(found), symbol, values) if symbol.place else _number(found)
    raise KeyError(f"{named} has no value")


def _number(found: Any) -> Any:
    return found if isinstance(found, np.ndarray) else np.float64(found)


def _entry(array: np.ndarray[Any, Any], symbol: Symbol, values: Values) -> Any:
    places = place_of(symbol, array, values)
    return np.zeros(array.shape[len(symbol.place) :])[()] if places is None else _number(array[places])


def place_of(symbol: Symbol, array: np.ndarray[Any, Any], values: Values) -> tuple[int, ...] | None:
    """Return where in ``array`` the indices of ``symbol`` point, counted from 0; None beyond its ends."""
    places = [float(_value(each, values)) - 1 for each in symbol.place]
    sides = zip(places, array.shape, strict=False)
    if all(place.is_integer() and 0 <= place < side for place, side in sides):
        return tuple(int(place) for place in places)
    return None


def choices(node: Over, values: Values) -> list[dict[str, Any]]:
    """Return the values that the indices of a Σ run through, in row-major order."""
    given = {each: values[each] for each in node.indices if isinstance(values.get(each), range)}
    ranges = [given.get(each) or _range(each, node, values) for each in node.indices]
    return [dict(zip(node.indices, chosen, strict=True)) for chosen in product(*ranges)]


def _range(index: str, node: Over, values: Values) -> range:
    """Return all places along the axis of an array that the index by itself stands for."""
    for each in walk(node.body):
        if isinstance(each, Symbol) and Symbol(index) in each.place:
            array = values.get(key(Symbol(each.name, (), each.layer)), values.get(each.name))
            if array is not None:
                return range(1, 1 + np.shape(array)[each.place.index(Symbol(index))])
    raise KeyError(f"nothing says how far {index} goes")


def _call(name: str, arguments: Sequence[Node], values: Values) -> Any:
    if name == "log":
        return _logarithm(arguments[0], values)
    given = [_value(each, values) for each in arguments]
    if name in values:
        return values[name](*given)
    return _FUNCTIONS[name](*given)


def _logarithm(node: Node, values: Values) -> Any:
    """Return ln of ``node``: of e^z, of sums of such and of cosh without what would overflow."""
    match node:
        case Call(function="exp", arguments=(exponent,)):
            return _value(exponent, values)
        case Call(function="cosh", arguments=(argument,)):
            size = np.abs(_value(argument, values))
            return np.where(size < 1, _log_cosh_near(size), size + np.log1p(np.exp(-2 * size)) - math.log(2))
        case Sum(terms=terms) if any(isinstance(each, Call) and each.function == "exp" for each in terms):
            return np.logaddexp.reduce([_logarithm(term, values) for term in terms])
        case Over(kind="sum", body=Call(function="exp", arguments=(exponent,))):
            return np.logaddexp.reduce(
                [_value(exponent, {**values, **chosen}) for chosen in choices(node, values)]
            )
        case _:
            return np.log(_value(node, values))


def _log_cosh_near(size: Any) -> Any:
    return np.log1p(2 * np.sinh(np.minimum(size, 1) / 2) ** 2)


def _floor_log(of: Any, base: Any) -> float:
    """Return ⌊log_base of⌋, exact where it is a whole power."""
    power = 0
    while base ** (power + 1) <= of:
        power += 1
    return float(power)


def _elementwise(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: function(np.atleast_1d(np.asarray(x, np.float64))).reshape(np.shape(x))[()]


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "exp": np.exp,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "max": lambda *given: np.maximum.reduce(given) if len(given) > 2 else np.maximum(*given),
    "min": lambda *given: np.minimum.reduce(given) if len(given) > 2 else np.minimum(*given),
    "sign": np.sign,
    "tanh": np.tanh,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "sin": np.sin,
    "cos": np.cos,
    "erf": _elementwise(erf),
    "Phi": _elementwise(lambda z: 0.5 * erfc(-z * math.sqrt(0.5))),
    "floor": np.floor,
    "floor_log": _floor_log,
    "norm": lambda w: np.sqrt(np.sum(w * w)),
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "vec": np.ravel,
    "indicator": np.float64,
}
