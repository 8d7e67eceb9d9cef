"""The output layer's activation and the loss as lists of prepared calls, for `DenseStep`.

Each class is one loss, feature-major: z, y, δ (K, B).  Most losses are a product ⟨w, s⟩ of what depends
on the targets with what depends on z, so that one dot gives their value; the targets are kept as w,
where −y stands, ready to be added to ŷ.  The definitions in ``losses`` are what they are tested against.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.activations import Activation
from bpviz.engine.activations.identity import Identity
from bpviz.engine.activations.sigmoid import Sigmoid
from bpviz.engine.activations.softmax import Softmax
from bpviz.engine.dense_kernels import Call, number, slope_calls, value_calls
from bpviz.engine.losses import Loss
from bpviz.engine.losses.binary_cross_entropy import BinaryCrossEntropy
from bpviz.engine.losses.half_squared_error import HalfSquaredError
from bpviz.engine.losses.label_smoothing import smoothed
from bpviz.engine.losses.mean_squared_error import MeanSquaredError
from bpviz.engine.losses.softmax_cross_entropy import SoftmaxCrossEntropy

Array = NDArray[np.floating]


class Output:
    """Any loss behind any activation, by their own definitions through transposed views.

    Attributes
    ----------
    z, delta : (K, B)
        Where the last product is to be written, and ∂L/∂z once ``calls`` are done.
    targets : (…, B)
        The samples' columns of `kept`.
    """

    def __init__(self, loss: Loss, activation: Activation, outputs: int, targets: Array) -> None:
        self.loss, self.activation, self.outputs, self.targets = loss, activation, outputs, targets
        self.rows, shape = targets.shape[1], (outputs, targets.shape[1])
        self.z, self.delta, self._y_hat, self._slope = (np.zeros(shape, targets.dtype) for _ in range(4))
        self.calls: list[Call] = []
        self.prepare()

    @classmethod
    def kept(cls, loss: Loss, y: Array) -> Array:
        """Return targets y (N, K) as they are kept, one sample a column."""
        return y.T

    def prepare(self) -> None:
        """Make ``calls``, which turn z and the targets into δ."""
        self.calls = value_calls(self.activation, self.z, self._y_hat)
        self.calls.append(partial(self.loss.gradient, self.z.T, self._y_hat.T, self.targets.T, self.delta.T))
        if not self.loss.from_logits:
            self._through_slope()

    def _through_slope(self) -> None:
        self.calls += slope_calls(self.activation, self.z, self._y_hat, self._slope)
        self.calls.append(partial(np.multiply, self.delta, self._slope, self.delta))

    def value(self) -> float:
        """Return L; after the calls."""
        return self.loss.value(self.z.T, self._y_hat.T, self.targets.T)


class SquaredOutput(Output):
    """L = c Σ (ŷ − y)²,  δ = 2c (ŷ − y) ⊙ σ′(z);  c is 1/(2B), for the mean squared error 1/(BK)."""

    @classmethod
    def kept(cls, loss: Loss, y: Array) -> Array:
        """Return −y."""
        return np.asarray(-y.T)

    def prepare(self) -> None:
        """δ = 2c (ŷ − y) ⊙ σ′(z)."""
        half = type(self.loss) is HalfSquaredError
        self._share: float = 0.5 / self.rows if half else 1.0 / (self.rows * self.outputs)
        error = np.empty_like(self.z)
        self._dot = error.reshape(-1).dot
        self._flat = error.reshape(-1)
        linear = type(self.activation) is Identity
        y_hat = self.z if linear else self._y_hat
        self.calls = [] if linear else value_calls(self.activation, self.z, y_hat)
        self.calls += [
            partial(np.add, y_hat, self.targets, error),
            partial(np.multiply, error, number(2.0 * self._share, error), self.delta),
        ]
        if not linear:
            self._through_slope()

    def value(self) -> float:
        """Return c Σ (ŷ − y)²."""
        return float(self._dot(self._flat)) * self._share


class CrossEntropyOutput(Output):
    """Two classes: L = mean of ln(1 + eᶻ) − y z = ⟨[1, −y], [ln(1 + eᶻ), z]⟩ / BK.

    ŷ = e^(z − ln(1 + eᶻ)),  δ = (ŷ − y) / BK.
    """

    @classmethod
    def kept(cls, loss: Loss, y: Array) -> Array:
        """Return 1 above −y."""
        assert isinstance(loss, BinaryCrossEntropy)
        smooth = smoothed(y, loss.label_smoothing, 2).T
        return np.concatenate([np.ones_like(smooth), -smooth])

    def prepare(self) -> None:
        """Make what fills ŷ and δ."""
        outputs, delta = self.outputs, self.delta
        sums = np.zeros_like(self.targets)
        self._share: float = 1.0 / delta.size
        softplus, self.z = sums[:outputs], sums[outputs:]
        self._value, self._flat = self.targets.reshape(-1).dot, sums.reshape(-1)
        self.calls = [
            partial(np.logaddexp, self.z, number(0.0, delta), softplus),
            partial(np.subtract, self.z, softplus, delta),
            partial(np.exp, delta, delta),
            partial(np.add, delta, self.targets[outputs:], delta),
            partial(np.multiply, delta, number(self._share, delta), delta),
        ]

    def value(self) -> float:
        """Return ⟨[1, −y], [ln(1 + eᶻ), z]⟩ / BK."""
        return float(self._value(self._flat)) * self._share


class SoftmaxOutput(Output):
    """K classes: L = mean of ln Σ_j e^(z_j − m) − Σ_k y_k (z_k − m) = ⟨[1, −y], [ln Σ …, z − m]⟩ / B.

    ŷ = e^(z − m) / Σ,  δ = (ŷ − y) / B;  m is the largest z of the sample.
    """

    @classmethod
    def kept(cls, loss: Loss, y: Array) -> Array:
        """Return a row of ones above −y."""
        assert isinstance(loss, SoftmaxCrossEntropy)
        smooth = smoothed(y, loss.label_smoothing, y.shape[1]).T
        return np.concatenate([np.ones_like(smooth[:1]), -smooth])

    def prepare(self) -> None:
        """Make what fills ŷ and δ."""
        delta = self.delta
        sums = np.zeros_like(self.targets)
        self._share: float = 1.0 / self.rows
        row, self.z = sums[0], sums[1:]
        self._value, self._flat = self.targets.reshape(-1).dot, sums.reshape(-1)
        self.calls = [
            partial(np.maximum.reduce, self.z, 0, None, row),
            partial(np.subtract, self.z, row, self.z),
            partial(np.exp, self.z, delta),
            partial(np.ones(self.outputs, delta.dtype).dot, delta, row),
            partial(np.divide, delta, row, delta),
            partial(np.add, delta, self.targets[1:], delta),
            partial(np.multiply, delta, number(self._share, delta), delta),
            partial(np.log, row, row),
        ]

    def value(self) -> float:
        """Return ⟨[1, −y], [ln Σ …, z − m]⟩ / B."""
        return float(self._value(self._flat)) * self._share


def output_class(loss: Loss, activation: Activation) -> type[Output]:
    """Return what computes this pair."""
    if type(loss) is SoftmaxCrossEntropy and type(activation) is Softmax:
        return SoftmaxOutput
    if type(loss) is BinaryCrossEntropy and type(activation) is Sigmoid:
        return CrossEntropyOutput
    if type(loss) in (HalfSquaredError, MeanSquaredError):
        return SquaredOutput
    return Output
