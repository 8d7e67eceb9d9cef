from __future__ import annotations

import numpy as np
import pytest

from bpviz.present.surface.axes import box
from bpviz.present.surface.camera import RESET_VIEW, TOP_VIEW, Camera, Frame, projection
from bpviz.present.surface.mesh import HeightScale
from bpviz.present.surface.path import Plane

FRAME = Frame(600, 400)
PLANE = Plane((-2.0, 2.0), (-1.0, 3.0))


SCALE = HeightScale(0.0, 8.0)


def boxed(camera: Camera, scale: HeightScale = SCALE):
    return box(projection(camera, FRAME), PLANE, scale)


def test_the_ticks_carry_the_ranges():
    u, v, loss = boxed(RESET_VIEW).axes
    assert [t.text for t in u.ticks] == ["−2", "−1", "0", "1", "2"]
    assert [t.text for t in v.ticks] == ["−1", "0", "1", "2", "3"]
    assert [t.text for t in loss.ticks] == ["0", "2", "4", "6", "8"]


def test_ticks_stand_between_the_ends_in_proportion():
    view = projection(RESET_VIEW, FRAME)
    u = boxed(RESET_VIEW).axes[0]
    middle = u.ticks[2].at
    on_edge = view.project(np.array([[0.0, -1.0, -0.5], [0.0, 1.0, -0.5]]))[:, :2]
    assert min(np.hypot(*(on_edge - middle).T)) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("azimuth", [-150.0, -60.0, 30.0, 120.0])
def test_the_axes_stand_in_front_and_their_numbers_outside(azimuth):
    camera = Camera(azimuth, 30.0)
    view, made = projection(camera, FRAME), boxed(camera)
    centre = view.project(np.zeros(3))
    for axis in made.axes[:2]:
        assert (axis.start[1] + axis.end[1]) / 2 > centre[1]
        for tick in axis.ticks:
            assert tick.label_at[1] > tick.at[1]
    loss = made.axes[2]
    assert loss.start[0] > centre[0]
    assert all(t.label_at[0] > t.at[0] for t in loss.ticks)
    # Floor and two walls; no wall stands between the eye and the surface.
    assert made.walls.shape == (3, 4, 2)


def test_from_the_top_there_is_no_height_axis():
    made = boxed(TOP_VIEW)
    assert len(made.axes) == 2
    assert len(made.walls) == 1
    u, v = made.axes
    assert u.start[1] == pytest.approx(u.end[1])
    assert u.name_at[1] > u.start[1]
    assert v.start[0] == pytest.approx(v.end[0])
    assert v.name_at[0] < v.start[0]


def test_logarithmic_heights_read_as_powers_of_ten():
    loss = boxed(RESET_VIEW, HeightScale(-2.0, 2.0, logarithmic=True)).axes[2]
    assert [t.text for t in loss.ticks] == ["0.01", "0.1", "1", "10", "100"]
    narrow = boxed(RESET_VIEW, HeightScale(0.0, 0.6, logarithmic=True)).axes[2]
    assert narrow.ticks[0].text == "1"
