"""The decision panel, in every mode, used as a person would."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from bpviz.present.palette import DARK, LIGHT, class_colour, rgb
from bpviz.snapshot import PredictionMap, RunInfo, Snapshot, SurfaceGrid
from bpviz.text import set_language
from bpviz.views.decision.panel import DecisionPanel
from tests.helpers import fake_predictions as fake
from tests.helpers.fake_history import fake_history


@pytest.fixture
def panel(qtbot: QtBot) -> DecisionPanel:
    panel = DecisionPanel()
    qtbot.addWidget(panel)
    panel.resize(420, 300)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


@pytest.fixture
def chinese() -> Iterator[None]:
    set_language("zh_CN")
    yield
    set_language("en")


def showing(panel: DecisionPanel, info: RunInfo, snapshot: Snapshot) -> DecisionPanel:
    panel.show_run(info)
    panel.show_snapshot(snapshot)
    panel.grab()
    return panel


def colour_at(panel: DecisionPanel, at: QPointF) -> tuple[int, int, int]:
    colour = panel.picture.grab().toImage().pixelColor(at.toPoint())
    return colour.red(), colour.green(), colour.blue()


def close(first: tuple[int, int, int], second: tuple[int, int, int], within: int = 30) -> bool:
    return max(abs(a - b) for a, b in zip(first, second, strict=True)) <= within


def bare(info: RunInfo) -> RunInfo:
    """Return the run without points, so that the map's own colours can be looked at."""
    return replace(info, x_train=np.empty((0, 2)), y_train=np.empty(0, int), x_test=None, y_test=None)


def point(panel: DecisionPanel, row: int, features: tuple[int, int] = (0, 1)) -> QPointF:
    info, axes = panel.map.info, panel.map._axes
    assert info is not None
    assert info.x_train is not None
    assert axes is not None
    x, y = (float(axis.pixel(info.x_train[row, f])) for axis, f in zip(axes, features, strict=True))
    return QPointF(x, y)


