"""Every number of a card, in every phase of a walk, held against the iteration that is taken apart."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bpviz.present.cards import inspect
from bpviz.present.cards.card import Card
from bpviz.present.cards.card_chain import chained_card
from bpviz.present.cards.card_walk import before_update, gradient_known, walking_card
from bpviz.present.cards.probed import checkable_card, checks_of
from bpviz.present.diagram.layout import Spot
from bpviz.present.setup.presets import preset
from bpviz.present.walk.light import lit_at, walked_snapshot
from bpviz.snapshot import SnapshotRequest
from bpviz.snapshot.probing import ParameterPlace, error_at
from bpviz.training.build import build
from bpviz.training.dissecting import dissect
from bpviz.training.options import run_config

RUNS = [
    ({"data": "spiral", "layers": "4 tanh, 3 tanh", "batch_size": 7, "l2": 0.2}, Spot(1, 2, 1)),
    ({"data": "spiral", "layers": "4 tanh, 3 tanh", "optimizer": "adam", "clip_norm": 0.1}, Spot(2, 1, 3)),
    (
        {"data": "digits", "layers": "conv 2 3x3 tanh, batchnorm, maxpool 2, flatten", "batch_size": 6},
        Spot(1, 1, 4, kernel=True),
    ),
    (
        {"data": "delayed_xor", "layers": "gru 3", "batch_size": 5, "steps": 5, "delay": 2},
        ParameterPlace(1, "Wh", (7, 1)),
    ),
]


def begun(options):
    config = run_config(options)
    training = build(config)
    going = training.iterations()
    for _ in range(3):
        next(going)
    return training, dissect(training, config), training.snapshot(SnapshotRequest(with_maps=False))


def card_at(training, snapshot, lit, what):
    shown = before_update(walked_snapshot(snapshot, lit), lit)
    if isinstance(what, ParameterPlace):
        card = Card("", (), parameter=what)
    else:
        card = inspect.card(training.info, shown, what)
    return checkable_card(chained_card(training.info, shown, walking_card(shown, card, lit), lit))


def said(card, start):
    return next(line for line in card.lines if line.name.startswith(start))


def theirs(training, vector, where):
    return float(training.objective.network.named(vector)[f"{where.name}{where.layer}"][where.place])


@pytest.mark.parametrize(("options", "what"), RUNS)
def test_at_every_operation_the_numbers_are_those_of_the_iteration(options, what):
    training, found, snapshot = begun(options)
    for operation in found.operations:
        for sample in ("mean", 0, len(found.rows) - 1):
            lit = lit_at(found, operation, sample)
            card = card_at(training, snapshot, lit, what)
            where = card.parameter
            gradient = theirs(training, found.gradient, where)
            w, off = (theirs(training, each, where) for each in (found.theta, found.update))
            for line in card.lines:
                if line.factors:
                    assert math.prod(line.factors) == pytest.approx(line.value, rel=1e-9, abs=1e-15)
            if not isinstance(what, ParameterPlace):
                line = said(card, "w")
                updated = where.layer in lit.light.updated
                # As in the diagram: what the update makes of it, behind what it was.
                assert (line.before, line.value) == ((w, w - off) if updated else (None, w))
                shown = [line.value for line in card.lines if line.name == "∂L/∂w of this update"]
                known = gradient_known(lit.light, where.layer)
                assert shown == ([gradient] if known else [])
            updates = [line for line in card.lines if line.name in ("w", "this update") and line.before]
            assert len(updates) == (where.layer in lit.light.updated)
            assert all((line.before, line.value) == (w, w - off) for line in updates)
            assert not any("last" in line.name for line in card.lines)
            if not gradient_known(lit.light, where.layer):
                assert not any(line.factors or "δ" in line.name for line in card.lines)
                assert card.lines[-1].name.startswith("Its gradient")
            elif sample == "mean":
                mean = said(card, "Σ over the samples").value
                held = [line.value for line in card.lines if line.name.startswith("+ the penalty")]
                assert mean + math.fsum(held) == pytest.approx(gradient, rel=1e-9, abs=1e-13)
                assert math.fsum(rows(card)) / len(found.rows) == pytest.approx(mean, rel=1e-9, abs=1e-13)


def rows(card):
    """Return what the samples add: those that are listed, and the rest."""
    return [line.value for line in card.lines if line.name.startswith(("  sample", "  … and"))]


@pytest.mark.parametrize(("options", "what"), RUNS)
def test_the_samples_own_gradients_have_the_gradient_as_their_mean(options, what):
    training, found, snapshot = begun(options)
    own = []
    for row in range(len(found.rows)):
        card = card_at(training, snapshot, lit_at(found, found.operations[-1], row), what)
        own.append(said(card, "before the update, this sample").value)
    card = card_at(training, snapshot, lit_at(found, found.operations[-1], "mean"), what)
    assert np.mean(own) == pytest.approx(said(card, "Σ over the samples").value, rel=1e-9, abs=1e-13)


@pytest.mark.parametrize(("options", "what"), RUNS)
def test_listed_places_and_the_rest_add_up(options, what):
    training, found, snapshot = begun(options)
    card = card_at(training, snapshot, lit_at(found, found.operations[-1], 1), what)
    whole = said(card, "before the update, this sample")
    at = card.lines.index(whole)
    listed = []
    for line in card.lines[at + 1 :]:
        if not line.name.startswith("  "):
            break
        listed.append(line.value)
    if listed:
        assert math.fsum(listed) == pytest.approx(whole.value, rel=1e-9)
    else:
        assert len(whole.factors) == 2


def test_more_samples_than_are_kept_are_told_as_one_number():
    training, found, snapshot = begun(
        {"data": "spiral", "layers": "3 tanh", "points": 900, "batch_size": 400}
    )
    assert found.batch_size > len(found.rows)
    card = card_at(training, snapshot, lit_at(found, found.operations[-1], "mean"), Spot(1, 0, 0))
    assert math.fsum(rows(card)) / found.batch_size == pytest.approx(
        theirs(training, found.gradient, ParameterPlace(1, "W", (0, 0))), rel=1e-9
    )


def test_each_gradient_of_a_card_can_be_checked():
    training, _, snapshot = begun(RUNS[0][0])
    for spot, wanted in (
        (Spot(1, 2, 1), {ParameterPlace(1, "W", (2, 1))}),
        (Spot(2, 1), {ParameterPlace(2, "b", (1,)), error_at(2, 1)}),
        (Spot(0, 1), {error_at(0, 1)}),
    ):
        card = checkable_card(inspect.card(training.info, snapshot, spot))
        assert set(checks_of(card)) == wanted
        assert {line.check for line in card.lines if line.check} == wanted


def test_the_2_3_1_example_multiplies_with_the_weights_before_the_update():
    config = preset("worked_example").config
    training = build(config)
    found = dissect(training, config)
    snapshot = training.snapshot(SnapshotRequest(with_maps=False))
    for operation in found.operations:
        lit = lit_at(found, operation, 0)
        card = card_at(training, snapshot, lit, Spot(1, 1, 1))
        if not gradient_known(lit.light, 1):
            continue
        path = next(line for line in card.lines if len(line.factors) == 5)
        assert path.factors == (120.0, 1.0, 1.0, 1.0, 80.0)
        assert path.value == 9600.0 == said(card, "∂L/∂w of this update").value


def test_a_kernel_s_tables_come_with_what_the_walk_has_made():
    training, dissection = (made := begun(RUNS[2][0]))[0], made[1]
    shown = {}
    for operation in dissection.operations:
        card = card_at(training, made[2], lit_at(dissection, operation, "mean"), RUNS[2][1])
        shown[operation.phase, operation.kind, operation.layer] = [table.name for table in card.tables]
    assert shown["forward", "sum", 1] == shown["loss", "loss", 0] == shown["backward", "delta", 1] == ["w"]
    assert shown["backward", "gradient", 1] == ["w", "∂L/∂w"]
    assert shown["update", "update", 1] == ["w", "∂L/∂w", "Δw"]
