"""The whole window, used as a person uses it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QImage

from bpviz import text
from bpviz.app import create
from bpviz.present.export_request import ExportRequest
from bpviz.resources import resource_path
from bpviz.training.build import build
from bpviz.training.config import RunConfig, StopConfig


class Open:
    """A shown window with its wiring, and the hands of a user."""

    def __init__(self, qtbot, path: str | None = None) -> None:
        self.qtbot = qtbot
        self.app, self.window, self.wiring = create()
        self.window.resize(1280, 720)
        self.window.show()
        qtbot.waitExposed(self.window)
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow, timeout=20_000)
        self.wiring.begin(path)
        self.wait_for_run()

    @property
    def state(self):
        return self.wiring.training.state()

    def wait_for_run(self, after: int = 0) -> None:
        self.qtbot.waitUntil(
            lambda: self.wiring.display.info is not None and self.wiring.display.info.run_id > after,
            timeout=20_000,
        )

    def settle(self) -> None:
        """Wait until the window shows what the worker has."""
        self.qtbot.waitUntil(
            lambda: not self.state.running and self.wiring.display.state == self.state, timeout=20_000
        )

    def key(self, key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
        self.qtbot.keyClick(self.window, key, modifier)

    def messages(self) -> str:
        bar = self.window.message_bar
        return bar.label.text() if bar.isVisible() else ""


@pytest.fixture
def opened(qtbot) -> Iterator[Open]:
    one = Open(qtbot)
    yield one
    one.window.close()
    one.window.deleteLater()


def click_train(opened: Open) -> None:
    opened.qtbot.mouseClick(opened.window.toolbar.buttons["train"], Qt.MouseButton.LeftButton)


def test_it_opens_alive_and_learns_the_spiral(opened):
    click_train(opened)
    opened.qtbot.waitUntil(
        lambda: opened.wiring.display._recorder.history().test_accuracy[-1] > 0.95, timeout=30_000
    )
    click_train(opened)
    opened.settle()
    shown = opened.window.panels()["network"].subtitle()
    assert "2–8–8–1" in shown
    opened.qtbot.waitUntil(lambda: opened.wiring.updates_shown >= 2)


def test_the_window_s_numbers_are_those_without_a_window(opened):
    opened.wiring.runs.edit("stop.iterations", 300)
    click_train(opened)
    opened.qtbot.waitUntil(lambda: opened.state.stopped == "iterations", timeout=20_000)
    bare = build(RunConfig(stop=StopConfig(iterations=300)))
    for _ in bare.iterations():
        pass
    assert opened.wiring.training._training.theta.tobytes() == bare.theta.tobytes()


def test_keys_train_pause_step_back_and_reset(opened):
    opened.key(Qt.Key.Key_Space)
    opened.qtbot.waitUntil(lambda: opened.state.position > 20, timeout=10_000)
    opened.key(Qt.Key.Key_Space)
    opened.settle()
    at = opened.state.position
    opened.key(Qt.Key.Key_Period)
    opened.qtbot.waitUntil(lambda: opened.state.position == at + 1)
    opened.key(Qt.Key.Key_Comma)
    opened.qtbot.waitUntil(lambda: opened.state.position == at)
    opened.key(Qt.Key.Key_Period)
    opened.qtbot.waitUntil(lambda: opened.state.position == at + 1)
    run = opened.state.run_id
    opened.key(Qt.Key.Key_R)
    opened.wait_for_run(run)
    assert opened.state.position == 0


def test_dropping_iris_sets_it_up_and_trains(opened):
    run = opened.state.run_id
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(resource_path("datasets", "iris.csv")))])
    drop = QDropEvent(
        QPointF(100, 100),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    opened.window.dropEvent(drop)
    opened.wait_for_run(run)
    info = opened.wiring.display.info
    assert info.class_names == ("setosa", "versicolor", "virginica")
    assert info.units == (4, 8, 8, 3)
    click_train(opened)
    opened.qtbot.waitUntil(
        lambda: opened.wiring.display._recorder.history().train_accuracy[-1] > 0.95, timeout=20_000
    )


def test_a_broken_table_is_a_sentence_and_can_be_read_without_its_bad_rows(opened, tmp_path, caplog):
    path = tmp_path / "broken.csv"
    rows = [f"{i},{i * 2},{'ab'[i % 2]}" for i in range(20)]
    rows[7] = "7,,b"
    path.write_text("p,q,kind\n" + "\n".join(rows) + "\n")
    run = opened.state.run_id
    opened.wiring.files.open(str(path))
    opened.qtbot.waitUntil(lambda: "broken.csv" in opened.messages(), timeout=10_000)
    assert "9" in opened.messages()  # row 9 of the file, the header counted
    assert "q" in opened.messages()
    assert opened.state.run_id == run
    opened.qtbot.mouseClick(opened.window.message_bar.action_button, Qt.MouseButton.LeftButton)
    opened.wait_for_run(run)
    info = opened.wiring.display.info
    assert len(info.x_train) + len(info.x_test) == 19


def test_divergence_says_where_and_offers_a_smaller_rate(opened, caplog):
    run = opened.state.run_id
    opened.window.preset_requested.emit("worked_example")
    opened.wait_for_run(run)
    opened.window.speed_changed.emit(float("inf"))
    opened.wiring.runs.edit("learning_rate", 2e-4)
    click_train(opened)
    opened.qtbot.waitUntil(lambda: "⁽" in opened.messages(), timeout=10_000)
    assert opened.state.stopped == "diverged"
    assert np.isfinite(opened.wiring.training._training.theta).all()
    opened.qtbot.mouseClick(opened.window.message_bar.action_button, Qt.MouseButton.LeftButton)
    opened.qtbot.waitUntil(lambda: opened.state.position > 100, timeout=10_000)


def test_layers_change_in_the_diagram_and_the_training_starts_anew(opened):
    opened.key(Qt.Key.Key_Period)
    opened.qtbot.waitUntil(lambda: opened.wiring.display.state.position == 1)
    network, run = opened.window.panels()["network"], opened.state.run_id
    network.units_changed.emit(0, 5)
    opened.wait_for_run(run)
    assert opened.wiring.display.info.units == (2, 5, 8, 1)
    opened.qtbot.waitUntil(lambda: "anew" in opened.messages())
    run = opened.state.run_id
    network.layer_added.emit(2)
    opened.wait_for_run(run)
    assert opened.wiring.display.info.units == (2, 5, 8, 8, 1)
    run = opened.state.run_id
    network.layer_removed.emit(0)
    opened.wait_for_run(run)
    network.activation_changed.emit(0, "relu")
    opened.wait_for_run(run + 1)
    assert opened.wiring.display.info.activations[0] == "relu"


def test_a_live_change_goes_on_with_the_same_run(opened):
    click_train(opened)
    opened.qtbot.waitUntil(lambda: opened.state.position > 50, timeout=10_000)
    run = opened.state.run_id
    opened.wiring.runs.edit("learning_rate", 0.001)
    opened.wiring.runs.edit("l2", 0.01)
    opened.wiring.runs.edit("batch_size", 25)
    at = opened.state.position
    opened.qtbot.waitUntil(lambda: opened.state.position > at + 50, timeout=10_000)
    assert opened.state.run_id == run
    assert opened.wiring.training._training.live.learning_rate == 0.001


@pytest.mark.parametrize("name", ["worked_example", "parabola", "bowl", "xor", "digits"])
def test_presets_are_one_click(opened, name):
    run = opened.state.run_id
    opened.window.preset_requested.emit(name)
    opened.wait_for_run(run)
    opened.key(Qt.Key.Key_Period)
    opened.qtbot.waitUntil(lambda: opened.wiring.display.state.position == 1, timeout=10_000)


def test_the_worked_example_can_be_changed_like_any_network(opened):
    run = opened.state.run_id
    opened.window.preset_requested.emit("worked_example")
    opened.wait_for_run(run)
    run = opened.state.run_id
    opened.window.panels()["network"].units_changed.emit(0, 4)
    opened.wait_for_run(run)
    assert opened.wiring.display.info.units == (2, 4, 1)


def test_languages_switch_while_it_runs(opened):
    click_train(opened)
    opened.qtbot.waitUntil(lambda: opened.wiring.display.state.running)
    opened.qtbot.mouseClick(opened.window.toolbar.buttons["language"], Qt.MouseButton.LeftButton)
    assert text.language() == "zh_CN"
    assert "暂停" in opened.window.toolbar.buttons["train"].text()
    assert opened.state.running or opened.state.position >= 0
    opened.qtbot.mouseClick(opened.window.toolbar.buttons["language"], Qt.MouseButton.LeftButton)
    assert "Pause" in opened.window.toolbar.buttons["train"].text()


def test_fifty_frames_come_out_as_a_sequence(opened, tmp_path):
    request = ExportRequest("loss", (320, 200), 1.0, "sequence", tmp_path / "run", every=3, count=50)
    opened.window.export_requested.emit(request)
    opened.qtbot.waitUntil(lambda: not opened.wiring.exports.running, timeout=60_000)
    pictures = sorted((tmp_path / "run").glob("*.png"))
    assert len(pictures) == 50
    images = [QImage(str(path)) for path in pictures]
    assert {(image.width(), image.height()) for image in images} == {(320, 200)}
    assert len({bytes(image.constBits()) for image in images}) == 50


def test_a_cancelled_sequence_leaves_whole_files_only(opened, tmp_path):
    request = ExportRequest("network", (400, 300), 1.0, "sequence", tmp_path / "run", every=1, count=5000)
    opened.window.export_requested.emit(request)
    opened.qtbot.waitUntil(lambda: len(list((tmp_path / "run").glob("*.png"))) >= 3, timeout=30_000)
    opened.window.progress_cancelled.emit()
    opened.qtbot.waitUntil(lambda: not opened.wiring.exports.running, timeout=20_000)
    left = sorted((tmp_path / "run").iterdir())
    assert 3 <= len(left) < 5000
    assert all(not QImage(str(path)).isNull() for path in left)


def test_a_picture_of_the_window(opened, tmp_path):
    request = ExportRequest("window", (1280, 720), 1.5, "picture", tmp_path / "w.png")
    opened.window.export_requested.emit(request)
    image = QImage(str(tmp_path / "w.png"))
    assert (image.width(), image.height()) == (1920, 1080)


def test_a_folder_that_cannot_be_written_is_one_sentence(opened, tmp_path, caplog):
    (tmp_path / "file").write_text("no folder")
    request = ExportRequest("loss", (300, 200), 1.0, "picture", tmp_path / "file" / "p.png")
    opened.window.export_requested.emit(request)
    opened.qtbot.waitUntil(lambda: opened.messages() != "")


def test_closing_in_full_run_ends_every_thread(qtbot):
    opened = Open(qtbot)
    click_train(opened)
    qtbot.waitUntil(lambda: opened.state.position > 20, timeout=10_000)
    opened.window.close()
    assert not any(thread.isRunning() for thread in opened.wiring._threads)
    opened.window.deleteLater()


def test_going_back_in_time_shows_the_same_numbers(opened):
    click_train(opened)
    opened.qtbot.waitUntil(lambda: opened.state.position > 400, timeout=10_000)
    click_train(opened)
    opened.settle()
    opened.window.seek_requested.emit(123)
    opened.qtbot.waitUntil(lambda: opened.wiring.display.state.position == 123, timeout=10_000)
    bare = build(RunConfig(stop=StopConfig(iterations=123)))
    for _ in bare.iterations():
        pass
    assert opened.wiring.training._training.theta.tobytes() == bare.theta.tobytes()


def test_opening_with_a_file(qtbot):
    opened = Open(qtbot, str(Path(resource_path("datasets", "iris.csv"))))
    opened.qtbot.waitUntil(lambda: len(opened.wiring.display.info.class_names) == 3, timeout=10_000)
    opened.window.close()
    opened.window.deleteLater()


def test_other_data_after_a_tailored_preset_begin_from_the_usual_settings(opened):
    run = opened.state.run_id
    opened.window.preset_requested.emit("worked_example")
    opened.wait_for_run(run)
    run = opened.state.run_id
    opened.window.data_requested.emit("sine")
    opened.wait_for_run(run)
    assert opened.wiring.display.info.units == (1, 8, 8, 1)
    assert opened.wiring.runs.config.optimizer == "adam"
    run = opened.state.run_id
    opened.window.data_requested.emit("digits28")
    opened.wait_for_run(run)
    assert opened.wiring.display.info.units == (784, 50, 10)


def test_the_user_s_own_network_stays_when_the_data_change(opened):
    run = opened.state.run_id
    opened.window.panels()["network"].units_changed.emit(0, 3)
    opened.wait_for_run(run)
    run = opened.state.run_id
    opened.window.data_requested.emit("moons")
    opened.wait_for_run(run)
    assert opened.wiring.display.info.units == (2, 3, 8, 1)


def test_what_was_said_of_a_run_goes_with_it(opened, caplog):
    run = opened.state.run_id
    opened.window.preset_requested.emit("worked_example")
    opened.wait_for_run(run)
    opened.window.speed_changed.emit(float("inf"))
    opened.wiring.runs.edit("learning_rate", 0.01)
    click_train(opened)
    opened.qtbot.waitUntil(lambda: "⁽" in opened.messages(), timeout=10_000)
    run = opened.state.run_id
    opened.window.preset_requested.emit("spiral")
    opened.wait_for_run(run)
    opened.qtbot.waitUntil(lambda: "⁽" not in opened.messages())
    assert opened.wiring.runs.config.live.learning_rate == 0.03


def test_every_panel_shows_the_same_iteration_while_it_runs(opened):
    click_train(opened)
    for _ in range(20):
        shown = opened.wiring.updates_shown
        opened.qtbot.waitUntil(lambda shown=shown: opened.wiring.updates_shown > shown, timeout=10_000)
        panels = opened.window.panels()
        reading = opened.window.timeline.reading.text().split("   ")[0].removeprefix("iteration ")
        assert panels["network"].subtitle().endswith(f"iteration {reading}")
        assert panels["loss"].subtitle() == f"iteration {reading}"
        assert panels["map"].caption.text.startswith(f"iteration {reading}")
