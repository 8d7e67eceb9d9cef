"""The ball on the surface while an iteration is walked through, in the whole window."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from bpviz.training.options import run_config
from tests.wiring.test_walk import Walked

LIMIT = 20_000


@pytest.fixture
def opened(qtbot) -> Iterator[Walked]:
    one = Walked(qtbot)
    yield one
    one.window.close()
    one.window.deleteLater()


@pytest.mark.parametrize(
    "settings",
    [{"data": "xor", "layers": "3 tanh"}, {"function": "bowl", "learning_rate": 0.2}],
    ids=["network", "function"],
)
def test_the_ball_ends_where_the_next_iteration_has_it_and_comes_back(opened, settings):
    run = opened.state.run_id
    opened.wiring.runs.start_with(run_config(settings))
    opened.wait_for_run(run)
    surface = opened.window.panels()["surface"]

    def at(iteration: int) -> bool:
        grid = surface._grid
        return grid is not None and (grid.run_id > run, grid.iteration) == (True, iteration)

    opened.grain("operation")
    opened.qtbot.waitUntil(lambda: at(0), timeout=LIMIT)
    rest = surface._grid.ball
    opened.on()
    assert surface.canvas._walked.ball == pytest.approx(rest)
    opened.on(len(opened.walk.operations) - 1)
    end = surface.canvas._walked.ball
    assert end[:2] != pytest.approx(rest[:2], abs=1e-9)
    opened.on()
    opened.qtbot.waitUntil(lambda: at(1), timeout=LIMIT)
    np.testing.assert_allclose(surface._grid.ball[:2], end[:2], atol=1e-12)
    if settings.get("function"):
        assert surface._grid.ball[2] == pytest.approx(end[2])
    opened.back()
    assert surface.canvas._walked.ball[:2] == pytest.approx(end[:2], abs=1e-12)
    opened.back(len(opened.walk.operations) - 1)
    opened.qtbot.waitUntil(lambda: at(0), timeout=LIMIT)
    assert surface.canvas._walked.ball == pytest.approx(rest)
    opened.back()
    assert surface.canvas._walked is None
