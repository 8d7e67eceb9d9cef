"""Networks of every kind set up in the real window: what can be runs, what cannot leaves the run as it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt

from bpviz.present.setup.presets import PRESETS
from bpviz.training.config import RunConfig
from bpviz.training.layer_spec import format_layers
from tests.wiring.test_window import Open, click_train


@pytest.fixture
def opened(qtbot) -> Iterator[Open]:
    one = Open(qtbot)
    yield one
    one.window.close()
    one.window.deleteLater()


def edit(opened: Open, key: str, value: object) -> None:
    opened.window.edited.emit(key, value)


def anew(opened: Open, change) -> None:
    before = opened.wiring.display.info.run_id
    change()
    opened.wait_for_run(before)


def stack(opened: Open) -> str:
    return format_layers(opened.wiring.runs.config.layers)


def test_a_kind_that_cannot_stand_there_is_a_sentence_and_the_run_stays(opened, caplog):
    run = opened.state.run_id
    edit(opened, "layer.0.kind", "conv")
    opened.qtbot.waitUntil(lambda: "Layer 1, “conv" in opened.messages(), timeout=10_000)
    assert "picture" in opened.messages()
    assert opened.state.run_id == run
    assert stack(opened) == "8 tanh, 8 tanh"
    assert opened.window.setup.row_view("layer.0.kind").control.currentData() == "dense"


def test_a_typed_stack_that_cannot_stand_is_told_at_its_field(opened):
    anew(opened, lambda: opened.window.data_requested.emit("digits"))
    run = opened.state.run_id
    typed = "conv 8 3x3 relu, 32 relu"
    edit(opened, "layers", typed)

    def row():
        return opened.window.setup.row_view("layers")  # made anew with the stack

    opened.qtbot.waitUntil(lambda: "Layer 2, “32 relu”" in row().problem.text(), timeout=10_000)
    assert row().control.text() == typed
    assert (opened.messages(), opened.state.run_id, stack(opened)) == ("", run, "50 relu")
    anew(opened, lambda: edit(opened, "layers", "conv 8 3x3 relu, flatten, 32 relu"))
    assert opened.wiring.display.info.kinds[:2] == ("conv", "flatten")


@pytest.mark.parametrize("data", ["delayed_xor", "echo", "parity", "adding"])
def test_choosing_sequences_proposes_a_network_that_can_read_them(opened, data):
    anew(opened, lambda: opened.window.data_requested.emit(data))
    assert opened.wiring.display.info.kinds[0] in ("lstm", "rnn", "gru")
    anew(opened, lambda: opened.window.data_requested.emit("moons"))
    assert stack(opened) == "8 tanh, 8 tanh"


@pytest.mark.parametrize("before", ["digits", "delayed_xor"])
def test_the_spiral_after_what_was_tailored_has_its_usual_network(opened, before):
    anew(opened, lambda: opened.window.data_requested.emit(before))
    anew(opened, lambda: opened.window.data_requested.emit("spiral"))
    assert opened.wiring.display.info.name == "spiral"
    assert opened.wiring.runs.config == RunConfig()
    assert opened.window.toolbar.buttons["data"].text() == "Data: Spiral"


def test_every_preset_can_be_taken(opened):
    for preset in PRESETS:
        anew(opened, lambda name=preset.name: opened.window.preset_requested.emit(name))
        assert opened.messages() == ""


@pytest.mark.parametrize(
    ("preset", "iterations", "least"),
    [("digits_convolution", 1000, 0.98), ("delayed_xor", 800, 0.98), ("binary_addition", 800, 0.98)],
)
def test_a_preset_learns_what_it_says(opened, preset, iterations, least):
    anew(opened, lambda: opened.window.preset_requested.emit(preset))
    edit(opened, "stop.iterations", iterations)
    click_train(opened)
    opened.qtbot.waitUntil(lambda: opened.state.stopped == "iterations", timeout=60_000)
    assert opened.wiring.display._recorder.history().test_accuracy[-1] >= least


def test_clipping_and_penalties_act_on_the_running_training(opened):
    run = opened.state.run_id
    for key, value in (("clip_norm", 0.5), ("max_norm", 2.0), ("stop.early", 50)):
        edit(opened, key, value)
    click_train(opened)
    opened.qtbot.waitUntil(lambda: opened.state.position > 50, timeout=20_000)
    click_train(opened)
    opened.settle()
    assert opened.state.run_id == run
    training = opened.wiring.training._training
    assert (training.live.clip_norm, training.live.penalties["max_norm"]) == (0.5, 2.0)


def test_an_optimizer_brings_its_usual_rate_unless_one_was_chosen(opened):
    edit(opened, "optimizer", "lbfgs")
    assert opened.wiring.runs.config.live.learning_rate == 1.0
    edit(opened, "optimizer", "sgd")
    assert opened.wiring.runs.config.live.learning_rate == 0.03
    edit(opened, "learning_rate", 0.5)
    edit(opened, "optimizer", "newton")
    assert opened.wiring.runs.config.live.learning_rate == 0.5


def test_a_batch_larger_than_the_set_is_refused_where_it_is_typed(opened, caplog):
    assert opened.wiring.display.info.samples == 250
    view = opened.window.setup.row_view("batch_size")
    view.control.setFocus()
    view.control.selectAll()
    opened.qtbot.keyClicks(view.control, "300")
    opened.qtbot.keyClick(view.control, Qt.Key.Key_Return)
    assert view.problem.isVisible()
    assert view.problem.text().startswith("Batch size cannot be 300: there are 250 training samples.")
    edit(opened, "batch_size", 300)  # as it comes from elsewhere
    opened.qtbot.waitUntil(lambda: "250 training samples" in opened.messages(), timeout=10_000)
    assert opened.wiring.runs.config.live.batch_size == 10
    anew(opened, lambda: edit(opened, "seed", 3))
    assert opened.wiring.runs.config.seed == 3


def test_the_largest_batch_follows_the_test_share(opened):
    anew(opened, lambda: edit(opened, "test_share", 0.2))
    assert opened.window.setup.row_view("batch_size").row.most == opened.wiring.display.info.samples == 400


def test_a_table_becomes_sequences_in_the_window(opened, tmp_path):
    path = tmp_path / "heat.csv"
    path.write_text("day,heat\n" + "".join(f"{i},{(i * i) % 17}\n" for i in range(60)), "utf-8")
    anew(opened, lambda: opened.window.open_requested.emit(str(path)))
    folding = opened.window.setup.folding("over_time")
    assert not folding.unfolded
    opened.qtbot.mouseClick(folding.button, Qt.MouseButton.LeftButton)
    control = opened.window.setup.row_view("data.window").control
    control.setFocus()
    control.selectAll()
    opened.qtbot.keyClicks(control, "5")
    anew(opened, lambda: opened.qtbot.keyClick(control, Qt.Key.Key_Return))
    info = opened.wiring.display.info
    assert (info.kinds[0], info.sequence_shape[0]) == ("lstm", 5)
    anew(opened, lambda: edit(opened, "data.window", 0))
    assert opened.wiring.display.info.sequence_shape is None
    assert stack(opened) == "8 tanh, 8 tanh"


def test_an_edit_of_something_else_does_not_fail_because_of_the_batch(opened):
    edit(opened, "batch_size", 250)
    anew(opened, lambda: edit(opened, "test_share", 0.8))
    assert opened.wiring.display.info.samples == 100
    assert opened.wiring.runs.config.live.batch_size is None
    opened.qtbot.waitUntil(lambda: "The batch of 250 is larger" in opened.messages(), timeout=10_000)
