"""Gradients and updates in words, of networks and of functions."""

from __future__ import annotations

import math

import numpy as np

from bpviz.engine.registries import OPTIMIZERS, SCHEDULES
from bpviz.present.cards.inspect import variable_name
from bpviz.present.explain import formulas_update
from bpviz.present.explain.moment import Moment
from bpviz.present.explain.names import number, sample_name, weight_name
from bpviz.present.explain.shares import Part
from bpviz.present.explain.shares_back import gradient as gradient_shares
from bpviz.present.numbers import raised
from bpviz.text import tr


def gradient(moment: Moment) -> list[str]:
    """Say how a parameter's gradient is made, and what it means."""
    state = moment.state(moment.parameter)
    assert state is not None
    value = float(state.gradient[moment.place])
    (part,) = gradient_shares(moment).parts
    own = part.values.sum(axis=1)
    if moment.mean:
        worst = int(np.argmax(np.abs(own)))
        share = tr(
            "The mean of the samples’ shares is {share}; the largest, {largest}, comes from {sample}.",
            share=number(float(own.mean())),
            largest=number(float(own[worst])),
            sample=sample_name(moment, moment.rows[worst]),
        )
    else:
        share = tr("This sample’s own gradient is {share}.", share=number(float(own[0])))
    return [_made(moment, state.role, part), share, *_whole(moment, value, own), meaning(value)]


def _made(moment: Moment, role: str, part: Part) -> str:
    """Say what a sample's share is the product of."""
    name, terms = weight_name(moment), part.values.shape[1]
    if terms > 1:
        return tr(
            "{name} is used at {count} places: their shares, δ times what came in there, are added up.",
            name=name,
            count=terms,
        )
    if role == "bias":
        return tr("{name} moves z directly: its gradient is δ itself.", name=name)
    if moment.kind == "batchnorm":
        return tr("{name} multiplies x̂: its gradient is δ times x̂.", name=name)
    if moment.mean:
        return tr(
            "{name}: each sample’s share is δ of the unit times the input that the weight multiplies.",
            name=name,
        )
    return tr(
        "{name} multiplies the input {input}; δ of its unit is {delta}.",
        name=name,
        input=number(float(part.inputs[0, 0])),
        delta=number(float(part.weights[0, 0])),
    )


def _whole(moment: Moment, value: float, own: np.ndarray) -> list[str]:
    """Say what the batch's gradient is, where it is not what was just said."""
    if moment.mean and len(own) == moment.dissection.batch_size:
        penalty = value - float(own.mean())
        if penalty_in_force(moment) and abs(penalty) > 1e-12 * abs(value):
            return [
                tr(
                    "The penalty adds {penalty}: ∂L/∂w = {gradient}.",
                    penalty=number(penalty),
                    gradient=number(value),
                )
            ]
        return []
    if moment.dissection.batch_size == 1:
        return []
    return [
        tr(
            "The mean over the batch of {count}, by which it is updated, is {gradient}.",
            count=moment.dissection.batch_size,
            gradient=number(value),
        )
    ]


def penalty_in_force(moment: Moment) -> bool:
    """Whether penalties add to the gradients of weights."""
    return any(moment.dissection.settings.get("penalties", {}).values())


def meaning(value: float) -> str:
    """Say which way a parameter will go by its gradient."""
    if value > 0:
        return tr("The gradient is positive: a larger value would make the loss larger.")
    if value < 0:
        return tr("The gradient is negative: a larger value would make the loss smaller.")
    return tr("The gradient is 0: changing this number a little changes nothing.")


