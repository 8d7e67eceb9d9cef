"""Exploding gradients: δ grows from layer to layer, or from step to step, on its way back.

Bengio, Simard and Frasconi (1994); clipping its norm is Pascanu, Mikolov and Bengio's answer (2013).
"""

from __future__ import annotations

from bpviz.snapshot.diagnosis import Finding, Remedy
from bpviz.text import N_, Text
from bpviz.training.doctor.base import DIAGNOSES, Evidence, edits_of_start, figure, finding, remedy
from bpviz.training.doctor.flow import back_through_layers, back_through_time, lasting_ratio

MOST_RATIO = 300.0
MOST_RATIO_OF_STEPS = 1e3
LEAST_GRADIENT = 1.0
CLIP_NORM = 1.0


@DIAGNOSES.register("exploding", N_("Exploding gradient"), unless=("not_finite",))
def exploding(evidence: Evidence) -> list[Finding]:
    """Compare δ at the first and the last layer, and ∂L/∂h₁ and ∂L/∂h_T."""
    if not evidence.is_network or evidence.gradient_norm < LEAST_GRADIENT:
        return []
    return [*_through_layers(evidence), *_through_time(evidence)]


def _through_layers(evidence: Evidence) -> list[Finding]:
    flow = back_through_layers(evidence)
    if flow is None or not flow.ratio > MOST_RATIO:
        return []
    start = edits_of_start(evidence)
    cure = remedy(N_("A start of the right size"), *start) if start else _clipped(evidence)
    return [
        finding(
            "exploding",
            "warning",
            Text(
                "δ (root mean square) is {last} at {name_last} and {first} at {name_first}: "
                "going back it grows {ratio} times.",
                last=figure(flow.last),
                first=figure(flow.first),
                ratio=figure(flow.ratio),
                name_first=evidence.layer_name(flow.layer_first),
                name_last=evidence.layer_name(flow.layer_last),
            ),
            Text(
                "The weights are so large that each layer multiplies δ by more than 1, and one step throws "
                "the first layers far away."
            ),
            cure,
            layer=flow.layer_first,
            flow=flow.sizes,
            ratio=flow.ratio,
            first=flow.first,
            last=flow.last,
        )
    ]


def _through_time(evidence: Evidence) -> list[Finding]:
    flow = back_through_time(evidence)
    if flow is None or not min(flow.ratio, lasting_ratio(evidence, flow)) > MOST_RATIO_OF_STEPS:
        return []
    index = next(i for i, layer in enumerate(evidence.layers) if layer.recurrent)
    return [
        finding(
            "exploding",
            "warning",
            Text(
                "‖∂L/∂h‖ over {samples} samples is {last} at step {steps} and {first} at step {step}: "
                "it grows {ratio} times on its way back through time.",
                samples=len(evidence.probe),
                last=figure(flow.last),
                first=figure(flow.first),
                ratio=figure(flow.ratio),
                steps=flow.layer_last,
                step=flow.layer_first,
            ),
            Text("Each step back multiplies by Wh, whose weights are so large that the product grows."),
            _clipped(evidence),
            layer=index + 1,
            flow=flow.sizes,
            ratio=flow.ratio,
            first=flow.first,
            last=flow.last,
        )
    ]


def _clipped(evidence: Evidence) -> Remedy | None:
    if evidence.live.clip_norm is not None:
        return None
    return remedy(N_("Clip the gradient’s norm at {norm}"), ("clip_norm", CLIP_NORM), norm=figure(CLIP_NORM))
