"""Whose numbers the walk shows: the mean over the batch, one of its samples, or one that it does not have."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from bpviz.training.options import run_config
from tests.wiring.test_walk import Walked


@pytest.fixture
def opened(qtbot) -> Iterator[Walked]:
    one = Walked(qtbot)
    yield one
    one.window.close()
    one.window.deleteLater()


def test_a_sample_of_the_batch_is_shown_and_the_mean(opened):
    opened.grain("operation")
    opened.on()
    rows = opened.walks.dissection.rows
    assert opened.walk.sample == "mean"
    assert f"mean over {len(rows)} samples" == opened.window.strip.sample.currentText()
    inside = int(rows[3])
    opened.window.panels()["map"].sample_chosen.emit(inside)
    assert opened.walk.sample == 3
    assert opened.window.strip.sample.currentText() == f"sample {inside}"
    opened.window.strip.sample.activated.emit(0)
    assert opened.walk.sample == "mean"


def test_a_sample_that_the_batch_does_not_have_is_walked_too_and_stays(opened):
    opened.grain("operation")
    opened.on(2)
    plain = opened.walks.dissection
    strip = opened.window.strip
    outside = next(i for i in range(1000) if i not in plain.rows)
    opened.window.panels()["network"].sample_changed.emit(outside)
    opened.arrive()
    made = opened.walks.dissection
    assert opened.walk.operation == 1
    assert made.rows.tolist() == [outside]
    assert made.gradient.tobytes() == plain.gradient.tobytes()
    assert strip.sample.currentText() == f"sample {outside}"
    assert strip.sample.model().rowCount() == len(plain.rows) + 2
    assert "not in this batch" in strip.place.text()
    assert opened.window.panels()["network"].shown_sample == outside
    np.testing.assert_array_equal(
        opened.window.panels()["network"].canvas.scene.snapshot.layers[1].z, made.layers[0].z[0]
    )
    opened.window.language_requested.emit("zh_CN")
    opened.qtbot.waitUntil(lambda: "不在本批中" in strip.place.text(), timeout=10_000)
    opened.window.language_requested.emit("en")
    opened.qtbot.waitUntil(lambda: "not in this batch" in strip.place.text(), timeout=10_000)
    opened.on(len(opened.walk.operations) - 2)
    assert opened.walk.current.phase == "update"
    assert "the update is the batch’s" in strip.place.text()
    opened.on()
    assert opened.walk.iteration == 1
    assert int(opened.walks.dissection.rows[opened.walk.sample]) == outside
    box = strip.sample
    box.setCurrentIndex(0)
    box.activated.emit(0)
    assert opened.walk.sample == "mean"
    assert opened.walks.dissection.outside_of is None
    assert "not in this batch" not in strip.place.text()


def test_a_chosen_sample_of_sequences_stays_in_the_next_iteration(opened):
    opened.wiring.runs.start_with(
        run_config({"data": "delayed_xor", "layers": "lstm 4", "batch_size": 8, "steps": 6, "delay": 2})
    )
    opened.qtbot.waitUntil(
        lambda: opened.wiring.display.info.sequence_shape is not None and not opened.walk.on, timeout=20_000
    )
    opened.settle()
    opened.window.panels()["network"].sample_changed.emit(33)
    opened.grain("phase")
    for iteration in (0, 1, 2):
        opened.on()
        assert opened.walk.iteration == iteration
        assert int(opened.walks.dissection.rows[opened.walk.sample]) == 33
        opened.on(3)


def test_a_function_has_no_samples_to_speak_of(opened):
    opened.window.panels()["network"].sample_changed.emit(5)
    opened.window.preset_requested.emit("bowl")
    opened.qtbot.waitUntil(lambda: opened.wiring.display.info.kind == "function", timeout=20_000)
    opened.settle()
    opened.grain("operation")
    opened.on()
    assert "sample" not in opened.window.strip.place.text()
    assert "batch" not in opened.window.strip.place.text()