MODES = {
    "two": (fake.two_classes, "map"),
    "many": (fake.many_classes, "map"),
    "matrix": (lambda: fake.many_classes(3, features=4), "matrix"),
    "pictures": (lambda: fake.many_classes(10, features=64, pictures=True), "matrix"),
    "curve": (fake.curve_fit, "curve"),
    "surface": (fake.surface_fit, "map"),
    "scatter": (fake.many_features_fit, "scatter"),
    "function of two": (fake.descent_2d, "contours"),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("size", [(260, 180), (1400, 900)])
def test_every_mode_finds_its_picture_and_paints_it_at_any_size(
    panel: DecisionPanel, mode: str, size: tuple[int, int]
) -> None:
    make, picture = MODES[mode]
    info, snapshot, *grid = make()
    panel.resize(*size)
    panel.show_run(info)
    empty = panel.picture.grab().toImage()
    showing(panel, info, snapshot)
    for surface in grid:
        panel.show_surface(surface)
    assert panel.picture is getattr(panel, picture)
    assert panel.width() == size[0]
    assert panel.picture.grab().toImage() != empty
    assert panel.caption.text.startswith("iteration 420")


def test_a_map_shows_its_probabilities_in_colour(panel: DecisionPanel) -> None:
    info, snapshot = fake.two_classes()
    showing(panel, bare(info), snapshot)
    assert close(colour_at(panel, panel.map.plot.center()), rgb(LIGHT.positive))
    assert close(colour_at(panel, panel.map.plot.topLeft() + QPointF(6, 6)), rgb(LIGHT.negative))


def test_the_lowest_row_of_a_map_is_at_the_bottom(panel: DecisionPanel) -> None:
    info, _ = fake.two_classes()
    p = np.zeros((16, 16))
    p[8:] = 1.0
    found = PredictionMap((0, 1), fake.RANGE, fake.RANGE, np.stack((1 - p, p), axis=2))
    showing(panel, bare(info), fake.snapshot(prediction_map=found))
    plot = panel.map.plot
    assert close(colour_at(panel, QPointF(plot.center().x(), plot.top() + 8)), rgb(LIGHT.positive))
    assert close(colour_at(panel, QPointF(plot.center().x(), plot.bottom() - 8)), rgb(LIGHT.negative))


def test_points_lie_where_their_features_say(panel: DecisionPanel) -> None:
    info, snapshot = fake.many_classes(3, points=12)
    showing(panel, info, snapshot)
    panel.test_button.setChecked(False)
    assert info.y_train is not None
    for row in range(12):
        wanted = rgb(class_colour(int(info.y_train[row])))
        assert close(colour_at(panel, point(panel, row)), wanted, 40)


def test_clicking_a_point_chooses_its_sample(panel: DecisionPanel, qtbot: QtBot) -> None:
    info, snapshot = fake.two_classes(points=15)
    showing(panel, info, snapshot)
    with qtbot.waitSignal(panel.sample_chosen) as caught:
        qtbot.mouseClick(panel.map, Qt.MouseButton.LeftButton, pos=point(panel, 11).toPoint())
    assert caught.args == [11]


def test_arrow_keys_choose_the_next_and_the_last_sample(panel: DecisionPanel, qtbot: QtBot) -> None:
    info, snapshot = fake.two_classes(points=15)
    showing(panel, info, snapshot)
    for key, wanted in ((Qt.Key.Key_Right, 8), (Qt.Key.Key_Left, 6)):
        with qtbot.waitSignal(panel.sample_chosen) as caught:
            qtbot.keyClick(panel.map, key)
        assert caught.args == [wanted]


@pytest.mark.parametrize("make", [fake.two_classes, fake.curve_fit, fake.many_features_fit])
def test_arrow_keys_go_round_at_the_ends(
    panel: DecisionPanel, qtbot: QtBot, make: Callable[..., Any]
) -> None:
    info, snapshot = make(points=15)
    showing(panel, info, replace(snapshot, sample=14))
    with qtbot.waitSignal(panel.sample_chosen) as caught:
        qtbot.keyClick(panel.picture, Qt.Key.Key_Right)
    assert caught.args == [0]
    showing(panel, info, replace(snapshot, sample=0))
    with qtbot.waitSignal(panel.sample_chosen) as caught:
        qtbot.keyClick(panel.picture, Qt.Key.Key_Left)
    assert caught.args == [14]


def test_the_chosen_sample_is_ringed(panel: DecisionPanel) -> None:
    info, snapshot = fake.two_classes()
    showing(panel, info, snapshot)
    before = panel.map.grab().toImage()
    at = point(panel, 20)
    panel.show_snapshot(fake.snapshot(sample=20, prediction_map=snapshot.prediction_map))
    after = panel.map.grab().toImage()
    around = (at + QPointF(panel.map._radius + 3.5, 0)).toPoint()
    darkest = [
        min(image.pixelColor(around.x() + dx, around.y()).lightness() for dx in (-1, 0, 1))
        for image in (before, after)
    ]
    assert darkest[1] < 70 < darkest[0]


def test_the_pointer_reads_features_and_probabilities(panel: DecisionPanel, qtbot: QtBot) -> None:
    info, snapshot = fake.two_classes()
    showing(panel, info, snapshot)
    at = panel.map.plot.center()
    qtbot.mouseMove(panel.map, at.toPoint())
    texts = [text for text, _ in panel.map.lines_at(at)]
    assert texts[0].startswith("x₁ = ")
    assert texts[2] == "inside  99.9\u2009%"
    qtbot.keyClick(panel.map, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert "inside  99.9\u2009%" in QGuiApplication.clipboard().text()
    assert panel.map.lines_at(QPointF(1, 1)) == []


def test_test_points_are_shown_or_hidden(panel: DecisionPanel, qtbot: QtBot) -> None:
    showing(panel, *fake.two_classes())
    with_test = panel.map.grab().toImage()
    qtbot.mouseClick(panel.test_button, Qt.MouseButton.LeftButton)
    assert panel.map.grab().toImage() != with_test
    qtbot.mouseClick(panel.test_button, Qt.MouseButton.LeftButton)
    assert panel.map.grab().toImage() == with_test


def test_the_chosen_digit_looks_as_in_the_diagram(panel: DecisionPanel) -> None:
    info, snapshot = fake.many_classes(3, features=64, pictures=True)
    assert info.x_train is not None
    ink = info.x_train.copy()
    ink[3] = np.arange(64) == 0
    info = replace(info, x_train=ink)
    lightness = []
    for palette in (LIGHT, DARK):
        panel.set_palette(palette)
        showing(panel, info, snapshot)
        image = panel.matrix.grab().toImage()
        place = panel.matrix._picture
        paper = place.center().toPoint()
        lightness.append(image.pixelColor(paper).lightness())
    assert lightness[0] > 200
    assert lightness[1] < 60


def test_points_are_painted_once_for_a_run_and_size(
    panel: DecisionPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bpviz.views.decision import map as decision_map

    calls: list[int] = []
    draw = decision_map.draw_points
    monkeypatch.setattr(decision_map, "draw_points", lambda *a, **k: (calls.append(1), draw(*a, **k)))
    info, snapshot = fake.two_classes()
    showing(panel, info, snapshot)
    first = len(calls)
    for _ in range(5):
        panel.show_snapshot(snapshot)
        panel.grab()
    assert len(calls) == first > 0
    panel.resize(600, 400)
    panel.grab()
    assert len(calls) > first


def test_large_sets_are_thinned_and_say_so(panel: DecisionPanel) -> None:
    info, snapshot = fake.two_classes(points=20_000)
    showing(panel, info, snapshot)
    assert "6\u2009000 of 40\u2009000 points" in panel.caption.text
    assert panel.map._points is not None
    assert len(panel.map._points.rows) <= 3000


def test_a_matrix_shows_its_counts_for_either_part(panel: DecisionPanel, qtbot: QtBot) -> None:
    info, snapshot = fake.many_classes(3, features=4)
    showing(panel, info, snapshot)
    assert snapshot.confusion_test is not None
    assert snapshot.confusion_train is not None
    grid = panel.matrix.grid
    at = QPointF(grid.left() + grid.width() * 0.5, grid.top() + grid.height() / 6)
    texts = [text for text, _ in panel.matrix.lines_at(at)]
    assert texts[:2] == ["true class: class 0", "predicted: class 1"]
    assert texts[2].startswith(f"{snapshot.confusion_test[0, 1]} of {snapshot.confusion_test[0].sum()} ")
    qtbot.mouseClick(panel.test_button, Qt.MouseButton.LeftButton)
    texts = [text for text, _ in panel.matrix.lines_at(at)]
    assert texts[2].startswith(f"{snapshot.confusion_train[0, 1]} of {snapshot.confusion_train[0].sum()} ")


def test_without_a_test_part_the_matrix_counts_the_training_part(panel: DecisionPanel) -> None:
    info, snapshot = fake.many_classes(3, features=4)
    lone = fake.snapshot(confusion_train=snapshot.confusion_train, test=None)
    showing(panel, info, lone)
    assert panel.matrix.counts() is snapshot.confusion_train


def test_the_map_of_two_chosen_features(panel: DecisionPanel, qtbot: QtBot) -> None:
    info, snapshot = fake.many_classes(3, features=4)
    showing(panel, info, snapshot)
    assert panel.first_feature.isHidden()
    qtbot.mouseClick(panel.map_button, Qt.MouseButton.LeftButton)
    assert panel.picture is panel.map
    assert "other features at their mean" in panel.caption.text
    panel.second_feature.setFocus()
    with qtbot.waitSignal(panel.features_chosen) as caught:
        qtbot.keyClick(panel.second_feature, Qt.Key.Key_Down)
    assert caught.args == [0, 2]
    with qtbot.waitSignal(panel.features_chosen) as caught:
        qtbot.keyClick(panel.second_feature, Qt.Key.Key_Up)
        qtbot.keyClick(panel.second_feature, Qt.Key.Key_Up)
    qtbot.mouseClick(panel.matrix_button, Qt.MouseButton.LeftButton)
    assert panel.picture is panel.matrix


def test_one_feature_is_never_on_both_axes(panel: DecisionPanel, qtbot: QtBot) -> None:
    info, snapshot = fake.many_classes(3, features=4)
    showing(panel, info, snapshot)
    qtbot.mouseClick(panel.map_button, Qt.MouseButton.LeftButton)
    chosen: list[tuple[int, int]] = []
    panel.features_chosen.connect(lambda *pair: chosen.append(pair))
    panel.first_feature.setFocus()
    qtbot.keyClick(panel.first_feature, Qt.Key.Key_Down)
    assert chosen == [(1, 2)]


def test_the_boxes_follow_the_map(panel: DecisionPanel) -> None:
    info, snapshot = fake.many_classes(3, features=4)
    showing(panel, info, snapshot)
    assert snapshot.prediction_map is not None
    other = PredictionMap((2, 3), fake.RANGE, fake.RANGE, snapshot.prediction_map.values)
    panel.show_snapshot(fake.snapshot(prediction_map=other))
    assert (panel.first_feature.currentText(), panel.second_feature.currentText()) == (
        "feature 2",
        "feature 3",
    )


def test_pictures_step_through_the_samples(panel: DecisionPanel, qtbot: QtBot) -> None:
    panel.resize(700, 300)
    info, snapshot = fake.many_classes(10, features=64, pictures=True)
    showing(panel, info, snapshot)
    assert panel.map_button.isHidden()
    place = panel.matrix._picture
    assert not place.isEmpty()
    with qtbot.waitSignal(panel.sample_chosen) as caught:
        qtbot.mouseClick(panel.matrix, Qt.MouseButton.LeftButton, pos=place.center().toPoint())
    assert caught.args == [4]


def test_a_curve_runs_through_its_predictions(panel: DecisionPanel) -> None:
    info, snapshot = fake.curve_fit()
    showing(panel, info, snapshot)
    axes = panel.curve._axes
    assert axes is not None
    for x in (-1.0, 0.5, 2.0):
        at = QPointF(float(axes[0].pixel(x)), float(axes[1].pixel(np.sin(1.05 * x))))
        image = panel.curve.grab().toImage()
        near = [image.pixelColor(round(at.x()), round(at.y()) + dy) for dy in (-1, 0, 1)]
        assert any(close((c.red(), c.green(), c.blue()), rgb(LIGHT.accent), 60) for c in near)
    assert panel.subtitle() == "train 0.01200 · test 0.01530"


def test_classes_of_one_feature_are_curves_of_probability(panel: DecisionPanel) -> None:
    x = np.linspace(-1, 1, 20)[:, None]
    y = (x[:, 0] > 0).astype(int)
    info = RunInfo(
        1,
        "network",
        "n",
        9,
        task="classification",
        feature_names=("x",),
        class_names=("a", "b"),
        x_train=x,
        y_train=y,
    )
    p = np.linspace(0, 1, 32)
    found = PredictionMap((0,), (-1.0, 1.0), (0.0, 0.0), np.stack((1 - p, p), axis=1)[None])
    showing(panel, info, fake.snapshot(prediction_map=found))
    texts = [text for text, _ in panel.curve.lines_at(QPointF(panel.curve.plot.right() - 1, 20))]
    assert texts[1].startswith("b  99")


def test_a_fitted_surface_and_its_points_share_one_scale(panel: DecisionPanel) -> None:
    info, snapshot = fake.surface_fit()
    showing(panel, info, snapshot)
    assert panel.map.scale is not None
    assert panel.map.scale.diverging
    assert info.y_train is not None
    assert panel.map.scale.high == np.abs(info.y_train).max()
    showing(panel, *fake.surface_fit(offset=2.0))
    assert not panel.map.scale.diverging


def test_the_colour_bar_reaches_to_what_is_predicted(panel: DecisionPanel) -> None:
    info, snapshot = fake.surface_fit(offset=2.0)
    showing(panel, info, snapshot)
    first, found = panel.map.scale, snapshot.prediction_map
    assert first is not None
    assert found is not None
    far = first.high + 0.4 * (first.high - first.low)
    values = found.values.copy()
    values[0, :8] = far
    panel.show_snapshot(replace(snapshot, prediction_map=replace(found, values=values)))
    panel.map.grab()
    assert panel.map.scale is not None
    assert panel.map.scale.high >= far
    # Right again, it needs no more room than at first; a little too much is kept.
    panel.show_snapshot(snapshot)
    assert panel.map.scale.high >= far
    panel.show_run(info)
    assert panel.map.scale.high == first.high


def test_right_predictions_lie_on_the_diagonal(panel: DecisionPanel, qtbot: QtBot) -> None:
    info, _ = fake.many_features_fit()
    assert info.y_train is not None
    exact = fake.snapshot(predictions_train=info.y_train, predictions_test=info.y_test)
    showing(panel, info, exact)
    plot, at = panel.scatter.plot, panel.scatter._at
    np.testing.assert_allclose(at[:, 0] - plot.left(), plot.bottom() - at[:, 1], atol=1e-6)
    with qtbot.waitSignal(panel.sample_chosen) as caught:
        qtbot.mouseClick(panel.scatter, Qt.MouseButton.LeftButton, pos=QPointF(*at[5].tolist()).toPoint())
    row = caught.args[0]
    assert np.hypot(*(at[row] - at[5])) < 3


def test_predictions_that_are_not_finite_are_left_out(panel: DecisionPanel) -> None:
    info, snapshot = fake.many_features_fit()
    assert snapshot.predictions_train is not None
    broken = snapshot.predictions_train.copy()
    broken[:100] = np.nan
    showing(panel, info, fake.snapshot(predictions_train=broken))
    assert len(panel.scatter._at) == len(broken) - 100


def test_a_descent_from_above_shows_path_and_heights(panel: DecisionPanel) -> None:
    info, snapshot, grid = fake.descent_2d()
    showing(panel, info, snapshot)
    panel.show_surface(grid)
    plot = panel.contours.plot if panel.grab() else None
    assert plot is not None
    assert close(colour_at(panel, plot.center()), rgb(LIGHT.path), 10)
    texts = [text for text, _ in panel.contours.lines_at(plot.center())]
    assert texts[2].startswith("f ≈ ")
    assert panel.subtitle().startswith("f = ")


def test_the_table_of_steps_says_point_value_and_slope(panel: DecisionPanel) -> None:
    info, snapshots = fake.descent_1d(10)
    panel.show_run(info)
    for snapshot in snapshots:
        panel.show_snapshot(snapshot)
    assert panel.picture is panel.steps
    rows = panel.steps.rows()
    assert [iteration for iteration, _ in rows] == list(range(10, -1, -1))
    assert rows[-1][1] == (5.0, 25.0, 10.0)
    assert rows[-2][1] == (4.0, 16.0, 8.0)
    panel.show_snapshot(snapshots[3])
    assert panel.steps.rows()[0][0] == 3, "going back hides what comes after"


def test_steps_without_a_snapshot_come_from_the_path(panel: DecisionPanel) -> None:
    info, snapshots = fake.descent_1d(4)
    panel.show_run(info)
    panel.show_history(fake_history(1))
    panel.show_snapshot(snapshots[0])
    panel.show_snapshot(snapshots[4])
    path = np.array([[5.0 * 0.8**k, 0.0, 25.0 * 0.64**k] for k in range(5)])
    u = np.linspace(-6, 6, 11)
    panel.show_surface(
        SurfaceGrid(
            1, 4, u, np.zeros(1), (u**2)[None], "x", "", "axes", path, np.arange(5), (0, 0, 0), 0.0, (0, 0)
        )
    )
    rows = dict(panel.steps.rows())
    assert rows[2][:2] == pytest.approx((3.2, 10.24))
    assert np.isnan(rows[2][2])
    assert rows[0] == (5.0, 25.0, 10.0)
    panel.grab()
    panel.show_history(fake_history(1, generation=1))
    assert [iteration for iteration, _ in panel.steps.rows()] == [4], "another way was taken"


def test_no_old_run_shows_through(panel: DecisionPanel) -> None:
    showing(panel, *fake.two_classes())
    info, _ = fake.many_classes(3)
    panel.show_run(info)
    assert panel.subtitle() == ""
    assert panel.caption.text == ""
    assert panel.map.lines_at(panel.map.plot.center()) == []


def test_another_language_and_theme_reach_every_part(panel: DecisionPanel, chinese: None) -> None:
    showing(panel, *fake.many_classes(3, features=4))
    panel.retranslate()
    panel.set_palette(DARK)
    assert panel.matrix_button.text() == "矩阵"
    assert panel.caption.text == "迭代 420"
    assert panel.subtitle().startswith("训练 100")
    assert panel.matrix.palette_in_use is DARK


def test_every_control_is_named_and_in_the_tab_order(panel: DecisionPanel) -> None:
    showing(panel, *fake.many_classes(3, features=4))
    controls = (
        panel.map_button, panel.matrix_button, panel.test_button, panel.first_feature, panel.second_feature
    )  # fmt: skip
    for control in controls:
        assert control.toolTip()
        assert control.accessibleName()
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert all(picture.accessibleName() for picture in panel.pictures)


def test_a_picture_at_ratio_two_is_as_sharp_as_the_screen(panel: DecisionPanel) -> None:
    showing(panel, *fake.two_classes())
    image = panel.render_image(400, 300, 2.0)
    assert (image.width(), image.height()) == (800, 600)
    assert panel.map._layer is not None
    assert panel.map._layer.devicePixelRatio() == 2.0
