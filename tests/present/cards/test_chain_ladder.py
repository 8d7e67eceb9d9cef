"""Where δ comes from, layer by layer, in networks drawn at random."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bpviz.present.cards.card import Card
from bpviz.present.cards.card_chain import chained_card
from bpviz.present.cards.chain import head_of
from bpviz.present.cards.chain_ladder import ladder_lines, recurrent_rungs
from bpviz.present.unrolled.rows import GATES, RECURRENT
from bpviz.present.unrolled.sums import delta_name
from bpviz.snapshot import SnapshotRequest
from bpviz.snapshot.probing import ParameterPlace
from bpviz.training.build import build
from bpviz.training.options import run_config

ACTIVATIONS = ("tanh", "sigmoid", "elu", "relu", "softplus")


def drawn(seed):
    """Return a network's options: on points, on pictures, or on sequences."""
    rng = np.random.default_rng(seed)
    pick = lambda *choices: str(rng.choice(choices))  # noqa: E731
    kind = seed % 3
    extra = ["dropout 0.3", "batchnorm", "batchnorm activation=tanh"]
    if kind == 0:
        layers = []
        for _ in range(int(rng.integers(1, 4))):
            layers.append(f"{rng.integers(2, 7)} {pick(*ACTIVATIONS)}")
            if rng.random() < 0.5:
                layers.append(pick(*extra))
        return {"data": pick("spiral", "wine", "sine"), "layers": ", ".join(layers), "batch_size": 6}
    if kind == 1:
        layers = [f"conv {rng.integers(2, 4)} {pick('3x3', '2x3')} {pick(*ACTIVATIONS)} padding=1"]
        if rng.random() < 0.6:
            layers.append(pick(*extra))
        layers += [pick("maxpool 2", "avgpool 2", "maxpool 3 stride=2")]
        if rng.random() < 0.5:
            layers.append(f"conv 3 2x2 {pick(*ACTIVATIONS)} stride={rng.integers(1, 3)}")
        layers += ["flatten", f"{rng.integers(3, 8)} {pick(*ACTIVATIONS)}"]
        return {"data": "digits", "layers": ", ".join(layers), "batch_size": 5}
    below = f"{pick('rnn', 'lstm', 'gru')} 3 returns=sequence"
    between = pick("dropout 0.2", "4 tanh", "batchnorm")
    layers = f"{below}, {between}, {pick('rnn', 'lstm', 'gru')} 2"
    return {"data": "delayed_xor", "layers": layers, "batch_size": 5, "steps": 5, "delay": 2}


def shown(seed):
    training = build(run_config({**drawn(seed), "seed": seed}))
    next(training.iterations())
    return training, training.snapshot(SnapshotRequest(sample=seed, with_maps=False))


def rungs(lines):
    """Return each sum with its parts: a line, and those below it that are set in."""
    found = []
    for line in lines:
        if line.name.startswith("  "):
            found[-1][1].append(line)
        else:
            found.append((line, []))
    return found


@pytest.mark.parametrize("seed", range(24))
def test_every_sum_is_that_of_its_parts_and_every_product_that_of_its_factors(seed):
    training, snapshot = shown(seed)
    head, rng = head_of(training.info, snapshot), np.random.default_rng(seed)
    layers = snapshot.layers
    for number in [n for n, state in enumerate(layers) if n and state.kind not in RECURRENT]:
        for unit in rng.integers(0, layers[number].units, 3).tolist():
            lines = ladder_lines(snapshot, number, unit, head)
            assert lines[0].value == float(layers[number].delta[unit])
            for line in lines:
                if line.factors:
                    scale = max(abs(line.value), 1e-12)
                    assert abs(math.prod(line.factors) - line.value) <= 1e-8 * scale
            for line, parts in rungs(lines):
                if parts and "∂z/∂a" in line.name and "∂L/∂h" not in parts[0].name:
                    whole = line.factors[-1] if line.factors else line.value
                    sizes = sum(abs(part.value) for part in parts)
                    assert abs(math.fsum(part.value for part in parts) - whole) <= 1e-9 * max(sizes, 1e-9)


@pytest.mark.parametrize("seed", range(2, 30, 3))
def test_delta_of_a_gate_is_the_product_that_is_told_at_every_step(seed):
    _, snapshot = shown(seed)
    for number, state in enumerate(snapshot.layers):
        if state.kind not in RECURRENT:
            continue
        steps, width = state.arrays["h"].shape
        for gate in GATES[state.kind]:
            for step in range(steps):
                lines, _ = recurrent_rungs(snapshot.layers, number, step, gate, width - 1)
                delta = float(state.arrays[delta_name(gate)][step, width - 1])
                assert math.prod(lines[0].factors) == pytest.approx(delta, rel=1e-9, abs=1e-15)
                back = math.fsum(
                    line.value for line in lines if "∂L/∂h" in line.name and line is not lines[0]
                )
                wanted = float(state.arrays["delta_h"][step, width - 1])
                assert back == pytest.approx(wanted, rel=1e-9, abs=1e-14)


@pytest.mark.parametrize("seed", range(24))
def test_every_parameter_has_a_card_with_its_chain_rule(seed):
    training, snapshot = shown(seed)
    for number, state in enumerate(snapshot.layers):
        for each in state.parameters:
            at = tuple(size - 1 for size in each.values.shape)
            card = Card("", (), parameter=ParameterPlace(number, each.name, at))
            told = chained_card(training.info, snapshot, card)
            assert told.lines[0].name.startswith("now, this sample")
            assert len(told.lines) > 1
            assert not any(line.value is not None and math.isnan(line.value) for line in told.lines)
