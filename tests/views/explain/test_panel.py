"""The explanation's panel: what it shows at rest and in a walk, its switch, its chooser, its keys."""

from __future__ import annotations

import threading
from concurrent.futures import Future

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from bpviz.present.diagram.layout import Spot
from bpviz.present.explain.names import joined
from bpviz.present.formulas.evaluate import printed_value
from bpviz.present.numbers import exact, short
from bpviz.present.palette import DARK, LIGHT
from bpviz.snapshot import RunState, SnapshotRequest
from bpviz.text import set_language
from bpviz.training.build import build
from bpviz.training.dissecting import dissect
from bpviz.training.options import run_config
from bpviz.views.explain import typesetting
from bpviz.views.explain.panel import ExplainPanel


class Shown:
    """A panel with a run."""

    def __init__(self, qtbot, **options):
        config = run_config({"seed": 3, **options})
        self.training = build(config)
        going = self.training.iterations()
        for _ in range(4):
            next(going)
        self.dissection = dissect(self.training, config)
        self.snapshot = self.training.snapshot(SnapshotRequest())
        self.qtbot = qtbot
        self.panel = ExplainPanel()
        qtbot.addWidget(self.panel)
        self.panel.set_palette(LIGHT)
        self.panel.resize(600, 240)
        self.panel.show_run(self.training.info)
        self.panel.show_snapshot(self.snapshot)
        self.panel.show()

    def step(self, kind, layer=0, sample="mean"):
        operation = next(
            each for each in self.dissection.operations if (each.kind, each.layer) == (kind, layer)
        )
        self.panel.show_operation(self.dissection, operation, sample)

    def typeset(self):
        self.qtbot.waitUntil(lambda: self.panel._awaited is None, timeout=20_000)


@pytest.fixture
def shown(qtbot):
    return Shown(qtbot, data="spiral", layers="4 tanh, 3 tanh")


def test_at_rest_it_tells_the_last_iteration_in_four_columns(shown):
    panel = shown.panel
    assert panel.stack.currentWidget() is panel.summary
    said = panel.summary.said()
    snapshot = shown.snapshot
    for number in (snapshot.loss, snapshot.train.loss, snapshot.gradient_norm, snapshot.learning_rate):
        assert short(number) in said
    assert said.count("\n") == 3
    assert str(snapshot.iteration) in panel.subtitle()


def test_in_a_walk_it_explains_the_operation_and_then_rests_again(shown):
    panel = shown.panel
    shown.step("sum", 2)
    assert panel.stack.currentWidget() is panel.pages["words"]
    assert "weighted sum" in panel.subtitle()
    z = shown.dissection.layers[1].z.mean(axis=0)
    assert short(float(z[abs(z).argmax()])) in panel.pages["words"].label.text()
    panel.show_operation(None, None)
    assert panel.stack.currentWidget() is panel.summary


def test_the_digits_choose_how_it_is_told(shown):
    panel, told = shown.panel, []
    panel.depth_changed.connect(told.append)
    shown.step("delta", 1)
    panel.activateWindow()
    shown.qtbot.waitUntil(panel.isActiveWindow)
    for key, depth in ((Qt.Key.Key_1, "story"), (Qt.Key.Key_3, "formulas"), (Qt.Key.Key_2, "words")):
        shown.qtbot.keyClick(panel.head.chips[depth], key)
        assert panel.telling == depth
        assert panel.stack.currentWidget() is panel.pages[depth]
        assert panel.head.chips[depth].isChecked()
    assert told == ["story", "formulas", "words"]
    panel.head.chips["story"].click()
    assert panel.telling == "story"


def test_formulas_come_and_are_copied_with_all_digits(shown):
    panel = shown.panel
    panel.set_depth("formulas")
    shown.step("sum", 1, 0)
    shown.typeset()
    panel.head.copy.click()
    copied = QApplication.clipboard().text()
    moment = panel.explained.moment
    z = float(shown.dissection.layers[0].z[0][moment.place])
    assert exact(z) in copied
    line = next(each for each in copied.splitlines() if each.count("=") == 3)
    assert printed_value(line) == pytest.approx(z, rel=1e-12)
    page = panel.pages["formulas"]
    assert exact(z).replace("-", "−") in page._pairs[1][1].accessibleDescription()


def test_what_was_typeset_for_another_operation_is_not_shown(shown):
    panel = shown.panel
    panel.set_depth("formulas")
    for layer in (1, 2, 3):
        shown.step("sum", layer, 0)
    shown.typeset()
    assert "⁽³⁾" in panel.pages["formulas"]._pairs[0][1].text()
    shown.step("delta", 1, 0)
    panel.set_depth("words")
    assert panel._awaited is None


