"""The lengths of the layers' gradients under the diagram."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.views.network.norms import gradient_norm
from bpviz.views.network.panel import NetworkPanel
from tests.helpers.picture_networks import trained

DEEP = "8 sigmoid, 8 sigmoid, 8 sigmoid, 8 sigmoid, 8 sigmoid, 8 sigmoid"


@pytest.fixture
def panel(qtbot):
    panel = NetworkPanel()
    qtbot.addWidget(panel)
    panel.resize(820, 520)
    return panel


def shown(panel, layers):
    info, snapshot = trained(layers, "spiral")
    panel.show_run(info)
    panel.show_snapshot(snapshot)
    panel.show()
    return snapshot


def lowest(panel) -> float:
    layout = panel.canvas.scene.layout
    return max(float(column.cells[-1, 1]) + column.cell_size for column in layout.columns)


def test_the_norm_is_over_all_parameters_of_the_layer(panel):
    snapshot = shown(panel, DEEP)
    layer = snapshot.layers[2]
    entries = np.concatenate([each.gradient.ravel() for each in layer.parameters])
    assert len(entries) == 8 * 8 + 8
    assert gradient_norm(layer) == pytest.approx(np.linalg.norm(entries), rel=1e-12)


@pytest.mark.parametrize(("layers", "makes_room"), [(DEEP, True), ("8 sigmoid", False)])
def test_a_deep_network_makes_room_for_them_while_gradients_are_shown(panel, layers, makes_room):
    shown(panel, layers)
    before, plain = lowest(panel), panel.canvas.grab().toImage()
    panel.canvas.set_gradients(True)
    assert (lowest(panel) < before) == makes_room
    assert panel.canvas.grab().toImage() != plain
    panel.canvas.set_gradients(False)
    assert lowest(panel) == before
