"""The decision panel: what the model answers, in the picture that fits the task."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from bpviz.present.decision.metrics_table import Part, metrics_line
from bpviz.present.decision.words import caption, score
from bpviz.present.palette import LIGHT, Palette
from bpviz.present.walk.light import lit_at
from bpviz.present.walk.place import Sample
from bpviz.snapshot import History, RunInfo, Snapshot, SurfaceGrid
from bpviz.snapshot.dissection import Dissection, Operation
from bpviz.text import tr
from bpviz.views.decision.canvas import DecisionCanvas
from bpviz.views.decision.fit import FittedCurve, TargetScatter
from bpviz.views.decision.function import ContourPicture, StepTable
from bpviz.views.decision.key import ClassKey
from bpviz.views.decision.map import FeatureMap
from bpviz.views.decision.matrix import ConfusionMatrix
from bpviz.views.decision.metrics import MetricsPicture
from bpviz.views.decision.sequence import SequencePicture
from bpviz.views.panel import Panel
from bpviz.views.plotting import CENTRE, Chip, line_height, smaller


class Caption(QWidget):
    """One quiet line under the picture, cut short where it does not fit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.palette_in_use: Palette = LIGHT
        self.text = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def say(self, text: str) -> None:
        """Show ``text``."""
        if text != self.text:
            self.text = text
            self.setAccessibleName(text)
            self.setToolTip(text)
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(80, round(line_height(QFontMetricsF(smaller(self.font())))) + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(smaller(self.font()))
        painter.setPen(QColor(self.palette_in_use.muted))
        metrics = QFontMetricsF(painter.font())
        text = metrics.elidedText(self.text, Qt.TextElideMode.ElideRight, self.width() - 12)
        painter.drawText(self.rect().adjusted(6, 0, -6, 0), CENTRE, text)
        painter.end()


class FeatureBox(QComboBox):
    """A box of features as wide as its longest name where there is room; its list always is."""

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        longest = max((self.fontMetrics().horizontalAdvance(name) for name in self._names()), default=0)
        return QSize(max(hint.width(), longest + 34), hint.height())

    def _names(self) -> list[str]:
        return [self.itemText(index) for index in range(self.count())]

    def showPopup(self) -> None:
        view = self.view()
        view.setMinimumWidth(view.sizeHintForColumn(0) + 24)
        super().showPopup()


class DecisionPanel(Panel):
    """Shows predictions: a map, a curve, a sequence, a confusion matrix, a scatter or a function's descent.

    Signals
    -------
    sample_chosen : int
        The row of the training part whose point was clicked.
    features_chosen : int, int
        The two features that the map is to span.
    """

    sample_chosen = Signal(int)
    features_chosen = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.info: RunInfo | None = None
        self.snapshot: Snapshot | None = None
        self._record = (0, 0)
        self.map = FeatureMap()
        self.curve = FittedCurve()
        self.matrix = ConfusionMatrix()
        self.scatter = TargetScatter()
        self.sequence = SequencePicture()
        self.contours = ContourPicture()
        self.steps = StepTable()
        self.metrics = MetricsPicture()
        self.key = ClassKey(self)
        self.caption = Caption(self)
        self.matrix_button, self.map_button = Chip(self), Chip(self)
        self.test_button, self.metrics_button = Chip(self), Chip(self)
        self.first_feature, self.second_feature = FeatureBox(self), FeatureBox(self)
        self._lay_out()
        self._connect()
        self.set_palette(self.palette_in_use)
        self.retranslate()
        self._choose_picture()

    @property
    def pictures(self) -> tuple[DecisionCanvas, ...]:
        """Every picture that the panel can show."""
        plots = self.map, self.curve, self.matrix, self.scatter, self.sequence, self.contours, self.steps
        return *plots, self.metrics

    @property
    def picture(self) -> DecisionCanvas:
        """The picture that is shown."""
        return next(p for p in self.pictures if p is self._stack.currentWidget())

    def show_run(self, info: RunInfo) -> None:
        fresh = self.info is None or self.info.feature_names != info.feature_names
        self.info, self.snapshot = info, None
        for picture in self.pictures:
            picture.show_run(info)
        if fresh:
            self._fill_features(info)
            # Of a sequence's one class the matrix says more than the one sample.
            several = info.task == "regression" or info.target_steps > 0
            self.map_button.setChecked(info.sequence_shape is not None and several)
        self._choose_picture()
        self._refresh()

    def show_data(self, info: RunInfo) -> None:
        self.info = info
        for picture in self.pictures:
            picture.show_data(info)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        for picture in self.pictures:
            # Pictures that are not on the screen need only the steps that they collect.
            if picture is self.picture or picture is self.steps:
                picture.show_snapshot(snapshot)
        self._follow_features(snapshot)
        self._refresh()

    def show_operation(
        self, dissection: Dissection | None, operation: Operation | None, sample: Sample = "mean"
    ) -> None:
        """Ring the batch among the points."""
        self.map.lit = lit_at(dissection, operation, sample)
        self.map.update()
        self._refresh()

    def show_surface(self, grid: SurfaceGrid) -> None:
        if self.picture in (self.contours, self.steps):
            self.picture.show_surface(grid)

    def show_history(self, history: History) -> None:
        if self._record != (history.run_id, history.generation):
            self._record = history.run_id, history.generation
            self.steps.forget_steps()

    def set_palette(self, palette: Palette) -> None:
        for picture in self.pictures:
            picture.set_palette(palette)
        chips = (self.matrix_button, self.map_button, self.metrics_button, self.test_button)
        for part in (*chips, self.key, self.caption):
            part.palette_in_use = palette
        super().set_palette(palette)

    def retranslate(self) -> None:
        self._name_chips()
        for combo, name in (
            (self.first_feature, tr("Feature along the map’s horizontal axis")),
            (self.second_feature, tr("Feature along the map’s vertical axis")),
        ):
            combo.setToolTip(name)
            combo.setAccessibleName(name)
        for picture in self.pictures:
            picture.setAccessibleName(tr("Picture of the predictions"))
            picture.setAccessibleDescription(tr("Arrow keys choose a sample, Ctrl+C copies the numbers."))
            picture.update()
        self._refresh()
        super().retranslate()

    def title(self) -> str:
        """Return what it shows: a function's descent, a fit, or else a decision map."""
        if self.info is None or self.info.task == "classification":
            return ""
        return tr("Descent") if self.info.kind == "function" else tr("Fit")

    def subtitle(self) -> str:
        return score(self.snapshot, self.info.task if self.info is not None else "")

    def _lay_out(self) -> None:
        choosers, head = QHBoxLayout(), QHBoxLayout()
        choosers.setContentsMargins(6, 0, 6, 0)
        head.setContentsMargins(6, 0, 6, 0)
        head.setSpacing(4)
        head.addWidget(self.key, 1)
        for combo in (self.first_feature, self.second_feature):
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.setMinimumContentsLength(1)
            # Narrow panels: the name needs the room more than the frame does.
            combo.setProperty("look", "flat")
            combo.setMinimumWidth(46)
            combo.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
            choosers.addWidget(combo, 1)
        for chip in (self.map_button, self.matrix_button, self.metrics_button, self.test_button):
            head.addWidget(chip)
        self._stack = QStackedLayout()
        for picture in self.pictures:
            self._stack.addWidget(picture)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 2)
        column.setSpacing(1)
        # A row of their own: names of features are long.
        column.addLayout(choosers)
        column.addLayout(head)
        column.addLayout(self._stack, 1)
        column.addWidget(self.caption)

    def _connect(self) -> None:
        for picture in self.pictures:
            picture.sample_chosen.connect(self.sample_chosen)
        self.test_button.setChecked(True)
        self.test_button.toggled.connect(self._on_test_button_toggled)
        self.matrix_button.clicked.connect(self._on_matrix_button_clicked)
        self.map_button.clicked.connect(self._on_map_button_clicked)
        self.metrics_button.clicked.connect(self._on_metrics_button_clicked)
        self.first_feature.activated.connect(self._on_feature_activated)
        self.second_feature.activated.connect(self._on_feature_activated)

    def _fill_features(self, info: RunInfo) -> None:
        for combo, chosen in ((self.first_feature, 0), (self.second_feature, 1)):
            combo.clear()
            combo.addItems(info.feature_names)
            combo.setCurrentIndex(min(chosen, len(info.feature_names) - 1))

    def _follow_features(self, snapshot: Snapshot) -> None:
        """Let the boxes name the features of the map, whoever chose them."""
        found = snapshot.prediction_map
        if found is None or len(found.features) != 2:
            return
        boxes = (self.first_feature, self.second_feature)
        if any(box.view().isVisible() for box in boxes):
            return
        for box, feature in zip(boxes, found.features, strict=True):
            if box.currentIndex() != feature:
                box.setCurrentIndex(feature)

    def _choose_picture(self) -> None:
        info = self.info
        sequence = info is not None and info.sequence_shape is not None
        many = info is not None and info.kind == "network" and len(info.feature_names) > 2
        maps = many and info is not None and info.picture_shape is None
        on_map = maps and self.map_button.isChecked()
        network = info is not None and info.kind == "network"
        measured = network and self.metrics_button.isChecked()
        self._stack.setCurrentWidget(self.metrics if measured else self._picture_for(info, many, on_map))
        self.matrix_button.setChecked(not on_map and not measured)
        picture = self.picture
        for widget, seen in (
            (self.matrix_button, maps),
            (self.map_button, maps),
            (self.metrics_button, network),
            (self.first_feature, on_map and not sequence),
            (self.second_feature, on_map and not sequence),
            (self.test_button, self._parts_shown(picture)),
        ):
            widget.setVisible(seen)
        plain = info is not None and picture not in (self.matrix, self.metrics)
        names = info.class_names if info is not None and plain else ()
        parts = picture in (self.map, self.curve, self.scatter) and not self.test_button.isHidden()
        self.key.set_classes(names, parts=parts and self.test_button.isChecked())
        self.key.setVisible(bool(names) or maps or network or not self.test_button.isHidden())
        self._name_chips()
        if self.snapshot is not None:
            picture.show_snapshot(self.snapshot)

    def _parts_shown(self, picture: DecisionCanvas) -> bool:
        """Whether a picture can show the test part as well."""
        return picture not in (self.contours, self.steps, self.sequence) and self._has_test()

    def _picture_for(self, info: RunInfo | None, many: bool, on_map: bool) -> DecisionCanvas:
        if info is None:
            return self.map
        if info.kind == "function":
            return self.contours if info.size > 1 else self.steps
        if info.sequence_shape is not None and (on_map or not many):
            return self.sequence
        if len(info.feature_names) == 1:
            return self.curve
        if not many or on_map:
            return self.map
        return self.matrix if info.task == "classification" else self.scatter

    def _has_test(self) -> bool:
        return self.info is not None and self.info.x_test is not None and len(self.info.x_test) > 0

    def _name_chips(self) -> None:
        if self.info is not None and self.info.sequence_shape is not None:
            self.map_button.say(tr("sequence"), tr("Show the chosen sample over its steps"))
        else:
            self.map_button.say(tr("map"), tr("Show the map over two features"))
        self.metrics_button.say(tr("metrics"), tr("Show precision, recall and F1, or R² and the errors"))
        if self.picture is self.metrics:
            self.test_button.say(tr("test"), tr("Measure the test part instead of the training part"))
        elif self.picture is self.matrix:
            self.test_button.say(tr("test"), tr("Count the test part instead of the training part"))
        else:
            self.test_button.say(tr("test"), tr("Show the test points, too"))
        if self._regresses():
            self.matrix_button.say(tr("fit"), tr("Show the predictions against their targets"))
        else:
            self.matrix_button.say(tr("matrix"), tr("Show the confusion matrix"))

    def _regresses(self) -> bool:
        return self.info is not None and self.info.task == "regression"

    def _refresh(self) -> None:
        if self.info is None:
            self.caption.say("")
            return
        mapped = self.picture is self.map
        said = caption(
            self.info,
            self.snapshot,
            mapped=mapped,
            limit=self.picture.point_limit,
            walked=self.map.lit is not None,
        )
        part: Part = "test" if self.test_button.isChecked() else "train"
        line = "" if self.picture is self.metrics else metrics_line(self.snapshot, part)
        self.caption.say(" · ".join(filter(None, (said, line))))

    @Slot(bool)
    def _on_test_button_toggled(self, checked: bool) -> None:
        if self.picture not in (self.matrix, self.metrics):
            self.key.set_classes(self.key.names, parts=checked)
        self.map.show_test(checked)
        self.curve.show_test(checked)
        self.scatter.show_test(checked)
        for picture in (self.matrix, self.metrics):
            picture.show_part("test" if checked else "train")
        self._refresh()

    @Slot()
    def _on_metrics_button_clicked(self) -> None:
        self._choose_picture()
        self._refresh()

    @Slot()
    def _on_matrix_button_clicked(self) -> None:
        self.map_button.setChecked(False)
        self.metrics_button.setChecked(False)
        self._choose_picture()
        self._refresh()

    @Slot()
    def _on_map_button_clicked(self) -> None:
        self.map_button.setChecked(True)
        self.metrics_button.setChecked(False)
        self._choose_picture()
        self._refresh()

    @Slot(int)
    def _on_feature_activated(self, index: int) -> None:
        first, second = self.first_feature.currentIndex(), self.second_feature.currentIndex()
        if first == second:
            # One feature on both axes is no map: the other axis takes the next one.
            other = self.second_feature if self.sender() is self.first_feature else self.first_feature
            other.setCurrentIndex((index + 1) % other.count())
            first, second = self.first_feature.currentIndex(), self.second_feature.currentIndex()
        self.features_chosen.emit(first, second)