def test_any_unit_can_be_chosen_and_the_largest_again(shown):
    panel, head = shown.panel, shown.panel.head
    shown.step("sum", 1)
    largest = head.symbol.text()
    seen = {largest}
    for _ in range(3):
        head.next.click()
        seen.add(head.symbol.text())
    assert len(seen) == 4
    head.next.click()
    assert head.symbol.text() == largest
    head.previous.click()
    chosen = head.symbol.text()
    shown.step("activation", 1)
    assert head.symbol.text()[-1] == chosen[-1]
    head.go_to.top.trigger()
    a = shown.dissection.layers[0].a.mean(axis=0)
    assert panel.explained.moment.place == (int(abs(a).argmax()),)


def test_any_unit_is_gone_to_by_its_number(shown):
    panel, head = shown.panel, shown.panel.head
    shown.step("gradient", 1)
    head.symbol.click()
    assert head.go_to.isVisible()
    assert "W[4,2]" in head.go_to.all.text()
    assert "b[4]" in head.go_to.all.text()
    shown.qtbot.keyClicks(head.go_to.line, "W 9,9")
    shown.qtbot.keyClick(head.go_to.line, Qt.Key.Key_Return)
    assert head.go_to.isVisible()
    assert head.go_to.line.selectedText() == "W 9,9"
    shown.qtbot.keyClicks(head.go_to.line, "W 3,2")
    shown.qtbot.keyClick(head.go_to.line, Qt.Key.Key_Return)
    assert not head.go_to.isVisible()
    assert (panel.explained.moment.parameter, panel.explained.moment.place) == ("W", (2, 1))
    assert head.symbol.text() == "W⁽¹⁾₃₂"


@pytest.mark.parametrize("depth", ["story", "words", "formulas"])
def test_in_a_small_panel_everything_scrolls_and_nothing_is_wider(qtbot, depth):
    shown = Shown(qtbot, data="delayed_xor", layers="lstm 12", steps=3, delay=1)
    panel = shown.panel
    panel.set_depth(depth)
    panel.resize(260, 110)
    for kind, layer in (("gradient", 1), ("sum", 2), ("update", 1)):
        shown.step(kind, layer)
        shown.typeset()
        qtbot.wait(20)
        assert panel.minimumSizeHint().width() <= 260
        page = panel.pages[depth]
        assert panel.head.copy.geometry().right() <= panel.width()
        assert page.body.width() <= page.viewport().width()
        label = getattr(page, "label", None)
        if label is not None:
            assert label.height() >= label.heightForWidth(label.width())


def test_it_follows_what_is_pointed_at(shown):
    panel = shown.panel
    shown.step("sum", 1)
    panel.point_at(Spot(1, 2))
    assert panel.explained.moment.place == (2,)
    panel.point_at(Spot(2, 1))
    assert panel.explained.moment.number == 1
    shown.step("gradient", 2)
    panel.point_at(Spot(2, 1, 3))
    assert (panel.explained.moment.parameter, panel.explained.moment.place) == ("W", (1, 3))
    panel.point_at(Spot(2, 1))
    assert (panel.explained.moment.parameter, panel.explained.moment.place) == ("b", (1,))
    panel.point_at(None)
    assert panel.explained.moment.number == 2


def test_it_speaks_chinese_at_once(shown):
    shown.step("delta", 2)
    set_language("zh_CN")
    shown.panel.retranslate()
    assert "第 2 层" in shown.panel.pages["words"].label.text()
    assert shown.panel.head.chips["story"].text() == "故事"
    set_language("en")


@pytest.mark.parametrize("depth", ["story", "words", "formulas"])
def test_a_picture_of_it_is_in_the_theme_and_whole(shown, depth):
    panel = shown.panel
    panel.set_depth(depth)
    shown.step("delta", 1, 0)
    for palette in (LIGHT, DARK):
        panel.set_palette(palette)
        image = panel.render_image(500, 220, 1.0)
        assert (image.width(), image.height()) == (500, 220)
        ground = QColor(palette.card)
        colours = {image.pixelColor(x, y).name() for x in range(0, 500, 2) for y in range(40, 220, 2)}
        assert ground.name() in colours
        assert len(colours) > 8


