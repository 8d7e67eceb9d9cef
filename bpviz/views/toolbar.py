"""The bar at the top: train, step, back, reset, speed; data, presets, files, language."""

from __future__ import annotations

import math

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLayout, QMenu, QSizePolicy, QToolButton, QWidget

from bpviz.present.numbers import speed as speed_text
from bpviz.present.palette import LIGHT, Palette
from bpviz.present.setup.form import Choice, Form, Group
from bpviz.present.walk.place import GRAINS, Grain
from bpviz.snapshot import RunState
from bpviz.text import N_, language, tr
from bpviz.views.controls import QuietSlider
from bpviz.views.icons import icon
from bpviz.views.naming import named

SPEED_POSITIONS = 51
"""1 … 100 000 a second, ten positions a decade; one more is as fast as it goes."""

# name, icon, text, tooltip
_BUTTONS = (
    ("train", "train", N_("Train"), N_("Start or pause the training (Space)")),
    ("step", "step", N_("Step"), N_("A step on: an operation, a phase, an iteration or an epoch ( . )")),
    ("back", "back", N_("Back"), N_("A step back, as far as a step on goes ( , )")),
    ("reset", "reset", N_("Reset"), N_("Start anew from the first weights (R)")),
    ("data", "data", N_("Data"), N_("Choose a data set or a function")),
    ("presets", "presets", N_("Presets"), N_("Ready-made examples, one click each")),
    ("open", "open", N_("Open…"), N_("Open a table of your own (Ctrl+O)")),
    ("export", "export", N_("Export…"), N_("Write pictures (Ctrl+E)")),
    ("language", "", "中 / EN", N_("Switch the language · 切换语言")),
)
_STEPS = {
    "operation": N_("An operation"),
    "phase": N_("A phase"),
    "iteration": N_("An iteration"),
    "epoch": N_("An epoch"),
}


def speed_at(position: int) -> float:
    """Return the iterations a second that the slider's ``position`` means; inf at the right end."""
    return math.inf if position >= SPEED_POSITIONS else 10.0 ** (position / 10)


def position_of(speed: float) -> int:
    """Return where the slider stands for ``speed``."""
    if math.isinf(speed):
        return SPEED_POSITIONS
    return min(max(round(10 * math.log10(max(speed, 1.0))), 0), SPEED_POSITIONS - 1)


