from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow

from bpviz.present.palette import DARK, LIGHT, rgb
from bpviz.present.surface.camera import RESET_VIEW, TOP_VIEW
from bpviz.present.surface.pick import Picked
from bpviz.snapshot import SurfaceRequest
from bpviz.text import set_language
from bpviz.views.surface import opengl
from bpviz.views.surface.curve import curve_area
from bpviz.views.surface.gl import OpenGLFailed
from bpviz.views.surface.panel import SurfacePanel
from tests.helpers import fake_surfaces as fake


@pytest.fixture(params=["0", "1"], ids=["painter", "opengl"])
def renderer(request, monkeypatch):
    monkeypatch.setenv(opengl.OVERRIDE, request.param)
    return {"0": "painter", "1": "opengl"}[request.param]


@pytest.fixture
def painted(monkeypatch):
    monkeypatch.setenv(opengl.OVERRIDE, "0")


def shown(qtbot, grid=None, **run) -> SurfacePanel:
    panel = SurfacePanel()
    qtbot.addWidget(panel)
    panel.canvas._settle.setInterval(10)
    panel.resize(480, 300)
    panel.show_run(fake.run_info(**run))
    if grid is not None:
        panel.show_surface(grid)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def pixels(image: QImage) -> np.ndarray:
    """Return (height, width, 3)."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).astype(int)


def settled(qtbot, panel: SurfacePanel) -> np.ndarray:
    qtbot.waitUntil(lambda: not panel.canvas._moving)
    return pixels(panel.canvas.grab().toImage())


def share_of(image: np.ndarray, colour: tuple[int, int, int], within: int = 40) -> float:
    return float((np.abs(image - colour).max(axis=-1) <= within).mean())


def point_at(panel: SurfacePanel, spot: QPoint, held: Qt.MouseButton = Qt.MouseButton.NoButton) -> None:
    """Move the pointer without the real one, which stays where the test before left it."""
    canvas = panel.canvas
    where, globally = QPointF(spot), QPointF(canvas.mapToGlobal(spot))
    none = Qt.KeyboardModifier.NoModifier
    event = QMouseEvent(QEvent.Type.MouseMove, where, globally, Qt.MouseButton.NoButton, held, none)
    QApplication.sendEvent(canvas, event)


def click(panel: SurfacePanel, name: str) -> None:
    QTest.mouseClick(panel.controls.buttons[name], Qt.MouseButton.LeftButton)


def test_the_surface_is_seen_and_turns(qtbot, renderer):
    panel = shown(qtbot, fake.valley())
    assert panel.canvas.renderer.name == renderer
    first = settled(qtbot, panel)
    height, width, _ = first.shape
    middle = first[height // 2 - 20 : height // 2 + 20, width // 2 - 30 : width // 2 + 30]
    # Viridis is dark at the bottom of the valley; the card is white.
    assert np.median(middle.sum(axis=-1)) < 450
    assert share_of(first, rgb(LIGHT.path), 30) > 0.001
    centre = panel.canvas.rect().center()
    QTest.mousePress(panel.canvas, Qt.MouseButton.LeftButton, pos=centre)
    point_at(panel, centre + QPoint(60, 0), Qt.MouseButton.LeftButton)
    QTest.mouseRelease(panel.canvas, Qt.MouseButton.LeftButton, pos=centre + QPoint(60, 0))
    assert panel.canvas.camera.azimuth < RESET_VIEW.azimuth - 10
    second = settled(qtbot, panel)
    assert np.abs(first - second).mean() > 3


def test_both_renderers_show_the_same(qtbot, monkeypatch):
    pictures = []
    for wish in ("0", "1"):
        monkeypatch.setenv(opengl.OVERRIDE, wish)
        pictures.append(settled(qtbot, shown(qtbot, fake.paraboloid(), kind="function")))
    # The wires differ a little; the colours and the outline do not.
    blurred = [p[:232, :480].reshape(29, 8, 60, 8, 3).mean(axis=(1, 3)) for p in pictures]
    difference = np.abs(blurred[0] - blurred[1])
    assert difference.mean() < 4
    assert np.quantile(difference, 0.99) < 40


def test_keys_turn_and_zoom(qtbot, painted):
    panel = shown(qtbot, fake.valley())
    canvas = panel.canvas
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.camera.azimuth == pytest.approx(RESET_VIEW.azimuth - 6)
    QTest.keyClick(canvas, Qt.Key.Key_Left)
    QTest.keyClick(canvas, Qt.Key.Key_Up)
    assert canvas.camera.elevation == pytest.approx(RESET_VIEW.elevation + 6)
    QTest.keyClick(canvas, Qt.Key.Key_Down)
    QTest.keyClick(canvas, Qt.Key.Key_Plus)
    assert canvas.camera.zoom == pytest.approx(1.15)
    QTest.keyClick(canvas, Qt.Key.Key_Minus)
    assert canvas.camera.zoom == pytest.approx(1.0)
    QTest.keyClick(canvas, Qt.Key.Key_T)
    assert canvas.camera == TOP_VIEW
    QTest.keyClick(canvas, Qt.Key.Key_Home)
    assert canvas.camera == RESET_VIEW


def test_wheel_and_buttons_zoom_reset_and_look_down(qtbot, painted):
    panel = shown(qtbot, fake.valley())
    canvas = panel.canvas
    centre = QPointF(canvas.rect().center())
    wheel = QWheelEvent(
        centre,
        canvas.mapToGlobal(centre),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, wheel)
    assert canvas.camera.zoom == pytest.approx(1.0015**120)
    click(panel, "home")
    assert canvas.camera == RESET_VIEW
    click(panel, "plus")
    assert canvas.camera.zoom > 1
    click(panel, "minus")
    click(panel, "minus")
    assert canvas.camera.zoom < 1
    click(panel, "top")
    assert canvas.camera == TOP_VIEW


def test_pointing_reads_and_a_click_pins(qtbot, painted):
    panel = shown(qtbot, fake.paraboloid(), kind="function")
    canvas = panel.canvas
    click(panel, "top")
    settled(qtbot, panel)
    plain = settled(qtbot, panel)
    assert canvas.scene is not None
    vertex = canvas.scene.mesh.vertices[40 * 51 + 10, :3].astype(float)
    x, y, _ = canvas._drawing.view.project(vertex)
    spot = QPoint(round(x), round(y))
    point_at(panel, spot)
    assert isinstance(canvas.picked, Picked)
    assert (canvas.picked.row, canvas.picked.column) == (40, 10)
    assert np.abs(settled(qtbot, panel) - plain).mean() > 0.5
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=spot)
    assert canvas.pinned
    point_at(panel, spot + QPoint(80, 20))
    assert (canvas.picked.row, canvas.picked.column) == (40, 10)
    # A new surface on the same grid: the pin stays on its vertex and takes the new height.
    panel.show_surface(dataclasses.replace(fake.paraboloid(), losses=fake.paraboloid().losses * 0.5))
    assert (canvas.picked.row, canvas.picked.column) == (40, 10)
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=spot)
    assert not canvas.pinned


def test_a_view_never_asks_for_a_plane(qtbot, painted):
    panel = shown(qtbot, fake.valley())
    asked = []
    panel.plane_requested.connect(asked.append)
    for name in ("plus", "minus", "home", "top", "logarithm"):
        click(panel, name)
    QTest.keyClick(panel.canvas, Qt.Key.Key_Left)
    assert asked == []


def test_the_dice_draws_other_directions(qtbot, painted):
    panel = shown(qtbot, fake.valley())
    with qtbot.waitSignal(panel.plane_requested) as asked:
        click(panel, "dice")
    assert asked.args == [SurfaceRequest(kind="random", seed=1)]
    assert panel.subtitle() == "plane: random directions · seed 1"


def test_the_plane_gets_wider_and_narrower(qtbot, painted):
    panel = shown(qtbot, fake.valley())
    with qtbot.waitSignal(panel.plane_requested) as asked:
        click(panel, "wider")
    assert asked.args[0].span == pytest.approx(6.0)
    with qtbot.waitSignal(panel.plane_requested) as asked:
        click(panel, "narrower")
    assert asked.args[0].span == pytest.approx(1.5)


def test_two_weights_are_chosen_by_typing(qtbot, painted):
    panel = shown(qtbot, fake.valley(), size=40_000)
    controls = panel.controls
    assert not controls.first.isVisible()
    controls.kind.setFocus()
    with qtbot.waitSignal(panel.plane_requested) as asked:
        QTest.keyClick(controls.kind, Qt.Key.Key_Down)
        controls.kind.activated.emit(1)
    assert asked.args[0].kind == "weights"
    assert controls.first.isVisible()
    assert (controls.first.text(), controls.second.text()) == ("w0", "w1")
    controls.second.selectAll()
    QTest.keyClicks(controls.second, "w39999")
    with qtbot.waitSignal(panel.plane_requested) as asked:
        QTest.keyClick(controls.second, Qt.Key.Key_Return)
    assert asked.args[0].parameters == (0, 39_999)
    controls.first.selectAll()
    QTest.keyClicks(controls.first, "7")
    with qtbot.waitSignal(panel.plane_requested) as asked:
        QTest.keyClick(controls.first, Qt.Key.Key_Return)
    # Numbers count from 1, as in the messages.
    assert asked.args[0].parameters == (6, 39_999)
    controls.first.selectAll()
    QTest.keyClicks(controls.first, "nonsense")
    QTest.keyClick(controls.first, Qt.Key.Key_Return)
    assert controls.first.text() == "w6"


def test_the_same_weight_twice_is_no_plane(qtbot, painted):
    panel = shown(qtbot, fake.valley())
    controls = panel.controls
    controls.kind.setCurrentIndex(1)
    controls.kind.activated.emit(1)
    controls.second.selectAll()
    QTest.keyClicks(controls.second, "w0")
    with qtbot.waitSignal(panel.plane_requested) as asked:
        QTest.keyClick(controls.second, Qt.Key.Key_Return)
    first, second = asked.args[0].parameters
    assert second == 0
    assert first != second


def test_weights_that_a_smaller_network_lacks_are_replaced(qtbot, painted):
    panel = shown(qtbot, fake.valley(), size=100)
    controls = panel.controls
    controls.kind.setCurrentIndex(1)
    controls.kind.activated.emit(1)
    controls.request = dataclasses.replace(controls.request, parameters=(70, 90))
    with qtbot.waitSignal(panel.plane_requested) as asked:
        panel.show_run(fake.run_info(run_id=2, size=9))
    assert asked.args[0] == SurfaceRequest(kind="weights", parameters=(0, 1))
    assert (controls.first.text(), controls.second.text()) == ("w0", "w1")


def test_a_function_has_its_own_axes(qtbot, painted):
    panel = shown(qtbot, fake.paraboloid(), kind="function")
    assert panel.request.kind == "axes"
    assert not panel.controls.buttons["dice"].isVisible()
    assert panel.subtitle() == "plane: the function's own axes"
    panel.show_run(fake.run_info("network", run_id=2))
    assert panel.request.kind == "random"


def test_a_function_of_one_variable_is_a_curve(qtbot, renderer):
    panel = shown(qtbot, fake.curve(), kind="function")
    image = settled(qtbot, panel)
    assert share_of(image, rgb(LIGHT.accent), 25) > 0.004
    assert share_of(image, rgb(LIGHT.backward), 25) > 0.0005
    assert not panel.controls.buttons["home"].isVisible()
    area = curve_area(panel.canvas.look())
    point_at(panel, QPoint(round(area.left + area.width * 0.75), 90))
    # Three quarters along the axis from −6 to 6 is value 150 of 201.
    assert panel.canvas.picked == pytest.approx(150, abs=1)
    assert np.abs(settled(qtbot, panel) - image).mean() > 0.2
    click(panel, "logarithm")
    assert np.abs(settled(qtbot, panel) - image).mean() > 1


@pytest.mark.parametrize("make", [fake.with_holes, fake.exploding, fake.rosenbrock])
def test_odd_surfaces_are_seen(qtbot, renderer, make):
    panel = shown(qtbot, make())
    image = settled(qtbot, panel)
    # Coloured pixels: neither white nor grey.
    assert (np.ptp(image, axis=-1) > 40).mean() > 0.08


def test_a_surface_without_a_finite_loss_is_an_empty_box(qtbot, renderer):
    nothing = fake.surface(lambda a, b: a * b * np.nan, np.zeros((1, 2)))
    panel = shown(qtbot, nothing)
    image = settled(qtbot, panel)
    assert 0.0005 < (image.sum(axis=-1) < 500).mean() < 0.2


def test_an_older_run_is_dropped(qtbot, painted):
    panel = shown(qtbot, fake.valley(), run_id=1)
    panel.show_run(fake.run_info(run_id=2))
    panel.show_surface(fake.valley())
    assert panel.canvas.scene is None
    assert panel.caption.text() == ""
    assert share_of(settled(qtbot, panel), (255, 255, 255), 0) < 1.0


def test_the_caption_and_the_language(qtbot, painted):
    panel = shown(qtbot, fake.valley())
    assert panel.caption.text() == "loss 0.02700 · on the plane 0.02700 · iteration 420"
    before = settled(qtbot, panel)
    set_language("zh_CN")
    panel.retranslate()
    assert panel.caption.text() == "损失 0.02700 · 平面上 0.02700 · 迭代 420"
    assert panel.controls.kind.currentText() == "随机"
    assert np.abs(settled(qtbot, panel) - before).max() > 50


def test_every_control_says_what_it_is(qtbot, painted):
    panel = shown(qtbot, fake.valley())
    controls = panel.controls
    for widget in (*controls.buttons.values(), controls.kind, controls.first, controls.second):
        assert widget.toolTip()
        assert widget.accessibleName()
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert panel.canvas.accessibleName()
    assert panel.canvas.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_dark_is_dark(qtbot, renderer):
    panel = shown(qtbot, fake.valley())
    panel.set_palette(DARK)
    image = pixels(panel.render_image(480, 300))
    assert share_of(image, rgb(DARK.card), 2) > 0.3
    assert share_of(image, (255, 255, 255), 20) < 0.05


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_a_picture_needs_no_window(qtbot, renderer, ratio):
    panel = SurfacePanel()
    qtbot.addWidget(panel)
    panel.show_run(fake.run_info())
    panel.show_surface(fake.valley())
    size = panel.size()
    image = panel.render_image(600, 400, ratio)
    assert (image.width(), image.height()) == (600 * ratio, 400 * ratio)
    assert image.devicePixelRatio() == ratio
    assert panel.size() == size
    assert not panel.isVisible()
    data = pixels(image)
    assert (np.ptp(data, axis=-1) > 40).mean() > 0.1
    # Text: the caption's line at the lower left.
    foot = data[-int(24 * ratio) :, : int(300 * ratio)]
    assert 0.01 < (foot.sum(axis=-1) < 600).mean() < 0.5


def test_opengl_failing_while_drawing_is_survived(qtbot, monkeypatch, caplog):
    monkeypatch.setenv(opengl.OVERRIDE, "1")
    panel = shown(qtbot, fake.valley())
    assert panel.canvas.renderer.name == "opengl"
    settled(qtbot, panel)

    def fail(*_: object) -> QImage:
        raise OpenGLFailed("lost")

    monkeypatch.setattr(type(panel.canvas.renderer), "render", fail)
    with qtbot.waitSignal(panel.message_posted) as said:
        panel.canvas.look_from(TOP_VIEW)
    assert "painted" in str(said.args[0])
    assert panel.canvas.renderer.name == "painter"
    assert (np.ptp(settled(qtbot, panel), axis=-1) > 40).mean() > 0.1
    assert "lost" in caplog.text


def test_opengl_failing_at_the_start_is_survived(qtbot, monkeypatch, caplog):
    def fail(*_: object) -> None:
        raise OpenGLFailed("no context can be made")

    monkeypatch.setenv(opengl.OVERRIDE, "1")
    monkeypatch.setattr("bpviz.views.surface.gl.OpenGLRenderer._make_context", fail)
    panel = shown(qtbot, fake.valley())
    assert panel.canvas.renderer.name == "painter"
    assert "no context" in caplog.text


def test_a_dock_is_floated_closed_and_put_back(qtbot, renderer):
    window = QMainWindow()
    qtbot.addWidget(window)
    dock = QDockWidget("surface", window)
    panel = SurfacePanel(dock)
    dock.setWidget(panel)
    window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
    panel.show_run(fake.run_info())
    panel.show_surface(fake.valley())
    window.resize(600, 400)
    window.show()
    qtbot.waitExposed(window)
    for floating in (True, False, True, False):
        dock.setFloating(floating)
        QTest.qWait(20)
        assert (np.ptp(settled(qtbot, panel), axis=-1) > 40).mean() > 0.05
    dock.close()
    assert not panel.isVisible()
    panel.show_surface(fake.valley(421))
    dock.show()
    QTest.qWait(20)
    assert panel.canvas.renderer.name == renderer
    assert (np.ptp(settled(qtbot, panel), axis=-1) > 40).mean() > 0.05


@pytest.mark.parametrize("size", [(320, 200), (1400, 900)])
def test_any_size_is_filled(qtbot, renderer, size):
    panel = shown(
        qtbot,
        fake.valley(),
    )
    panel.resize(*size)
    image = settled(qtbot, panel)
    coloured = np.ptp(image, axis=-1) > 40
    assert coloured.mean() > 0.08
    columns = np.flatnonzero(coloured.any(axis=0))
    assert columns[-1] - columns[0] > 0.35 * size[0]
