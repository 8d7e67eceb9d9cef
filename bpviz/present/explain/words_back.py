"""The loss and the errors that go back, in words."""

from __future__ import annotations

import numpy as np

from bpviz.engine.registries import LOSSES
from bpviz.present.cards.inspect import output_name
from bpviz.present.explain.moment import Moment, Place
from bpviz.present.explain.names import number, sample_name, who
from bpviz.present.explain.shares import GATES, Shares
from bpviz.present.explain.shares_back import reaching, slope
from bpviz.present.explain.words_forward import NEARLY_FLAT, channel_of, largest_share
from bpviz.present.setup.pieces import activation_label
from bpviz.snapshot import Array
from bpviz.text import N_, tr


def loss(moment: Moment) -> list[str]:
    """Say what was answered, what was wanted and what it costs."""
    dissection = moment.dissection
    label = tr(LOSSES[moment.info.loss_name].label)
    own = moment.losses()
    said = []
    if moment.mean:
        said.append(
            tr(
                "{loss} compares each answer with its target: over {count} "
                "samples it is {value} in the mean.",
                loss=label,
                count=len(moment.rows),
                value=number(float(own.mean())),
            )
        )
        worst = int(np.argmax(own))
        said.append(
            tr(
                "It is largest at {sample}: {value}.",
                sample=sample_name(moment, worst),
                value=number(float(own[worst])),
            )
        )
    row = moment.worst_row()
    y_hat, y = dissection.layers[-1].a[row].ravel(), dissection.y[row].ravel()
    said.append(_answered(moment, y_hat, y, float(dissection.losses[row]), label))
    if moment.mean and len(dissection.rows) == dissection.batch_size:
        penalty = dissection.loss - float(own.mean())
        if abs(penalty) > 1e-12 * max(abs(dissection.loss), 1e-300) and dissection.settings.get("penalties"):
            said.append(
                tr(
                    "The penalties on the weights add {penalty}: together {loss}.",
                    penalty=number(penalty),
                    loss=number(dissection.loss),
                )
            )
    return said


def _answered(moment: Moment, y_hat: Array, y: Array, own: float, label: str) -> str:
    unit = int(np.argmax(np.abs(y_hat - y)))
    fields = {
        "y_hat": number(float(y_hat[unit])),
        "y": number(float(y[unit])),
        "value": number(own),
        "loss": label,
        "sample": sample_name(moment, moment.worst_row()),
    }
    if len(y) == 1 and moment.mean:
        return tr(
            "At {sample} the answer ŷ is {y_hat}, the target y {y}: {loss} makes {value} of it.", **fields
        )
    if len(y) == 1:
        return tr("The answer ŷ is {y_hat}, the target y {y}: {loss} makes {value} of it.", **fields)
    fields["unit"] = unit_and_class(moment, unit)
    if moment.mean:
        return tr(
            "At {sample} the answer is farthest off at output {unit}: ŷ = {y_hat}, y = {y}; "
            "the loss of all outputs is {value}.",
            **fields,
        )
    return tr(
        "The answer is farthest off at output {unit}: ŷ = {y_hat}, y = "
        "{y}; the loss of all outputs is {value}.",
        **fields,
    )


def unit_and_class(moment: Moment, unit: int) -> str:
    """Return an output's number, and of a class its name: ``7 (class “6”)``."""
    name = output_name(moment.info, unit)
    if moment.info.task == "classification" and not name.startswith("ŷ"):
        return tr("{unit} (class “{name}”)", unit=unit + 1, name=name)
    return str(unit + 1)


def output_delta(moment: Moment) -> list[str]:
    """Say δ of an output whose loss reads z: the answer less the target."""
    delta = float(moment.of(moment.trace.delta)[moment.place])
    y_hat = float(moment.of(moment.trace.a)[moment.place])
    y = moment.of(moment.dissection.y).reshape(moment.trace.a.shape[1:])[moment.place]
    fields = {"who": who(moment), "delta": number(delta), "y_hat": number(y_hat), "y": number(float(y))}
    label = tr(activation_label(moment.made.activation_name(moment.number)))
    said = [
        tr("{who} answered ŷ = {y_hat} where y = {y} was wanted: its error is δ = {delta}.", **fields),
        tr(
            "With {function} and this loss the slopes cancel out, and the difference is left.", function=label
        ),
    ]
    outputs = moment.dissection.y.shape[1]
    if moment.made.loss.over_outputs == "mean" and outputs > 1:
        said.append(tr("It is divided by the {count} outputs that the loss is the mean of.", count=outputs))
    if moment.made.loss_fields.get("label_smoothing"):
        said.append(tr("The target is smoothed a little before, so that no answer is ever quite right."))
    return [*said, _direction(delta)]


def _direction(delta: float) -> str:
    if delta > 0:
        return tr("δ is positive: a larger z would make the loss larger, so z should become smaller.")
    if delta < 0:
        return tr("δ is negative: a larger z would make the loss smaller, so z should become larger.")
    return tr("δ is 0: here nothing needs to change.")


