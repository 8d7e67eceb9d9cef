"""Each finding, provoked: its numbers held to their definitions, its remedy tried."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from bpviz.present.findings import flow_bars, seen
from bpviz.present.setup.edits import apply_edit
from bpviz.present.setup.presets import preset
from bpviz.snapshot.diagnosis import Finding
from bpviz.text import set_language
from bpviz.training.build import build
from bpviz.training.config import DataConfig, LiveSettings, RunConfig, StopConfig, dense
from bpviz.training.doctor import DIAGNOSES, examine
from bpviz.training.doctor.base import counted, figure
from bpviz.training.layer_spec import parse_layers
from bpviz.training.loop import Training


def run(config: RunConfig, iterations: int) -> Training:
    training = build(replace(config, stop=replace(config.stop, iterations=iterations)))
    for _ in training.iterations():
        pass
    return training


def found(training: Training) -> dict[str, Finding]:
    return {one.key: one for one in examine(training)}


def cured(config: RunConfig, finding: Finding) -> RunConfig:
    """Return ``config`` with the remedy's edits, as the window makes them."""
    assert finding.remedy is not None
    for key, value in finding.remedy.edits:
        config = apply_edit(config, key, value)
    return config


def sgd(rate: float, **config) -> RunConfig:
    return RunConfig(optimizer="sgd", live=LiveSettings(rate), **config)


DEEP = sgd(0.1, layers=(dense(8, "sigmoid"),) * 10)
SICK: dict[str, tuple[RunConfig, int]] = {
    "vanishing": (DEEP, 50),
    "exploding": (
        sgd(
            1e-4,
            layers=parse_layers(", ".join(["16 relu"] * 8)),
            initializer="normal",
            initializer_options={"std": 1.2},
        ),
        5,
    ),
    "dead_units": (sgd(5.0, layers=parse_layers("8 relu, 8 relu"), initializer="he"), 200),
    "saturated": (
        sgd(0.01, initializer="normal", initializer_options={"std": 20.0}),
        100,
    ),
    "symmetry": (RunConfig(initializer="zeros"), 50),
    "rate_high": (RunConfig(live=LiveSettings(3.0)), 600),
    "rate_low": (RunConfig(live=LiveSettings(1e-6)), 300),
    "not_finite": (sgd(1e3, data=DataConfig("sine")), 600),
    "overfitting": (
        RunConfig(
            data=DataConfig("spiral", options={"noise": 0.3, "points": 40}),
            layers=parse_layers("40 tanh, 40 tanh"),
        ),
        2000,
    ),
    "missing_class": (
        RunConfig(
            data=DataConfig("wine"),
            layers=parse_layers("2 tanh"),
            live=LiveSettings(0.01, None, {"l2": 1.0}),
        ),
        400,
    ),
    "unscaled": (RunConfig(data=DataConfig("wine", standardize=False)), 20),
}


def test_every_finding_is_provoked_here():
    assert set(SICK) == set(DIAGNOSES.names())


@pytest.mark.parametrize("key", SICK)
def test_it_is_found_says_why_and_leaves_the_run_as_it_is(key):
    training = run(*SICK[key])
    before = training.theta.tobytes(), training.gradient.tobytes(), training.update.tobytes()
    finding = found(training)[key]
    assert (training.theta.tobytes(), training.gradient.tobytes(), training.update.tobytes()) == before
    assert any(character.isdigit() for character in str(finding.seen))
    assert finding.title == DIAGNOSES[key].label
    set_language("zh_CN")
    assert "{" not in str(finding.seen) + str(finding.why)
    assert any("一" <= character <= "鿿" for character in str(finding.seen))
    assert any("一" <= character <= "鿿" for character in str(finding.why))


@pytest.mark.parametrize("key", [key for key in SICK if key not in ("missing_class", "exploding")])
def test_the_remedy_helps(key):
    config, iterations = SICK[key]
    remedied = cured(config, found(run(config, iterations))[key])
    assert remedied != config
    assert key not in found(run(remedied, max(iterations, 400)))


