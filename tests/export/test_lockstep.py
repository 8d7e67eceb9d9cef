"""Every k-th iteration of a run as a picture, none lost, the window alive."""

from __future__ import annotations

import os

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QColor, QImage

from bpviz.errors import UserError
from bpviz.export.frames import Frame, frame_count, frames
from bpviz.export.lockstep import LockstepExport
from bpviz.export.sequence import SequenceWriter
from bpviz.export.surfaces import RunSurface
from bpviz.snapshot import SnapshotRequest
from bpviz.training.build import build
from bpviz.training.options import run_config

QUIET = SnapshotRequest(with_maps=False)


def config(**options):
    return run_config(
        {"data": "xor", "points": 40, "layers": "3 tanh", "iterations": 10, "seed": 1} | options
    )


def parabola(**options):
    """f = x² from 5, η = 0.1: x is 5·0.8ⁿ after n steps."""
    start = {"function": "parabola", "start": "5", "optimizer": "sgd", "learning_rate": 0.1, "iterations": 10}
    return run_config(start | options)


class Grabber:
    """Stands for the views: notes what it was shown and draws one colour."""

    def __init__(self):
        self.shown = []
        self.histories = []
        self.surfaces = []

    def __call__(self, snapshot, history, surface):
        self.shown.append(snapshot.iteration)
        self.histories.append(len(history.loss))
        self.surfaces.append(surface)
        image = QImage(8, 6, QImage.Format.Format_RGB32)
        image.fill(QColor("red"))
        return image


@pytest.fixture
def export(qtbot, tmp_path):
    """Return a function that makes an export into ``tmp_path/out``."""
    made = []

    def make(grab, **options):
        writer = SequenceWriter(tmp_path / "out")
        job = LockstepExport(options.pop("config", config()), grab, writer, request=QUIET, **options)
        made.append(job)
        return job

    yield make
    for job in made:
        job.cancel_and_wait()


@pytest.mark.parametrize(
    ("iterations", "every", "shown"),
    [(10, 1, list(range(11))), (10, 5, [0, 5, 10]), (10, 4, [0, 4, 8, 10]), (10, 50, [0, 10]), (0, 3, [0])],
)
def test_frames_are_every_kth_iteration_and_the_last(iterations, every, shown):
    made = frames(build(config(iterations=iterations)), every, QUIET)
    taken = [one.snapshot.iteration for one in made if isinstance(one, Frame)]
    assert taken == shown
    assert frame_count(iterations, every) == len(shown)


def test_a_frame_shows_the_very_state_of_its_iteration():
    made = [one for one in frames(build(parabola()), 2, QUIET) if isinstance(one, Frame)]
    for frame in made:
        step = frame.snapshot.iteration
        assert frame.snapshot.theta[0] == pytest.approx(5 * 0.8**step, rel=1e-12)
        assert len(frame.history.loss) == step + 1


def test_an_early_stop_shows_its_last_iteration_too():
    made = frames(build(parabola(iterations=1000, stop_loss=1.0)), 4, QUIET)
    taken = [one.snapshot for one in made if isinstance(one, Frame)]
    # (5·0.8ⁿ)² < 1 first at n = 8
    assert [one.iteration for one in taken] == [0, 4, 8]
    taken = list(frames(build(parabola(iterations=1000, stop_loss=1.0)), 5, QUIET))
    assert [one.snapshot.iteration for one in taken if isinstance(one, Frame)] == [0, 5, 8]


def test_nobody_knows_how_many_frames_an_endless_run_makes():
    assert frame_count(None, 3) is None


def test_an_export_writes_every_frame(qtbot, export, tmp_path):
    grab, progress, infos = Grabber(), [], []
    job = export(grab, every=3, set_up=infos.append)
    job.progressed.connect(lambda done, total: progress.append((done, total)))
    with qtbot.waitSignal(job.finished, timeout=20_000) as end:
        job.start()
    assert grab.shown == [0, 3, 6, 9, 10]
    assert grab.histories == [1, 4, 7, 10, 11]
    assert progress == [(n, 5) for n in range(1, 6)]
    assert [info.units for info in infos] == [(2, 3, 1)]
    assert [path.name for path in end.args[0]] == sorted(os.listdir(tmp_path / "out"))
    assert len(end.args[0]) == 5
    assert not job.running