class ToolBar(QWidget):
    """One row of buttons.  Where the window is too narrow the lesser ones show their icon only."""

    train_toggled = Signal()
    step_requested = Signal(str)
    """A step as far as the chosen grain goes: its name is empty."""
    grain_chosen = Signal(str)
    """How far steps go from now on; a step follows."""
    back_requested = Signal()
    reset_requested = Signal()
    speed_changed = Signal(float)
    data_requested = Signal(str)
    preset_requested = Signal(str)
    open_pressed = Signal()
    export_pressed = Signal()
    language_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("TopBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._form = Form(())
        self._running = False
        self._measured = 0.0
        self._submenus: list[QMenu] = []
        self._filled_with: tuple[object, ...] = ()
        self._palette = LIGHT
        self.buttons = {name: self._button(name) for name, *_ in _BUTTONS}
        self.buttons["train"].setProperty("primary", True)
        self.slider = QuietSlider(self)
        self.slider.setRange(0, SPEED_POSITIONS)
        self.slider.setValue(SPEED_POSITIONS)
        self.slider.setPageStep(10)
        self.slider.valueChanged.connect(self._on_slider_value_changed)
        self.speed_label = named(QLabel(self), "RowLabel")
        self.figure = named(QLabel(self), "RowLabel")
        self._make_menus()
        self._lay_out()
        self._connect()
        self.retranslate()

    def _button(self, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(name)
        button.setProperty("look", "bar")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        return button

    def _make_menus(self) -> None:
        step = self.buttons["step"]
        step.setProperty("split", True)
        step.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        menu = QMenu(step)
        self._grain_actions = {grain: menu.addAction("") for grain in GRAINS}
        for grain, action in self._grain_actions.items():
            action.setCheckable(True)
            action.setData(grain)
        menu.triggered.connect(self._on_step_menu_triggered)
        step.setMenu(menu)
        for name in ("data", "presets"):
            self.buttons[name].setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
            self.buttons[name].setProperty("menu", True)
            menu = QMenu(self.buttons[name])
            menu.setToolTipsVisible(True)
            self.buttons[name].setMenu(menu)
        self.data_menu.triggered.connect(self._on_data_menu_triggered)
        self.presets_menu.triggered.connect(self._on_presets_menu_triggered)

    @property
    def data_menu(self) -> QMenu:
        """The menu of data sets and functions."""
        return self.buttons["data"].menu()

    @property
    def presets_menu(self) -> QMenu:
        """The menu of ready-made examples."""
        return self.buttons["presets"].menu()

    def _lay_out(self) -> None:
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(10, 5, 10, 6)
        # The bar itself sees to it that its buttons fit.
        row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        row.setSpacing(7)
        for name in ("train", "step", "back", "reset"):
            row.addWidget(self.buttons[name])
        row.addSpacing(4)
        row.addWidget(self.speed_label)
        row.addWidget(self.slider)
        row.addWidget(self.figure)
        row.addStretch(1)
        for name in ("data", "presets", "open", "export", "language"):
            row.addWidget(self.buttons[name])
        QWidget.setTabOrder(self.buttons["reset"], self.slider)
        QWidget.setTabOrder(self.slider, self.buttons["data"])
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def _connect(self) -> None:
        signals = {
            "train": self.train_toggled,
            "back": self.back_requested,
            "reset": self.reset_requested,
            "open": self.open_pressed,
            "export": self.export_pressed,
            "language": self.language_pressed,
        }
        for name, signal in signals.items():
            self.buttons[name].clicked.connect(signal)
        self.buttons["step"].clicked.connect(self._on_step_clicked)

    def set_form(self, form: Form) -> None:
        """Fill the menus of data and presets."""
        self._form = form
        self.retranslate()

    def set_speed(self, speed: float) -> None:
        """Show the chosen speed, without saying that it changed."""
        blocker = QSignalBlocker(self.slider)
        self.slider.setValue(position_of(speed))
        blocker.unblock()
        self._say_speed()

    def set_grain(self, grain: Grain) -> None:
        """Tick how far a step goes."""
        for name, action in self._grain_actions.items():
            action.setChecked(name == grain)

    def speed(self) -> float:
        """Return the chosen iterations a second; inf is as fast as it goes."""
        return speed_at(self.slider.value())

    def show_state(self, state: RunState) -> None:
        """Show whether the training runs, and how fast."""
        if state.running != self._running:
            self._running = state.running
            self._dress_train()
        self._measured = state.speed if state.running else 0.0
        self.buttons["back"].setEnabled(state.position > 0 or state.operation is not None)
        self._say_speed()

    def _say_speed(self) -> None:
        if self._measured > 0 and not self.slider.isSliderDown():
            self.figure.setText(tr("{speed}/s", speed=speed_text(self._measured)))
            return
        chosen = self.speed()
        self.figure.setText(
            tr("full speed") if math.isinf(chosen) else tr("{speed}/s", speed=speed_text(chosen))
        )

    def _dress_train(self) -> None:
        button = self.buttons["train"]
        words = tr("Pause") if self._running else tr("Train")
        button.setText(words)
        button.setAccessibleName(words)
        button.setIcon(icon("pause" if self._running else "train", self._palette.on_accent))

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self._palette = palette
        size = self.fontMetrics().height()
        for name, picture, *_ in _BUTTONS:
            self.buttons[name].setIconSize(QSize(round(0.85 * size), round(0.85 * size)))
            if picture:
                self.buttons[name].setIcon(icon(picture, palette.text, palette.muted))
            self.buttons[name].setFixedHeight(round(1.75 * size))
        self._dress_train()
        self._reserve_figure()
        self._fit()

    def retranslate(self) -> None:
        """Say everything again."""
        for name, _, words, tip in _BUTTONS:
            button = self.buttons[name]
            button.setText(tr(words))
            button.setToolTip(tr(tip))
            button.setAccessibleName(tr(words))
        label = self._form.data_label
        self.buttons["data"].setText(tr("Data: {name}", name=_clipped(tr(label))) if label else tr("Data"))
        self._dress_train()
        for grain, action in self._grain_actions.items():
            action.setText(tr(_STEPS[grain]))
        self.speed_label.setText(tr("Speed"))
        self.slider.setToolTip(tr("Iterations a second; at the right end as fast as it goes"))
        self.slider.setAccessibleName(tr("Speed"))
        self._fill_menus()
        self._reserve_figure()
        self._say_speed()
        self._fit()

    def _reserve_figure(self) -> None:
        widest = (tr("full speed"), tr("{speed}/s", speed=speed_text(999_999)))
        metrics = self.figure.fontMetrics()
        self.figure.setFixedWidth(max(metrics.horizontalAdvance(text) for text in widest) + 4)
        self.slider.setFixedWidth(9 * metrics.height() // 2)

    def _fill_menus(self) -> None:
        """Build the menus where what is in them changed; otherwise only move the tick."""
        content = (language(), self._form.data_groups, self._form.presets)
        if content != self._filled_with:
            self._filled_with = content
            self._build_menus()
        for menu in (self.data_menu, *self._submenus):
            for action in menu.actions():
                if action.isCheckable():
                    action.setChecked(action.data() == self._form.data_value)

    def _build_menus(self) -> None:
        self.data_menu.clear()
        # A menu forgets the action of one inside it, not the menu.
        for menu in self._submenus:
            menu.deleteLater()
        self._submenus.clear()
        for group in self._form.data_groups:
            menu = self._menu_of(group)
            for choice in group.choices:
                self._add_choice(menu, choice).setCheckable(True)
        self.presets_menu.clear()
        for choice in self._form.presets:
            self._add_choice(self.presets_menu, choice)
        self.buttons["presets"].setEnabled(bool(self._form.presets))

    def _menu_of(self, group: Group) -> QMenu:
        """Return where the choices of ``group`` go: under a heading, or into a menu of their own."""
        if group.folded:
            self.data_menu.addSeparator()
            menu = self.data_menu.addMenu(tr(group.title))
            menu.setToolTipsVisible(True)
            self._submenus.append(menu)
            return menu
        self.data_menu.addAction(tr(group.title)).setEnabled(False)
        return self.data_menu

    def _add_choice(self, menu: QMenu, choice: Choice) -> QAction:
        action = menu.addAction(tr(choice.label))
        action.setData(choice.value)
        action.setToolTip(tr(choice.help) if choice.help else tr(choice.label))
        return action

    def _fit(self) -> None:
        """Take the words off one group of buttons after the other until the rest fits."""
        beside = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        only = Qt.ToolButtonStyle.ToolButtonIconOnly
        for name, picture, *_ in _BUTTONS:
            self.buttons[name].setToolButtonStyle(
                beside if picture else Qt.ToolButtonStyle.ToolButtonTextOnly
            )
        for part in (self.speed_label, self.figure):
            part.show()
        for group in (("back", "reset"), ("export", "open"), ("step",), ("presets",), ("data",), ("train",)):
            if self._row.sizeHint().width() <= self.width():
                return
            for name in group:
                self.buttons[name].setToolButtonStyle(only)
            self._row.invalidate()
        for part in (self.speed_label, self.figure):
            part.setVisible(self._row.sizeHint().width() <= self.width())
            self._row.invalidate()

    @Slot(int)
    def _on_slider_value_changed(self, position: int) -> None:
        self._say_speed()
        self.speed_changed.emit(speed_at(position))

    @Slot()
    def _on_step_clicked(self) -> None:
        self.step_requested.emit("")

    @Slot(QAction)
    def _on_step_menu_triggered(self, action: QAction) -> None:
        self.grain_chosen.emit(action.data())
        self.step_requested.emit("")

    @Slot(QAction)
    def _on_data_menu_triggered(self, action: QAction) -> None:
        # The tick follows the form, not the click: the data may turn out not to load.
        action.setChecked(action.data() == self._form.data_value)
        self.data_requested.emit(str(action.data()))

    @Slot(QAction)
    def _on_presets_menu_triggered(self, action: QAction) -> None:
        self.preset_requested.emit(str(action.data()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


def _clipped(name: str, most: int = 22) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"
