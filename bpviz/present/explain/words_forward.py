"""The forward pass in words: sums, activations, pools, masks, normalization."""

from __future__ import annotations

import numpy as np

from bpviz.present.explain.moment import Moment
from bpviz.present.explain.names import number, source, who
from bpviz.present.explain.shares import Shares, forward, window
from bpviz.present.explain.shares_back import slope
from bpviz.present.setup.pieces import activation_label
from bpviz.text import tr

NEARLY_FLAT = 0.05
"""Below this slope hardly anything of an error gets through an activation."""


def weighted_sum(moment: Moment) -> list[str]:
    """Say what a unit adds up, and what counts most in it."""
    shares = forward(moment)
    fields = {"who": who(moment), "count": shares.count(), "value": number(shares.total())}
    if shares.count() == 1 and shares.parts[0].of == "x":
        return [_of_one(moment, shares, fields), *_bias(shares)]
    if moment.kind == "conv":
        said = [
            tr(
                "{who}: the kernel lies on {count} pixels; each times its "
                "weight, and the bias, make z = {value}.",
                **fields,
            )
            if shares.bias is not None
            else tr(
                "{who}: the kernel lies on {count} pixels; each times its weight makes z = {value}.", **fields
            )
        ]
    elif shares.bias is not None:
        said = [
            tr("{who} adds up {count} inputs, each times its weight, and its bias: z = {value}.", **fields)
        ]
    else:
        said = [tr("{who} adds up {count} inputs, each times its weight: z = {value}.", **fields)]
    return said + largest_share(moment, shares) + _bias(shares)


def _of_one(moment: Moment, shares: Shares, fields: dict[str, object]) -> str:
    (part,) = shares.parts
    return tr(
        "{who} has one input, {input}, times its weight {weight}: with the bias, if any, z = {value}.",
        input=number(float(part.inputs.mean())),
        weight=number(float(part.weights[0])),
        **fields,
    )


def largest_share(moment: Moment, shares: Shares) -> list[str]:
    """Say where the largest share of a sum comes from, and how it is made."""
    found = shares.largest()
    if found is None:
        return []
    part, term, share = found
    fields = {"share": number(share), "source": source(moment, part.of, part.source(term))}
    if shares.count() == 1:
        return []
    ties = shares.like(share)
    if ties == shares.count():
        return [tr("All {count} give the same: {share} each.", count=ties, **fields)]
    if ties > 1:
        return [tr("{ties} of them give the largest share, {share} each.", ties=ties, **fields)]
    if part.weights.ndim == 1 and len(set(part.weights.tolist())) > 1 and part.of != "norm":
        return [
            tr(
                "The largest share, {share}, comes from {source}: {weight} × {input}.",
                weight=number(float(part.weights[term])),
                input=_bracketed(float(part.inputs[:, term].mean())),
                **fields,
            )
        ]
    return [tr("The largest share, {share}, comes from {source}.", **fields)]


def _bracketed(value: float) -> str:
    return f"({number(value)})" if value < 0 else number(value)


def _bias(shares: Shares) -> list[str]:
    return [] if shares.bias is None else [tr("The bias adds {bias}.", bias=number(shares.bias))]


def activation(moment: Moment) -> list[str]:
    """Say what the activation makes of z, and how much of an error will get back through it."""
    trace, place = moment.trace, moment.place
    if moment.step >= 0:
        z, a = (moment.extra(name)[moment.step][place] for name in ("z", "h"))
    else:
        z, a = moment.of(trace.z)[place], moment.of(trace.a)[place]
    name = moment.made.activation_name(moment.number)
    fields = {"who": who(moment), "function": tr(activation_label(name)), "z": number(z), "a": number(a)}
    if name in ("", "identity") and moment.mean and moment.kind == "batchnorm":
        return [tr("{who}: the identity passes each sample’s z on unchanged; their mean is β.", **fields)]
    if name in ("", "identity"):
        return [tr("{who}: the identity passes z = {z} on unchanged.", **fields)]
    said = [
        tr(
            "{who}: {function} takes each sample’s z by itself; the mean of z is {z}, that of h is {a}.",
            **fields,
        )
        if moment.mean and moment.step >= 0
        else tr(
            "{who}: {function} takes each sample’s z by itself; the mean of z is {z}, that of a is {a}.",
            **fields,
        )
        if moment.mean
        else tr("{who}: {function} turns z = {z} into h = {a}.", **fields)
        if moment.step >= 0
        else tr("{who}: {function} turns z = {z} into a = {a}.", **fields)
    ]
    if name == "softmax":
        said.append(
            tr(
                "Softmax makes the {count} outputs shares of one whole: together they are 1.",
                count=trace.a.shape[-1],
            )
        )
        return said
    return [*said, slope_sentence(float(slope(moment).mean()), moment)]


def slope_sentence(steepness: float, moment: Moment) -> str:
    """Say how much of an error gets back through the activation."""
    if moment.mean:
        return tr(
            "The slope there, {slope} in the mean, is the share of an "
            "error that will come back through this unit.",
            slope=number(steepness),
        )
    if steepness == 0:
        return tr("The function is flat there, its slope 0: no error will come back through this unit.")
    if abs(steepness) < NEARLY_FLAT:
        return tr(
            "The slope there is only {slope}: the unit is nearly saturated, "
            "and little of the error will come back.",
            slope=number(steepness),
        )
    return tr(
        "The slope there is {slope}: so much of the error will come back through this unit.",
        slope=number(steepness),
    )


