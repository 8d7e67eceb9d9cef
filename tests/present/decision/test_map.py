"""The decision map's colours and contours, against values worked by hand."""

import numpy as np
import pytest

from bpviz.present.decision.map import (
    ValueScale,
    class_borders,
    class_picture,
    contour_levels,
    drawn_rows,
    height_picture,
    is_dark,
    mix,
    nearest_point,
    row_shares,
    sampled,
    zero_contour,
)
from bpviz.present.palette import LIGHT, class_colour, rgb


def test_two_classes_run_from_blue_through_white_to_orange() -> None:
    p = np.array([[0.0, 0.5, 1.0]])
    picture = class_picture(np.stack((1 - p, p), axis=2))
    assert tuple(picture[0, 0]) == rgb(LIGHT.negative)
    assert picture[0, 1].min() > 245
    assert tuple(picture[0, 2]) == rgb(LIGHT.positive)


def test_row_zero_of_the_grid_is_at_the_bottom_of_the_picture() -> None:
    p = np.array([[0.0, 0.0], [1.0, 1.0]])
    picture = class_picture(np.stack((1 - p, p), axis=2))
    assert tuple(picture[1, 0]) == rgb(LIGHT.negative)
    assert tuple(picture[0, 0]) == rgb(LIGHT.positive)


