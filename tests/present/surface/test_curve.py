from __future__ import annotations

import numpy as np
import pytest

from bpviz.present.surface.curve import build_curve, nearest
from bpviz.present.surface.mesh import HeightScale
from bpviz.present.surface.text import caption, caption_help, half_width, subtitle
from bpviz.snapshot import SurfaceRequest
from bpviz.text import set_language
from tests.helpers import fake_surfaces as fake


def test_the_tangent_of_x_squared_at_4_has_slope_8():
    curve = build_curve(fake.curve(steps=1), logarithmic=False)
    assert curve.ball.tolist() == [4.0, 16.0]
    (u0, h0), (u1, h1) = curve.tangent
    assert (h1 - h0) / (u1 - u0) == pytest.approx(8.0)
    assert (u0 + u1) / 2 == pytest.approx(4.0)
    assert (h0 + h1) / 2 == pytest.approx(16.0)


def test_the_path_holds_every_step():
    curve = build_curve(fake.curve(steps=3), logarithmic=False)
    assert curve.path[:, 0] == pytest.approx([5, 4, 3.2, 2.56, 2.56])
    assert curve.path[:, 1] == pytest.approx([25, 16, 10.24, 6.5536, 6.5536])


def test_pixels_go_right_and_up():
    curve = build_curve(fake.curve(), logarithmic=False)
    low, high = curve.range
    corners = curve.to_pixels(np.array([[-6.0, low], [6.0, high]]), 10, 20, 100, 50)
    assert corners.tolist() == [[10, 70], [110, 20]]
    assert low < 0 < 36 < high


def test_ticks_and_the_nearest_value():
    curve = build_curve(fake.curve(), logarithmic=False)
    assert curve.u_ticks(7)[1] == ["−6", "−4", "−2", "0", "2", "4", "6"]
    assert curve.loss_ticks(4)[1] == ["0", "10", "20", "30"]
    # 201 values from −6 to 6, 0.06 apart.
    assert nearest(curve, 0.031) == 101
    assert nearest(curve, 99.0) == 200


def test_a_logarithmic_curve_has_no_tangent():
    curve = build_curve(fake.curve(), logarithmic=True)
    assert curve.tangent.shape == (0, 2)
    assert curve.loss_ticks(4)[1][-1] in {"10", "1"}


def test_the_caption_names_both_losses():
    grid = fake.valley(iteration=1234)
    said = caption(grid, HeightScale(0, 1))
    assert said == "loss 0.02700 · on the plane 0.02700 · iteration 1\u2009234"
    assert "leaves the plane" in caption_help(grid, HeightScale(0, 1))


def test_a_function_needs_no_second_loss_and_a_cut_is_named():
    grid = fake.paraboloid(0)
    assert caption(grid, HeightScale(0, 1)) == "loss 4.500 · iteration 0"
    assert caption(grid, HeightScale(0, 2.5, clipped=True)).split(" · ")[-2] == "cut at 2.5"
    assert "2.5" in caption_help(grid, HeightScale(0, 2.5, clipped=True))


def test_the_title_names_the_plane():
    request = SurfaceRequest(seed=3)
    assert subtitle(None, request) == "plane: random directions · seed 3"
    assert subtitle(fake.valley(), request) == "plane: random directions · seed 3"
    assert subtitle(fake.paraboloid(), SurfaceRequest("axes")) == "plane: the function's own axes"
    assert subtitle(fake.curve(), SurfaceRequest("axes")) == "a curve over x"
    weights = fake.surface(lambda a, b: a + b, np.zeros((1, 2)), kind="weights", labels=("w1", "w2"))
    assert subtitle(weights, SurfaceRequest("weights")) == "plane: w1 × w2"
    set_language("zh_CN")
    assert subtitle(None, request) == "平面：随机方向 · 种子 3"


def test_the_half_width_of_the_plane():
    assert half_width(fake.paraboloid()) == 2.0
