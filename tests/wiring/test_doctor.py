"""The doctor and the histograms in the whole window, used as a person uses them."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage

from bpviz.present.diagram.layout import Spot
from bpviz.present.export_request import ExportRequest
from bpviz.text import set_language
from bpviz.views.doctor import panel as doctor_view
from tests.wiring.test_window import Open


class Consulted(Open):
    """An open window with the hands for the doctor."""

    @property
    def panel(self):
        return self.window.panels()["doctor"]

    @property
    def badge(self):
        return self.window.badge

    def edit(self, key, value) -> None:
        run = self.state.run_id
        self.window.edited.emit(key, value)
        self.wait_for_run(run)

    def keys(self) -> list[str]:
        return [] if self.panel.diagnosis is None else [one.key for one in self.panel.diagnosis.findings]

    def wait_for(self, *keys: str) -> None:
        self.qtbot.waitUntil(lambda: self.keys() == list(keys), timeout=20_000)

    def card(self, key: str):
        return next(card for name, card in self.panel.cards.items() if name[0] == key)

    def click(self, widget) -> None:
        self.qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


@pytest.fixture
def opened(qtbot) -> Iterator[Consulted]:
    one = Consulted(qtbot)
    yield one
    one.window.close()
    one.window.deleteLater()


def test_it_is_quiet_while_all_is_well(opened):
    opened.wait_for()
    assert opened.badge.text().strip() == ""
    assert "nothing wrong" in opened.badge.toolTip()
    assert not opened.window.panel_visible("doctor")
    opened.key(Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    opened.qtbot.waitUntil(lambda: opened.window.panel_visible("doctor"))
    assert opened.panel.nothing.isVisible()
    opened.click(opened.badge)
    opened.qtbot.waitUntil(lambda: not opened.window.panel_visible("doctor"))


def test_equal_units_are_told_shown_and_mended(opened):
    opened.edit("initializer", "zeros")
    opened.wait_for("symmetry")
    assert opened.badge.text() == "1"
    assert "Equal units" in opened.badge.toolTip()
    assert not opened.messages()
    opened.click(opened.badge)
    card = opened.card("symmetry")
    opened.qtbot.waitUntil(card.isVisible)
    assert "8 of 8 units of h1" in card.seen.text()
    assert "Also in h2: 8 of 8 (1–8)." in card.seen.text()
    opened.click(card.show_button)
    canvas, marks = opened.window.panels()["network"].canvas, opened.wiring.consulting.showing.marks
    assert canvas.scene.pinned is None
    assert not opened.window.panels()["network"].card_view.isVisible()
    assert marks.target is canvas
    assert len(marks.places()) == 16
    cell = canvas.scene.layout.spot_cell(Spot(2, 7))
    assert marks.places()[-1].getRect() == pytest.approx(cell)
    opened.click(canvas)
    assert not marks.isVisible()
    run = opened.state.run_id
    opened.click(card.try_button)
    opened.wait_for_run(run)
    opened.qtbot.waitUntil(lambda: opened.state.running and opened.state.position > 10, timeout=20_000)
    assert opened.wiring.runs.config.initializer == "xavier"
    opened.qtbot.waitUntil(lambda: "A random start" in opened.messages())
    opened.key(Qt.Key.Key_Space)
    opened.wait_for()
    assert opened.badge.text().strip() == ""
    assert opened.panel.cards == {}


def test_another_rate_is_tried_on_a_branch_and_the_old_way_stays(opened):
    opened.window.edited.emit("learning_rate", 1e-6)
    opened.window.edited.emit("stop.iterations", 300)
    opened.key(Qt.Key.Key_Space)
    opened.qtbot.waitUntil(lambda: opened.state.stopped == "iterations", timeout=20_000)
    opened.wait_for("rate_low")
    run = opened.state.run_id
    opened.click(opened.badge)
    opened.qtbot.waitUntil(opened.card("rate_low").isVisible)
    opened.click(opened.card("rate_low").show_button)
    assert opened.window.panel_visible("loss")
    opened.click(opened.card("rate_low").try_button)
    training = opened.wiring.training._training
    opened.qtbot.waitUntil(lambda: len(training.branches.infos()) == 2, timeout=20_000)
    opened.qtbot.waitUntil(lambda: opened.state.stopped == "iterations", timeout=20_000)
    assert opened.state.run_id == run
    assert opened.wiring.runs.config.live.learning_rate > 1e-3
    opened.wait_for()


def test_a_finding_that_is_gone_fades_and_then_goes(opened, monkeypatch):
    opened.edit("initializer", "zeros")
    opened.wait_for("symmetry")
    panel = opened.panel
    panel._fading.setInterval(50)
    card = opened.card("symmetry")
    panel.show_diagnosis(type(panel.diagnosis)(panel.diagnosis.run_id, 5, ()))
    assert card.gone
    assert "no longer seen" in card.title.text()
    assert not card.try_button.isEnabled()
    opened.qtbot.waitUntil(lambda: panel.cards == {})
    assert panel.nothing.isVisibleTo(panel)
    assert doctor_view.FADES_MS > 1000


def test_one_that_comes_back_is_as_fresh_as_before(opened):
    opened.edit("initializer", "zeros")
    opened.wait_for("symmetry")
    panel, diagnosis = opened.panel, opened.panel.diagnosis
    panel.show_diagnosis(type(diagnosis)(diagnosis.run_id, 5, ()))
    panel.show_diagnosis(diagnosis)
    assert not opened.card("symmetry").gone
    assert opened.card("symmetry").try_button.isEnabled()


def test_a_divergence_is_among_the_findings(opened, caplog):
    opened.wiring.runs.take_preset("parabola")
    opened.wait_for_run(opened.state.run_id)
    opened.window.edited.emit("learning_rate", 5.0)
    opened.window.edited.emit("stop.iterations", None)
    opened.window.speed_changed.emit(float("inf"))
    opened.key(Qt.Key.Key_Space)
    opened.wait_for("not_finite")
    assert "Iteration" in opened.card("not_finite").seen.text()


def test_it_speaks_chinese(opened):
    opened.edit("initializer", "zeros")
    opened.wait_for("symmetry")
    opened.window.language_requested.emit("zh_CN")
    assert "权重完全相同" in opened.card("symmetry").seen.text()
    assert "神经元完全相同" in opened.badge.toolTip()
    set_language("en")


def test_the_panels_are_exported(opened, tmp_path, caplog):
    opened.edit("initializer", "zeros")
    opened.wait_for("symmetry")
    opened.window.host.docks["histograms"].bring()
    record = opened.window.panels()["histograms"].canvas.record
    opened.qtbot.waitUntil(lambda: record.present is not None)
    for key in ("doctor", "histograms"):
        path = tmp_path / f"{key}.png"
        opened.wiring.exports.export(ExportRequest(key, (600, 500), 2.0, "picture", path))
        picture = QImage(str(path))
        colours = {picture.pixelColor(x, y).name() for x in range(0, 1200, 3) for y in range(0, 1000, 5)}
        assert len(colours) > 10, key
    opened.wiring.exports.export(ExportRequest("doctor", (600, 500), 1.0, "sequence", tmp_path / "s"))
    opened.qtbot.waitUntil(lambda: "as a picture" in opened.messages())


def test_histograms_are_counted_only_while_they_are_seen(opened):
    assert not opened.wiring.training.request.with_histograms
    panel = opened.window.panels()["histograms"]
    opened.key(Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    opened.qtbot.waitUntil(lambda: panel.canvas.record.present is not None, timeout=20_000)
    opened.key(Qt.Key.Key_Space)
    opened.qtbot.waitUntil(lambda: len(panel.canvas.record.iterations) > 5, timeout=20_000)
    opened.key(Qt.Key.Key_Space)
    opened.settle()
    opened.qtbot.waitUntil(lambda: panel.canvas.position == opened.state.position)
    assert panel.subtitle().startswith("iteration")
    assert [one.name for one in panel.canvas.layers()] == ["h1", "h2", "ŷ"]
    opened.window.host.docks["map"].bring()
    opened.qtbot.waitUntil(lambda: not opened.wiring.training.request.with_histograms)


def test_pointing_at_a_strip_reads_it_and_so_do_the_arrow_keys(opened):
    opened.window.host.docks["histograms"].bring()
    panel = opened.window.panels()["histograms"]
    canvas = panel.canvas
    opened.qtbot.waitUntil(lambda: canvas.record.present is not None, timeout=20_000)
    canvas.repaint()
    _, _, present = canvas._strips()[0]
    middle = present.center()
    opened.qtbot.mouseMove(canvas, QPoint(round(middle.x()), round(middle.y())))
    opened.qtbot.waitUntil(lambda: len(canvas.shown_lines()) == 3)
    assert canvas.shown_lines()[0] == "iteration 0"
    canvas.leaveEvent(None)
    canvas.setFocus()
    opened.qtbot.keyClick(canvas, Qt.Key.Key_Left)
    assert len(canvas.shown_lines()) == 3
    canvas.repaint()
    for kind in ("gradients", "activations"):
        opened.click(panel.chips[kind])
        assert canvas.kind == kind
        canvas.repaint()


@pytest.mark.parametrize("name", ["bowl", "digits_convolution", "binary_addition"])
def test_histograms_of_every_kind_of_run(opened, name):
    opened.window.host.docks["histograms"].bring()
    run = opened.state.run_id
    opened.wiring.runs.take_preset(name)
    opened.wait_for_run(run)
    panel = opened.window.panels()["histograms"]
    opened.qtbot.waitUntil(lambda: panel.canvas.record.present is not None, timeout=20_000)
    assert panel.chips["activations"].isVisible() == (name != "bowl")
    for kind, chip in panel.chips.items():
        if chip.isVisible():
            chip.setChecked(True)
            panel.canvas.repaint()
            assert panel.canvas.layers(), kind
