"""The learning's part of the form: optimizer, loss and learning rate; the rest is folded away."""

from __future__ import annotations

from bpviz.engine.registries import REGULARIZERS
from bpviz.present.setup.form import Choice, Fold, Row, Section
from bpviz.present.setup.pieces import Pieces, choice_row, choices_of, option_rows
from bpviz.registry import Field
from bpviz.text import N_
from bpviz.training.config import RunConfig
from bpviz.training.options import NUMBERS

_REGULARIZATION = Fold("regularization", N_("Regularization"), N_("What keeps the weights small."))
_SCHEDULE = Fold(
    "schedule", N_("Schedule and clipping"), N_("How η changes during the run, and bounds of the gradient.")
)
_GRADIENT = Fold("gradient", N_("Gradient"), N_("How the gradient is found."))
_METHODS = (
    Choice("backprop", N_("Backpropagation"), N_("Exact, and as dear as two passes through the network.")),
    Choice(
        "forward",
        N_("Forward difference"),
        N_("(L(θ + h) − L(θ)) / h, parameter by parameter: one pass for each."),
    ),
    Choice(
        "central",
        N_("Central difference"),
        N_("(L(θ + h) − L(θ − h)) / 2h, parameter by parameter: two passes for each."),
    ),
    Choice(
        "complex",
        N_("Complex step"),
        N_("Im L(θ + ih) / h: exact to the last digits where every function takes complex numbers."),
    ),
)


def learning_section(config: RunConfig, pieces: Pieces) -> Section:
    """Return the rows of how the loss is brought down."""
    optimizer = choice_row(
        "optimizer",
        N_("Optimizer"),
        config.optimizer,
        choices_of(pieces.optimizers),
        help=N_("How the gradient becomes a step."),
    )
    entry = pieces.optimizers[config.optimizer]
    rows = [optimizer, *option_rows("optimizer", entry, config.optimizer_options), _learning_rate_row(config)]
    if config.function is None:
        rows += [*_loss_rows(config, pieces), *_penalty_rows(config)]
    rows += [*_schedule_rows(config, pieces), *_clipping_rows(config), *_gradient_rows(config)]
    return Section(N_("Learning"), tuple(rows))


def _learning_rate_row(config: RunConfig) -> Row:
    field = Field(
        "learning_rate",
        N_("Learning rate η"),
        "float",
        0.03,
        0.0,
        NUMBERS["learning_rate"].maximum,
        exclusive_minimum=True,
        low=1e-5,
        high=10.0,
        logarithmic=True,
        help=N_("How far a step goes along the negative gradient."),
    )
    return Row("learning_rate", field, config.live.learning_rate, live=True)


def _loss_rows(config: RunConfig, pieces: Pieces) -> list[Row]:
    losses = (Choice("auto", N_("automatic")), *choices_of(pieces.losses))
    tip = N_("What is to become small; automatic fits it to the task.")
    chosen = choice_row("loss", N_("Loss function"), config.loss, losses, help=tip)
    if config.loss == "auto":
        return [chosen]
    return [chosen, *option_rows("loss", pieces.losses[config.loss], config.loss_options)]


def _penalty_rows(config: RunConfig) -> list[Row]:
    """A row for each field of a regularizer."""
    given = config.live.penalties
    return [
        Row(field.name, field, given.get(field.name, field.default), live=True, fold=_REGULARIZATION)
        for entry in REGULARIZERS
        for field in entry.fields
    ]


def _schedule_rows(config: RunConfig, pieces: Pieces) -> list[Row]:
    tip = N_("How the learning rate changes as the run goes on.")
    chosen = choice_row(
        "schedule", N_("Schedule"), config.schedule, choices_of(pieces.schedules), help=tip, fold=_SCHEDULE
    )
    entry = pieces.schedules[config.schedule]
    return [chosen, *option_rows("schedule", entry, config.schedule_options, fold=_SCHEDULE)]


def _clipping_rows(config: RunConfig) -> list[Row]:
    off = N_("off")
    value = Field(
        "clip_value",
        N_("Clip values at"),
        "float",
        None,
        0.0,
        NUMBERS["clip_value"].maximum,
        exclusive_minimum=True,
        help=N_("Bounds every entry of the gradient."),
    )
    norm = Field(
        "clip_norm",
        N_("Clip norm at"),
        "float",
        None,
        0.0,
        NUMBERS["clip_norm"].maximum,
        exclusive_minimum=True,
        help=N_("Bounds the length of the gradient, its direction kept."),
    )
    return [
        Row("clip_value", value, config.live.clip_value, live=True, off_label=off, fold=_SCHEDULE),
        Row("clip_norm", norm, config.live.clip_norm, live=True, off_label=off, fold=_SCHEDULE),
    ]


def _gradient_rows(config: RunConfig) -> list[Row]:
    tip = N_("How the gradient is found: by backpropagation, or number by number to check it.")
    step = Field(
        "gradient_step",
        N_("Step h"),
        "float",
        None,
        0.0,
        1.0,
        exclusive_minimum=True,
        help=N_("The h of a gradient by differences; empty takes what suits the method."),
    )
    by_differences = config.gradient != "backprop"
    return [
        choice_row("gradient", N_("Method"), config.gradient, _METHODS, help=tip, fold=_GRADIENT),
        Row(
            "gradient_step",
            step,
            config.gradient_step,
            enabled=by_differences,
            off_label=N_("automatic"),
            fold=_GRADIENT,
        ),
    ]
