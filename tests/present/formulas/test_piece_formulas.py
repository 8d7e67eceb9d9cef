"""What activations, losses and optimizers print is what the engine works out, field by field."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bpviz.engine.activations import ACTIVATIONS
from bpviz.engine.losses import LOSSES
from bpviz.engine.optimizers import OPTIMIZERS
from bpviz.present.formulas.evaluate import printed_value
from bpviz.present.formulas.pieces import (
    activation_lines,
    loss_lines,
    optimizer_lines,
    optimizer_values,
    result_of,
    worked_out,
)
from tests.helpers.networks import targets
from tests.helpers.random_fields import random_fields

SEARCHING = {entry.name for entry in OPTIMIZERS if entry.make.searches}
STEPPING = [entry.name for entry in OPTIMIZERS if entry.name not in SEARCHING]


def inputs(activation, rng):
    """Numbers on both sides of every kink, small and large."""
    return np.concatenate([rng.normal(scale=s, size=40) for s in (0.1, 1, 4, 25)])


@pytest.mark.parametrize("entry", [e for e in ACTIVATIONS if e.make().elementwise], ids=lambda e: e.name)
class TestActivations:
    def test_the_printed_formula_is_the_value(self, entry):
        activation = entry.create()
        z = inputs(activation, np.random.default_rng(1))
        expected = activation.value(z.copy())
        found = [result_of(activation_lines(activation), {**activation.constants, "z": each}) for each in z]
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)

    def test_the_printed_derivative_is_the_slope(self, entry):
        activation = entry.create()
        z = inputs(activation, np.random.default_rng(2))
        a = activation.value(z.copy())
        lines = activation_lines(activation, "slope")
        known = [{**activation.constants, "z": one, "a": two} for one, two in zip(z, a, strict=True)]
        found = [result_of(lines, each) for each in known]
        np.testing.assert_allclose(found, activation.slope(z, a), rtol=1e-12, atol=1e-12)

    def test_what_is_copied_gives_the_same_number(self, entry):
        activation = entry.create()
        for z in (-2.5, -0.3, 0.7, 3.25):
            expected = activation.value(np.array([z]))[0]
            for line in worked_out(activation_lines(activation), {**activation.constants, "z": z}):
                assert printed_value(line.plain()) == pytest.approx(line.result, rel=1e-12)
            assert line.result == pytest.approx(expected, rel=1e-12, abs=1e-12)

    def test_far_out_it_is_finite_where_the_engine_is(self, entry):
        activation = entry.create()
        z = np.array([-800.0, 800.0])
        lines = activation_lines(activation)
        found = [result_of(lines, {**activation.constants, "z": each}) for each in z]
        np.testing.assert_allclose(found, activation.value(z), rtol=1e-12, atol=1e-12)


def test_softmax_s_formula_is_every_output():
    softmax = ACTIVATIONS.create("softmax")
    z = np.array([0.5, -2.0, 3.0, 800.0, 799.0])
    a = softmax.value(z)
    for k in range(len(z)):
        known = {"z": z, "a": a, "k": k + 1}
        assert result_of(activation_lines(softmax), known) == pytest.approx(a[k], rel=1e-12, abs=1e-300)
        slope = result_of(activation_lines(softmax, "slope"), known)
        assert slope == pytest.approx(softmax.slope(z, a)[k], abs=1e-15)
    line = worked_out(activation_lines(softmax), {"z": z[:3], "k": 2})[-1]
    assert printed_value(line.plain()) == pytest.approx(softmax.value(z[:3])[1], rel=1e-12)


def outputs_of(loss, rng, rows, outputs):
    """Return z, ŷ behind the loss's own activation, and targets that it is made for."""
    z = rng.normal(scale=2.0, size=(rows, outputs))
    y_hat = ACTIVATIONS.create(loss.output_activations[0]).value(z.copy())
    return z, y_hat


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("entry", list(LOSSES), ids=lambda e: e.name)
class TestLosses:
    def numbers(self, entry, seed):
        rng = np.random.default_rng(seed)
        fields = random_fields(entry.fields, rng) if seed else entry.checked({})
        loss = entry.create(**fields)
        z, y_hat = outputs_of(loss, rng, 6, 3)
        return loss, fields, z, y_hat, targets(entry.name, 6, 3, rng)

    def sample(self, lines, loss, fields, z, y_hat, y):
        """Return a sample's loss by the printed lines: over its outputs, as the loss says."""
        if loss.over_outputs == "whole":
            return result_of(lines, whole(fields, z, y_hat, y))
        each = [result_of(lines, {**fields, "z": z[k], "y_hat": y_hat[k], "y": y[k]}) for k in range(len(y))]
        return math.fsum(each) / (len(each) if loss.over_outputs == "mean" else 1)

    def test_the_printed_formula_is_the_loss(self, entry, seed):
        loss, fields, z, y_hat, y = self.numbers(entry, seed)
        lines = loss_lines(loss, fields)
        found = [self.sample(lines, loss, fields, *rows) for rows in zip(z, y_hat, y, strict=True)]
        np.testing.assert_allclose(found, loss.sample_losses(z, y_hat, y), rtol=1e-12, atol=1e-13)
        assert np.mean(found) == pytest.approx(loss.value(z, y_hat, y), rel=1e-12)

    def test_what_it_means_is_the_same(self, entry, seed):
        loss, fields, z, y_hat, y = self.numbers(entry, seed)
        lines = loss_lines(loss, fields, "meaning" if loss.meaning else "formula")
        found = [self.sample(lines, loss, fields, *rows) for rows in zip(z, y_hat, y, strict=True)]
        np.testing.assert_allclose(found, loss.sample_losses(z, y_hat, y), rtol=1e-9, atol=1e-12)
        assert bool(loss.meaning) == loss.from_logits

    def test_the_printed_derivative_is_the_gradient(self, entry, seed):
        loss, fields, z, y_hat, y = self.numbers(entry, seed)
        lines = loss_lines(loss, fields, "derivative")
        share = y.size if loss.over_outputs == "mean" else len(y)
        found = np.empty_like(y)
        for row, k in np.ndindex(y.shape):
            if loss.over_outputs == "whole":
                known = {**whole(fields, z[row], y_hat[row], y[row]), "k": k + 1}
            else:
                known = {**fields, "z": z[row, k], "y_hat": y_hat[row, k], "y": y[row, k]}
            found[row, k] = result_of(lines, known) / share
        np.testing.assert_allclose(found, loss.gradient(z, y_hat, y), rtol=1e-12, atol=1e-15)


