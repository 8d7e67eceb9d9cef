"""On what is well set up and learns, the doctor sees nothing: over presets and seeds, from start to end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bpviz.present.setup.edits import apply_edit
from bpviz.present.setup.presets import PRESETS, preset
from bpviz.training.build import build
from bpviz.training.config import RunConfig, StopConfig
from bpviz.training.doctor import examine

ITERATIONS = {
    "digits": 400,
    "digits_convolution": 150,
    "digits28": 150,
    "delayed_xor": 600,
    "binary_addition": 600,
    "noisy_sine": 600,
}
LOOKS = 30


def findings(config: RunConfig, iterations: int) -> dict[str, str]:
    """Return what was found on the way, by its key, with the iteration and the sentence."""
    training = build(replace(config, stop=replace(config.stop, iterations=iterations)))
    found: dict[str, str] = {}
    for iteration in training.iterations():
        at = iteration.iteration
        if at in (0, 1, 2, 5) or at % max(iterations // LOOKS, 1) == 0:
            found |= {one.key: f"{at}: {one.seen}" for one in examine(training)}
    return found


def seeded(config: RunConfig, seed: int) -> RunConfig:
    return replace(config, seed=seed, data=replace(config.data, seed=seed))


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("name", [one.name for one in PRESETS])
def test_presets(name, seed):
    config = seeded(preset(name).config, seed)
    assert findings(config, config.stop.iterations or ITERATIONS.get(name, 2000)) == {}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("data", ["iris", "wine", "circle", "sine"])
def test_other_data_with_the_usual_settings(data, seed):
    config = seeded(apply_edit(RunConfig(), "data", data), seed)
    assert findings(config, 1500) == {}


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "sigmoid", "elu", "softplus"])
def test_other_activations(activation):
    layers = apply_edit(RunConfig(stop=StopConfig()), "layers", f"8 {activation}, 8 {activation}")
    config = apply_edit(layers, "initializer", "he" if "elu" in activation else "xavier")
    assert findings(config, 1000) == {}


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "nesterov", "rmsprop", "adamw"])
def test_other_optimizers_at_their_usual_rate(optimizer):
    assert findings(apply_edit(RunConfig(), "optimizer", optimizer), 600) == {}
