from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from bpviz.present.surface.camera import TOP_VIEW, Camera, Frame, projection
from bpviz.present.surface.mesh import HeightScale, build_mesh
from bpviz.present.surface.path import LIFT, Plane, arrow_points, crowding, distinct, draped, hidden, runs
from bpviz.present.surface.pick import pick, values
from bpviz.present.surface.scene import build_scene, is_curve
from tests.helpers import fake_surfaces as fake


def test_the_plane_maps_its_rim_to_the_box():
    plane = Plane((-2.0, 6.0), (0.0, 1.0))
    assert plane.to_model(np.array([[-2.0, 0.0], [2.0, 0.5], [6.0, 1.0]])).tolist() == [
        [-1, -1],
        [0, 0],
        [1, 1],
    ]


def test_the_path_lies_on_the_surface_and_ends_at_the_ball():
    scene = build_scene(fake.paraboloid(15), logarithmic=False)
    assert scene.ball is not None
    assert scene.path[-1] == pytest.approx(scene.ball)
    start = scene.path[0]
    # (1.5, 1.5) on [−2, 2]² with the loss 4.5 of 8.
    assert start == pytest.approx([0.75, 0.75, 0.5 * (2 * 4.5 / 8 - 1) + LIFT], abs=2e-3)
    surface = scene.mesh.height_at(scene.path[:, 0], scene.path[:, 1])
    assert np.all(scene.path[:, 2] >= surface)


def test_a_long_step_is_laid_upon_the_surface():
    x = np.linspace(-1, 1, 41)
    ridge = np.maximum(0, 1 - 4 * np.abs(x))[None, :] * np.ones((41, 1))
    mesh = build_mesh(ridge, HeightScale(0.0, 1.0))
    across = draped(np.array([[-0.8, 0, -0.48], [0.8, 0, -0.48]]), mesh)
    assert 20 <= len(across) <= 25
    assert across[0].tolist() == [-0.8, 0, -0.48]
    assert across[-1].tolist() == [0.8, 0, -0.48]
    # The ridge is 0.5 high in the model; the straight line would run through its foot.
    assert across[:, 2].max() > 0.4
    away = draped(np.array([[0.5, 0, 0], [np.nan, np.nan, np.nan], [0.6, 0, 0]]), mesh)
    assert np.isnan(away[:, 0]).tolist() == [False, True, False]


def test_what_leaves_the_plane_is_not_drawn():
    grid = fake.paraboloid(3)
    away = dataclasses.replace(grid, path=np.array([[9.0, 0, 1], [0, 0, 0]]), ball=(0.0, 9.0, 1.0))
    scene = build_scene(away, logarithmic=False)
    assert np.isnan(scene.steps[0]).all()
    assert np.isfinite(scene.steps[1]).all()
    assert not np.isfinite(scene.path[[0, -1]]).any()
    assert scene.ball is None
    assert len(scene.arrow) == 0


def test_a_long_path_is_thinned_steadily_and_keeps_its_ends():
    grid = fake.paraboloid(3)
    t = np.linspace(-1, 1, 50_000)
    long = dataclasses.replace(grid, path=np.column_stack([t, t, 2 * t**2]), ball=(1.0, 1.0, 2.0))
    path = build_scene(long, logarithmic=False).path
    assert len(path) <= 1001  # its steps are too short to need points between
    assert path[0, :2] == pytest.approx([-0.5, -0.5])
    assert path[-1, :2] == pytest.approx([0.5, 0.5])
    shorter = dataclasses.replace(long, path=long.path[:49_000])
    assert np.array_equal(build_scene(shorter, logarithmic=False).path[:600], path[:600])


def test_the_arrow_points_along_the_gradient_as_drawn():
    grid = dataclasses.replace(fake.paraboloid(0), gradient=(-3.0, -3.0))
    scene = build_scene(grid, logarithmic=False)
    way = scene.arrow[-1, :2] - scene.arrow[0, :2]
    assert way[0] == pytest.approx(way[1])
    assert way[0] < -0.2
    assert scene.arrow[0] == pytest.approx(scene.ball)
    # Where v spans ten times as much, the same gradient is drawn ten times as flat.
    tall = dataclasses.replace(grid, v=grid.v * 10, ball=(1.5, 15.0, 4.5))
    scene = build_scene(tall, logarithmic=False)
    way = scene.arrow[-1, :2] - scene.arrow[0, :2]
    assert way[1] == pytest.approx(way[0] / 10)


@pytest.mark.parametrize("gradient", [(0.0, 0.0), (np.nan, 1.0)])
def test_no_gradient_no_arrow(gradient):
    grid = dataclasses.replace(fake.paraboloid(3), gradient=gradient)
    assert build_scene(grid, logarithmic=False).arrow.shape == (0, 3)


