"""Feature maps, kernels, bars and dropped units in the diagram, used as a person would."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtTest import QTest

from bpviz.present import palette
from bpviz.present.diagram.layout import Spot
from bpviz.text import set_language
from bpviz.views.network.panel import NetworkPanel
from tests.helpers.picture_networks import MANY, PLAIN, RICH, SMALL, trained


@pytest.fixture
def panel(qtbot):
    panel = NetworkPanel()
    qtbot.addWidget(panel)
    panel.resize(820, 520)
    return panel


def show(panel, layers, data="digits"):
    info, snapshot = trained(layers, data)
    panel.show_run(info)
    panel.show_snapshot(snapshot)
    panel.show()
    panel.activateWindow()
    assert QTest.qWaitForWindowActive(panel)
    return snapshot


def middle(panel, spot: Spot) -> QPoint:
    return panel.canvas.target_rect(spot).center().toPoint()


def hover(panel, spot: Spot) -> None:
    point = middle(panel, spot)
    QTest.mouseMove(panel.canvas, point + QPoint(1, 0))
    QTest.mouseMove(panel.canvas, point)
    QTest.qWait(1)
    assert panel.canvas.scene.spot == spot


def image(panel) -> QImage:
    return panel.canvas.grab().toImage()


def pixel(panel, spot: Spot) -> QColor:
    return image(panel).pixelColor(middle(panel, spot))


def count(picture: QImage, colour: str) -> int:
    """Return how many pixels have exactly a colour."""
    bits = np.frombuffer(picture.convertToFormat(QImage.Format.Format_RGB32).constBits(), np.uint32)
    return int((bits & 0xFFFFFF == QColor(colour).rgb() & 0xFFFFFF).sum())


def test_maps_are_painted_pixel_by_pixel(panel):
    state = show(panel, SMALL).layers[1]
    best = int(state.a.argmax())
    assert pixel(panel, Spot(1, best)) == QColor(palette.LIGHT.positive)
    nought = int(np.flatnonzero(state.a == 0)[0])
    assert pixel(panel, Spot(1, nought)).lightnessF() > 0.99


def test_kernels_are_painted_by_sign(panel):
    kernels = show(panel, SMALL).layers[1].parameters[0].values
    filter_, entry = divmod(int(np.abs(kernels).argmax()), 9)
    name = palette.LIGHT.positive if kernels.ravel()[filter_ * 9 + entry] > 0 else palette.LIGHT.negative
    assert pixel(panel, Spot(1, filter_, entry, kernel=True)) == QColor(name)


def test_gradients_show_delta_and_the_kernels_gradients(panel):
    state = show(panel, SMALL).layers[1]
    QTest.keyClick(panel.canvas, Qt.Key.Key_G)
    strongest = int(np.abs(state.delta).argmax())
    name = palette.LIGHT.positive if state.delta[strongest] > 0 else palette.LIGHT.negative
    assert pixel(panel, Spot(1, strongest)) == QColor(name)
    gradient = state.parameters[0].gradient
    filter_, entry = divmod(int(np.abs(gradient).argmax()), 9)
    name = palette.LIGHT.positive if gradient.ravel()[filter_ * 9 + entry] > 0 else palette.LIGHT.negative
    assert pixel(panel, Spot(1, filter_, entry, kernel=True)) == QColor(name)


def test_pointing_at_a_pixel_frames_its_window(panel):
    show(panel, SMALL)
    spot = Spot(1, 6 * 2 + 2)
    before = image(panel)
    hover(panel, spot)
    assert panel.card_view.card.title == "Layer 1, map 1, row 3, column 3"
    after = image(panel)
    x, y, _, height = panel.canvas.scene.layout.cell(0, 8 * 2 + 2)
    edge = QPointF(x, y + 1.4 * height).toPoint()
    assert after.pixelColor(edge) != before.pixelColor(edge)
    assert after.pixelColor(edge).hue() == pytest.approx(QColor(palette.LIGHT.backward).hue(), abs=8)


def test_card_of_a_pixel_has_window_and_kernel(panel):
    show(panel, SMALL)
    panel.canvas.pin(Spot(3, 0))
    assert panel.card_view.card.tables == ()
    plain = panel.card_view.size()
    panel.canvas.pin(Spot(1, 14))
    assert [table.name for table in panel.card_view.card.tables] == ["x", "w"]
    assert panel.card_view.size() != plain
    panel.card_view.grab()
    panel.canvas.pin(Spot(3, 0))
    assert panel.card_view.size() == plain, "the tables' room is given back"


def test_click_pins_a_kernel_and_copies_all_its_digits(panel):
    kernel = show(panel, SMALL).layers[1].parameters[0]
    spot = Spot(1, 2, 4, kernel=True)
    QTest.mouseClick(panel.canvas, Qt.MouseButton.LeftButton, pos=middle(panel, spot))
    assert panel.canvas.scene.pinned == spot
    assert panel.card_view.card.title == "Kernel 3, weight W⁽¹⁾[3,1,2,2]"
    panel.card_view.copy_button.click()
    copied = QGuiApplication.clipboard().text()
    for values in (kernel.values, kernel.gradient):
        assert all(repr(value) in copied for value in values[2].ravel().tolist())
    QTest.keyClick(panel.canvas, Qt.Key.Key_Escape)
    assert panel.canvas.scene.pinned is None


def test_card_leaves_the_windows_to_be_seen(panel):
    show(panel, SMALL)
    panel.resize(480, 300)
    for spot in (Spot(1, 14), Spot(1, 36 * 3 + 35), Spot(1, 70)):
        panel.canvas.pin(spot)
        card = panel.card_view.geometry().translated(-panel.canvas.pos())
        picture = panel.canvas.scene.layout.columns[0].box
        assert card.left() >= picture[0] + picture[2] - 1
        assert not card.contains(middle(panel, spot))


def test_pooling_marks_its_winner(panel):
    winner = int(show(panel, SMALL).layers[2].arrays["winner"].ravel()[13])
    before = pixel(panel, Spot(1, winner))
    hover(panel, Spot(2, 13))
    after = pixel(panel, Spot(1, winner))
    assert after != before
    assert after == QColor(palette.LIGHT.backward)


def test_keyboard_reaches_kernels_and_maps(panel):
    show(panel, SMALL)
    panel.footer.next.setFocus()
    panel.canvas.setFocus(Qt.FocusReason.TabFocusReason)
    seen = [panel.canvas.scene.cursor]
    for _ in range(4):
        QTest.keyClick(panel.canvas, Qt.Key.Key_Tab)
        seen.append(panel.canvas.scene.cursor)
    assert seen == [Spot(0, 0), Spot(1, 0, 0, True), Spot(1, 0), Spot(2, 0), Spot(3, 0)]
    for _ in range(2):
        QTest.keyClick(panel.canvas, Qt.Key.Key_Backtab)
    QTest.keyClick(panel.canvas, Qt.Key.Key_Right)
    QTest.keyClick(panel.canvas, Qt.Key.Key_Down)
    assert panel.canvas.scene.cursor == Spot(1, 7)
    assert panel.card_view.card.title == "Layer 1, map 1, row 2, column 2"
    QTest.keyClick(panel.canvas, Qt.Key.Key_Return)
    assert panel.canvas.scene.pinned == Spot(1, 7)
    assert panel.canvas.accessibleDescription().startswith("Layer 1, map 1, row 2, column 2.")


def test_dropped_units_are_grey_and_crossed(panel):
    state = show(panel, SMALL).layers[5]
    gone = int(np.flatnonzero(state.arrays["mask"] == 0)[0])
    x, y, width, height = panel.canvas.scene.layout.cell(5, gone)
    picture = image(panel)
    beside = picture.pixelColor(QPointF(x + width / 2, y + 0.2 * height).toPoint())
    assert beside == QColor(palette.LIGHT.border)
    assert pixel(panel, Spot(5, gone)).lightnessF() < 0.7


def test_dropped_pixels_of_maps_are_grey(panel):
    layers = "conv 2 3x3 relu, dropout 0.5, flatten"
    state = show(panel, layers).layers[2]
    gone = int(np.flatnonzero(state.arrays["mask"].ravel() == 0)[0])
    x, y, width, _ = panel.canvas.scene.layout.cell(2, gone)
    corner = QPointF(x + width / 2, y + 1.5).toPoint()
    assert image(panel).pixelColor(corner) == QColor(palette.LIGHT.muted)


def test_dropped_cells_of_a_bar_are_dark_and_struck_out(panel):
    state = show(panel, "conv 2 3x3 relu, flatten, dropout 0.5").layers[3]
    column = panel.canvas.scene.layout.columns[3]
    assert column.kind == "flat"
    box = QRectF(*column.cells[state.arrays["mask"].ravel() == 0][3].tolist()).toAlignedRect()
    picture = image(panel)
    assert picture.pixelColor(box.topLeft() + QPoint(2, 1)) == QColor(palette.LIGHT.muted)
    inner = picture.copy(box.adjusted(2, 1, -2, -1))
    lights = [
        inner.pixelColor(x, y).lightnessF() for x in range(inner.width()) for y in range(inner.height())
    ]
    assert max(lights) > QColor(palette.LIGHT.muted).lightnessF() + 0.1


def test_bar_shows_the_weights_into_the_unit_pointed_at(panel):
    snapshot = show(panel, SMALL)
    weights = snapshot.layers[4].weights
    unit, source = np.unravel_index(np.abs(weights).argmax(), weights.shape)
    hover(panel, Spot(4, int(unit)))
    name = palette.LIGHT.positive if weights[unit, source] > 0 else palette.LIGHT.negative
    assert pixel(panel, Spot(3, int(source))) == QColor(name)


def test_lines_from_a_pixel_that_is_passed_on_stand_out(panel):
    show(panel, SMALL)
    panel.canvas.pin(Spot(2, 10))
    link = next(link for link in panel.canvas.scene.links() if link.layer == 4)
    assert set(link.pairs[:, 1].tolist()) == {10}
    panel.canvas.pin(Spot(1, 2, 3, kernel=True))
    link = next(link for link in panel.canvas.scene.links() if link.layer == 4)
    assert len(set(link.pairs[:, 1].tolist())) > 1


def test_only_dense_layers_have_lines_that_can_be_pointed_at(panel):
    show(panel, PLAIN, "spiral")
    assert [link.layer for link in panel.canvas.scene.links()] == [1, 4]


def test_batch_norm_shows_two_bars_a_channel(panel):
    show(panel, RICH)
    accent = count(image(panel), palette.LIGHT.accent)
    column = panel.canvas.scene.layout.columns[2]
    assert len(column.gauges) == 3
    show(panel, SMALL)
    assert count(image(panel), palette.LIGHT.accent) < accent


@pytest.mark.parametrize("layers", [SMALL, RICH, MANY])
@pytest.mark.parametrize("size", [(220, 160), (480, 300), (1400, 900)])
def test_every_size_theme_and_language_is_painted(panel, layers, size):
    snapshot = show(panel, layers)
    panel.resize(*size)
    try:
        for theme, language in ((palette.LIGHT, "en"), (palette.DARK, "zh_CN")):
            set_language(language)
            panel.retranslate()
            panel.set_palette(theme)
            for layer in range(len(snapshot.layers)):
                for spot in (Spot(layer, 0), Spot(layer, snapshot.layers[layer].units - 1)):
                    panel.canvas.pin(spot)
                    panel.grab()
                    assert panel.rect().contains(panel.card_view.geometry())
            panel.canvas.set_gradients(True)
            panel.grab()
    finally:
        set_language("en")


def test_next_snapshot_repaints_the_maps(panel):
    info, first = trained(SMALL)
    later = trained(SMALL, steps=30)[1]
    show(panel, SMALL)
    shares = [snapshot.layers[1].a / snapshot.layers[1].a.max() for snapshot in (first, later)]
    unit = int(np.abs(shares[1] - shares[0]).argmax())
    before = pixel(panel, Spot(1, unit))
    panel.show_snapshot(later)
    assert info.run_id == later.run_id
    assert pixel(panel, Spot(1, unit)) != before
