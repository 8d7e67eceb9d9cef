"""What the diagram's colours and widths say, against values worked by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bpviz.present.diagram import colours
from bpviz.present.palette import CLASS_COLOURS, DARK, LIGHT, rgb
from bpviz.snapshot import LayerState


def packed(colour: str) -> int:
    red, green, blue = rgb(colour)
    return 0xFF000000 | red << 16 | green << 8 | blue


def state(activation: str, maps: np.ndarray | None) -> LayerState:
    units = 2 if maps is None else len(maps)
    return LayerState("l", activation, units, np.zeros(units), np.zeros(units), np.zeros(units), maps=maps)


def test_levels_by_activation():
    a = np.array([-1.0, 0.0, 0.5])
    assert colours.levels(a, "tanh").tolist() == [-1, 0, 0.5]
    assert colours.levels(np.array([0.0, 0.5, 1.0]), "sigmoid").tolist() == [-1, 0, 1]
    assert colours.levels(np.array([0.0, 2.0, 8.0]), "relu").tolist() == [0, 0.25, 1]
    assert colours.levels(np.zeros(3), "identity").tolist() == [0, 0, 0]


def test_positive_is_orange_negative_blue_and_nothing_white():
    fills = colours.unit_argb(np.array([1.0, -1.0, 0.0]), "tanh")
    assert fills.tolist()[:2] == [packed(LIGHT.positive), packed(LIGHT.negative)]
    assert all(channel >= 253 for channel in fills[2:].view(np.uint8))


def test_a_certain_class_has_its_own_colour():
    fills = colours.unit_argb(np.array([0.0, 0.0, 1.0]), "softmax")
    assert fills[2] == packed(CLASS_COLOURS[2])


def test_maps_are_turned_over_so_that_row_0_is_below():
    maps = np.array([[[1.0, 1.0], [-1.0, -1.0]]])
    pixels = colours.map_argb(state("tanh", maps))
    assert pixels is not None
    assert pixels[0, 0, 0] == packed(LIGHT.negative)
    assert pixels[0, 1, 0] == packed(LIGHT.positive)


def test_atlas_stacks_all_units():
    layers = (state("identity", np.ones((2, 4, 4))), state("tanh", -np.ones((3, 4, 4))))
    pixels = colours.atlas(layers)
    assert pixels is not None
    assert pixels.shape == (5 * 4, 4)
    assert set(pixels[:8].ravel().tolist()) == {packed(LIGHT.positive)}
    assert set(pixels[8:].ravel().tolist()) == {packed(LIGHT.negative)}
    assert colours.atlas((replace(layers[0], maps=None),)) is None


def test_what_is_not_finite_is_painted_all_the_same():
    assert colours.indices(np.array([np.nan, np.inf, -1.0])).tolist() == [128, 128, 0]


def test_line_steps_are_shares_of_the_largest():
    steps = colours.line_steps(np.array([0.0, 0.05, -1.0, 0.5]), 1.0)
    assert steps.tolist() == [0, 1, 20, 10]
    assert colours.line_steps(np.array([1.0, 2.0]), 0.0).tolist() == [0, 0]


def test_line_width_ends():
    assert colours.line_width(0, 6.0) == pytest.approx(0.7)
    assert colours.line_width(colours.WIDTH_LEVELS, 6.0) == pytest.approx(6.0)


@pytest.mark.parametrize("lines", [1, 200])
def test_stronger_lines_are_never_fainter(lines):
    shares = [colours.line_opacity(step, lines) for step in range(colours.WIDTH_LEVELS + 1)]
    assert shares == sorted(shares)
    assert 0 < shares[0] < shares[-1] <= 1


def test_bias_dots_area_goes_with_its_size():
    radii = colours.bias_radius(np.array([0.0, 1.0, -4.0]), 40.0)
    grown = radii - radii[0]
    assert grown[1] / grown[2] == pytest.approx(0.5)


def test_mixing_by_hand():
    assert colours.mixed("#ff0000", "#0000ff", 0.25) == (64, 0, 191)


def test_picture_goes_from_paper_to_ink():
    pixels = colours.picture_argb(np.array([0.0, 4.0, 8.0, 16.0]), (2, 2), dark=False)
    assert pixels.shape == (2, 2)
    assert pixels[0, 0] == colours.ink_argb(False)[0]
    assert pixels[1, 1] == colours.ink_argb(False)[255]


def test_weights_as_a_picture():
    pixels = colours.weight_picture_argb(np.array([2.0, -2.0, 0.0, 1.0]), (2, 2))
    assert pixels[0].tolist() == [packed(LIGHT.positive), packed(LIGHT.negative)]


def test_on_a_dark_ground_nothing_is_as_quiet_as_white_is_on_a_light_one():
    table = colours.diverging_argb()
    dark = colours.on_ground(table, dark=True)
    assert colours.on_ground(table, dark=False) is table
    assert dark[[0, 255]].tolist() == [packed(DARK.negative), packed(DARK.positive)]
    quiet = np.array([dark[127:129].view(np.uint8).reshape(2, 4)[:, :3]])
    assert (abs(quiet - np.array(rgb(DARK.neutral))[::-1].astype(float)) <= 2).all()


def test_classes_go_dark_as_well_and_what_is_no_number_stays():
    certain = colours.class_argb(4)[[0, 255]]
    on_dark = colours.on_ground(certain, dark=True).tolist()
    assert on_dark == [packed(DARK.neutral), packed(CLASS_COLOURS[4])]
    dropped = np.array([[0xFF6B7080]], dtype=np.uint32)
    assert (colours.on_ground(dropped, dark=True) == dropped).all()