def test_the_arrow_ends_at_the_rim():
    grid = dataclasses.replace(fake.paraboloid(0), ball=(1.9, 0.0, 3.61), gradient=(1.0, 0.0))
    scene = build_scene(grid, logarithmic=False)
    assert scene.arrow[:, 0].max() <= 1.0


def test_a_hill_hides_what_lies_behind_it():
    x = np.linspace(-1, 1, 41)
    hill = np.exp(-((x[None, :] / 0.25) ** 2)) * np.ones((41, 1))
    mesh = build_mesh(hill, HeightScale(0.0, 1.0))
    points = np.array([[-0.9, 0, -0.48], [0.9, 0, -0.48], [0, 0, 0.52]])
    from_right = Camera(azimuth=0.0, elevation=15.0)
    assert hidden(points, mesh, from_right).tolist() == [True, False, False]
    assert hidden(points, mesh, Camera(180.0, 15.0)).tolist() == [False, True, False]
    assert not hidden(points, mesh, TOP_VIEW).any()
    assert hidden(np.empty((0, 3)), mesh, TOP_VIEW).shape == (0,)


def test_a_path_is_cut_into_stretches_that_touch():
    faint = np.array([False, False, True, True, True, False])
    valid = np.array([True, True, True, True, True, True])
    assert runs(faint, valid) == [(0, 3, False), (2, 5, True), (4, 6, False)]
    valid[3] = False
    assert runs(faint, valid) == [(0, 3, False), (4, 6, False)]
    assert runs(faint[:1], valid[:1]) == []


def test_crowded_points_are_left_out_and_the_ends_stay():
    pixels = np.array([[0, 0], [0.2, 0.1], [0.4, 0.2], [9, 9], [np.nan, 3], [9.1, 9.1], [9.2, 9.2]])
    assert distinct(pixels).tolist() == [True, False, False, True, True, True, True]
    assert distinct(pixels[:2]).tolist() == [True, True]


def test_a_path_that_goes_to_and_fro_is_crowded():
    assert crowding(np.array([[0.0, 0.0], [1.0, 1.0], [3.0, 3.0]])) == pytest.approx(1.0)
    # 10 lengths of 3-4-5 on the diagonal of one.
    assert crowding(np.array([[0.0, 0.0], [3.0, 4.0]] * 5 + [[0.0, 0.0]])) == pytest.approx(10.0)
    assert crowding(np.full((4, 2), np.nan)) == 1.0
    assert crowding(np.ones((4, 2))) == 1.0


def test_the_mesh_is_kept_while_only_the_ball_moves():
    grid = fake.paraboloid(5)
    first = build_scene(grid, logarithmic=False)
    moved = dataclasses.replace(grid, ball=(0.1, 0.1, 0.02))
    second = build_scene(moved, logarithmic=False, old=first)
    assert second.mesh is first.mesh
    assert second.ball is not None
    assert second.ball[0] == pytest.approx(0.05)
    other = build_scene(dataclasses.replace(grid, losses=grid.losses * 2), logarithmic=False, old=first)
    assert other.mesh is not first.mesh
    assert is_curve(fake.curve())
    assert not is_curve(grid)


def test_pointing_finds_the_vertex_under_the_pixel():
    grid = fake.paraboloid()
    scene = build_scene(grid, logarithmic=False)
    view = projection(TOP_VIEW, Frame(400, 400, 20, 20, 20, 20))
    vertex = scene.mesh.vertices[10 * 51 + 30, :3].astype(float)
    x, y, _ = view.project(vertex)
    found = pick(scene.mesh, view, x + 1, y - 1)
    assert found is not None
    assert (found.row, found.column) == (10, 30)
    # u = −2 + 30·0.08, v = −2 + 10·0.08.
    assert values(grid, found) == pytest.approx((0.4, -1.2, 1.6))
    assert pick(scene.mesh, view, 5, 5, radius=4) is None


def test_pointing_takes_the_near_sheet():
    x = np.linspace(-1, 1, 41)
    wall = np.abs(x)[None, :] * np.ones((41, 1))
    mesh = build_mesh(wall, HeightScale(0.0, 1.0))
    view = projection(Camera(0.0, 12.0), Frame(400, 300, 20, 20, 20, 20))
    rim = view.project(np.array([1.0, 0.0, 0.2]))
    found = pick(mesh, view, rim[0], rim[1])
    assert found is not None
    assert found.point[0] > 0.5


def test_arrow_needs_a_ball():
    scene = build_scene(fake.paraboloid(), logarithmic=False)
    assert arrow_points(scene.grid, scene.mesh, None).shape == (0, 3)
