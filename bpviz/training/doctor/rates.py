"""The learning rate, judged by what it does: too high, the loss jumps about; too low, nothing moves."""

from __future__ import annotations

import math

import numpy as np

from bpviz.snapshot.diagnosis import Finding, Remedy
from bpviz.text import N_, Text
from bpviz.training.doctor.base import DIAGNOSES, Evidence, figure, finding, remedy

WINDOW, LEAST_WINDOW = 24, 6
FLIPS, SWING = 0.4, 0.1
"""Share of the loss's differences that change sign; their size as a share of the loss."""
GROWN = 2.0
LARGE_UPDATE = 0.5
LOSS_DIGITS = 4
GOOD_UPDATE = 0.02
"""‖Δθ‖ / ‖θ‖ of a step that gets somewhere."""

TINY_UPDATE = 2e-5
LEAST_ITERATIONS = 50
LEAST_FALL = 0.01
LEAST_PROMISE = 0.01


@DIAGNOSES.register("rate_high", N_("Learning rate too high"), unless=("not_finite",))
def rate_high(evidence: Evidence) -> list[Finding]:
    """Look for a loss that grows, or jumps up and down without getting lower."""
    losses = evidence.train_loss[-WINDOW:]
    if len(losses) < LEAST_WINDOW or not np.isfinite(losses).all():
        return []
    for sees in (_grows, _jumps, _swings_in_place):
        seen = sees(evidence, losses)
        if seen is not None:
            return [_too_high(evidence, *seen)]
    return []


def _grows(evidence: Evidence, losses: np.ndarray) -> tuple[Text, float] | None:
    start, last = evidence.start_loss, float(losses[-1])
    low = float(losses.min())
    rising = (np.diff(losses[-4:]) > 0).all()
    if not (rising and last > GROWN * max(start, low) and start > 0):
        return None
    sentence = Text(
        "The loss grows: {last} now, {start} at the start, higher at each of the last evaluations.",
        last=figure(evidence.loss_now, LOSS_DIGITS),
        start=figure(start, LOSS_DIGITS),
    )
    return sentence, last / start


def _jumps(evidence: Evidence, losses: np.ndarray) -> tuple[Text, float] | None:
    differences = np.diff(losses)
    mean = float(losses.mean())
    flips = float(np.mean(differences[1:] * differences[:-1] < 0))
    swing = float(np.median(np.abs(differences))) / mean if mean > 0 else 0.0
    half = len(losses) // 2
    lower = losses[half:].mean() < 0.9 * losses[:half].mean()
    if flips < FLIPS or swing < SWING or lower or mean < 0.5 * evidence.start_loss:
        return None
    sentence = Text(
        "The loss zigzags: over the last {count} evaluations it turned {turns} times, changed by {swing} % "
        "from one to the next (median), and is no lower.",
        count=len(losses),
        turns=round(flips * (len(differences) - 1)),
        swing=figure(100 * swing),
    )
    return sentence, swing


def _swings_in_place(evidence: Evidence, losses: np.ndarray) -> tuple[Text, float] | None:
    update = evidence.relative_update
    falls = losses[-1] < 0.999 * losses[-4:].max() or losses[-1] < evidence.start_loss / 2
    if falls or update < LARGE_UPDATE or not math.isfinite(update):
        return None
    sentence = Text(
        "Each step is {share} % of the length of θ, and the loss gets no lower than {loss}.",
        share=figure(100 * update),
        loss=figure(evidence.loss_now, LOSS_DIGITS),
    )
    return sentence, update


def _too_high(evidence: Evidence, seen: Text, number: float) -> Finding:
    return finding(
        "rate_high",
        "warning",
        seen,
        Text("The step is longer than the valley is wide: each update jumps across and lands higher up."),
        _slower(evidence),
        seat="loss",
        number=number,
        since=float(evidence.history.evaluated[: evidence.evaluations][-WINDOW:][0]),
    )


def _slower(evidence: Evidence) -> Remedy | None:
    """Return a third of η, a tenth where the loss grew; for a network at most the usual η."""
    rate = evidence.learning_rate / (10.0 if evidence.loss > GROWN * evidence.start_loss else 3.0)
    if evidence.is_network:
        rate = min(rate, evidence.usual_rate)
    rate = float(f"{rate:.1g}")
    return remedy(N_("η = {rate}"), ("learning_rate", rate), rate=figure(rate))


_STUCK = ("not_finite", "rate_high", "dead_units", "saturated", "vanishing")
"""What keeps the loss where it is whatever the rate."""


@DIAGNOSES.register("rate_low", N_("Learning rate too low"), unless=_STUCK)
def rate_low(evidence: Evidence) -> list[Finding]:
    """Look for steps that are nothing beside θ, though the gradient promises a lower loss."""
    update, start, loss = evidence.relative_update, evidence.start_loss, evidence.loss
    if evidence.iteration < LEAST_ITERATIONS or not 0 < update < TINY_UPDATE:
        return []
    promise = evidence.gradient_norm * float(np.linalg.norm(evidence.training.theta))
    if not abs(start - loss) < LEAST_FALL * abs(start) or promise < LEAST_PROMISE * abs(loss):
        return []
    rate = _faster(evidence)
    if not rate > evidence.learning_rate:
        return []
    return [
        finding(
            "rate_low",
            "warning",
            Text(
                "Nothing moves: a step changes θ by {share} of its length, and after {iterations} "
                "iterations the loss is {loss}, from {start}.",
                share=figure(update),
                iterations=evidence.iteration,
                loss=figure(evidence.loss_now, 5),
                start=figure(start, 5),
            ),
            Text(
                "The gradient shows the way down, but η = {rate} takes next to nothing of it.",
                rate=figure(evidence.learning_rate),
            ),
            remedy(N_("η = {rate}"), ("learning_rate", rate), rate=figure(rate)),
            seat="loss",
            update=update,
        )
    ]


def _faster(evidence: Evidence) -> float:
    most = max(evidence.usual_rate, 1.0)
    return float(f"{min(evidence.learning_rate * GOOD_UPDATE / evidence.relative_update, most):.1g}")
