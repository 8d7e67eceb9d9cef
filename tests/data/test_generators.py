"""Conformance of every named data set, and the geometry of each one made here."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.data import GENERATORS, generate
from bpviz.data.generators.gaussian_bumps import bumps
from bpviz.errors import UserError

NAMES = GENERATORS.names()
COUNTED = [entry.name for entry in GENERATORS if "points" in {field.name for field in entry.fields}]
MADE = [name for name in COUNTED if GENERATORS[name].extra["category"] != "sequence"]
MADE_CLASSES = [entry.name for entry in GENERATORS if entry.extra["category"] == "classification"]


def test_registered_in_the_order_of_the_menu():
    assert NAMES[0] == "spiral"
    assert set(NAMES) >= {
        *("xor", "circle", "gauss", "spiral", "moons", "blobs", "multi_spiral"),
        *("plane", "gaussian_bumps", "sine", "iris", "wine", "digits", "digits28"),
        *("noisy_sine", "echo", "parity", "delayed_xor", "binary_addition", "adding"),
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_data_set_is_whole(name):
    data = generate(name, 3)
    entry = GENERATORS[name]
    assert data.name == name
    assert entry.help
    assert entry.extra["category"] in ("classification", "regression", "sequence", "bundled")
    assert data.x.dtype == np.float64
    assert data.x.shape == (len(data), len(data.feature_names)) == (len(data), np.prod(data.shape))
    assert np.isfinite(data.x).all()
    assert data.source
    if data.task == "classification":
        assert data.y.dtype == np.int64
        assert set(data.y.ravel().tolist()) == set(range(len(data.class_names)))
    else:
        assert data.y.dtype == np.float64
        assert data.y.shape == (len(data), len(data.target_names))
        assert data.class_names == ()


@pytest.mark.parametrize("name", NAMES)
def test_a_seed_gives_the_same_bits(name):
    one, two = generate(name, 11), generate(name, 11)
    assert one.x.tobytes() == two.x.tobytes()
    assert one.y.tobytes() == two.y.tobytes()


@pytest.mark.parametrize("name", MADE)
def test_another_seed_gives_other_points(name):
    options = {"noise": 0.1}
    assert generate(name, 1, **options).x.tobytes() != generate(name, 2, **options).x.tobytes()


@pytest.mark.parametrize("name", COUNTED)
@pytest.mark.parametrize("points", [10, 37, 1000])
def test_as_many_points_as_wished(name, points):
    assert len(generate(name, 0, points=points)) == points


@pytest.mark.parametrize("name", MADE_CLASSES)
def test_classes_are_of_equal_size(name):
    sizes = np.bincount(generate(name, 0, points=301).y)
    assert sizes.max() - sizes.min() <= (2 if name == "xor" else 1)


@pytest.mark.parametrize("name", MADE)
def test_noise_widens_and_the_rest_of_the_numbers_stay(name):
    calm, noisy = generate(name, 5, noise=0.0), generate(name, 5, noise=0.3)
    moved = noisy.x - calm.x if calm.task == "classification" else noisy.y - calm.y
    assert moved.std() == pytest.approx(0.3, rel=0.15)


@pytest.mark.parametrize("name", MADE)
def test_learnable_without_standardization(name):
    data = generate(name, 0)
    assert not data.standardize
    assert np.abs(data.x).max() < 4
    assert 0.5 < data.x.std() < 1.5


def test_xor_is_one_where_the_signs_differ():
    data = generate("xor", 0, noise=0.0)
    assert ((data.x[:, 0] * data.x[:, 1] < 0) == (data.y == 1)).all()
    assert np.abs(data.x).min() > 0.1


def test_circle_is_one_inside():
    data = generate("circle", 0, noise=0.0)
    radius = np.hypot(*data.x.T)
    assert radius[data.y == 1].max() <= 1.0
    assert radius[data.y == 0].min() >= 1.4
    assert radius.max() <= 2.0


def test_gauss_has_the_standard_deviation_that_was_asked():
    data = generate("gauss", 0, points=20_000, noise=0.7)
    for label, centre in ((0, -1.0), (1, 1.0)):
        part = data.x[data.y == label]
        assert part.mean(axis=0) == pytest.approx([centre, centre], abs=0.03)
        assert part.std(axis=0) == pytest.approx([0.7, 0.7], abs=0.02)


def test_spiral_arms_are_half_a_turn_apart():
    data = generate("spiral", 0, points=100, noise=0.0)
    assert data.x[1::2] == pytest.approx(-data.x[0::2])
    # The outer end of the first arm: one turn and a quarter, radius 2.5, from the x₂ axis on.
    assert data.x[98] == pytest.approx([2.5, 0.0])


@pytest.mark.parametrize("arms", [3, 5])
def test_multi_spiral_has_that_many_arms(arms):
    data = generate("multi_spiral", 0, points=arms * 20, noise=0.0, arms=arms)
    assert len(data.class_names) == arms
    angle = np.arctan2(data.x[1, 0], data.x[1, 1]) - np.arctan2(data.x[0, 0], data.x[0, 1])
    assert angle % (2 * np.pi) == pytest.approx(2 * np.pi / arms)


def test_moons_are_each_other_turned_by_half_a_turn():
    data = generate("moons", 0, noise=0.0)
    assert data.x[1::2] == pytest.approx(-data.x[0::2])
    first = data.x[data.y == 0] + [0.625, 0.3125]
    assert np.hypot(*first.T) == pytest.approx(1.25)


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_blobs_stand_around_a_circle(classes):
    data = generate("blobs", 0, noise=0.0, classes=classes)
    assert len(data.class_names) == classes
    assert np.hypot(*data.x.T) == pytest.approx(1.4)
    assert data.x[0] == pytest.approx([0.0, 1.4])


def test_plane_is_a_quarter_of_the_sum():
    data = generate("plane", 0, noise=0.0)
    assert data.y[:, 0] == pytest.approx((data.x[:, 0] + data.x[:, 1]) / 4)


def test_sine_has_one_input():
    data = generate("sine", 0, noise=0.0)
    assert data.feature_names == ("x",)
    assert data.y == pytest.approx(np.sin(np.pi * data.x))


def test_bumps_by_hand():
    # At a hill's top the neighbours 1.2166 and 2 away add −e^(−1.48/0.605) − e^(−4/0.605) and less.
    top = bumps(np.array([[1.2, 1.0]]))[0]
    assert top == pytest.approx(
        1 - np.exp(-1.48 / 0.605) - np.exp(-4 / 0.605) + np.exp(-6.28 / 0.605), abs=1e-4
    )
    assert bumps(np.array([[0.0, 0.0]]))[0] == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("spiral", {"points": 9}),
        ("spiral", {"points": 10.5}),
        ("spiral", {"noise": -0.1}),
        ("spiral", {"noise": float("nan")}),
        ("blobs", {"classes": 1}),
        ("blobs", {"classes": 11}),
        ("multi_spiral", {"arms": 2}),
        ("spiral", {"arms": 3}),
        ("iris", {"points": 100}),
        ("spirl", {}),
    ],
)
def test_what_cannot_be_made_is_said(name, options):
    with pytest.raises(UserError) as caught:
        generate(name, 0, **options)
    assert str(caught.value)


def test_a_seed_below_zero_is_refused():
    with pytest.raises(UserError, match="seed cannot be -1"):
        generate("spiral", -1)
