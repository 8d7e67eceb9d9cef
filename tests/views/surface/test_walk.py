"""An iteration that is taken apart, on the painted surface and on the curve."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.present.palette import DARK, LIGHT
from bpviz.present.surface.walk import UNKNOWN, Walked
from bpviz.training.options import run_config
from bpviz.views.surface import opengl
from bpviz.views.surface.panel import SurfacePanel
from tests.helpers import fake_surfaces as fake
from tests.present.surface.test_walk import SMALL, OnSurface, function
from tests.views.surface.test_panel import pixels, settled, share_of


@pytest.fixture(params=["0", "1"], ids=["painter", "opengl"])
def renderer(request, monkeypatch):
    monkeypatch.setenv(opengl.OVERRIDE, request.param)


def small() -> OnSurface:
    return OnSurface(run_config(SMALL))


def opened(qtbot, at: OnSurface) -> SurfacePanel:
    panel = SurfacePanel()
    qtbot.addWidget(panel)
    panel.canvas._settle.setInterval(10)
    panel.resize(480, 300)
    panel.show_run(at.training.info)
    panel.show_surface(at.grid())
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def place_of(image: np.ndarray, colour: str) -> np.ndarray:
    """Return the middle of what has a colour: (x, y)."""
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    rows, columns = np.nonzero(np.abs(image - wanted).max(axis=-1) <= 30)
    return np.array([columns.mean(), rows.mean()])


def pink(image: np.ndarray, palette=LIGHT) -> float:
    colour = palette.backward
    return share_of(image, tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5)), 12)


def walk(qtbot, panel: SurfacePanel, at: OnSurface) -> list[np.ndarray]:
    images = []
    for operation in at.dissection.operations:
        panel.show_operation(at.dissection, operation, "mean")
        images.append(settled(qtbot, panel))
    return images


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_on_a_bowl_the_arrow_comes_with_the_slope_and_the_ball_moves_with_the_update(
    qtbot, renderer, palette
):
    at = function("x^2 + y^2", (1.5, 1.0), 0.25)
    panel = opened(qtbot, at)
    panel.set_palette(palette)
    rest = settled(qtbot, panel)
    at.on()
    value, slope, update = walk(qtbot, panel, at)
    assert pink(value, palette) < 0.2 * pink(slope, palette)
    assert pink(slope, palette) > 0.001
    # The ball has gone the way that the next iteration's ball goes.
    ball = panel.canvas.scene.ball
    at.on("iteration")
    panel.show_operation(None, None)
    np.testing.assert_array_equal(settled(qtbot, panel), rest)
    panel.show_surface(at.grid())
    np.testing.assert_allclose(panel.canvas.scene.ball, ball, atol=1e-12)
    assert np.abs(update - slope).max() > 60


def test_going_back_undoes_it(qtbot, renderer):
    at = small()
    panel = opened(qtbot, at)
    at.on()
    there = walk(qtbot, panel, at)
    for operation, before in zip(reversed(at.dissection.operations), reversed(there), strict=True):
        panel.show_operation(at.dissection, operation, "mean")
        np.testing.assert_array_equal(settled(qtbot, panel), before)


def test_on_a_curve_the_ball_slides(qtbot, renderer):
    at = function("x^2", (5.0,), 0.3)
    panel = opened(qtbot, at)
    at.on()
    _, slope, update = walk(qtbot, panel, at)
    assert panel.canvas.curve.ball.tolist() == pytest.approx([2.0, 4.0])
    assert pink(slope) > 0.0005
    assert np.abs(update - slope).max() > 60
    panel.show_operation(None, None)
    assert panel.canvas.curve.ball.tolist() == [5.0, 25.0]


def test_a_surface_that_comes_later_has_the_ball_where_the_walk_has_it(qtbot, renderer):
    at = small()
    panel = opened(qtbot, at)
    late = at.grid()
    at.on()
    last = at.dissection.operations[-1]
    panel.show_operation(at.dissection, last, "mean")
    before = panel.canvas.scene.ball
    panel.show_surface(late)
    np.testing.assert_array_equal(panel.canvas.scene.ball, before)
    panel.canvas.set_logarithmic(True)
    np.testing.assert_allclose(panel.canvas.scene.ball[:2], before[:2])
    panel.show_run(at.training.info)
    assert panel.canvas._walked is None


def test_a_surface_without_its_plane_stays_at_rest_and_is_only_lit(qtbot, renderer):
    at = small()
    panel = SurfacePanel()
    qtbot.addWidget(panel)
    panel.show_run(fake.run_info())
    panel.show_surface(fake.paraboloid())
    ball = panel.canvas.scene.ball
    at.on()
    panel.show_operation(at.dissection, at.dissection.operations[-1], "mean")
    np.testing.assert_array_equal(panel.canvas.scene.ball, ball)
    assert panel.canvas._drawing.phase == "update"


def test_a_ball_at_the_rim_is_faint(qtbot, renderer):
    panel = SurfacePanel()
    qtbot.addWidget(panel)
    panel.resize(480, 300)
    panel.show_run(fake.run_info())
    panel.show_surface(fake.paraboloid())
    start = panel._grid.ball
    inside = Walked(16, start, (1.0, 0.0, 1.0), UNKNOWN, 0.0)
    beyond = Walked(16, start, (9.0, 0.0, 81.0), UNKNOWN, 0.0)
    seen = []
    for at in (inside, beyond):
        panel.canvas.show_walk("update", at)
        seen.append((panel.canvas.scene.beyond, pixels(panel.canvas.grab().toImage())))
    assert [each[0] for each in seen] == [False, True]
    assert np.isfinite(panel.canvas.scene.ball).all()
    assert place_of(seen[0][1], LIGHT.path)[0] != pytest.approx(place_of(seen[1][1], LIGHT.path)[0], abs=2)