def test_the_remedies_of_the_others_change_their_cause():
    config, iterations = SICK["exploding"]
    assert cured(config, found(run(config, iterations))["exploding"]).initializer == "he"
    config, iterations = SICK["missing_class"]
    assert cured(config, found(run(config, iterations))["missing_class"]).live.penalties["l2"] == 0.0


def test_ten_sigmoid_layers_learn_after_the_remedy():
    config = RunConfig(layers=DEEP.layers)
    finding = found(run(config, 30))["vanishing"]
    remedied = cured(config, finding)
    assert {layer["activation"] for layer in remedied.layers} == {"relu"}
    assert remedied.initializer == "he"
    assert run(remedied, 1500).evaluate()[0].accuracy > 0.95
    assert run(config, 1500).evaluate()[0].accuracy < 0.6


def test_what_vanishes_is_the_ratio_of_delta():
    training = run(*SICK["vanishing"])
    finding = found(training)["vanishing"]
    p, x = training.objective.network.named(training.theta), training.objective.train.x
    a = [x]
    for layer in range(1, 12):
        a.append(1 / (1 + np.exp(-(a[-1] @ p[f"W{layer}"].T + p[f"b{layer}"]))))
    delta = last = a[-1] - training.objective.train.y
    for layer in range(10, 0, -1):
        delta = (delta @ p[f"W{layer + 1}"]) * a[layer] * (1 - a[layer])
    ratio = math.sqrt((delta**2).mean() / (last**2).mean())
    assert finding.numbers["ratio"] == pytest.approx(ratio, rel=1e-9)
    assert finding.layer == 1
    assert ratio < 1e-5


def test_what_explodes_is_the_ratio_of_delta():
    training = run(*SICK["exploding"])
    finding = found(training)["exploding"]
    p, x = training.objective.network.named(training.theta), training.objective.train.x
    a = [x]
    for layer in range(1, 9):
        a.append(np.maximum(a[-1] @ p[f"W{layer}"].T + p[f"b{layer}"], 0))
    with np.errstate(over="ignore"):
        delta = 1 / (1 + np.exp(-(a[-1] @ p["W9"].T + p["b9"]))) - training.objective.train.y
    sizes = [math.sqrt((delta**2).mean())]
    for layer in range(8, 0, -1):
        delta = (delta @ p[f"W{layer + 1}"]) * (a[layer] > 0)
        sizes.insert(0, math.sqrt((delta**2).mean()))
    assert [size for _, size in finding.flow] == pytest.approx(sizes, rel=1e-9)
    assert finding.numbers["ratio"] == pytest.approx(sizes[0] / sizes[-1], rel=1e-9)


def test_a_zigzag_is_counted_in_the_recorded_losses():
    training = run(*SICK["rate_high"])
    finding, history = found(training)["rate_high"], training.recorder.history()
    losses = history.train_loss[-24:]
    turns = sum((b - a) * (c - b) < 0 for a, b, c in zip(losses, losses[1:], losses[2:], strict=False))
    swing = float(np.median(np.abs(np.diff(losses)))) / float(losses.mean())
    assert f"turned {turns} times" in str(finding.seen)
    assert finding.numbers["number"] == pytest.approx(swing)
    assert finding.numbers["since"] == history.evaluated[-24]


def test_dead_units_are_those_that_are_zero_everywhere():
    training = run(*SICK["dead_units"])
    finding = found(training)["dead_units"]
    p, a = training.objective.network.named(training.theta), training.objective.train.x
    for layer in range(1, finding.layer + 1):
        a = np.maximum(a @ p[f"W{layer}"].T + p[f"b{layer}"], 0)
    assert finding.units == tuple(np.flatnonzero((a == 0).all(axis=0)))
    assert finding.severity == "grave"
    assert finding.numbers["share"] == 1.0


def test_a_dead_filter_is_told_by_its_first_pixel():
    config = RunConfig(data=DataConfig("digits"), layers=parse_layers("conv 4 3x3 relu, flatten, 4 tanh"))
    training = build(config)
    next(training.iterations())
    named = training.objective.network.named(training.theta)
    for name, value in named.items():
        if name.endswith("1") and value.ndim == 1:
            value[[1, 3]] = -1e3
    finding = found(training)["dead_units"]
    assert finding.numbers["dead"] == 2
    pixels = training.info.units[1] // 4
    assert finding.units == (pixels, 3 * pixels)


