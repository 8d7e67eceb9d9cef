"""Where the numbers of a network end: the first that is not finite, or the largest of a gradient."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from bpviz.engine.layers import Layer
from bpviz.engine.losses import Loss
from bpviz.engine.network import Network, Workspace, superscript
from bpviz.engine.objective import Array


def sample_losses(network: Network, loss: Loss, work: Workspace, y: Array) -> Array:
    """Return each sample's loss after a forward pass, (B,)."""
    out = work.output
    z, a, targets = (network.answers(each, loss) for each in (out.z, out.a, y))
    losses = loss.sample_losses(z, a, targets)
    return losses if len(losses) == len(y) else losses.reshape(len(y), -1).mean(axis=1)


def first_not_finite(network: Network, loss: Loss, x: Array, y: Array) -> str:
    """Return the first of W⁽ˡ⁾, z⁽ˡ⁾, L and ∂L/∂W⁽ˡ⁾ that is not finite, in the order of computing.

    The network is bound to the θ in question.
    """
    with np.errstate(all="ignore"):
        work = network.forward(x, training=True)
        for number, (layer, own) in enumerate(zip(network.layers, work.layers, strict=True), 1):
            bad = _first_not_finite(layer.p)
            if bad:
                return _symbol(layer, bad) + superscript(number)
            if not (np.isfinite(own.z).all() and np.isfinite(own.a).all()):
                return f"z{superscript(number)}"
        if not np.isfinite(sample_losses(network, loss, work, y).sum()):
            return f"L ← z{superscript(len(network.layers))}"
        network.backward(x, y, work, loss)
    for number in range(len(network.layers), 0, -1):
        layer = network.layers[number - 1]
        bad = _first_not_finite(layer.g)
        if bad:
            return f"∂L/∂{_symbol(layer, bad)}{superscript(number)}"
    return ""


def largest_gradient(network: Network) -> str:
    """Return the ∂L/∂W⁽ˡ⁾ that holds the largest number of the last gradient."""
    largest, name = -1.0, "∇L"
    for number, layer in enumerate(network.layers, 1):
        for parameter in layer.parameters:
            size = float(np.abs(layer.g[parameter.name]).max(initial=0.0))
            if parameter.role == "weight" and size > largest:
                largest, name = size, f"∂L/∂{parameter.symbol}{superscript(number)}"
    return name


def _first_not_finite(arrays: Mapping[str, Array]) -> str:
    return next((name for name, array in arrays.items() if not np.isfinite(array).all()), "")


def _symbol(layer: Layer, name: str) -> str:
    return next(parameter.symbol for parameter in layer.parameters if parameter.name == name)
