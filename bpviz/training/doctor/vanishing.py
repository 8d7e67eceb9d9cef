"""Vanishing gradients: δ shrinks from layer to layer, or from step to step, on its way back.

δ⁽ˡ⁾ = (W⁽ˡ⁺¹⁾)ᵀδ⁽ˡ⁺¹⁾ ⊙ σ′(z⁽ˡ⁾): with σ′ ≤ 1/4 (sigmoid) each layer takes three quarters of it and more
(Hochreiter, 1991; Glorot and Bengio, 2010).
"""

from __future__ import annotations

import math

import numpy as np

from bpviz.engine.activations import ACTIVATIONS
from bpviz.snapshot.diagnosis import Finding, Remedy
from bpviz.text import N_, Text
from bpviz.training.doctor.base import DIAGNOSES, Evidence, edits_of_start, figure, finding, remedy
from bpviz.training.doctor.flow import Flow, back_through_layers, back_through_time, lasting_ratio

LEAST_RATIO = 1e-3
LEAST_RATIO_OF_STEPS = 1e-6
DEEP_RATE = 0.003
"""At which Adam and its kin train ten rectified layers."""
_AROUND_ZERO = np.linspace(-3.0, 3.0, 61)

_EXPLAINED = ("not_finite", "rate_high", "dead_units")


@DIAGNOSES.register("vanishing", N_("Vanishing gradient"), unless=_EXPLAINED)
def vanishing(evidence: Evidence) -> list[Finding]:
    """Compare the root mean square of δ at the first layer and at the last, and ∂L/∂h₁ and ∂L/∂h_T."""
    if not evidence.is_network or evidence.learnt:
        return []
    return [*_through_layers(evidence), *_through_time(evidence)]


def _through_layers(evidence: Evidence) -> list[Finding]:
    flow = back_through_layers(evidence)
    if flow is None or not flow.ratio < LEAST_RATIO or not flow.gradient_ratio < 10 * LEAST_RATIO:
        return []
    return [
        finding(
            "vanishing",
            "warning",
            Text(
                "δ (root mean square) is {last} at {name_last} and only {first} at {name_first}: "
                "{ratio} of it comes through {count} layers, and {name_first} hardly learns.",
                last=figure(flow.last),
                first=figure(flow.first),
                ratio=figure(flow.ratio),
                count=flow.layer_last - flow.layer_first,
                name_first=evidence.layer_name(flow.layer_first),
                name_last=evidence.layer_name(flow.layer_last),
            ),
            reason(evidence, flow),
            _better_layers(evidence),
            layer=flow.layer_first,
            flow=flow.sizes,
            ratio=flow.ratio,
            first=flow.first,
            last=flow.last,
        )
    ]


def reason(evidence: Evidence, flow: Flow) -> Text:
    """Say what takes the most of δ: σ′ of bounded units, or small weights.

    δ⁽ˡ⁾ = (W⁽ˡ⁺¹⁾)ᵀδ⁽ˡ⁺¹⁾ ⊙ σ′(z⁽ˡ⁾): the root mean squares of σ′ are multiplied over the layers, and where
    they come to less than half of what is lost, on a logarithmic scale, the weights take the rest.
    """
    kept, least, name = 0.0, math.inf, ""
    for number in evidence.learning_layers[:-1]:
        sigma, probe = evidence.layers[number - 1].activation, evidence.probe
        if sigma is not None and sigma.high is not None:
            slope = sigma.slope(probe.z[number - 1], probe.a[number - 1])
            kept += math.log(max(float(np.sqrt(np.mean(np.square(slope)))), 1e-300))
            steepest = float(sigma.slope(_AROUND_ZERO, sigma.value(_AROUND_ZERO)).max())
            if steepest < least:
                least, name = steepest, evidence.info.activations[number - 1]
    if kept < 0.5 * math.log(flow.ratio):
        return Text(
            "On its way back δ is multiplied at each layer by the weights and by σ′, "
            "which is at most {bound} for “{activation}” and small wherever a unit saturates.",
            bound=figure(least),
            activation=Text(ACTIVATIONS[name].label),
        )
    return _small_weights(evidence)


def _small_weights(evidence: Evidence) -> Text:
    """Name the layer whose weights are smallest beside what would hand on δ as it is.

    With weights of deviation s in m units, half of which have σ′ = 1, δ² is multiplied by m s²/2 on its
    way back (He et al., 2015): s = √(2/m) keeps it.
    """
    behind = (evidence.layers[number - 1] for number in evidence.learning_layers[1:-1])
    sizes = [(one.units, float(one.p["W"].std())) for one in behind if one.kind == "dense"]
    if not sizes:
        return Text(
            "On its way back δ is multiplied at each layer by the weights: these are so small that "
            "each layer hands on only a small part of it."
        )
    units, size = min(sizes, key=lambda one: one[1] * math.sqrt(one[0]))
    return Text(
        "On its way back δ is multiplied at each layer by the weights, and these are small: their "
        "deviation is {size}, and to hand δ on as it is a layer of {units} units needs about {needed}.",
        size=figure(size),
        units=units,
        needed=figure(math.sqrt(2.0 / units)),
    )


def _better_layers(evidence: Evidence) -> Remedy | None:
    """Rectified layers in place of bounded ones, with the start that was made for them."""
    edits = tuple(
        (f"layer.{index}.activation", "relu")
        for index, name in enumerate(evidence.info.activations[:-1])
        if name and ACTIVATIONS.create(name).high is not None and _takes_relu(evidence, index)
    )
    start = edits_of_start(evidence, rectified=True)
    if edits and evidence.is_adaptive and evidence.learning_rate > DEEP_RATE:
        # What a sigmoid network swallows kills a deep rectified one.
        slower = ("learning_rate", DEEP_RATE)
        label = N_("ReLU, He’s start and η = {rate}")
        return remedy(label, *edits, *start, slower, rate=figure(DEEP_RATE))
    if edits:
        return remedy(N_("ReLU, and He’s start"), *edits, *start)
    return remedy(N_("He’s start"), *start)


def _takes_relu(evidence: Evidence, index: int) -> bool:
    return not evidence.layers[index].recurrent


def _through_time(evidence: Evidence) -> list[Finding]:
    flow = back_through_time(evidence)
    if flow is None or not max(flow.ratio, lasting_ratio(evidence, flow)) < LEAST_RATIO_OF_STEPS:
        return []
    kinds = evidence.info.kinds
    index = next(i for i, layer in enumerate(evidence.layers) if layer.recurrent)
    change = () if kinds[index] in ("lstm", "gru") else ((f"layer.{index}.kind", "lstm"),)
    return [
        finding(
            "vanishing",
            "warning",
            Text(
                "‖∂L/∂h‖ over {samples} samples is {last} at step {steps} and only {first} at step {step}: "
                "{ratio} of it comes back through time.",
                samples=len(evidence.probe),
                last=figure(flow.last),
                first=figure(flow.first),
                ratio=figure(flow.ratio),
                steps=flow.layer_last,
                step=flow.layer_first,
            ),
            Text(
                "Each step back multiplies by Wh and σ′; the cell of an LSTM hands the gradient on by a sum."
            ),
            remedy(N_("An LSTM in its place"), *change),
            layer=index + 1,
            flow=flow.sizes,
            ratio=flow.ratio,
            first=flow.first,
            last=flow.last,
            steps=float(np.float64(flow.layer_last)),
        )
    ]
