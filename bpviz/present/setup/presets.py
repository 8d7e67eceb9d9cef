"""Runs that are set up with one click."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bpviz.text import N_
from bpviz.training.config import DataConfig, LiveSettings, RunConfig, StopConfig, dense
from bpviz.training.layer_spec import parse_layers


@dataclass(frozen=True)
class Preset:
    """A named `RunConfig`; label and help are marked for the catalogue.

    ``speed`` is in iterations a second: a run of fifty steps is over before it is seen, unless it is
    held back.  What is ``tailored`` to its data or function serves no other: whoever then chooses
    other data begins from the usual settings.
    """

    name: str
    label: str
    help: str
    config: RunConfig
    speed: float = math.inf
    tailored: bool = False


def _function(name: str) -> RunConfig:
    return RunConfig(
        function=name,
        optimizer="sgd",
        live=LiveSettings(learning_rate=0.1, batch_size=None),
        stop=StopConfig(iterations=50),
    )


def _valley(optimizer: str, **options: float) -> RunConfig:
    """Descent through a valley that is twenty times as steep across as along, always at the same rate."""
    return RunConfig(
        function="elongated_bowl",
        optimizer=optimizer,
        optimizer_options=options,
        live=LiveSettings(learning_rate=0.02, batch_size=None),
        stop=StopConfig(iterations=60),
    )


def _sequence(data: str, layers: str) -> RunConfig:
    return RunConfig(
        data=DataConfig(data),
        layers=parse_layers(layers),
        live=LiveSettings(learning_rate=0.01, batch_size=20),
    )


DEFAULT = RunConfig()

WATCHED = 8.0
"""Iterations a second at which descent on a function can be followed with the eye."""

PRESETS: tuple[Preset, ...] = (
    Preset("spiral", N_("Spiral"), N_("Two arms that no straight line parts: 2-8-8-1, Adam."), DEFAULT),
    Preset(
        "xor",
        N_("XOR"),
        N_("The smallest task that needs a hidden layer: 2-4-1."),
        RunConfig(data=DataConfig("xor"), layers=(dense(4),)),
    ),
    Preset(
        "worked_example",
        N_("2-3-1 by hand"),
        N_("Inputs 40 and 80, target 60, no bias: 180.0 first, 140.3136 after one step."),
        RunConfig(
            data=DataConfig("worked_example", test_share=0.0, standardize=False),
            layers=(dense(3, "identity", bias=False),),
            output_bias=False,
            output_activation="identity",
            loss="half_squared_error",
            optimizer="sgd",
            live=LiveSettings(learning_rate=1e-5, batch_size=None),
            start=(0.5,) * 6 + (1.0,) * 3,
        ),
        speed=2.0,
        tailored=True,
    ),
    Preset(
        "parabola",
        N_("Descent on x²"),
        N_("From 5, learning rate 0.1, 50 steps."),
        _function("parabola"),
        WATCHED,
        tailored=True,
    ),
    Preset(
        "bowl",
        N_("Descent on x² + y²"),
        N_("From (1.5, 1.5), learning rate 0.1, 50 steps."),
        _function("bowl"),
        WATCHED,
        tailored=True,
    ),
    Preset(
        "valley",
        N_("Valley, plain descent"),
        N_("It runs down the steep side at once and then creeps along: learning rate 0.02, 60 steps."),
        _valley("sgd"),
        WATCHED,
        tailored=True,
    ),
    Preset(
        "valley_momentum",
        N_("Valley, with momentum"),
        N_("The same valley and rate, μ = 0.8: what has been gained is kept, and it arrives."),
        _valley("momentum", momentum=0.8),
        WATCHED,
        tailored=True,
    ),
    Preset(
        "digits",
        N_("Digits 64-50-10"),
        N_("Handwritten digits, 8 × 8 pixels, softmax."),
        RunConfig(
            data=DataConfig("digits", test_share=0.25),
            layers=(dense(50, "relu"),),
            initializer="he",
            live=LiveSettings(learning_rate=0.003, batch_size=100),
        ),
        tailored=True,
    ),
    Preset(
        "digits_convolution",
        N_("Digits, convolution"),
        N_("16 kernels of 3 × 3 pixels slide over the picture, then pooling: 98 % right."),
        RunConfig(
            data=DataConfig("digits", test_share=0.25),
            layers=parse_layers("conv 16 3x3 relu, maxpool 2, flatten, 64 relu"),
            initializer="he",
            live=LiveSettings(learning_rate=0.003, batch_size=50),
        ),
        tailored=True,
    ),
    Preset(
        "digits28",
        N_("Digits 784-50-10"),
        N_("Handwritten digits, 28 × 28 pixels, a sigmoid hidden layer and softmax, gradient descent."),
        RunConfig(
            data=DataConfig("digits28", test_share=0.25),
            layers=(dense(50, "sigmoid"),),
            optimizer="sgd",
            live=LiveSettings(learning_rate=0.5, batch_size=100),
        ),
        tailored=True,
    ),
    Preset(
        "delayed_xor",
        N_("Delayed XOR, LSTM"),
        N_("Two bits that lie far apart: the cell keeps the first until the second comes."),
        _sequence("delayed_xor", "lstm 16"),
        tailored=True,
    ),
    Preset(
        "binary_addition",
        N_("Binary addition, recurrent"),
        N_("Bit by bit with a carry: the state of 16 neurons goes on from step to step."),
        _sequence("binary_addition", "rnn 16"),
        tailored=True,
    ),
    Preset(
        "noisy_sine",
        N_("Noisy sine, recurrent"),
        N_("The next value of a wave, from the twelve before it."),
        _sequence("noisy_sine", "rnn 16"),
        tailored=True,
    ),
)


def tailored_to(data: str) -> Preset | None:
    """Return the preset that is made for one of the named data sets, if there is one."""
    for one in PRESETS:
        if one.tailored and one.config.function is None and one.config.data.name == data:
            return one
    return None


def preset(name: str) -> Preset:
    """Return the preset called ``name``."""
    return next(one for one in PRESETS if one.name == name)
