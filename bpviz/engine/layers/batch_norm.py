"""Batch norm (Ioffe and Szegedy, 2015): each feature, or each channel, at mean β and spread γ.

Forward:   x̂ = (x − μ) / √(v + ε),  z = γ x̂ + β,  a = σ(z);  μ and v are the mean and the
           biased variance of all N numbers that a feature has in the batch: one a sample, and a
           channel's pixels or steps beside.
Backward:  δ = ∂L/∂a ⊙ σ′(z),  ∂L/∂γ = Σ δ x̂,  ∂L/∂β = Σ δ,  and since every x moves μ and v,
           ∂L/∂x = γ / √(v + ε) · (δ − ∂L/∂β / N − x̂ · ∂L/∂γ / N)
Evaluation: the running μ and v stand in for the batch's; then ∂L/∂x = γ / √(v + ε) · δ.

After each update  running ← (1 − m) running + m · batch,  m the momentum, the variance times N / (N − 1)
(unbiased), as PyTorch defines both.  A batch whose N is 1 has the variance 0: x̂ = 0 and z = β, and nothing
goes back; it is allowed, but teaches this layer nothing but β.
"""

from __future__ import annotations

import math
from typing import Self

import numpy as np

from bpviz.engine.activations import ACTIVATIONS
from bpviz.engine.layers.base import LAYERS, Array, Layer, Parameter, Shape, Work
from bpviz.engine.layers.fields import activation_field, hidden_activations
from bpviz.registry import Field
from bpviz.text import N_

MOMENTUM = Field(
    "momentum",
    N_("Momentum m"),
    default=0.1,
    minimum=0.0,
    maximum=1.0,
    step=0.01,
    help=N_("The share of the last batch in the running mean and variance that evaluation uses."),
)
EPSILON = Field(
    "epsilon",
    N_("ε"),
    default=1e-5,
    minimum=0.0,
    maximum=1.0,
    exclusive_minimum=True,
    logarithmic=True,
    low=1e-8,
    high=1e-1,
    help=N_("Is added to the variance, which may be 0."),
)


class BatchNormWork(Work):
    """Beside the layer's own buffers x̂ and the statistics that it was made with; a is z where there is no σ.

    ``mean`` and ``variance`` are the last training batch's; ``used`` are the last pass's.
    """

    def __init__(self, rows: int, layer: BatchNorm, dtype: np.dtype[np.floating]) -> None:
        super().__init__(rows, layer.units, dtype)
        if layer.activation is None:
            self.z = self.a
        self.x_hat: Array = np.empty((rows, layer.units), dtype)
        self.training = False
        self.mean, self.variance = layer.running(dtype)
        self.used = (self.mean, self.variance)
        self.inverse: Array = np.empty(layer.channels, dtype)


