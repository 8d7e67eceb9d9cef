"""The decision map's points, its key and its boxes of features."""

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bpviz.present.palette import class_colour
from bpviz.views.decision.key import ClassKey
from bpviz.views.decision.panel import FeatureBox
from bpviz.views.decision.points import stamp


def test_training_points_are_filled_and_test_points_white_inside(qapp: QApplication) -> None:
    colour = QColor(class_colour(0))
    filled, hollow = (stamp(colour, 4.0, 1.0, hollow=h).toImage() for h in (False, True))
    middle = filled.width() // 2
    assert filled.pixelColor(middle, middle) == colour
    assert hollow.pixelColor(middle, middle) == QColor("#ffffff")
    for image in (filled, hollow):
        across = [image.pixelColor(x, middle) for x in range(image.width())]
        assert min(c.lightness() for c in across if c.alpha() > 120) < 90


def test_the_key_loses_names_before_colours(qtbot: QtBot) -> None:
    key = ClassKey()
    qtbot.addWidget(key)
    names = ("setosa", "versicolor", "virginica")
    key.set_classes(names, parts=True)
    whole = key.entries(1000.0)
    assert [which for which, _ in whole] == [0, 1, 2, "train", "test"]
    assert [name for _, name in whole[:3]] == list(names)
    assert key.entries(60.0) == [(0, ""), (1, ""), (2, "")]
    assert key.minimumSizeHint().width() >= 39
    assert "versicolor" in key.toolTip()


def test_the_list_of_features_holds_the_longest_name(qtbot: QtBot) -> None:
    box = FeatureBox()
    qtbot.addWidget(box)
    name = "a feature with a name that is much too long for a box"
    box.addItems([name, "b"])
    box.resize(60, box.height())
    box.show()
    box.showPopup()
    assert box.view().width() >= box.fontMetrics().horizontalAdvance(name)
    box.hidePopup()
