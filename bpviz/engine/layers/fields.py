"""Fields that several layers have."""

from __future__ import annotations

from bpviz.engine.activations import ACTIVATIONS
from bpviz.registry import Field
from bpviz.text import N_

MAXIMUM_UNITS = 100_000


def units_field(label: str, default: int, name: str = "units") -> Field:
    """Return the field for how many units, filters or cells there are."""
    return Field(
        name,
        label,
        "int",
        default,
        minimum=1,
        maximum=MAXIMUM_UNITS,
        low=1,
        high=64,
        help=N_("How many there are in this layer."),
    )


def hidden_activations() -> tuple[str, ...]:
    """Return the names of the activations that a hidden layer may have."""
    return tuple(e.name for e in ACTIVATIONS if not getattr(e.make, "output_only", False))


def activation_field(default: str, choices: tuple[str, ...] = ()) -> Field:
    """Return the field for σ; every activation for hidden layers where ``choices`` are left out."""
    return Field(
        "activation",
        N_("Activation"),
        "choice",
        default,
        choices=choices or hidden_activations(),
        help=N_("The function σ that z goes through."),
    )


def bias_field() -> Field:
    """Return the field for whether b is there."""
    return Field("bias", N_("Bias"), "bool", True, help=N_("Whether b is added to the weighted sum."))
