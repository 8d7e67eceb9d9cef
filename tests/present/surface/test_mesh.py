from __future__ import annotations

import numpy as np
import pytest

from bpviz.present.palette import viridis
from bpviz.present.surface.camera import HEIGHT
from bpviz.present.surface.mesh import (
    HeightScale,
    build_mesh,
    decimated,
    height_scale,
    shaded_colours,
    triangles,
)
from tests.helpers import fake_surfaces as fake


def test_losses_become_heights():
    scale = HeightScale(2.0, 6.0)
    assert scale.z(np.array([2.0, 4.0, 6.0, 9.0])) == pytest.approx([-HEIGHT, 0, HEIGHT, HEIGHT])
    assert np.isnan(scale.z(np.array([np.inf, np.nan]))).all()


def test_losses_become_logarithms():
    scale = HeightScale(-2.0, 2.0, logarithmic=True)
    assert scale.levels(np.array([1e-2, 1.0, 1e2, 0.0])) == pytest.approx([0, 0.5, 1, 0])
    assert np.isnan(scale.levels(np.array([-1.0])))
    assert scale.cap() == pytest.approx(100.0)


def test_a_usual_surface_is_shown_whole():
    scale = height_scale(fake.paraboloid())
    # x² + y² on 51 × 51 points of [−2, 2]²: from 0 in the middle to 8 in the corners.
    assert (scale.low, scale.high, scale.clipped) == (pytest.approx(0.0), pytest.approx(8.0), False)


def test_an_exploding_rim_is_cut_and_says_so():
    grid = fake.exploding()
    scale = height_scale(grid)
    assert scale.clipped
    assert 1.0 < scale.high < 100.0 < grid.losses.max()
    mesh = build_mesh(grid.losses, scale)
    assert mesh.z.max() == pytest.approx(HEIGHT)


def test_a_flat_or_empty_surface_has_a_scale_all_the_same():
    flat = fake.surface(lambda a, b: 0 * a * b + 3.0, np.zeros((1, 2)))
    scale = height_scale(flat)
    assert (scale.low, scale.high) == (1.5, 4.5)
    nothing = fake.surface(lambda a, b: a * b * np.nan, np.zeros((1, 2)))
    assert height_scale(nothing).high > height_scale(nothing).low
    assert len(build_mesh(nothing.losses, height_scale(nothing)).faces) == 0


def test_the_scale_stays_while_the_surface_nearly_fills_it():
    first = height_scale(fake.valley())
    lower = fake.surface(lambda a, b: 0.9 * (a**2 + b**2), np.zeros((1, 2)))
    wide = HeightScale(0.0, 8.0)
    assert height_scale(lower, old=wide) == HeightScale(0.0, 8.0)
    assert height_scale(lower, old=HeightScale(0.0, 80.0)).high == pytest.approx(7.2)
    assert height_scale(lower, old=first).high == pytest.approx(7.2)
    assert height_scale(lower, logarithmic=True, old=wide).logarithmic


def test_a_spike_of_the_logarithm_does_not_set_the_floor():
    grid = fake.surface(lambda a, b: (a * b) ** 2 * 1.0, np.array([[0.5, 0.5]]))
    scale = height_scale(grid, logarithmic=True)
    assert -4.0 < scale.low < np.log10(0.0625)


def test_the_mesh_of_a_tilted_plane():
    # z rises by 2·HEIGHT over 2 units of x: the normal is (−HEIGHT, 0, 1) normalized.
    losses = np.tile([0.0, 0.5, 1.0], (4, 1))
    mesh = build_mesh(losses, HeightScale(0.0, 1.0))
    assert mesh.vertices.shape == (12, 7)
    assert mesh.vertices[0, :3] == pytest.approx([-1, -1, -HEIGHT])
    assert mesh.vertices[-1, :3] == pytest.approx([1, 1, HEIGHT])
    normal = np.array([-HEIGHT, 0, 1]) / np.sqrt(HEIGHT**2 + 1)
    assert mesh.vertices[:, 3:6] == pytest.approx(np.tile(normal, (12, 1)), abs=1e-6)
    assert mesh.vertices[:3, 6] == pytest.approx([0, 0.5, 1])
    assert mesh.faces.shape == (6, 4)
    assert mesh.faces[0].tolist() == [0, 1, 4, 3]
    assert triangles(mesh.faces)[:2].tolist() == [[0, 1, 4], [0, 4, 3]]


def test_a_value_that_is_not_finite_is_a_hole_in_the_four_faces_around_it():
    losses = np.arange(25.0).reshape(5, 5)
    losses[2, 2] = np.inf
    mesh = build_mesh(losses, HeightScale(0.0, 24.0))
    assert len(mesh.faces) == 16 - 4
    assert 12 not in mesh.faces
    assert np.isfinite(mesh.vertices[mesh.faces.ravel()]).all()


def test_heights_between_vertices_are_bilinear():
    losses = np.array([[0.0, 1.0], [2.0, 5.0]])
    mesh = build_mesh(losses, HeightScale(0.0, 5.0))
    # u 3/4 of the way, v 1/4: 0.75·(0.75) + 0.25·(2 + 0.75·3) = 1.625.
    expected = HEIGHT * (2 * 1.625 / 5 - 1)
    assert mesh.height_at(np.array(0.5), np.array(-0.5)) == pytest.approx(expected)
    assert np.isnan(mesh.height_at(np.array([1.2, np.nan]), np.array([0.0, 0.0]))).all()


def test_a_coarser_grid_keeps_its_rim():
    losses = np.add.outer(np.arange(51.0) * 100, np.arange(51.0))
    coarse = decimated(losses, 26)
    assert coarse.shape == (26, 26)
    assert coarse[0, 0] == 0
    assert coarse[-1, -1] == losses[-1, -1]
    assert decimated(losses, 60).shape == (51, 51)


def test_light_from_the_eye_on_a_level_place():
    up = np.array([0.0, 0.0, 1.0])
    lit = shaded_colours(np.array([0.0, 1.0]), np.array([up, up]), up, up)
    # Diffuse 0.70 + 0.36, gleam 0.10: viridis·1.06 + 25.5, cut at 255.
    assert lit[0].tolist() == pytest.approx((viridis()[0] * 1.06 + 25.5).tolist(), abs=1)
    assert lit[1].tolist() == pytest.approx([255, 255, 37 * 1.06 + 25.5], abs=1)


def test_the_underside_is_darker():
    up = np.array([0.0, 0.0, 1.0])
    top = shaded_colours(np.array([0.5]), up[None], up, up)
    under = shaded_colours(np.array([0.5]), -up[None], up, up)
    assert np.all(under.astype(int) < top.astype(int))
