"""From a data set's targets to what a network's outputs are to be."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bpviz.data.dataset import Scaling, SplitDataset
from bpviz.engine.activations import ACTIVATIONS
from bpviz.engine.losses import LOSSES, Loss
from bpviz.engine.samples import Samples
from bpviz.errors import UserError
from bpviz.training.config import RunConfig

SMALLEST_DEVIATION, LARGEST_DEVIATION = 0.1, 10.0


def choose_loss(config: RunConfig, data: SplitDataset) -> str:
    """Return the loss's name; "auto" takes cross-entropy for classes, ½ squared error for numbers.

    Raises
    ------
    UserError
        When a loss for classes is asked for numbers.
    """
    classes = data.dataset.task == "classification"
    if config.loss == "auto":
        if not classes:
            return "half_squared_error"
        two = len(data.dataset.class_names) == 2
        return "binary_cross_entropy" if two else "softmax_cross_entropy"
    entry = LOSSES[config.loss]
    if entry.create().for_classes and not classes:
        raise UserError(
            "The loss “{loss}” is for classes; the target “{target}” is a number.",
            hint="Choose half_squared_error or mean_squared_error, or auto.",
            loss=config.loss,
            target=", ".join(data.dataset.target_names),
        )
    return entry.name


def choose_output(config: RunConfig, loss: str) -> str:
    """Return the output activation's name; "auto" takes the one that fits the loss.

    Raises
    ------
    UserError
        When the loss cannot stand behind the activation.
    """
    fitting = LOSSES.create(loss).output_activations
    if config.output_activation == "auto":
        return fitting[0]
    ACTIVATIONS[config.output_activation]  # an unknown name has a sentence of its own
    if config.output_activation not in fitting:
        raise UserError(
            "The loss “{loss}” does not fit the output activation “{activation}”.",
            hint="It takes: {fitting}, or auto.",
            loss=loss,
            activation=config.output_activation,
            fitting=", ".join(fitting),
        )
    return config.output_activation


def output_units(data: SplitDataset, loss: str) -> int:
    """Return the number of outputs: one for two classes, but a softmax has one for each.

    With an answer at every step, for all steps together.
    """
    if loss == "softmax_cross_entropy":
        return len(data.dataset.class_names) * max(1, data.dataset.target_steps)
    return data.dataset.outputs


def target_scaling(config: RunConfig, data: SplitDataset) -> Scaling:
    """Return how numbers to be predicted are scaled: not at all, unless descent could not reach them.

    A target whose standard deviation over the training part lies outside 0.1 … 10 (a price of
    200,000) is standardized like the features, and losses are then in units of its deviation.
    Whoever switches standardizing off, or whose data do without, has the target as it is.
    """
    outputs = data.dataset.outputs
    wanted = data.dataset.standardize if config.data.standardize is None else config.data.standardize
    if data.dataset.task != "regression" or not wanted:
        return Scaling.identity(outputs)
    fitted = Scaling.fit(data.y_train.astype(np.float64), data.dataset.target_channels)
    far = (fitted.scale < SMALLEST_DEVIATION) | (fitted.scale > LARGEST_DEVIATION)
    return fitted if far.any() else Scaling.identity(outputs)


def encode(
    data: SplitDataset,
    outputs: int,
    output_activation: str,
    loss: Loss,
    dtype: np.dtype[np.floating],
    scaling: Scaling,
) -> tuple[Samples, Samples]:
    """Return the training and the test samples as the network takes them.

    ``outputs`` counts those of one step.  Classes become 0 and 1 (−1 and 1 behind tanh, or where the
    loss wants it): one output for two classes, else one a class.  Numbers are scaled by ``scaling``.
    With an answer at every step a row of targets has the steps one after another.
    """
    low = -1.0 if output_activation == "tanh" else loss.class_low
    y_train, y_test = data.y_train, data.y_test
    if data.dataset.task == "regression":
        y_train = scaling.apply(np.asarray(y_train, np.float64))
        y_test = scaling.apply(np.asarray(y_test, np.float64))
    return (
        _samples(data, data.x_train, y_train, outputs, low, dtype),
        _samples(data, data.x_test, y_test, outputs, low, dtype),
    )


def _samples(
    data: SplitDataset,
    x: NDArray[np.floating],
    y: NDArray[np.floating] | NDArray[np.int64],
    outputs: int,
    low: float,
    dtype: np.dtype[np.floating],
) -> Samples:
    x = np.ascontiguousarray(x, dtype)
    if data.dataset.task == "regression":
        return Samples(x, np.ascontiguousarray(y, dtype))
    labels = y.astype(np.int64)
    answers = np.array([1]) if outputs == 1 else np.arange(outputs)
    # The width is spelled out: a test part may be empty.
    hot = (labels[..., None] == answers).reshape(len(labels), outputs * int(np.prod(labels.shape[1:])))
    return Samples(x, np.where(hot, 1.0, low).astype(dtype), labels)
