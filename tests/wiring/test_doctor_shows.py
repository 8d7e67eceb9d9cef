"""“Show me” and the keyboard: each finding is pointed at where it can be seen, without anything over it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from bpviz.training.config import RunConfig
from tests.training.doctor.test_findings import SICK, sgd
from tests.wiring.test_doctor import Consulted


class Shown(Consulted):
    """An open window with the hands for what the doctor shows."""

    @property
    def marks(self):
        return self.wiring.consulting.showing.marks

    def provoke(self, key: str, config: RunConfig, iterations: int):
        run = self.state.run_id
        self.wiring.runs.start_with(config)
        self.wait_for_run(run)
        self.window.edited.emit("stop.iterations", iterations)
        self.window.speed_changed.emit(float("inf"))
        self.window.train_toggled.emit()
        self.qtbot.waitUntil(lambda: self.state.stopped is not None, timeout=60_000)
        self.settle()
        self.qtbot.waitUntil(lambda: key in self.keys(), timeout=20_000)
        self.window.host.docks["doctor"].bring()
        card = self.card(key)
        self.qtbot.waitUntil(card.isVisible)
        return card

    def show(self, card) -> None:
        card.show_button.click()


@pytest.fixture
def opened(qtbot) -> Iterator[Shown]:
    one = Shown(qtbot)
    yield one
    one.window.close()
    one.window.deleteLater()


@pytest.mark.parametrize(
    "key", ["dead_units", "saturated", "vanishing", "exploding", "not_finite", "unscaled"]
)
def test_units_are_outlined_where_they_stand_and_nothing_covers_them(opened, key, caplog):
    card = opened.provoke(key, *SICK[key])
    opened.show(card)
    network, finding = opened.window.panels()["network"], card.finding
    assert opened.marks.target is network.canvas
    assert not network.card_view.isVisible()
    layout, boxes = network.canvas.scene.layout, opened.marks.places()
    if finding.units:
        cells = [layout.cell(finding.layer, unit) for unit in finding.units]
        assert [box.getRect() for box in boxes[: len(cells)]] == [pytest.approx(cell) for cell in cells]
    else:
        assert len(boxes) == 1
        for unit in range(layout.columns[finding.layer].units):
            x, y, width, height = layout.cell(finding.layer, unit)
            assert boxes[0].adjusted(-1e-3, -1e-3, 1e-3, 1e-3).contains(x + width / 2, y + height / 2)
    opened.marks.repaint()
    opened.wiring.runs.take_preset("spiral")
    opened.qtbot.waitUntil(lambda: opened.marks.target is None, timeout=20_000)


@pytest.mark.parametrize("key", ["vanishing", "exploding"])
def test_the_card_itself_shows_how_much_arrives_at_each_layer(opened, key):
    card = opened.provoke(key, *SICK[key])
    assert card.flow.isVisible()
    bars = card.flow.bars
    assert bars.names[-1] == "ŷ"
    assert len(bars.names) == len(SICK[key][0].layers) + 1
    assert bars.names[0] in card.flow.accessibleName()
    card.flow.repaint()
    assert not opened.provoke("symmetry", *SICK["symmetry"]).flow.isVisible()


def test_overfitting_is_shown_at_the_lowest_test_loss(opened):
    card = opened.provoke("overfitting", *SICK["overfitting"])
    opened.show(card)
    plot = opened.window.panels()["loss"].plot
    history = opened.wiring.display.history()
    assert plot.pinned == history.evaluated[history.test_loss.argmin()] == card.finding.numbers["iteration"]
    assert plot.shown_reading() == plot.pinned


def test_a_zigzag_is_shown_as_the_part_of_the_plot_that_was_judged(opened):
    card = opened.provoke("rate_high", *SICK["rate_high"])
    opened.show(card)
    plot = opened.window.panels()["loss"].plot
    low, high = plot.x_view
    assert low <= card.finding.numbers["since"] < plot.curves.last <= high + 1e-9
    assert opened.window.panels()["loss"].whole_button.isVisible()


def test_nothing_moves_is_shown_over_the_whole_run(opened):
    card = opened.provoke("rate_low", *SICK["rate_low"])
    opened.show(card)
    plot = opened.window.panels()["loss"].plot
    assert plot.x_view is None
    assert plot.pinned == 300


def test_a_missing_class_is_a_row_of_the_confusion_matrix_of_what_was_counted(opened):
    card = opened.provoke("missing_class", *SICK["missing_class"])
    decision = opened.window.panels()["map"]
    decision.metrics_button.click()
    opened.window.host.docks["doctor"].bring()
    opened.show(card)
    matrix = decision.matrix
    assert decision.picture is matrix
    opened.qtbot.waitUntil(lambda: not matrix.grid.isEmpty())
    assert matrix.counts().sum() == card.finding.numbers["samples"]
    boxes = opened.marks.places()
    assert len(boxes) == len(card.finding.units)
    for box, row in zip(boxes, card.finding.units, strict=True):
        assert matrix.counts()[:, row].sum() == 0
        assert row == round((box.top() - matrix.grid.top()) / box.height())


def test_what_vanishes_through_time_is_shown_in_the_layer_that_it_goes_through(opened):
    from bpviz.training.config import DataConfig
    from bpviz.training.layer_spec import parse_layers

    config = sgd(
        0.01,
        data=DataConfig("delayed_xor"),
        layers=parse_layers("rnn 8"),
        initializer="normal",
        initializer_options={"std": 0.05},
    )
    card = opened.provoke("vanishing", config, 50)
    assert card.flow.isVisible()
    opened.show(card)
    assert opened.marks.target is opened.window.panels()["network"].unrolled.canvas
    assert len(opened.marks.places()) == 1
    opened.marks.repaint()


def test_the_keyboard_reaches_the_badge_presses_and_comes_back(opened):
    opened.edit("initializer", "zeros")
    opened.wait_for("symmetry")
    badge, qtbot = opened.badge, opened.qtbot
    assert badge.focusPolicy() & Qt.FocusPolicy.TabFocus
    badge.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(badge, Qt.Key.Key_Return)
    card = opened.card("symmetry")
    qtbot.waitUntil(lambda: QApplication.focusWidget() is card.try_button)
    qtbot.keyClick(card.try_button, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is card.show_button
    qtbot.keyClick(card.show_button, Qt.Key.Key_Enter)
    qtbot.waitUntil(lambda: opened.marks.isVisible())
    assert QApplication.focusWidget() is card.show_button
    qtbot.keyClick(card.show_button, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is badge)
    assert not opened.marks.isVisible()
    assert not opened.window.panel_visible("doctor")
    qtbot.keyClick(badge, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: opened.window.panel_visible("doctor"))


def test_tab_goes_through_the_cards_from_the_top_to_the_bottom(opened):
    run = opened.state.run_id
    opened.wiring.runs.start_with(SICK["unscaled"][0])
    opened.wait_for_run(run)
    opened.edit("initializer", "zeros")
    opened.qtbot.waitUntil(lambda: len(opened.keys()) > 1, timeout=20_000)
    opened.window.host.docks["doctor"].bring()
    opened.panel.take_focus()
    told, reached = opened.keys(), []
    cards = [opened.card(key) for key in told]
    opened.qtbot.waitUntil(cards[0].isVisible)
    for _ in range(2 * len(cards)):
        reached.append(QApplication.focusWidget())
        opened.qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert reached == [one for card in cards for one in (card.try_button, card.show_button)]
