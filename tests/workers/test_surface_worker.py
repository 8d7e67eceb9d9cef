"""The surface thread: the newest job, none of an older run, and nothing when it is told to end."""

import numpy as np

from bpviz.present.setup.presets import preset
from bpviz.snapshot import SurfaceRequest
from bpviz.training.build import build
from bpviz.training.config import RunConfig, StopConfig
from bpviz.workers.loading import Thread
from bpviz.workers.surface import SurfaceJob, SurfaceWorker


def job(config: RunConfig, run_id: int = 1, request: SurfaceRequest | None = None) -> SurfaceJob:
    training = build(config, run_id)
    for _ in training.iterations():
        pass
    return SurfaceJob.of(training, request or SurfaceRequest())


def compute(qtbot, *jobs: SurfaceJob):
    worker = SurfaceWorker()
    for one in jobs:
        worker.submit(one)
    thread = Thread(worker)
    thread.start()
    found = []

    def arrived() -> bool:
        grid = worker.grids.take()
        found.extend([grid] if grid else [])
        return bool(found)

    qtbot.waitUntil(arrived, timeout=20_000)
    worker.quit()
    thread.quit()
    assert thread.wait(10_000)
    return found[0]


def test_a_function_gets_its_own_axes_and_its_path(qtbot):
    grid = compute(qtbot, job(preset("bowl").config))
    assert grid.kind == "axes"
    np.testing.assert_allclose(grid.losses, grid.u[None, :] ** 2 + grid.v[:, None] ** 2)
    assert len(grid.path) == 51
    np.testing.assert_allclose(grid.path[0], [1.5, 1.5, 4.5])
    assert grid.iteration == 50


def test_the_newest_job_wins(qtbot):
    config = RunConfig(stop=StopConfig(iterations=20))
    old, new = job(config, 1), job(config, 2)
    assert compute(qtbot, old, new).run_id == 2


def test_a_network_s_surface_passes_through_where_it_stands(qtbot):
    one = job(RunConfig(stop=StopConfig(iterations=50)), request=SurfaceRequest("weights", (0, 5)))
    grid = compute(qtbot, one)
    assert np.isclose(grid.ball[2], one.objective.loss(one.theta))
    assert np.isclose(grid.true_loss, grid.ball[2])
    assert grid.u_label
    assert grid.v_label
    assert np.isfinite(grid.losses).all()