def test_saturated_units_have_next_to_no_slope():
    training = run(*SICK["saturated"])
    finding = found(training)["saturated"]
    p, a = training.objective.network.named(training.theta), training.objective.train.x
    for layer in range(1, finding.layer + 1):
        a = np.tanh(a @ p[f"W{layer}"].T + p[f"b{layer}"])
    flat = (1 - a**2 < 0.05).mean(axis=0)
    assert finding.units == tuple(np.flatnonzero(flat >= 0.95))


def test_equal_units_are_named_and_different_ones_are_not():
    training = build(RunConfig(layers=(dense(6),)))
    next(training.iterations())
    assert "symmetry" not in found(training)
    p = training.objective.network.named(training.theta)
    for unit in (2, 3, 5):
        p["W1"][unit], p["b1"][unit], p["W2"][0, unit] = p["W1"][0], p["b1"][0], p["W2"][0, 0]
    finding = found(training)["symmetry"]
    assert finding.units == (0, 2, 3, 5)
    p["W2"][0, 3] += 0.1  # other weights out: its gradient is another one
    assert found(training)["symmetry"].units == (0, 2, 5)


@pytest.mark.parametrize(("rate", "sees"), [(1.0, "200 %"), (1.05, "grows")])
def test_descent_that_jumps_over_a_parabola_is_too_fast(rate, sees):
    config = RunConfig(function="parabola", optimizer="sgd", live=LiveSettings(rate, None))
    finding = found(run(config, 30))["rate_high"]
    assert sees in str(finding.seen)
    assert run(cured(config, finding), 30).loss < 1e-3


def test_a_step_that_is_nothing_is_too_slow_and_its_number_is_the_update_s():
    config = RunConfig(function="parabola", optimizer="sgd", live=LiveSettings(1e-6, None))
    training = run(config, 60)
    finding = found(training)["rate_low"]
    assert finding.numbers["update"] == pytest.approx(2e-6, rel=1e-3)  # Δx = 2ηx
    assert run(cured(config, finding), 200).loss < 0.1


def test_nothing_moves_for_want_of_a_gradient_is_not_the_rate_s_fault():
    assert "rate_low" not in found(run(RunConfig(initializer="zeros", optimizer="sgd"), 100))


def test_a_number_that_is_none_is_told_with_its_layer_and_iteration():
    training = run(*SICK["not_finite"])
    finding = found(training)["not_finite"]
    assert training.divergence is not None
    assert finding.numbers["iteration"] == training.divergence.iteration == training.iteration + 1
    assert finding.layer == 3
    assert training.divergence.place in str(finding.seen)
    assert set(found(training)) == {"not_finite"}  # what else is odd comes from it


def test_unscaled_inputs_are_told_by_name():
    finding = found(run(*SICK["unscaled"]))["unscaled"]
    assert "proline" in str(finding.seen)
    assert finding.layer == 0
    assert finding.units[-1] == 12
    x = run(*SICK["unscaled"]).objective.train.x
    assert finding.numbers["mean"] == pytest.approx(x[:, 12].mean())
    assert finding.numbers["deviation"] == pytest.approx(x[:, 12].std())
    assert figure(x.std(axis=0).min()) in str(finding.seen)


def back_in_time(training: Training) -> list[float]:
    """Return ‖∂L/∂h_t‖ over the doctor's samples, worked out by hand: h_t = tanh(Wx x_t + Wh h_{t−1} + b)."""
    p = training.objective.network.named(training.theta)
    samples = training.objective.train.thinned(512)
    x = samples.x.reshape(len(samples.x), 16, -1)
    h = [np.zeros((len(x), 8))]
    for step in range(16):
        h.append(np.tanh(x[:, step] @ p["Wx1"].T + h[-1] @ p["Wh1"].T + p["b1"]))
    y_hat = 1 / (1 + np.exp(-(h[-1] @ p["W2"].T + p["b2"])))
    delta = (y_hat - samples.y) / len(x) @ p["W2"]
    norms = [float(np.linalg.norm(delta))]
    for step in range(16, 1, -1):
        delta = (delta * (1 - h[step] ** 2)) @ p["Wh1"]
        norms.insert(0, float(np.linalg.norm(delta)))
    return norms


