"""What flows back is the sum of: ∂L/∂h of a step, a parameter's gradient over samples, places and steps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bpviz.present.explain.moment import Moment, Place
from bpviz.present.explain.shares import DELTAS, DELTAS_H, GATES, Part, Shares, arriving, window
from bpviz.snapshot import Array


def arriving_at_step(moment: Moment) -> Shares:
    """Return what ∂L/∂h of a recurrent layer's unit is made of at the moment's step.

    From above, where the layer gives this step on, and from the step after it, where nothing is cut off.
    """
    layer, t, (unit,) = moment.layer, moment.step, moment.place
    parts: tuple[Part, ...] = ()
    if layer.every_step:  # type: ignore[attr-defined]  # of recurrent layers
        parts = arriving(moment.at((t, unit))).parts
    elif t == layer.steps - 1:  # type: ignore[attr-defined]
        parts = arriving(moment).parts
    segments = layer.segments()  # type: ignore[attr-defined]
    if not any(t in segment and t + 1 in segment for segment in segments):
        return Shares(parts)
    weights = moment.values("Wh")
    assert weights is not None
    delta = np.concatenate([moment.extras(name)[:, t + 1] for name in DELTAS_H[moment.kind]], axis=1)
    later: tuple[Part, ...] = (Part("later", weights[:, unit], delta, lambda term: (t + 1, term)),)
    if moment.kind == "gru":
        kept = moment.extras("z_gate")[:, t + 1, [unit]] * moment.extras("delta_h")[:, t + 1, [unit]]
        later += (Part("kept", np.ones(1), kept, lambda term: (t + 1, unit)),)
    return Shares((*parts, *later))


def reaching(moment: Moment) -> Shares:
    """Return what ∂L/∂a (∂L/∂h at a step) of the moment's unit is made of, whatever the layer."""
    return arriving_at_step(moment) if moment.kind in GATES and moment.step >= 0 else arriving(moment)


def gradient(moment: Moment) -> Shares:
    """Return a parameter's gradient before penalties: δ times what the weight was given, at every place.

    One row a sample, one term a place of a picture or a step of a sequence; their sum's mean over the whole
    batch is the gradient.
    """
    kind = moment.kind
    if kind == "conv":
        return _of_conv(moment)
    if kind == "batchnorm":
        return _of_batch_norm(moment)
    if kind in GATES:
        return _of_recurrent(moment)
    return _of_dense(moment)


def _of_dense(moment: Moment) -> Shares:
    delta, x = moment.trace.delta[moment.rows], moment.trace.x[moment.rows]
    unit = moment.place[0]
    own = delta[..., unit].reshape(len(delta), -1)
    if moment.parameter == "b":
        inputs = np.ones_like(own)
    else:
        inputs = x[..., moment.place[1]].reshape(len(x), -1)
    steps = delta.ndim == 3
    return Shares((Part("place", own, inputs, (lambda term: (term,)) if steps else _nowhere),))


def _nowhere(term: int) -> Place:
    return ()


def _of_conv(moment: Moment) -> Shares:
    delta = moment.trace.delta[moment.rows]
    _, height, width = moment.layer.output_shape
    places = [(r, s) for r in range(height) for s in range(width)]
    source: Callable[[int], Place] = places.__getitem__
    own = delta[:, moment.place[0]].reshape(len(delta), -1)
    if moment.parameter == "b":
        return Shares((Part("place", own, np.ones_like(own), source),))
    _, channel, i, j = moment.place
    x = moment.trace.x[moment.rows][:, channel]
    inputs = np.zeros_like(own)
    for term, (r, s) in enumerate(places):
        seen = {(one[0], one[1]): one[2:] for one in window(moment.layer, r, s)}
        if (i, j) in seen:
            inputs[:, term] = x[:, seen[i, j][0], seen[i, j][1]]
    return Shares((Part("place", own, inputs, source),))


def _of_batch_norm(moment: Moment) -> Shares:
    delta = moment.trace.delta[moment.rows]
    picture = delta.ndim == 4
    channel = moment.place[0]
    own = (delta[:, channel] if picture else delta[..., channel]).reshape(len(delta), -1)
    x_hat = moment.extras("x_hat")
    inputs = (x_hat[:, channel] if picture else x_hat[..., channel]).reshape(len(delta), -1)
    if moment.parameter == "beta":
        inputs = np.ones_like(own)
    places: Callable[[int], Place] = _nowhere
    if picture:
        width = delta.shape[-1]
        places = lambda term: divmod(term, width)  # noqa: E731 - one of three
    elif delta.ndim == 3:
        places = lambda term: (term,)  # noqa: E731
    return Shares((Part("place", own, inputs, places),))


def _of_recurrent(moment: Moment) -> Shares:
    width, row = moment.layer.width, moment.place[0]  # type: ignore[attr-defined]
    names = DELTAS_H if moment.parameter in ("Wh", "bh") else DELTAS
    own = moment.extras(names[moment.kind][row // width])[:, :, row % width]
    if moment.parameter == "Wx":
        inputs: Array = moment.trace.x[moment.rows][:, :, moment.place[1]]
    elif moment.parameter == "Wh":
        h = moment.extras("h")[:, :, moment.place[1]]
        inputs = np.concatenate([np.zeros_like(h[:, :1]), h[:, :-1]], axis=1)
    else:
        inputs = np.ones_like(own)
    return Shares((Part("place", own, inputs, lambda term: (term,)),))


def slope(moment: Moment) -> Array:
    """Return σ′(z) of the moment's unit, of each row: what the activation lets through."""
    z, a = _z_and_a(moment)
    out = np.empty_like(z)
    moment.made.activation(moment.number).slope(z, a, out)
    if not moment.made.activation(moment.number).elementwise:
        return np.asarray(out[:, moment.place[-1]])
    return np.asarray(moment.each(out))


def _z_and_a(moment: Moment) -> tuple[Array, Array]:
    if moment.kind in GATES:
        return moment.extras("z")[:, moment.step], moment.extras("h")[:, moment.step]
    trace = moment.trace
    return trace.z[moment.rows], trace.a[moment.rows]