def whole(fields, z, y_hat, y):
    """Return what a loss of all outputs together reads."""
    return {**fields, "K": len(y), "z": z, "y_hat": y_hat, "y": y}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", STEPPING)
def test_an_optimizer_s_lines_are_its_steps(name, seed):
    """Five steps on three parameters beside the engine, the fields random; letters are what is remembered."""
    entry, rng = OPTIMIZERS[name], np.random.default_rng(seed)
    fields = random_fields(entry.fields, rng) if seed > 1 else entry.checked({})
    optimizer = entry.create(**fields)
    theta = rng.normal(size=3)
    optimizer.start(3, np.dtype(float))
    lines = optimizer_lines(optimizer, fields)
    for step in range(5):
        eta = 0.1 / (step + 1) if seed % 2 else 0.05
        gradient, before, state = rng.normal(size=3), theta.copy(), optimizer.state()
        optimizer.step(theta, gradient, eta)
        for place in range(3):
            known = optimizer_values(
                optimizer, fields, state, place=place, theta=before[place], dL_dtheta=gradient[place], eta=eta
            )
            made = worked_out(lines, known)
            after = {line.target.name: line.result for line in made}
            assert after["theta"] == pytest.approx(theta[place], rel=1e-12, abs=1e-12)
            kept = optimizer_values(optimizer, fields, optimizer.state(), place=place, eta=eta)
            for letter in set(optimizer.letters) & set(after):
                assert after[letter] == pytest.approx(kept[letter], rel=1e-11, abs=1e-14), letter
            for line in made:
                assert printed_value(line.plain()) == pytest.approx(line.result, rel=1e-12, abs=1e-300)


@pytest.mark.parametrize("name", STEPPING)
def test_what_a_setting_switches_off_is_not_printed(name):
    entry = OPTIMIZERS[name]
    fields = entry.checked({}) | {f.name: 0.0 for f in entry.fields if f.name == "weight_decay"}
    text = str(optimizer_lines(entry.make, fields))
    assert "weight_decay" not in text
    assert text.count("Symbol(name='theta'") >= 2


@pytest.mark.parametrize("name", sorted(SEARCHING))
def test_a_method_that_searches_prints_its_direction(name):
    piece = OPTIMIZERS[name].make
    assert any("d" in line for line in piece.direction)
    assert any(r"\theta" in line for line in piece.direction)
    assert piece.lines[-1] == "theta = theta + alpha * d"
