"""The controls over a layer, in little room."""

import pytest
from PySide6.QtWidgets import QWidget

from bpviz.present.diagram.layer_heads import LayerHead
from bpviz.views.network.layer import LayerControls


@pytest.fixture
def controls(qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    yield LayerControls(parent)
    parent.close()


def test_a_number_is_whole_or_not_there(controls):
    controls.show_layer(
        0, LayerHead("conv 128 3x3 relu", "Convolution", 128, "relu", ("relu",)), {"relu": "ReLU"}
    )
    needed = controls.fontMetrics().horizontalAdvance("128") + 2
    shown = []
    for room in (needed + 20, needed, needed - 1, 4):
        controls.place(100.0, room, 22.0, "menu")
        shown.append(controls.activation.text())
    assert shown == ["128", "128", "", ""]


def test_an_ellipsis_comes_before_a_bracket_not_behind_it(controls):
    controls.show_layer(0, LayerHead("flatten", "最大池化（2 × 2）大小"), {})
    label, metrics = "最大池化（2 × 2）大小", controls.fontMetrics()
    for room in range(metrics.horizontalAdvance(label) + 6):
        controls.place(100.0, room, 22.0, "menu")
        text = controls.activation.text()
        assert not text or text.endswith("…")
        assert "）…" not in text
        assert "（…" not in text
        assert metrics.horizontalAdvance(text) <= room
    controls.place(100.0, metrics.horizontalAdvance(label) + 6, 22.0, "menu")
    assert controls.activation.text() == label