def test_the_surface_follows_on_one_plane(qtbot, export):
    grab = Grabber()
    job = export(grab, every=5, surface=RunSurface(), config=parabola())
    with qtbot.waitSignal(job.finished, timeout=20_000):
        job.start()
    assert [grid.iteration for grid in grab.surfaces] == [0, 5, 10]
    assert [grid.kind for grid in grab.surfaces] == ["axes"] * 3
    for grid in grab.surfaces:
        assert grid.ball[0] == pytest.approx(5 * 0.8**grid.iteration, rel=1e-9)
    assert grab.surfaces[2].path.shape == (11, 3)


def test_the_random_plane_stays_through_the_run():
    made = [one for one in frames(build(config()), 5, QUIET, RunSurface()) if isinstance(one, Frame)]
    assert [one.surface.kind for one in made] == ["random"] * 3
    first, last = made[0].surface.path, made[-1].surface.path
    assert first[0, :2] == pytest.approx(last[0, :2], abs=1e-12)


def test_cancelling_leaves_whole_pictures_only(qtbot, export, tmp_path):
    job = export(Grabber(), config=config(iterations=100_000))
    job.progressed.connect(lambda done, _total: job.cancel() if done == 3 else None)
    ends = []
    job.finished.connect(lambda _: ends.append("finished"))
    job.failed.connect(lambda _: ends.append("failed"))
    with qtbot.waitSignal(job.cancelled, timeout=20_000) as end:
        job.start()
    assert [path.name for path in end.args[0]] == sorted(os.listdir(tmp_path / "out"))
    assert len(end.args[0]) == 3
    assert all(QImage(str(path)).width() == 8 for path in end.args[0])
    assert ends == []


def test_the_event_loop_turns_while_it_computes(qtbot, export):
    """Frames a thousand iterations apart: the timer beats in between."""
    beats = []
    timer = QTimer()
    timer.setInterval(1)
    timer.timeout.connect(lambda: beats.append(job.running))
    job = export(Grabber(), every=2000, config=config(iterations=2000))
    timer.start()
    with qtbot.waitSignal(job.finished, timeout=20_000):
        job.start()
    timer.stop()
    assert beats.count(True) > 5


def test_a_full_folder_fails_before_anything_is_computed(qtbot, export, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "frame_000000.png").write_bytes(b"old")
    grab = Grabber()
    job = export(grab)
    with qtbot.waitSignal(job.failed) as end:
        job.start()
    assert isinstance(end.args[0], UserError)
    assert "already holds pictures like" in str(end.args[0])
    assert grab.shown == []
    assert not job.running


def test_a_mistake_in_the_run_fails_with_its_sentence(qtbot, export):
    job = export(Grabber(), config=run_config({"data": "nowhere.csv"}))
    with qtbot.waitSignal(job.failed, timeout=20_000) as end:
        job.start()
    assert isinstance(end.args[0], UserError)
    assert "nowhere.csv" in str(end.args[0])


def test_a_defect_in_the_drawing_fails_once(qtbot, export):
    def broken(_snapshot, _history, _surface):
        raise ZeroDivisionError

    ends = []
    job = export(broken)
    job.failed.connect(ends.append)
    job.finished.connect(ends.append)
    job.cancelled.connect(ends.append)
    with qtbot.waitSignal(job.failed, timeout=20_000):
        job.start()
    qtbot.wait(30)
    assert [type(end) for end in ends] == [ZeroDivisionError]


def test_closing_waits_for_the_thread_and_tells_once(qtbot, export):
    ends = []
    job = export(Grabber(), config=config(iterations=10**9), every=10**9)
    job.cancelled.connect(ends.append)
    job.start()
    job.cancel_and_wait()
    job.cancel_and_wait()
    assert ends == [[]]
    assert not job.running