def test_a_gradient_that_grows_on_its_way_through_time():
    config = sgd(1e-9, data=DataConfig("delayed_xor"), layers=parse_layers("rnn 8"))
    training = build(replace(config, stop=StopConfig(iterations=2)))
    p = training.objective.network.named(training.theta)
    p["Wx1"][...], p["Wh1"][...] = 1e-9, 2 * np.eye(8)
    for _ in training.iterations():
        pass
    finding = found(training)["exploding"]
    norms = back_in_time(training)
    assert [value for _, value in finding.flow] == pytest.approx(norms, rel=1e-9)
    assert finding.numbers["ratio"] == pytest.approx(norms[0] / norms[-1], rel=1e-9)
    assert norms[0] / norms[-1] == pytest.approx(2**15, rel=1e-3)
    assert "through time" in str(finding.seen)
    assert cured(config, finding).live.clip_norm == 1.0


def test_a_gradient_that_dies_on_its_way_through_time():
    config = sgd(
        0.01,
        data=DataConfig("delayed_xor"),
        layers=parse_layers("rnn 8"),
        initializer="normal",
        initializer_options={"std": 0.05},
    )
    training = run(config, 50)
    finding = found(training)["vanishing"]
    norms = back_in_time(training)
    assert finding.numbers["ratio"] == pytest.approx(norms[0] / norms[-1], rel=1e-9)
    assert (finding.numbers["first"], finding.numbers["last"]) == pytest.approx(
        (norms[0], norms[-1]), rel=1e-9
    )
    assert [value for _, value in finding.flow] == pytest.approx(norms, rel=1e-9)
    assert cured(config, finding).layers[0].kind == "lstm"


def test_two_layers_with_the_same_trouble_are_one_finding():
    findings = examine(run(*SICK["symmetry"]))
    told = [(one.key, one.layer, [other.layer for other in one.also]) for one in findings]
    assert told == [("symmetry", 1, [2])]


def test_each_layer_is_told_with_its_own_numbers():
    training = run(sgd(3.0, layers=parse_layers("8 relu, 8 relu")), 300)
    finding = found(training)["dead_units"]
    p, a = training.objective.network.named(training.theta), training.objective.train.x
    dead = {}
    for layer in (1, 2):
        a = np.maximum(a @ p[f"W{layer}"].T + p[f"b{layer}"], 0)
        dead[layer] = tuple(np.flatnonzero((a == 0).all(axis=0)).tolist())
    assert len(dead[1]) != len(dead[2])
    told = {one.layer: one.units for one in (finding, *finding.also)}
    assert told == {layer: units for layer, units in dead.items() if layer in told}
    assert f"{len(dead[finding.layer])} of 8 units of h{finding.layer}" in str(finding.seen)
    for other in finding.also:
        assert str(other.brief).startswith(f"h{other.layer}: {len(dead[other.layer])} of 8 (")
        assert str(other.brief) in seen(finding)


@pytest.mark.parametrize(
    ("units", "said"),
    [
        ([0], "1"),
        ([0, 1], "1, 2"),
        (range(8), "1–8"),
        ([1, 4, 5, 6, 9], "2, 5–7, 10"),
        (range(0, 40, 2), "1, 3, 5, 7, 9, 11 and 14 more"),
    ],
)
def test_units_are_counted_from_one_and_no_list_ends_in_dots(units, said):
    assert str(counted(units)) == said


def test_the_layers_passed_are_those_from_the_answer_back():
    training = run(sgd(0.1, layers=(dense(8, "sigmoid"),) * 6), 50)
    finding = found(training)["vanishing"]
    assert "comes through 6 layers" in str(finding.seen)
    assert [name for name, _ in finding.flow] == ["h1", "h2", "h3", "h4", "h5", "h6", "ŷ"]
    assert finding.flow[0][1] / finding.flow[-1][1] == finding.numbers["ratio"]
    bars = flow_bars(finding)
    assert sorted(bars.heights) == list(bars.heights)
    low, high = (float(end.replace("−", "-")) for end in (bars.low, bars.high))
    for value, height in zip(bars.values, bars.heights, strict=True):
        assert low * (high / low) ** height == pytest.approx(value)
    assert flow_bars(found(run(*SICK["symmetry"]))["symmetry"]) is None