def test_many_classes_take_their_colours_and_pale_towards_an_even_guess() -> None:
    values = np.array([[[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [1 / 3, 1 / 3, 1 / 3]]])
    picture = class_picture(values).astype(int)
    for index, k in ((0, 0), (1, 2)):
        wanted = 255 + 0.82 * (np.array(rgb(class_colour(k))) - 255)
        assert np.abs(picture[0, index] - wanted).max() <= 1
    assert picture[0, 2].min() >= 250


def test_broken_probabilities_do_not_break_the_picture() -> None:
    assert class_picture(np.full((2, 2, 2), np.nan)).shape == (2, 2, 3)
    assert class_picture(np.full((2, 2, 4), np.nan)).min() >= 250


def test_the_scale_is_diverging_where_both_signs_occur() -> None:
    both = ValueScale.of(np.array([-1.0, 0.5, np.nan]))
    assert (both.low, both.high, both.diverging) == (-1.0, 1.0, True)
    assert tuple(both.colours(np.array([-9.0]))[0]) == rgb(LIGHT.negative)
    positive = ValueScale.of(np.array([2.0, 3.0]))
    assert (positive.low, positive.high, positive.diverging) == (2.0, 3.0, False)
    assert ValueScale.of(np.array([2.0, 2.0])).high > 2.0
    assert ValueScale.of(np.array([])).high == 1.0


def test_the_scale_grows_in_steps_to_hold_predictions() -> None:
    targets = ValueScale.of(np.array([0.0, 120.0]))
    for low, high, wanted in (
        (5, 121, (0, 120)),
        (0, 140, (0, 150)),
        (0, 149, (0, 150)),
        (-97, 151, (-120, 180)),
        (0, 700, (0, 1080)),
        (np.nan, np.inf, (0, 120)),
    ):
        grown = targets.holding(np.array([low, high]))
        assert (grown.low, grown.high, grown.diverging) == (*wanted, False)
    both = ValueScale.of(np.array([-1.0, 1.0])).holding(np.array([0.0, 1.3]))
    assert (both.low, both.high, both.diverging) == (-1.5, 1.5, True)
    assert ValueScale.of(np.array([0.0, 1.0])).holding(np.array([-1.7e308, 1.7e308])).high == 1.0


def test_a_scale_stays_while_it_is_not_much_too_wide() -> None:
    scale = ValueScale(0.0, 180.0, False)
    assert scale.covers(ValueScale(0.0, 150.0, False))
    assert not scale.covers(ValueScale(0.0, 80.0, False))
    assert not scale.covers(ValueScale(-1.0, 150.0, False))


def test_a_slope_is_crossed_by_one_straight_line() -> None:
    x = np.linspace(-1, 1, 9)
    grid = np.tile(x - 0.1, (5, 1))
    segments = zero_contour(grid)
    assert len(segments) == 4
    # x = 0.1 lies at column (0.1 + 1) / 0.25 = 4.4.
    np.testing.assert_allclose(segments[:, :, 0], 4.4)
    assert sorted(segments[:, :, 1].min(axis=1)) == [0.0, 1.0, 2.0, 3.0]


def test_a_circle_s_contour_has_its_radius_and_length() -> None:
    x = np.linspace(-1, 1, 65)
    X, Y = np.meshgrid(x, x)
    segments = (zero_contour(0.6 - np.hypot(X, Y)) - 32) / 32
    radii = np.hypot(segments[:, :, 0], segments[:, :, 1])
    assert np.abs(radii - 0.6).max() < 2e-3
    length = np.hypot(*(segments[:, 0] - segments[:, 1]).T).sum()
    assert length == pytest.approx(2 * np.pi * 0.6, rel=2e-3)


def test_a_saddle_s_cell_has_two_segments_that_do_not_cross() -> None:
    assert len(zero_contour(np.array([[1.0, -1.0], [-1.0, 1.0]]))) == 2
    high = zero_contour(np.array([[3.0, -1.0], [-1.0, 3.0]]))
    # The middle is positive, like two opposite corners: each segment cuts off a negative one.
    assert sorted(segment.mean(axis=0).round(3).tolist() for segment in high) == [
        [0.125, 0.875],
        [0.875, 0.125],
    ]


def test_there_is_no_contour_without_a_change_of_sign_or_through_nan() -> None:
    assert zero_contour(np.ones((4, 4))).shape == (0, 2, 2)
    grid = np.tile(np.linspace(-1, 1, 4), (4, 1))
    grid[:] = np.where(np.arange(4)[:, None] == 1, np.nan, grid)
    assert len(zero_contour(grid)) == 1


def test_the_border_of_two_classes_lies_at_one_half() -> None:
    p = np.tile(np.linspace(0, 1, 5), (3, 1))
    segments = class_borders(np.stack((1 - p, p), axis=2))
    np.testing.assert_allclose(segments[:, :, 0], 2.0, atol=1e-12)


def test_borders_of_three_classes_separate_equal_probabilities() -> None:
    x = np.linspace(0, 1, 33)
    scores = np.stack(np.broadcast_arrays(-((x - 0.1) ** 2), -((x - 0.5) ** 2), -((x - 0.9) ** 2)), axis=1)
    values = np.tile(scores, (4, 1, 1))
    columns = np.unique(class_borders(values)[:, :, 0].round(6))
    # Half way between the centres: 0.3 and 0.7 of 32 cells.
    np.testing.assert_allclose(columns, [9.6, 22.4], atol=1e-6)


def test_a_class_that_is_nowhere_first_has_no_border() -> None:
    values = np.zeros((4, 4, 3))
    values[:, :, 1] = 1.0
    assert len(class_borders(values)) == 0


def test_large_sets_are_thinned_always_the_same_way() -> None:
    assert drawn_rows(10).tolist() == list(range(10))
    rows = drawn_rows(1_000_000)
    assert len(rows) == len(set(rows.tolist())) == 3000
    assert rows.max() < 1_000_000
    np.testing.assert_array_equal(rows, drawn_rows(1_000_000))


def test_the_nearest_point_is_found_within_reach() -> None:
    points = np.array([[0.0, 0.0], [10.0, 0.0]])
    assert nearest_point(7.0, 1.0, points, 5.0) == 1
    assert nearest_point(5.0, 9.0, points, 5.0) is None
    assert nearest_point(0.0, 0.0, np.empty((0, 2)), 5.0) is None


def test_values_between_grid_points_are_interpolated() -> None:
    grid = np.array([[[0.0], [1.0]], [[2.0], [3.0]]])
    assert sampled(grid, 0.5, 0.5)[0] == 1.5
    assert sampled(grid, 1.0, 1.0)[0] == 3.0
    assert sampled(grid, 0.25, 0.0)[0] == 0.25
    assert sampled(np.array([[[0.0], [4.0]]]), 0.5, 0.0)[0] == 2.0


def test_rows_of_a_confusion_matrix_sum_to_one_or_are_empty() -> None:
    assert row_shares(np.array([[3, 1], [0, 0]])).tolist() == [[0.75, 0.25], [0.0, 0.0]]


def test_text_on_a_colour_is_white_or_black() -> None:
    assert mix("#000000", "#ffffff", 0.5) == (128, 128, 128)
    assert is_dark(rgb(LIGHT.accent))
    assert not is_dark((255, 255, 255))


def test_contour_levels_share_the_area() -> None:
    levels = contour_levels(np.arange(101.0)[None, :], 3)
    assert levels == pytest.approx([25.0, 50.0, 75.0])
    assert contour_levels(np.ones((3, 3))) == []
    assert contour_levels(np.full((3, 3), np.nan)) == []


def test_the_lowest_loss_is_the_darkest() -> None:
    picture = height_picture(np.array([[0.0, 1.0], [2.0, 1e9]])).astype(int).sum(axis=2)
    assert picture[1, 0] == picture.min()
    assert picture[0, 1] == picture.max()
    assert height_picture(np.full((2, 2), np.nan)).max() == 0