@LAYERS.register(
    "batchnorm",
    N_("Batch norm"),
    help=N_("Gives each feature, or each channel, the same mean and spread in every batch."),
    fields=(activation_field("identity", hidden_activations()), MOMENTUM, EPSILON),
    positional=(),
)
class BatchNorm(Layer):
    """z = γ (x − μ) / √(σ² + ε) + β, a = σ(z); δ of each of the B samples is its own."""

    formulas = {
        "statistics": ("mu = 1 / N * sum(x[n], n)", "variance = 1 / N * sum((x[n] - mu)**2, n)"),
        "sum": ("x_hat[n] = (x[n] - mu) / sqrt(variance + epsilon)", "z[n] = gamma * x_hat[n] + beta"),
        "activation": ("a[n] = sigma(z[n])",),
        "delta": ("delta[n] = dL_da[n] * sigma_prime(z[n])",),
        "gradient": (
            "dL_dgamma = 1 / B * sum(delta[n] * x_hat[n], n)",
            "dL_dbeta = 1 / B * sum(delta[n], n)",
        ),
        "back": (
            (
                "dL_dx[n] = gamma / sqrt(variance + epsilon)"
                " * (delta[n] - (dL_dbeta + x_hat[n] * dL_dgamma) * B / N)"
            ),
        ),
        "back_running": ("dL_dx[n] = gamma / sqrt(variance + epsilon) * delta[n]",),
    }
    kind = "batchnorm"
    forward_operations = ("normalize", "activation")

    def __init__(
        self,
        input_shape: Shape,
        activation: str = "identity",
        momentum: float = 0.1,
        epsilon: float = 1e-5,
    ) -> None:
        super().__init__(input_shape, input_shape)
        self.activation = None if activation == "identity" else ACTIVATIONS.create(activation)
        self.momentum, self.epsilon = momentum, epsilon
        picture = len(input_shape) == 3
        self.channels = input_shape[0] if picture else input_shape[-1]
        # Seen as (…, channels, places), everything is one case.
        self._places = math.prod(input_shape[1:]) if picture else 1
        self.parameters = (
            Parameter("gamma", "γ", (self.channels,), "gain", 1.0),
            Parameter("beta", "β", (self.channels,), "bias"),
        )
        self._statistics: Array = np.concatenate([np.zeros(self.channels), np.ones(self.channels)])

    @property
    def cells(self) -> int:
        """About how many numbers a sample takes in its buffers."""
        return 5 * self.units

    def statistics(self) -> Array:
        """Return the running means, then the running variances, float64; they begin at 0 and 1."""
        return self._statistics

    def running(self, dtype: np.dtype[np.floating]) -> tuple[Array, Array]:
        """Return copies of the running means and variances."""
        mean, variance = self._statistics.reshape(2, -1).astype(dtype)
        return mean, variance

    def clone(self) -> Self:
        """Return the same layer with statistics of its own."""
        other = super().clone()
        other._statistics = self._statistics.copy()
        return other

    def work(self, rows: int, dtype: np.dtype[np.floating]) -> BatchNormWork:
        """Return buffers for a batch of ``rows``."""
        return BatchNormWork(rows, self, dtype)

    def _seen(self, flat: Array) -> Array:
        return flat.reshape(-1, self.channels, self._places)

    def forward(self, x: Array, work: Work, training: bool) -> Array:
        """z = γ x̂ + β, by the batch's statistics in training, by the running ones otherwise."""
        assert isinstance(work, BatchNormWork)
        values, x_hat, out = (self._seen(each) for each in (x, work.x_hat, work.z))
        work.training = training
        if training:
            np.mean(values, axis=(0, 2), out=work.mean)
            np.subtract(values, work.mean[:, None], out=x_hat)
            # Not |…|²: the complex step needs the square itself.
            np.multiply(x_hat, x_hat, out=out)
            np.mean(out, axis=(0, 2), out=work.variance)
            work.used = work.mean, work.variance
        else:
            work.used = self.running(work.z.dtype)
            np.subtract(values, work.used[0][:, None], out=x_hat)
        np.divide(1, np.sqrt(work.used[1] + self.epsilon), out=work.inverse)
        np.multiply(x_hat, work.inverse[:, None], out=x_hat)
        np.multiply(x_hat, self.p["gamma"][:, None], out=out)
        np.add(out, self.p["beta"][:, None], out=out)
        if self.activation is not None:
            self.activation.value(work.z, work.a)
        return work.a

    def backward(self, x: Array, work: Work, x_gradient: Array | None, *, at_z: bool) -> None:
        """∂L/∂γ = Σ δ x̂, ∂L/∂β = Σ δ, and ∂L/∂x through the statistics as well."""
        assert isinstance(work, BatchNormWork)
        if not at_z:
            self.to_z(work)
        delta, x_hat, scratch = (self._seen(each) for each in (work.delta, work.x_hat, work.slope))
        np.multiply(delta, x_hat, out=scratch)
        np.sum(scratch, axis=(0, 2), out=self.g["gamma"])
        np.sum(delta, axis=(0, 2), out=self.g["beta"])
        if x_gradient is None:
            return
        back = self._seen(x_gradient)
        scale = self.p["gamma"] * work.inverse
        if not work.training:
            np.multiply(delta, scale[:, None], out=back)
            return
        count = delta.shape[0] * self._places
        np.multiply(x_hat, (self.g["gamma"] / count)[:, None], out=back)
        np.add(back, (self.g["beta"] / count)[:, None], out=back)
        np.subtract(delta, back, out=back)
        np.multiply(back, scale[:, None], out=back)

    def fold(self, work: Work) -> None:
        """Move the running statistics towards those of the last training batch.

        A batch whose N is 1 has no spread to learn from and is left out.
        """
        assert isinstance(work, BatchNormWork)
        count = work.rows * self.units // self.channels
        if count < 2:
            return
        running_mean, running_variance = self._statistics.reshape(2, -1)
        running_mean += self.momentum * (work.mean - running_mean)
        unbiased = work.variance * (count / (count - 1))
        running_variance += self.momentum * (unbiased - running_variance)

    def trace(self, x: Array, work: Work, row: int) -> dict[str, Array]:
        """Return x̂ of the sample, in its shape, and by channel what it was made with and what is kept."""
        assert isinstance(work, BatchNormWork)
        mean, variance = work.used
        running_mean, running_variance = self._statistics.reshape(2, -1)
        return {
            "mean": mean,
            "variance": variance,
            "x_hat": work.x_hat[row].reshape(self.output_shape),
            "running_mean": running_mean,
            "running_variance": running_variance,
        }
