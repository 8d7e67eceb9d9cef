"""Symmetry: units of a layer with equal weights get equal gradients, and stay equal for ever."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.layers import Dense, Layer
from bpviz.snapshot.diagnosis import Finding
from bpviz.text import N_, Text
from bpviz.training.doctor.base import DIAGNOSES, Evidence, brief, counted, edits_of_start, finding, remedy
from bpviz.training.doctor.units import count, incoming

Array = NDArray[np.floating]

_ALIKE = 1e-9


@DIAGNOSES.register("symmetry", N_("Equal units"))
def symmetry(evidence: Evidence) -> list[Finding]:
    """Look for units with the same weights in and, where the next layer is dense, the same weights out.

    Units without a bend that lead to one output lose nothing by being equal, and are left alone.
    """
    if not evidence.is_network:
        return []
    layers, found = evidence.layers, []
    for number, layer in enumerate(layers[:-1], 1):
        if not layer.parameters or all(one.role != "weight" for one in layer.parameters) or count(layer) < 2:
            continue
        if evidence.info.activations[number - 1] == "identity" and layers[-1].units == 1:
            continue
        group = _equal(layer, layers[number])
        if len(group) > 1:
            found.append(_finding(evidence, number, layer, group))
    return found


def _equal(layer: Layer, after: Layer) -> NDArray[np.intp]:
    """Return the largest group of equal units, where it is at least half of them."""
    rows = incoming(layer)
    if isinstance(after, Dense) and after.features == len(rows):
        rows = np.concatenate([rows, after.p["W"].T], axis=1)
    # One number a unit tells units apart; those that it does not are compared whole.
    keys = rows @ np.cos(np.arange(rows.shape[1]) + 1.0)
    order = np.argsort(keys, kind="stable")
    size = float(np.abs(keys).max(initial=0.0))
    starts = np.flatnonzero(np.diff(keys[order], prepend=-np.inf) > _ALIKE * size)
    groups = np.split(order, starts[1:]) if len(starts) else [order]
    largest = max(groups, key=len)
    alike = np.isclose(rows[largest], rows[largest[0]], rtol=_ALIKE, atol=0.0).all(axis=1)
    group: NDArray[np.intp] = np.sort(largest[alike])
    return group if 2 * len(group) >= len(rows) else group[:0]


def _finding(evidence: Evidence, number: int, layer: Layer, group: NDArray[np.intp]) -> Finding:
    places = np.prod(layer.output_shape[1:], dtype=int) if len(layer.output_shape) == 3 else 1
    return finding(
        "symmetry",
        "warning",
        Text(
            "{equal} of {units} units of {layer} have exactly the same weights: {which}.",
            equal=len(group),
            units=count(layer),
            layer=evidence.layer_name(number),
            which=counted(group.tolist()),
        ),
        Text(
            "Units with equal weights give the same, get the same gradient and stay equal: "
            "the layer does no more than a single unit."
        ),
        remedy(N_("A random start"), *_random_start(evidence)),
        layer=number,
        units=[int(unit * places) for unit in group],
        brief=brief(evidence.layer_name(number), group.tolist(), count(layer)),
        equal=len(group),
    )


def _random_start(evidence: Evidence) -> tuple[tuple[str, str], ...]:
    edits = edits_of_start(evidence)
    return edits or (("initializer", "xavier" if evidence.initializer != "xavier" else "he"),)