def delta(moment: Moment) -> list[str]:
    """Say how the error of a unit is made: what arrives, times the slope."""
    value = float(moment.of(moment.trace.delta)[moment.place])
    if moment.output:
        return _of_output(moment, value)
    shares = reaching(moment)
    said = [tr(_way(moment, shares), **_arrived(moment, shares))]
    if moment.above is not None and moment.above.kind == "maxpool" and shares.count():
        said += winners(moment, shares)
    if moment.above is not None and moment.above.kind in ("dense", "conv", *GATES):
        said += largest_share(moment, shares)
    return said + through_slope(moment, value)


def winners(moment: Moment, shares: Shares) -> list[str]:
    """Say in which windows of the pool above a pixel was the largest."""
    if moment.mean:
        return []
    (part,) = shares.parts
    won = [part.source(term) for term in range(shares.count()) if won_by(moment, part.source(term))]
    if not won:
        return []
    where = "; ".join(tr("row {row}, column {column}", row=each[1] + 1, column=each[2] + 1) for each in won)
    return [tr("It is the winner of the window at {where}: all of that window’s δ is its own.", where=where)]


def won_by(moment: Moment, window: Place) -> bool:
    """Whether the moment's pixel was the largest in a window of the max pooling above, of its sample."""
    above = moment.above
    assert above is not None
    flat = int(np.ravel_multi_index(moment.place, above.x.shape[1:]))
    return int(above.extras[moment.rows[0]]["winner"][window]) == flat


def _arrived(moment: Moment, shares: Shares) -> dict[str, object]:
    return {
        "who": who(moment),
        "arrived": number(shares.total()),
        "count": shares.count(),
        "above": moment.number + 1,
        "feature": channel_of(moment) + 1,
    }


_WAYS = {
    "passed": N_("{who} gets back what layer {above} passes through: {arrived}."),
    "batchnorm": N_(
        "{who} gets back {arrived} through batch norm: "
        "the error of feature {feature} less what all samples have in common."
    ),
    "lost": N_("{who} was the largest in no window: nothing comes back to it."),
    "unseen": N_("{who} is seen by nothing in layer {above}: nothing comes back to it."),
    "maxpool in one": N_(
        "{who} lies in one window of layer {above}; where it is the largest there it gets δ: {arrived}."
    ),
    "avgpool in one": N_("{who} lies in one window of layer {above}; it gets its part of δ: {arrived}."),
    "maxpool": N_(
        "{who} lies in {count} windows of layer {above}; "
        "of those where it is the largest it gets δ: {arrived}."
    ),
    "avgpool": N_(
        "{who} lies in {count} windows of layer {above}; of each it gets its part of δ: {arrived} in all."
    ),
    "one": N_("{who} hears from one unit of layer {above}, δ times the weight: {arrived}."),
    "many": N_("{who} hears from {count} units of layer {above}, each δ times its weight: {arrived} in all."),
}


def _way(moment: Moment, shares: Shares) -> str:
    """Return how an error comes back through the layer above, a template."""
    assert moment.above is not None
    kind = moment.above.kind
    if kind in ("dropout", "flatten"):
        return _WAYS["passed"]
    if shares.count() == 0:
        return _WAYS["unseen"]
    if kind == "maxpool" and not shares.total():
        return _WAYS["lost"]
    if shares.count() == 1 and f"{kind} in one" in _WAYS:
        return _WAYS[f"{kind} in one"]
    return _WAYS.get(kind) or _WAYS["one" if shares.count() == 1 else "many"]


def through_slope(moment: Moment, value: float) -> list[str]:
    """Say what the activation's slope leaves of an error."""
    name = moment.made.activation_name(moment.number)
    if name in ("", "identity"):
        return [tr("There is no activation to get through: δ = {delta}.", delta=number(value))]
    steepness = float(slope(moment).mean())
    if moment.mean:
        return [
            tr(
                "Each sample’s is multiplied by its slope of {function}, "
                "{slope} in the mean: that leaves δ = {delta}.",
                function=tr(activation_label(name)),
                slope=number(steepness),
                delta=number(value),
            )
        ]
    said = [
        tr(
            "The slope of {function} at its z is {slope}: that leaves δ = {delta}.",
            function=tr(activation_label(name)),
            slope=number(steepness),
            delta=number(value),
        )
    ]
    if 0 < abs(steepness) < NEARLY_FLAT:
        said.append(tr("So flat a place lets the error vanish."))
    return said


def _of_output(moment: Moment, value: float) -> list[str]:
    y_hat = float(moment.of(moment.trace.a)[moment.place])
    y = moment.of(moment.dissection.y).reshape(moment.trace.a.shape[1:])[moment.place]
    said = [
        tr(
            "{who} answered ŷ = {y_hat} where y = {y} was wanted.",
            who=who(moment),
            y_hat=number(y_hat),
            y=number(float(y)),
        )
    ]
    return [*said, *through_slope(moment, value), _direction(value)]