def pool(moment: Moment) -> list[str]:
    """Say what a pooling window sees and keeps."""
    _, row, column = moment.place
    seen = window(moment.layer, row, column)
    a = float(moment.of(moment.trace.a)[moment.place])
    fields = {"who": who(moment), "count": len(seen), "value": number(a)}
    if moment.kind == "avgpool":
        return [tr("{who} is the mean of the {count} pixels in its window: {value}.", **fields)]
    said = [tr("{who} keeps the largest of the {count} pixels in its window: {value}.", **fields)]
    if not moment.mean:
        flat = int(moment.trace.extras[moment.rows[0]]["winner"][moment.place])
        _, r, s = np.unravel_index(flat, moment.layer.input_shape)
        said.append(
            tr(
                "It is the pixel in row {row}, column {column}; it alone will get the error back.",
                row=int(r) + 1,
                column=int(s) + 1,
            )
        )
    return said


def flatten(moment: Moment) -> list[str]:
    """Say what is laid out."""
    sides = " × ".join(map(str, moment.layer.input_shape))
    place = np.unravel_index(moment.place[0], moment.layer.input_shape)
    return [
        tr(
            "The {sides} numbers are laid out in one row of {count}; nothing is computed.",
            sides=sides,
            count=moment.layer.units,
        ),
        tr(
            "Number {unit} is what {source} was: {value}.",
            unit=moment.place[0] + 1,
            source=source(moment, "x", tuple(int(each) for each in place)),
            value=number(float(moment.of(moment.trace.a)[moment.place])),
        ),
    ]


def mask(moment: Moment) -> list[str]:
    """Say how many were dropped, and what became of the unit."""
    layer = moment.layer
    masks = moment.extras("mask")
    dropped = int((masks == 0).sum())
    said = [
        tr(
            "Dropout switches off {dropped} of {count} units in this "
            "iteration; by chance, at a rate of {rate}.",
            dropped=dropped,
            count=masks.size,
            rate=number(layer.rate),  # type: ignore[attr-defined]
        )
    ]
    a = float(moment.of(moment.trace.a)[moment.place])
    own = moment.each(masks)
    if not moment.mean and own[0] == 0:
        return [*said, tr("{who} is one of them: it gives 0, and will get no error back.", who=who(moment))]
    return [
        *said,
        tr(
            "{who} gives {a}: those that stay are made larger by 1/(1 − p) "
            "= {factor}, to make up for the others.",
            who=who(moment),
            a=number(a),
            factor=number(1 / (1 - layer.rate)),  # type: ignore[attr-defined]
        ),
    ]


def channel_of(moment: Moment) -> int:
    """Return which channel, or feature, of a batch norm the moment's unit belongs to."""
    return moment.place[0] if len(moment.place) == 3 else moment.place[-1]


def _normalized_batch(moment: Moment) -> list[str]:
    """Say what is the same for all samples: a mean of what was normalized says nothing."""
    channel, extras = channel_of(moment), moment.trace.extras[0]
    gamma, beta = moment.values("gamma"), moment.values("beta")
    assert gamma is not None and beta is not None
    variance = float(extras["variance"][channel])
    fields = {
        "feature": channel + 1,
        "mean": number(float(extras["mean"][channel])),
        "variance": number(variance),
        "deviation": number(float(np.sqrt(variance))),
        "gamma": number(float(gamma[channel])),
        "beta": number(float(beta[channel])),
        "spread": number(abs(float(gamma[channel]))),
    }
    return [
        tr(
            "Over the batch feature {feature} has the mean μ = {mean} and the variance σ² = {variance}.",
            **fields,
        ),
        tr(
            "Each sample’s x becomes x̂ = (x − μ)/√(σ² + ε): x̂ has the mean 0 and the spread 1, "
            "by construction.",
            **fields,
        ),
        tr(
            "Stretched by γ = {gamma} and moved by β = {beta}, z has the mean β = {beta} and the "
            "spread |γ| = {spread}, whatever came in.",
            **fields,
        ),
    ]


def normalize(moment: Moment) -> list[str]:
    """Say what batch norm does to one number; of a mean what it does to the batch."""
    if moment.mean:
        return _normalized_batch(moment)
    channel = channel_of(moment)
    extras = moment.trace.extras[0]
    mean, variance = float(extras["mean"][channel]), float(extras["variance"][channel])
    gamma, beta = moment.values("gamma"), moment.values("beta")
    assert gamma is not None and beta is not None
    return [
        tr(
            "Over the batch feature {feature} has the mean {mean} and the standard deviation {deviation}.",
            feature=channel + 1,
            mean=number(mean),
            deviation=number(float(np.sqrt(variance))),
        ),
        tr(
            "{who} had x = {x}, that is x̂ = {x_hat} deviations from the mean.",
            who=who(moment),
            x=number(float(moment.of(moment.trace.x)[moment.place])),
            x_hat=number(float(moment.extra("x_hat")[moment.place])),
        ),
        tr(
            "Stretched by γ = {gamma} and moved by β = {beta} it is z = {z}.",
            gamma=number(float(gamma[channel])),
            beta=number(float(beta[channel])),
            z=number(float(moment.of(moment.trace.z)[moment.place])),
        ),
    ]
