"""An iteration as a list of operations, in the order in which they are computed."""

from __future__ import annotations

from bpviz.engine.layers import Layer
from bpviz.engine.losses import Loss
from bpviz.engine.network import Network
from bpviz.snapshot.dissection import Operation


def network_operations(network: Network, loss: Loss) -> tuple[Operation, ...]:
    """Return forward, loss, backward and update of a network.

    Each layer names its own (`Layer.forward_operations`, `Layer.backward_operations`); what a recurrent layer
    does at every step of a sequence stands once a step, backwards in time on the way back.
    """
    found: list[Operation] = []
    for number, layer in enumerate(network.layers, 1):
        found += _forward(layer, number)
    found.append(Operation("loss", "loss"))
    for number in range(len(network.layers), 0, -1):
        layer = network.layers[number - 1]
        output = number == len(network.layers)
        found += _backward(layer, number, "output_delta" if output and loss.from_logits else "")
    found += [
        Operation("update", "update", number) for number, layer in enumerate(network.layers, 1) if layer.size
    ]
    return tuple(found)


def function_operations() -> tuple[Operation, ...]:
    """Return the operations of a step down a function: its value, its gradient, the update."""
    return (
        Operation("forward", "value"),
        Operation("backward", "slope"),
        Operation("update", "update"),
    )


def _forward(layer: Layer, number: int) -> list[Operation]:
    steps = range(layer.input_shape[0]) if layer.recurrent else (-1,)
    return [Operation("forward", kind, number, step) for step in steps for kind in layer.forward_operations]


def _backward(layer: Layer, number: int, first: str) -> list[Operation]:
    """Return δ at every step, then the gradients; ``first`` takes the place of a kind's "delta"."""
    in_time = [kind for kind in layer.backward_operations if kind != "gradient"]
    steps = range(layer.input_shape[0] - 1, -1, -1) if layer.recurrent else (-1,)
    found = [
        Operation("backward", first if first and kind == "delta" else kind, number, step)
        for step in steps
        for kind in in_time
    ]
    if "gradient" in layer.backward_operations and layer.size:
        found.append(Operation("backward", "gradient", number))
    return found
