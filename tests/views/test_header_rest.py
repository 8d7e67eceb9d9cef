"""The strip over the diagram comes to rest at every size."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from bpviz.snapshot import SnapshotRequest
from bpviz.training.build import build
from bpviz.training.options import run_config
from bpviz.views.network.panel import NetworkPanel


@pytest.fixture
def panel(qtbot):
    training = build(run_config({"data": "spiral", "layers": "8 tanh, 8 tanh"}))
    panel = NetworkPanel()
    qtbot.addWidget(panel)
    panel.resize(564, 365)
    panel.show()
    panel.show_run(training.info)
    panel.show_snapshot(training.snapshot(SnapshotRequest()))
    return panel


@pytest.mark.parametrize("width", range(440, 700, 20))
def test_it_does_not_go_to_and_fro_between_one_row_and_two(panel, width):
    heights = []
    for height in (300, 330, 365, 400):
        panel.resize(width, height)
        for _ in range(12):
            QApplication.processEvents()
        for _ in range(8):
            QApplication.processEvents()
            heights.append((height, panel.header.height()))
    assert len(set(heights)) == 4
