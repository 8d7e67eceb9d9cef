"""The formulas of a layer, whole arrays at a time, as it brings them: with its settings and its number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpviz.present.formulas.evaluate import value
from bpviz.present.formulas.parse import parse_line
from bpviz.present.formulas.rewrite import rebuilt, replaced, simplified, with_settings
from bpviz.present.formulas.tree import Assignment, Node, Number, Symbol

_PARAMETERS = {
    "dense": ("b",),
    "conv": ("b",),
    "rnn": ("b",),
    "lstm": ("bx", "bh"),
    "gru": ("bx", "bh"),
}
"""By kind, the biases that its lines have: a layer without one prints none."""


def layer_lines(layer: Any, operation: str, number: int | None = None) -> list[Assignment]:
    """Return the lines of one of a layer's operations.

    Parameters
    ----------
    layer : Layer
        The engine's layer: its settings and its parameters decide what is printed.
    operation : str
        A name in its ``formulas``.
    number : int, optional
        Stands in place of ⁽ˡ⁾.
    """
    lines = [parse_line(text) for text in layer.formulas[operation]]
    return [_numbered(line, number) for line in (_settled(line, layer) for line in lines) if line]


def delta_lines(layer: Any, above: Any, number: int | None = None) -> list[Assignment]:
    """Return δ of a layer with ∂L/∂a written out by the layer above, where that says it in one line."""
    lines = layer_lines(layer, "delta")
    back = parse_line(above.formulas["back"][0])
    if back.target == Symbol("dL_da", layer=parse_line("x(l-1) = 0").target.layer):
        said = replaced(back.formula, {Symbol("l"): parse_line("x(l+1) = 0").target.layer or Symbol("l")})
        lines = [
            Assignment(line.target, replaced(line.formula, {Symbol("dL_da", layer=Symbol("l")): said}))
            for line in lines
        ]
    return [_numbered(line, number) for line in lines]


def _settled(line: Assignment, layer: Any) -> Assignment | None:
    missing = _missing(layer)
    if line.target.name.removeprefix("dL_d") in missing:
        return None
    formula = with_settings(line.formula, dict.fromkeys(missing, 0.0))
    numbers: dict[Symbol, Node] = {
        Symbol(name): Number(number, literal=True) for name, number in _settings(layer).items()
    }
    return _renamed(layer, Assignment(line.target, simple(replaced(formula, numbers))))


def _missing(layer: Any) -> set[str]:
    """Return the names of the biases that the kind has and this layer has not."""
    have = {parameter.name for parameter in layer.parameters}
    if "b" in have:
        have.add("bx")
    missing = set(_PARAMETERS.get(layer.kind, ())) - have
    return missing | {f"{name}_{gate}" for name in missing for gate in "ifgorzn"}


def _renamed(layer: Any, line: Assignment) -> Assignment:
    """Call the one bias of a gate b, not bₓ."""
    if layer.kind not in ("lstm", "gru") or all(parameter.name != "b" for parameter in layer.parameters):
        return line
    return rebuilt(line, _rename)


def _rename(node: Node) -> Node:
    if isinstance(node, Symbol):
        name = node.name.replace("bx_", "b_")
        return Symbol(name, node.index, node.layer)
    return rebuilt(node, _rename)


def _settings(layer: Any) -> dict[str, float]:
    if layer.kind == "conv":
        return {"t": layer.stride, "q": layer.padding}
    if layer.kind in ("maxpool", "avgpool"):
        return {"t": layer.stride, "k": layer.size_of_window}
    return {"rate": layer.rate} if layer.kind == "dropout" else {}


def simple(node: Node) -> Node:
    """Return ``node`` without terms 0 and factors 1, down to its indices."""
    return simplified(rebuilt(node, simple))


def _numbered(line: Assignment, number: int | None) -> Assignment:
    if number is None:
        return line
    return rebuilt(line, lambda each: _with_number(each, {"l": number}))


def _with_number(node: Node, number: Mapping[str, int]) -> Node:
    if isinstance(node, Symbol) and node.layer is not None and node.name not in ("sigma", "sigma_prime"):
        return Symbol(node.name, node.index, Number(int(value(node.layer, number)), literal=True))
    return rebuilt(node, lambda each: _with_number(each, number))