@pytest.mark.parametrize(
    "options",
    [
        {"data": "digits", "layers": "conv 2 3x3 relu, maxpool 2, flatten, 5 relu, batchnorm, dropout 0.3"},
        {"data": "delayed_xor", "layers": "lstm 3", "steps": 4, "delay": 1},
        {"function": "bowl"},
    ],
    ids=["pictures", "time", "function"],
)
def test_every_operation_is_shown_in_every_depth(qtbot, options):
    shown = Shown(qtbot, **options)
    for depth in ("story", "words"):
        shown.panel.set_depth(depth)
        for operation in shown.dissection.operations:
            shown.panel.show_operation(shown.dissection, operation, "mean")
            assert shown.panel.copied().count("\n") >= 1
            shown.panel.grab()
    shown.panel.set_depth("formulas")
    for operation in shown.dissection.operations[::5]:
        shown.panel.show_operation(shown.dissection, operation, "mean")
        shown.typeset()
        shown.panel.grab()


def test_it_says_when_a_walk_begins_and_ends(shown):
    changes = []
    shown.panel.walk_changed.connect(changes.append)
    for operation in (None, 0, 3, None, None):
        shown.panel.show_state(RunState(1, False, 4, 4, 0.0, None, operation, 11))
    assert changes == [True, False]


def test_text_grows_with_a_high_panel(shown):
    shown.panel.resize(600, 200)
    usual = shown.panel.stack.font().pointSizeF()
    shown.panel.resize(600, 900)
    assert shown.panel.stack.font().pointSizeF() > 1.2 * usual


def _low(qtbot, **options):
    """Return a panel as low as in a small window, its formulas shown."""
    shown = Shown(qtbot, data="spiral", layers="4 tanh, 3 tanh", optimizer="adam", **options)
    shown.panel.resize(414, 200)
    shown.panel.set_depth("formulas")
    return shown


@pytest.mark.parametrize(("kind", "layer"), [("sum", 2), ("delta", 1), ("gradient", 1), ("update", 2)])
@pytest.mark.parametrize("sample", ["mean", 0])
def test_the_result_is_in_view_in_a_low_panel_and_a_whole_line_stands_first(qtbot, kind, layer, sample):
    shown = _low(qtbot)
    shown.step(kind, layer, sample)
    shown.typeset()
    qtbot.wait(20)
    page = shown.panel.pages["formulas"]
    top = page.verticalScrollBar().value()
    bottom = top + page.viewport().height()
    last = max(
        view.y() + view.rows()[-1][1] for caption, view in page._shown_views() if not caption.isHidden()
    )
    assert last <= bottom
    for begin, end in page._rows():
        assert begin >= top or end <= top + 1


def test_who_scrolls_by_themselves_stays_there_until_the_next_operation(qtbot):
    shown = _low(qtbot)
    shown.step("update", 2)
    shown.typeset()
    bar = shown.panel.pages["formulas"].verticalScrollBar()
    found = bar.value()
    assert found > 0
    bar.triggerAction(bar.SliderAction.SliderToMinimum)
    shown.panel.resize(414, 196)
    qtbot.wait(20)
    assert bar.value() == 0
    shown.step("update", 1)
    shown.typeset()
    assert bar.value() > 0


def test_until_formulas_are_there_the_words_of_this_operation_stand_there(shown, monkeypatch):
    panel, page = shown.panel, shown.panel.pages["formulas"]
    panel.set_depth("formulas")
    shown.step("sum", 1, 0)
    shown.typeset()
    late = Future()
    monkeypatch.setattr(panel._typesetting, "ask", lambda moment, **_: late)
    shown.step("delta", 2, 0)
    assert page._words.isVisible()
    assert page._words.text() == joined(panel.explained.words()[0])
    assert not page._shown_views()
    late.set_result(panel.explained.formulas())
    shown.typeset()
    assert not page._words.isVisible()
    assert "δ" in page._pairs[0][1].text()


def test_what_nobody_waits_for_any_more_is_not_made(shown, monkeypatch):
    making, go_on = threading.Event(), threading.Event()
    made = []

    def slow(moment, urgent):
        made.append(moment.operation)
        making.set()
        assert go_on.wait(10)
        return []

    monkeypatch.setattr(typesetting, "made", slow)
    work, explained = typesetting.Typesetting(), shown.panel.explained
    shown.step("sum", 1)
    first = explained.moment
    waiting = [explained.following(steps) for steps in (1, 2, 3)]
    work.ask(first)
    assert making.wait(10)
    stale = work.ask(waiting[0], ahead=True)
    work.ask(waiting[1])
    wanted = work.ask(waiting[2])
    go_on.set()
    assert wanted.result(10) == []
    assert stale.cancelled()
    assert made == [first.operation, waiting[2].operation]
