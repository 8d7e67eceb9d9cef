"""The formulas of a layer, whole arrays at a time, as it brings them: with its settings and its number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bpviz.present.formulas.evaluate import value
from bpviz.present.formulas.parse import parse_line
from bpviz.present.formulas.rewrite import rebuilt, replaced, simplified, with_settings
from bpviz.present.formulas.tree import Assignment, Node, Number, Sum, Symbol

_BIASES = {
    "dense": ("b",),
    "conv": ("b",),
    "rnn": ("b",),
    "lstm": ("bx", "bh"),
    "gru": ("bx", "bh"),
}
"""By kind, the biases that its lines have: a layer without one prints none."""


@dataclass(frozen=True)
class Kind:
    """What decides how a layer's lines are printed.

    ``settings`` are a convolution's stride ``t`` and padding ``q``, and a pool's stride ``t`` and size ``k``.
    """

    formulas: Mapping[str, tuple[str, ...]]
    kind: str
    parameters: tuple[str, ...]
    settings: Mapping[str, float]


def kind_of(layer: Any) -> Kind:
    """Return what an engine's layer prints by."""
    names = tuple(parameter.name for parameter in layer.parameters)
    settings: dict[str, float] = {}
    if layer.kind == "conv":
        settings = {"t": layer.stride, "q": layer.padding}
    elif layer.kind in ("maxpool", "avgpool"):
        settings = {"t": layer.stride, "k": layer.size_of_window}
    return Kind(layer.formulas, layer.kind, names, settings)


def layer_lines(kind: Kind, operation: str, number: int | None = None) -> list[Assignment]:
    """Return the lines of one of a layer's ``formulas``; ``number`` stands in place of ⁽ˡ⁾."""
    lines = [_settled(parse_line(text), kind) for text in kind.formulas[operation]]
    return [_numbered(line, number) for line in lines if line]


def delta_lines(kind: Kind, above: Kind, number: int | None = None) -> list[Assignment]:
    """Return δ of a layer with ∂L/∂a written out by the layer above, where that says it in one line."""
    lines, back = layer_lines(kind, "delta"), layer_lines(above, "back")[0]
    if back.target == _LOSS_BY_X:
        said = replaced(back.formula, {Symbol("l"): Sum((Symbol("l"), Number(1, literal=True)))})
        lines = [Assignment(line.target, replaced(line.formula, {_LOSS_BY_A: said})) for line in lines]
    return [_numbered(line, number) for line in lines]


_LOSS_BY_X = parse_line("dL_da(l-1) = 0").target
_LOSS_BY_A = parse_line("dL_da(l) = 0").target


def _settled(line: Assignment, kind: Kind) -> Assignment | None:
    missing = _missing(kind)
    if line.target.name.removeprefix("dL_d") in missing:
        return None
    formula = with_settings(line.formula, dict.fromkeys(missing, 0.0))
    numbers: dict[Symbol, Node] = {
        Symbol(name): Number(number, literal=True) for name, number in kind.settings.items()
    }
    return _renamed(kind, Assignment(line.target, simple(replaced(formula, numbers))))


def _missing(kind: Kind) -> set[str]:
    """Return the names of the biases that the kind has and this layer has not."""
    have = {*kind.parameters, "bx"} if "b" in kind.parameters else set(kind.parameters)
    missing = set(_BIASES.get(kind.kind, ())) - have
    return missing | {f"{name}_{gate}" for name in missing for gate in "ifgorzn"}


def _renamed(kind: Kind, line: Assignment) -> Assignment:
    """Call the one bias of a gate b, not bₓ."""
    return rebuilt(line, _rename) if kind.kind in ("lstm", "gru") and "b" in kind.parameters else line


def _rename(node: Node) -> Node:
    if isinstance(node, Symbol):
        return replace(node, name=node.name.replace("bx_", "b_"))
    return rebuilt(node, _rename)


def simple(node: Node) -> Node:
    """Return ``node`` without terms 0 and factors 1, down to its indices."""
    return simplified(rebuilt(node, simple))


def _numbered(line: Assignment, number: int | None) -> Assignment:
    if number is None:
        return line
    return rebuilt(line, lambda each: _with_number(each, {"l": number}))


def _with_number(node: Node, number: Mapping[str, int]) -> Node:
    if isinstance(node, Symbol) and node.layer is not None and node.name not in ("sigma", "sigma_prime"):
        return replace(node, layer=Number(int(value(node.layer, number)), literal=True))
    return rebuilt(node, lambda each: _with_number(each, number))
