from __future__ import annotations

import numpy as np
import pytest

from bpviz.present.surface.camera import (
    HEIGHT,
    MAX_ZOOM,
    MIN_ELEVATION,
    RESET_VIEW,
    TOP_VIEW,
    Camera,
    Frame,
    projection,
)

FRAME = Frame(480, 240, 30, 40, 10, 20)
CORNERS = np.array([(x, y, z) for x in (-1.0, 1.0) for y in (-1.0, 1.0) for z in (-HEIGHT, HEIGHT)])


@pytest.mark.parametrize("elevation", [MIN_ELEVATION, 30.0, 61.0, 75.0, 90.0])
@pytest.mark.parametrize("azimuth", [-170.0, -90.0, -37.0, 0.0, 45.0, 120.0])
def test_the_box_fits_into_the_free_room(azimuth, elevation):
    pixels = projection(Camera(azimuth, elevation), FRAME).project(CORNERS)
    slack = 3.0  # azimuths are tried in steps of 5°
    assert pixels[:, 0].min() >= 30 - slack
    assert pixels[:, 0].max() <= 440 + slack
    assert pixels[:, 1].min() >= 10 - slack
    assert pixels[:, 1].max() <= 220 + slack


def test_the_box_does_not_breathe_while_it_is_turned():
    sizes = []
    for azimuth in range(0, 90, 10):
        view = projection(Camera(float(azimuth), 30.0), FRAME)
        low, high = view.project(np.array([[0, 0, -HEIGHT], [0, 0, HEIGHT]]))
        sizes.append(low[1] - high[1])
    assert sizes == pytest.approx([sizes[0]] * len(sizes), rel=1e-9)


def test_from_the_top_u_goes_right_and_v_up():
    view = projection(TOP_VIEW, FRAME)
    centre, u, v, high = view.project(
        np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, HEIGHT]], dtype=float)
    )
    assert centre[:2] == pytest.approx([235, 115], abs=1.5)
    assert u[0] > centre[0] + 50
    assert u[1] == pytest.approx(centre[1], abs=1e-6)
    assert v[1] < centre[1] - 50
    assert v[0] == pytest.approx(centre[0], abs=1e-6)
    assert high[:2] == pytest.approx(centre[:2], abs=1e-6)


def test_what_is_nearer_has_less_depth_and_is_larger():
    view = projection(Camera(-90.0, 20.0), FRAME)
    near, far = (view.project(np.array([[-1.0, y, 0.0], [1.0, y, 0.0]])) for y in (-1.0, 1.0))
    assert near[0, 2] < far[0, 2]
    assert near[1, 0] - near[0, 0] > far[1, 0] - far[0, 0]
    clip = np.column_stack([CORNERS, np.ones(8)]) @ view.matrix.T
    assert np.all(np.abs(clip[:, 2] / clip[:, 3]) < 1)


def test_turning_stops_at_the_floor_and_at_the_top():
    assert RESET_VIEW.turned(0, -500).elevation == MIN_ELEVATION
    assert RESET_VIEW.turned(0, 500).elevation == 90.0
    assert Camera(170.0).turned(20.0, 0.0).azimuth == pytest.approx(-170.0)


def test_zoom_enlarges_about_the_middle_and_stops():
    plain, near = (projection(Camera(zoom=z), FRAME).project(np.array([0.3, -0.2, 0.1])) for z in (1.0, 2.0))
    middle = projection(Camera(), FRAME).project(np.zeros(3))
    assert near[0] - 235 == pytest.approx(2 * (plain[0] - 235), rel=1e-9)
    assert middle[0] == pytest.approx(235)
    assert RESET_VIEW.zoomed(1000).zoom == MAX_ZOOM
