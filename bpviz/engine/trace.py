"""One pass forward and back on chosen samples, every number of it kept: what pictures and words read.

For each layer x, z, a and δ = ∂L/∂z, what else its kind has to show (gates, winners, masks, statistics), and
each parameter's values, gradient and update, all by name and in their own shapes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.layers import Layer
from bpviz.engine.network_objective import NetworkObjective
from bpviz.snapshot import ParameterState, frozen
from bpviz.snapshot.dissection import LayerTrace

__all__ = ["LayerTrace", "Trace", "joined", "parameter_states", "trace"]

Array = NDArray[np.floating]


@dataclass(frozen=True)
class Trace:
    """A whole pass.  ``losses`` (B,) and ``x_gradient`` (B, …), ∂L/∂x, are each sample's own."""

    layers: tuple[LayerTrace, ...]
    losses: Array
    x_gradient: Array


def trace(
    objective: NetworkObjective,
    theta: Array,
    x: Array,
    y: Array,
    *,
    training: bool = False,
    rows: slice | None = None,
    gradient: Array | None = None,
    update: Array | None = None,
) -> Trace:
    """Run samples x (B, D) with targets y (B, K) forward and back at θ and keep everything.

    Parameters
    ----------
    training : bool
        As in training: dropout's masks in force (those last set), batch norm by these samples.
    rows : slice, optional
        Which of the samples are kept; all by default.
    gradient, update : (n,), optional
        What the parameters are shown with; by default the gradient of these samples, and no update.
    """
    network = objective.network
    network.bind(theta)
    work = network.forward(x, training=training)
    losses = objective.sample_losses(work, y)
    network.backward(x, y, work, objective.loss_function, with_input=True)
    gradient = network.gradient if gradient is None else gradient
    update = np.zeros_like(theta) if update is None else update
    kept = range(len(x))[rows or slice(None)]
    layers, below = [], x
    for index, (layer, part) in enumerate(zip(network.layers, network.parts(), strict=True)):
        own = work.layers[index]
        layers.append(
            LayerTrace(
                index + 1,
                layer.kind,
                _shaped(below, kept, layer.input_shape),
                _shaped(own.z, kept, layer.output_shape),
                _shaped(own.a, kept, layer.output_shape),
                _shaped(own.delta * len(x), kept, layer.output_shape),
                tuple(_extras(layer.trace(below, own, row), len(x)) for row in kept),
                parameter_states(layer, theta[part], gradient[part], update[part]),
            )
        )
        below = own.a
    into = _shaped(work.x_gradient * len(x), kept, network.layers[0].input_shape)
    return Trace(tuple(layers), frozen(losses[kept.start : kept.stop]), into)


def joined(traces: Sequence[Trace]) -> Trace:
    """Return the samples of several passes at the same θ as one trace."""

    def together(arrays: Iterable[Array]) -> Array:
        return frozen(np.concatenate(list(arrays)))

    layers = tuple(
        replace(
            same[0],
            x=together(one.x for one in same),
            z=together(one.z for one in same),
            a=together(one.a for one in same),
            delta=together(one.delta for one in same),
            extras=tuple(extras for one in same for extras in one.extras),
        )
        for same in zip(*(one.layers for one in traces), strict=True)
    )
    return Trace(layers, together(one.losses for one in traces), together(one.x_gradient for one in traces))


def parameter_states(
    layer: Layer, theta: Array, gradient: Array, update: Array
) -> tuple[ParameterState, ...]:
    """Return a layer's parameters with their gradients and updates; all three are (size,)."""
    values, gradients, updates = layer.split(theta), layer.split(gradient), layer.split(update)
    return tuple(
        ParameterState(
            parameter.name,
            parameter.symbol,
            parameter.role,
            frozen(values[parameter.name]),
            frozen(gradients[parameter.name]),
            frozen(updates[parameter.name]),
        )
        for parameter in layer.parameters
    )


def _shaped(rows: Array, kept: range, shape: tuple[int, ...]) -> Array:
    return frozen(rows[kept.start : kept.stop].reshape(len(kept), *shape))


def _extras(arrays: Mapping[str, Array], rows: int) -> dict[str, Array]:
    return {
        name: frozen(array * rows if name.startswith("delta") else array) for name, array in arrays.items()
    }