def update(moment: Moment) -> list[str]:
    """Say what the optimizer makes of a gradient, and what becomes of the parameter."""
    dissection = moment.dissection
    if not dissection.layers:
        index = moment.place[0]
        name = tr("The variable {name}", name=variable_name(moment.info, index))
        before, slope, step = (
            float(one[index]) for one in (dissection.theta, dissection.gradient, dissection.update)
        )
    else:
        state = moment.state(moment.parameter)
        assert state is not None
        name = weight_name(moment)
        before, slope, step = (
            float(one[moment.place]) for one in (state.values, state.gradient, state.update)
        )
    entry = OPTIMIZERS[dissection.optimizer]
    after = before - step
    said = [_moved(name, before, after, slope)]
    rate = dissection.learning_rate
    plain = rate * slope
    fields = {
        "optimizer": tr(entry.label),
        "step": number(step),
        "rate": number(rate),
        "gradient": f"({number(slope)})" if slope < 0 else number(slope),
    }
    said += _on_the_way(moment)
    if dissection.optimizer == "sgd" and math.isclose(plain, step, rel_tol=1e-9, abs_tol=1e-300):
        return [
            *said,
            tr("What is taken off is the rate times the gradient: {rate} × {gradient} = {step}.", **fields),
        ]
    said.append(tr("{optimizer} takes off {step}.", **fields) + " " + tr(entry.help))
    if moment.made.optimizer.searches:
        return said
    return [
        *said,
        tr(
            "Plain gradient descent would take off {rate} × {gradient} = {plain}.",
            plain=number(plain),
            **fields,
        ),
    ]


def _on_the_way(moment: Moment) -> list[str]:
    """Say what else decided: a bound on the gradient, a schedule, a search, a length held to."""
    dissection, place, said = moment.dissection, formulas_update.place_of(moment), []
    settings = dissection.settings
    slope, got = float(dissection.gradient[place]), float(formulas_update.bounded(moment)[place])
    if got != slope:
        said.append(
            tr("The gradient is clipped: {got} is left of {slope}.", got=number(got), slope=number(slope))
        )
    if settings.get("schedule", "constant") != "constant":
        said.append(
            tr(
                "The schedule “{schedule}” has made {rate} of the learning rate {base}.",
                schedule=tr(SCHEDULES[settings["schedule"]].label),
                rate=number(dissection.learning_rate),
                base=number(float(settings["base_rate"])),
            )
        )
    found = settings.get("found", {})
    if found:
        said.append(
            tr(
                "Its direction here is d = {d}; it went α = {alpha} times that, "
                "and the loss fell from {before} to {after}.",
                d=number(float(found["d"][place])),
                alpha=number(found["alpha"]),
                before=number(found["loss_here"]),
                after=number(found["loss_there"]),
            )
        )
    for line in formulas_update.held(moment):
        if line.result != line.values["theta"]:
            said.append(
                tr(
                    "Together the unit’s weights were too long, {length}: "
                    "this one is shortened from {before} to {after}.",
                    length=number(line.values["row_norm"]),
                    before=number(line.values["theta"]),
                    after=number(line.result),
                )
            )
    return said


def _moved(name: str, before: float, after: float, slope: float) -> str:
    fields = {"name": name, "before": number(before), "after": number(after), "gradient": number(slope)}
    if after > before:
        return tr("{name} has the gradient {gradient}; it grows from {before} to {after}.", **fields)
    if after < before:
        return tr("{name} has the gradient {gradient}; it falls from {before} to {after}.", **fields)
    return tr("{name} has the gradient {gradient}; it stays at {before}.", **fields)


def value(moment: Moment) -> list[str]:
    """Say where a function stands, and how high."""
    info, dissection = moment.info, moment.dissection
    point = ", ".join(
        f"{variable_name(info, index)} = {number(float(each))}" for index, each in enumerate(dissection.theta)
    )
    return [
        tr("The ball stands at {point}.", point=point),
        tr(
            "There {formula} is {value}: that is what is to become smaller.",
            formula=raised(info.formula or info.name),
            value=number(dissection.loss),
        ),
    ]


def slope_of_function(moment: Moment) -> list[str]:
    """Say how steep a function is, along each of its variables."""
    info, gradient = moment.info, moment.dissection.gradient
    said = [
        tr(
            "Along {name} the slope is {slope}.",
            name=variable_name(info, index),
            slope=number(float(each)),
        )
        for index, each in enumerate(gradient)
    ]
    length = float(np.linalg.norm(gradient))
    return [
        *said,
        tr(
            "The gradient points up the steepest way, with a length of {length}; the step goes against it.",
            length=number(length),
        ),
    ]
