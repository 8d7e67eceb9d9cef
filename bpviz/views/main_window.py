"""The window: bars, docks and messages put together.  It shows what it is given and says what was asked."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QImage,
    QKeySequence,
    QResizeEvent,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from bpviz.errors import UserError
from bpviz.messages import Level, Message, Speech
from bpviz.present.palette import Palette
from bpviz.present.places import ShownPlaces
from bpviz.present.preview import Preview
from bpviz.present.setup.form import Form
from bpviz.present.walk.place import GRAINS, Grain, Walk
from bpviz.snapshot import History, RunInfo, RunState, Snapshot, SurfaceGrid
from bpviz.snapshot.dissection import Dissection
from bpviz.text import Text, language
from bpviz.views.asking_window import AskingWindow
from bpviz.views.dialogs import Dialogs
from bpviz.views.dock import DockHost
from bpviz.views.doctor.badge import DoctorBadge
from bpviz.views.gradients.panel import GradientsPanel
from bpviz.views.help import HelpDialog
from bpviz.views.icons import application_icon
from bpviz.views.lessons.panel import LessonsPanel
from bpviz.views.loss.panel import LossPanel
from bpviz.views.menus import Menus
from bpviz.views.message_bar import MessageBar
from bpviz.views.naming import named
from bpviz.views.open_dialog import OpenDialog
from bpviz.views.panel import Panel
from bpviz.views.panels import PANELS, PanelSpec
from bpviz.views.places import PlacesPopup
from bpviz.views.settings import Settings
from bpviz.views.setup.panel import SetupPanel
from bpviz.views.shortcuts import SpaceKey
from bpviz.views.theme import ThemeKeeper
from bpviz.views.timeline import Timeline
from bpviz.views.toolbar import ToolBar
from bpviz.views.typing_ends import ClickAway
from bpviz.views.walk.phase_strip import PhaseStrip
from bpviz.views.window_picture import window_image


class MainWindow(AskingWindow):
    """The whole window."""

    def __init__(self, specs: tuple[PanelSpec, ...] = PANELS, settings: Settings | None = None) -> None:
        super().__init__()
        self.settings = settings or Settings()
        self.themes = ThemeKeeper(self.settings, self)
        # Before the first widget: what is made under another font keeps it where the style sheet sets a size.
        self.themes.apply()
        self.setWindowIcon(application_icon())
        self.setAcceptDrops(True)
        self.host = DockHost(specs)
        self.toolbar = ToolBar()
        self.strip = PhaseStrip()
        self.timeline = Timeline()
        self.lessons = LessonsPanel()
        self.lessons.hide()
        self.badge = DoctorBadge()
        self.places = PlacesPopup(self)
        self.content = named(QWidget(), "Content")
        self.setCentralWidget(self.content)
        self._lay_out()
        self.message_bar = MessageBar(self.content)
        self.message_bar.listen()
        self.menus = Menus(self, self.host)
        self.help = HelpDialog(self)
        self.dialogs = Dialogs(self, self.host, self.settings, self.themes)
        self._escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        self._escape.activated.connect(self.message_bar.dismiss)
        self._space, self._away = SpaceKey(self, self.train_toggled.emit), ClickAway(self)
        self._default_layout_due = True
        self._said_in = language()
        self._connect()
        self.set_grain(str(self.settings.value("grain", "iteration")))
        self.setMinimumSize(QSize(800, 480))
        self.resize(1280, 720)
        self.retranslate()
        self.set_palette(self.themes.palette())

    # --- what is in it ---

    def _lay_out(self) -> None:
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.toolbar)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.lessons)
        middle.addWidget(self.host, 1)
        column.addLayout(middle, 1)
        column.addWidget(self.strip)
        column.addWidget(self.timeline)
        place = self.timeline.layout()
        assert place is not None
        place.addWidget(self.badge)

    def _connect(self) -> None:
        bar = self.toolbar
        for source, target in (
            (bar.train_toggled, self.train_toggled),
            (bar.step_requested, self.step_requested),
            (bar.back_requested, self.back_requested),
            (bar.reset_requested, self.reset_requested),
            (bar.speed_changed, self.speed_changed),
            (bar.data_requested, self.data_requested),
            (bar.preset_requested, self.preset_requested),
            (self.timeline.seek_requested, self.seek_requested),
            (self.message_bar.progress_cancelled, self.progress_cancelled),
            (self.dialogs.open_requested, self.open_requested),
            (self.dialogs.open_confirmed, self.open_confirmed),
            (self.dialogs.save_requested, self.save_requested),
            (self.dialogs.export_requested, self.export_requested),
        ):
            source.connect(target)
        bar.open_pressed.connect(self.ask_open)
        self.timeline.places_requested.connect(self.open_places)
        bar.export_pressed.connect(self.ask_export)
        for part in (bar, self.strip):
            part.grain_chosen.connect(self.set_grain)
        bar.language_pressed.connect(self._on_toolbar_language_pressed)
        self.message_bar.resized_itself.connect(self._place_message_bar)
        self.themes.palette_changed.connect(self.set_palette)
        if isinstance(self.setup, SetupPanel):
            self.setup.edited.connect(self.edited)
        for dock in self.host.docks.values():
            dock.visibilityChanged.connect(self._on_dock_visibility_changed)
        self._connect_menus()

    def _connect_menus(self) -> None:
        handlers: dict[str, Callable[[], object]] = {
            "open": self.ask_open,
            "save": self.ask_save,
            "export": self.ask_export,
            "quit": self.close,
            "train": self.train_toggled.emit,
            "iteration": self._on_iteration_triggered,
            "epoch": self._on_epoch_triggered,
            "back": self.back_requested.emit,
            "reset": self.reset_requested.emit,
            "gradients": self.check_gradients,
            "rewind": lambda: self.timeline.replay_requested.emit(-1),
            "forward": lambda: self.timeline.replay_requested.emit(1),
            "bookmark": self.timeline.bookmark_requested.emit,
            "places": self.open_places,
            "restore": self.host.restore_default,
            "full": self._on_full_triggered,
            "larger": self._on_larger_triggered,
            "smaller": self._on_smaller_triggered,
            "normal": self._on_normal_triggered,
            "help": self.show_help,
            "lessons": self.lessons.toggle,
        }
        for key, handler in handlers.items():
            self.menus.actions[key].triggered.connect(handler)
        self.menus.themes.triggered.connect(self._on_themes_triggered)
        self.menus.languages.triggered.connect(self._on_languages_triggered)

    @property
    def setup(self) -> Panel:
        """The set-up panel."""
        return self.host.docks["setup"].panel

    def panels(self) -> dict[str, Panel]:
        """Return the panels by key."""
        return {key: dock.panel for key, dock in self.host.docks.items()}

    def panel_visible(self, key: str) -> bool:
        """Return whether a panel can be seen: not closed, not under another tab."""
        panel = self.host.docks[key].panel
        if not panel.isVisible():
            return False
        # Under another tab Qt calls a panel visible, and puts it beyond the window's border.
        place = QRect(panel.mapTo(panel.window(), QPoint()), panel.size())
        return place.intersects(panel.window().rect())

    # --- what it shows ---

    def show_run(self, info: RunInfo) -> None:
        """Set every panel up for a new run."""
        for panel in self.panels().values():
            panel.show_run(info)
        self.timeline.show_run(info)
        self.strip.show_run(info)
        self.setWindowTitle(f"{info.name} – bpviz" if info.name else "bpviz")
        self._refresh_subtitles()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show one iteration in every panel that can be seen."""
        for key, panel in self.panels().items():
            if self.panel_visible(key):
                panel.show_snapshot(snapshot)
                self.host.docks[key].refresh_subtitle()
        self.timeline.show_snapshot(snapshot)

    def show_history(self, history: History) -> None:
        """Show the losses so far."""
        for key, panel in self.panels().items():
            if self.panel_visible(key):
                panel.show_history(history)
                self.host.docks[key].refresh_subtitle()

    def show_surface(self, grid: SurfaceGrid) -> None:
        """Show the loss over a plane."""
        for panel in self.panels().values():
            panel.show_surface(grid)
        self._refresh_subtitles()

    def show_state(self, state: RunState) -> None:
        """Show what the training is doing."""
        for panel in self.panels().values():
            panel.show_state(state)
        self.toolbar.show_state(state)
        self.timeline.show_state(state)

    def show_places(self, places: ShownPlaces) -> None:
        """Show the branches and the bookmarks."""
        if isinstance(loss := self.panels()["loss"], LossPanel):
            loss.show_places(places)
        self.timeline.show_places(places)
        self.places.show_places(places)

    @Slot()
    def open_places(self) -> None:
        """Open the list of branches and bookmarks."""
        spare = self.host.place_of("loss", self.content)
        if spare is not None:
            spare.moveTopLeft(self.content.mapToGlobal(spare.topLeft()))
        self.places.open_above(self.timeline.buttons["branch"], spare)

    def set_form(self, form: Form) -> None:
        """Show the settings of the run."""
        if isinstance(self.setup, SetupPanel):
            self.setup.set_form(form)
        self.toolbar.set_form(form)

    def show_problem(self, key: str, problem: UserError, typed: str) -> bool:
        """Say at the setting ``key`` why what was ``typed`` cannot be; False where it cannot be seen."""
        setup = self.setup
        return isinstance(setup, SetupPanel) and setup.isVisible() and setup.show_problem(key, problem, typed)

    def show_walk(self, walk: Walk, dissection: Dissection | None, note: str = "") -> None:
        """Light the operation at which the walk stands in every panel that can be seen, and in the strip."""
        self.strip.show_walk(walk, dissection, note)
        for key, panel in self.panels().items():
            if self.panel_visible(key):
                panel.show_operation(dissection, walk.current, walk.sample)
                self.host.docks[key].refresh_subtitle()

    @Slot(str)
    def set_grain(self, name: str) -> None:
        """Choose how far a step goes, and keep it."""
        self.grain: Grain = next((grain for grain in GRAINS if grain == name), "iteration")
        self.settings.set_value("grain", self.grain)
        self.toolbar.set_grain(self.grain)
        self.strip.set_grain(self.grain)

    def set_speed(self, speed: float) -> None:
        """Show the chosen speed."""
        self.toolbar.set_speed(speed)

    def show_message(
        self,
        level: Level,
        text: Speech,
        action_label: str | Text = "",
        action: Callable[[], None] | None = None,
    ) -> None:
        """Say something in the message bar."""
        self.message_bar.push(Message(level, text, action_label, action))

    def clear_messages(self) -> None:
        """Take away what was said of an earlier run or file."""
        self.message_bar.clear()

    def show_progress(self, text: Text | str, done: int, total: int) -> None:
        """Show that work goes on; ``total`` 0 when nobody knows how long."""
        self.message_bar.show_progress(text, done, total)

    def hide_progress(self) -> None:
        """The work is done."""
        self.message_bar.hide_progress()

    def show_preview(self, preview: Preview) -> OpenDialog:
        """Ask how a file is to be read; ``open_confirmed`` carries the answer."""
        return self.dialogs.ask_how_to_read(preview)

    @Slot()
    def check_gradients(self) -> None:
        """Bring the gradient check to the front, and begin it."""
        dock = self.host.docks["gradients"]
        dock.bring()
        if isinstance(dock.panel, GradientsPanel):
            dock.panel.ask()

    @Slot()
    def show_help(self) -> None:
        """Open the help page."""
        self.help.show()
        self.help.raise_()

    @Slot(object)
    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        for dock in self.host.docks.values():
            dock.set_palette(palette)
        for part in (
            self.toolbar,
            self.lessons,
            self.strip,
            self.timeline,
            self.badge,
            self.message_bar,
            self.places,
            self.help,
        ):
            part.set_palette(palette)
        self.menus.check_theme(self.themes.choice)
        self._place_message_bar()

    def retranslate(self) -> None:
        """Say everything again, in the language in force."""
        if self._said_in != language():
            self._said_in = language()
            # The font's quotation marks depend on it.
            self.themes.apply()
        for part in (
            self.host,
            self.menus,
            self.toolbar,
            self.lessons,
            self.strip,
            self.timeline,
            self.badge,
            self.message_bar,
            self.help,
            self.places,
        ):
            part.retranslate()

    def render_image(self, width: int, height: int, ratio: float = 1.0) -> QImage:
        """Return the whole window, without its menus, as a picture; text and 3-D included."""
        panels = self.panels().values()
        return window_image(self.content, self.host, panels, self.message_bar, (width, height), ratio)

    def _refresh_subtitles(self) -> None:
        for dock in self.host.docks.values():
            dock.refresh_subtitle()

    # --- layout ---

    def keep_layout(self) -> None:
        """Keep the layout for the next start."""
        self.settings.set_value("layout", self.lessons.kept_layout or self.host.saved_layout())
        geometry = self.normalGeometry()
        self.settings.set_value("size", [geometry.width(), geometry.height()])
        self.settings.set_value("maximized", self.isMaximized())
        self.settings.save()

    def restore_kept_layout(self) -> None:
        """Take the layout of the last time, or the default where there is none or it is broken."""
        size = self.settings.value("size")
        if isinstance(size, list) and len(size) == 2 and all(isinstance(n, int) for n in size):
            self.resize(max(size[0], 800), max(size[1], 480))
        if self.settings.value("maximized") is True:
            self.setWindowState(self.windowState() | Qt.WindowState.WindowMaximized)
        self._default_layout_due = not self.host.restore_layout(self.settings.value("layout"))

    @Slot()
    def _place_message_bar(self) -> None:
        # What the toolbar asks for: after a change of the text size it gets it a moment later.
        top, bottom = self.toolbar.sizeHint().height(), self.strip.y()
        loss, doctor = (self.host.place_of(key, self.content) for key in ("loss", "doctor"))
        self.message_bar.place(self.content.width(), top, bottom, loss, doctor)

    # --- Qt's own ---

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # Not in an override of `event`: that would hold the interpreter's lock through all painting.
        if self._default_layout_due:
            self._default_layout_due = False
            self.host.restore_default()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_message_bar()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.keep_layout()
        self.help.close()
        self.message_bar.stop_listening()
        self.closing.emit()
        super().closeEvent(event)
