"""Small registries, so that the set-up's tests do not change with the program's own."""

from __future__ import annotations

from dataclasses import dataclass

from bpviz.engine.layers import LAYERS
from bpviz.present.setup.pieces import Pieces
from bpviz.registry import Entry, Field, Registry


@dataclass(frozen=True)
class Curve:
    """A test function's start and domain."""

    start: tuple[float, ...]
    domain: tuple[tuple[float, float], ...]


class Output:
    """An activation for the last layer only."""

    output_only = True


def small_pieces() -> Pieces:
    """Return registries with a few pieces each; the layers are the program's own."""
    momentum = Field("momentum", "Momentum", "float", 0.9, 0.0, 1.0, low=0.0, high=0.99)
    noise = Field("noise", "Noise", "float", 0.1, 0.0, None, high=0.5, step=0.01)
    points = Field("points", "Points", "int", 200, 2, 100_000, low=10, high=1000)
    return Pieces(
        _registry(
            Entry("tanh", "tanh", object), Entry("relu", "ReLU", object), Entry("softmax", "Softmax", Output)
        ),
        _registry(Entry("half", "½ squared error", object), Entry("cross", "Cross-entropy", object)),
        _registry(
            Entry("sgd", "Gradient descent", object), Entry("heavy", "Momentum", object, "", (momentum,))
        ),
        _registry(
            Entry("xavier", "Xavier", object),
            Entry("normal", "Normal", object, "", (Field("std", "Deviation", "float", 1.0, 0.0, 10.0),)),
        ),
        _registry(
            Entry("bowl", "Bowl", lambda: Curve((1.5, 1.5), ((-2, 2), (-2, 2)))),
            Entry("parabola", "Parabola", lambda: Curve((5.0,), ((-6, 6),))),
        ),
        _registry(
            Entry("spiral", "Spiral", object, "", (points, noise), {"category": "classification"}),
            Entry("xor", "XOR", object, "", (points,), {"category": "classification"}),
            Entry("iris", "Iris", object, "", (), {"category": "bundled"}),
            Entry("echo", "Echo", object, "", (points,), {"category": "sequence"}),
            Entry("digits", "Digits", object, "", (), {"category": "bundled", "shape": "picture"}),
        ),
        _registry(
            Entry("constant", "Constant", object),
            Entry("steps", "Steps", object, "", (Field("step_every", "Every", "int", 500, 1),)),
        ),
        LAYERS,
    )


def _registry(*entries: Entry[object]) -> Registry[object]:
    registry: Registry[object] = Registry("piece")
    for entry in entries:
        registry.add(entry)
    return registry
