"""Two random directions whose steps mean the same in every neuron.

After Li, Xu, Taylor, Studer and Goldstein, "Visualizing the Loss Landscape of Neural Nets" (2018):
each neuron's part of a direction, one row of W, is scaled to the norm of that neuron's weights, so
that u = 1 changes every neuron by as much as it weighs.  Biases do not move, as in the paper's own
code.  Beyond the paper, the second direction's rows are made orthogonal to the first's before they
are scaled, so that the plane's axes stand at right angles even in a small network.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.network import Network

Array = NDArray[np.floating]

# Rows of a single weight cannot be turned, only mirrored: the best of a few draws is taken.
DRAWS = 16
NEARLY_PARALLEL = 0.9


def random_directions(network: Network, theta: Array, seed: int) -> tuple[Array, Array]:
    """Return d₁ and d₂, (n,) float64 each, normalized by the weights in ``theta``.

    A network with one neuron of one weight has no second direction among its weights: d₂ then goes
    along the biases, and is zero where there are none.
    """
    rng = np.random.default_rng(seed)
    first = _normalized(network, rng.standard_normal(network.size), theta)
    candidates = [_second(network, first, theta, rng) for _ in range(DRAWS)]
    second = min(candidates, key=lambda candidate: abs(_cosine(first, candidate)))
    if abs(_cosine(first, second)) > NEARLY_PARALLEL:
        biases = 1.0 - network.weight_mask().astype(np.float64)
        second = biases * np.linalg.norm(first) / max(1.0, np.linalg.norm(biases))
    return first, second


def _second(network: Network, first: Array, theta: Array, rng: np.random.Generator) -> Array:
    drawn = rng.standard_normal(network.size)
    for rows, against in zip(network.weight_rows(drawn), network.weight_rows(first), strict=True):
        if rows.shape[1] > 1:
            share = np.sum(rows * against, axis=1) / np.sum(against * against, axis=1)
            rows -= share[:, None] * against
    return _normalized(network, drawn, theta)


def _normalized(network: Network, direction: Array, theta: Array) -> Array:
    """Scale each neuron's weights to the norm in ``theta``; biases become 0."""
    for rows, weights in zip(network.weight_rows(direction), network.weight_rows(theta), strict=True):
        wanted = np.linalg.norm(weights.astype(np.float64), axis=1)
        # A neuron that starts at zero would never move: it takes the norm 1.
        wanted[wanted == 0.0] = 1.0
        rows *= (wanted / np.linalg.norm(rows, axis=1))[:, None]
    direction *= network.weight_mask()
    return direction


def _cosine(first: Array, second: Array) -> float:
    return float(first @ second / (np.linalg.norm(first) * np.linalg.norm(second)))