def test_what_is_told_of_overfitting_are_the_losses_themselves():
    training = run(*SICK["overfitting"])
    finding, history = found(training)["overfitting"], training.recorder.history()
    best = int(history.test_loss.argmin())
    train, test = training.evaluate()
    numbers = finding.numbers
    assert numbers["iteration"] == history.evaluated[best]
    assert (numbers["low"], numbers["before"]) == (history.test_loss[best], history.train_loss[best])
    assert (numbers["test"], numbers["train"]) == (test.loss, train.loss)
    for value in (history.test_loss[best], history.train_loss[best], test.loss, train.loss):
        assert figure(value, 4) in str(finding.seen)


def test_classes_that_one_neuron_cannot_tell_are_all_named_with_their_numbers():
    config = apply_edit(apply_edit(preset("digits").config, "layers", "1 tanh"), "l2", 0.05)
    training = run(config, 1500)
    finding, objective = found(training)["missing_class"], training.objective
    true = np.bincount(objective.train.labels, minlength=10)
    told = np.bincount(objective.predict(training.theta, objective.train.x).argmax(axis=1), minlength=10)
    missing = np.flatnonzero(told == 0)
    assert len(missing) > 1
    assert finding.units == tuple(missing)
    assert finding.numbers["true"] == true[missing].sum()
    assert finding.numbers["samples"] == told.sum() == len(objective.train)
    for one in missing:
        assert f"“{one}” ({true[one]})" in str(finding.seen)


def test_early_stopping_is_a_stop_and_l2_acts_at_once():
    config, iterations = SICK["overfitting"]
    remedied = cured(config, found(run(config, iterations))["overfitting"])
    assert remedied.stop == StopConfig(early=20)
    assert remedied.live.penalties == {"l2": 0.001}


WELL: dict[str, tuple[RunConfig, int]] = {
    "vanishing": (RunConfig(layers=parse_layers(", ".join(["8 tanh"] * 10))), 50),
    "exploding": (sgd(1e-3, layers=parse_layers(", ".join(["16 relu"] * 8)), initializer="he"), 5),
    "dead_units": (sgd(0.1, layers=parse_layers("8 relu, 8 relu"), initializer="he"), 200),
    "saturated": (sgd(0.01, initializer="normal", initializer_options={"std": 0.5}), 100),
    "symmetry": (RunConfig(initializer="uniform"), 50),
    "rate_high": (RunConfig(live=LiveSettings(0.03)), 600),
    "rate_low": (RunConfig(live=LiveSettings(1e-3)), 300),
    "not_finite": (sgd(0.1, data=DataConfig("sine")), 600),
    "overfitting": (RunConfig(layers=parse_layers("40 tanh, 40 tanh")), 2000),
    "missing_class": (RunConfig(data=DataConfig("wine"), layers=parse_layers("2 tanh")), 400),
    "unscaled": (RunConfig(data=DataConfig("wine", standardize=True)), 20),
}


@pytest.mark.parametrize("key", SICK)
def test_the_like_without_the_cause_is_not_told(key):
    training = run(*WELL[key])
    assert key not in found(training)


def test_a_few_dead_saturated_or_equal_units_do_no_harm():
    training = run(RunConfig(layers=parse_layers("8 relu, 8 tanh")), 1)
    p = training.objective.network.named(training.theta)
    p["b1"][:1] = -1e3
    p["b2"][:2] = 1e3
    p["W2"][3], p["b2"][3], p["W3"][0, 3] = p["W2"][4], p["b2"][4], p["W3"][0, 4]
    assert not {"dead_units", "saturated", "symmetry"} & set(found(training))


def test_losses_are_told_as_they_are_now():
    training = run(RunConfig(live=LiveSettings(1e-6)), 310)
    assert training.recorder.history().evaluated[-1] < 310
    finding = found(training)["rate_low"]
    assert figure(training.evaluate()[0].loss, 5) in str(finding.seen)
    assert figure(float(training.recorder.history().train_loss[0]), 5) in str(finding.seen)
