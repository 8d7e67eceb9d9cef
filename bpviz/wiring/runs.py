"""From what the user asks for to the training worker's commands."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from bpviz import messages
from bpviz.data import Dataset
from bpviz.errors import UserError
from bpviz.present.setup.edits import apply_edit, is_live
from bpviz.present.setup.form import Choice
from bpviz.present.setup.presets import DEFAULT, PRESETS, WATCHED, preset, tailored_to
from bpviz.present.setup.run import build_form
from bpviz.text import Text
from bpviz.training.branches import SHORTEST
from bpviz.training.build import BatchTooLargeError
from bpviz.training.config import LiveSettings, RunConfig
from bpviz.training.notes import optimizer_notes
from bpviz.views.main_window import MainWindow
from bpviz.wiring.display import Display
from bpviz.wiring.endings import tell_end, tell_error
from bpviz.workers.training import RunEnd, RunStarted, StepKind, TrainingWorker

# A slider that is dragged edits many times a second; the run is built anew when it rests.
SETTLE_MS = 80


@dataclass(frozen=True)
class PutAside:
    """What belongs to a run beside the run itself."""

    config: RunConfig
    dataset: Dataset | None
    columns: tuple[str, ...]
    speed: float
    tailored: bool


class Runs(QObject):
    """Keeps the configuration, and has the worker follow it.

    Signals
    -------
    file_wanted(RunConfig)
        A file must be read before this can be built.

    Attributes
    ----------
    config : RunConfig
        What is wanted; after a failed build the one of the run that is there.
    columns : tuple of str
        Of the file that is open, to choose the target from.
    """

    file_wanted = Signal(object)

    def __init__(self, window: MainWindow, worker: TrainingWorker, display: Display) -> None:
        super().__init__(window)
        self.window, self.worker, self.display = window, worker, display
        self.config = RunConfig()
        self.columns: tuple[str, ...] = ()
        self._built: RunConfig | None = None
        self._built_columns: tuple[str, ...] = ()
        self._dataset: Dataset | None = None
        self._built_dataset: Dataset | None = None
        self._speed = math.inf
        self._tailored = self._anew = False
        self._beside: str | Text | None = None
        self._last_edit: tuple[str, Any] = ("", None)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self._on_settle_timeout)
        worker.run_built.connect(self._on_worker_run_built)
        worker.build_failed.connect(self._on_worker_build_failed)
        worker.run_ended.connect(self._on_worker_run_ended)
        for signal, slot in (
            (window.edited, self.edit),
            (window.data_requested, self._on_window_data_requested),
            (window.preset_requested, self.take_preset),
            (window.reset_requested, self._on_window_reset_requested),
            (window.seek_requested, self.seek),
            (window.speed_changed, self._on_window_speed_changed),
        ):
            signal.connect(slot)

    # -- configuration -----------------------------------------------------------------------------

    def start_with(
        self, config: RunConfig, dataset: Dataset | None = None, columns: tuple[str, ...] = ()
    ) -> None:
        """Build a run with ``config``, at once."""
        self.config, self._dataset, self.columns = config, dataset, columns
        self._last_edit, self._beside = ("", None), None
        self._settle.stop()
        self._begin(say_anew=False)  # whoever chose a preset or a file expects nothing else

    def start_beside(self, config: RunConfig, name: Text) -> None:
        """Build a run with ``config``, at once, beside the present one: as a branch with a name."""
        self.config, self._last_edit, self._beside = config, ("", None), name
        self._settle.stop()
        self._begin(say_anew=False)

    @property
    def samples(self) -> int | None:
        """How many training samples there are; None while others are still to come."""
        return self._samples()

    def put_aside(self) -> PutAside:
        """Rest, and keep the run and its settings whole; `take_back` has them on the screen again."""
        self.worker.shelve()
        return PutAside(self.config, self._dataset, self.columns, self._speed, self._tailored)

    def take_back(self, kept: PutAside) -> None:
        """Have the run that was put aside on the screen again, as it was."""
        self.config, self._dataset, self.columns = kept.config, kept.dataset, kept.columns
        self._tailored, self._anew, self._last_edit = kept.tailored, False, ("", None)
        self._settle.stop()
        self.set_speed(kept.speed)
        self.refresh_form()
        self.window.clear_messages()
        self.worker.take_back(kept.config)
        self.display.hasten()

    @Slot(str)
    def take_preset(self, name: str) -> None:
        """Set up one of the presets."""
        chosen = preset(name)
        self._tailored = chosen.tailored
        self.set_speed(chosen.speed)
        self.start_with(chosen.config)

    @Slot(str, object)
    def edit(self, key: str, value: Any) -> None:
        """Change one setting: on the running training where it can be, else anew."""
        self._edit(self.config, key, value)

    def _edit(self, base: RunConfig, key: str, value: Any) -> None:
        """Want ``base`` with one setting changed, where that is another run than the one wanted now."""
        try:
            config = apply_edit(base, key, value, samples=self._samples())
        except UserError as error:
            messages.error(error)
            self.refresh_form()
            return
        if config == self.config:
            return
        if is_live(key) and not self._settle.isActive():
            self.config = self._built = config
            self.worker.apply(config.live, config.stop)
        else:
            # How a file is split and scaled is no reason to read it again.
            if (config.data.path, config.data.options) != (self.config.data.path, self.config.data.options):
                self._dataset = None
            self.config, self._last_edit = config, (key, value)
            self._beside = self._worth_keeping(config)
            self._settle.start()
        self.refresh_form()

    def _worth_keeping(self, config: RunConfig) -> str | None:
        """Return "" where what was trained stays beside a run with ``config``: both learn the same data."""
        built = self._built
        if built is None:
            return None
        same = (built.data, built.function) == (config.data, config.function)
        return "" if same else None

    def refresh_form(self) -> None:
        """Show the settings as they are now wanted."""
        presets = tuple(Choice(one.name, one.label, one.help) for one in PRESETS)
        form = build_form(self.config, columns=self.columns, presets=presets, samples=self._samples())
        self.window.set_form(form)

    def _samples(self) -> int | None:
        """Return the number of training samples; None while others are still to come."""
        info, built = self.display.info, self._built
        if info is None or built is None or info.kind == "function" or built.data != self.config.data:
            return None
        return info.samples

    @Slot()
    def _on_settle_timeout(self) -> None:
        trained = self.display.state.position > 0 and self._built is not None
        kept = self._beside is not None and self.display.state.last >= SHORTEST
        self._begin(say_anew=trained and not kept)

    def _begin(self, *, say_anew: bool) -> None:
        self.refresh_form()
        # What was said of the run before, and what its buttons would do, is past.
        self.window.clear_messages()
        self._anew = say_anew
        if self.config.function is None and self.config.data.path is not None and self._dataset is None:
            self.file_wanted.emit(self.config)
            return
        self.worker.build(self.config, self._dataset, self._beside)
        self.display.hasten()

    def keep_built(self) -> None:
        """Show the settings of the run that is there: what was wanted since cannot be, or need not."""
        if self._built is not None:
            self.config, self.columns, self._dataset = self._built, self._built_columns, self._built_dataset
        self.refresh_form()

    @Slot(object)
    def _on_worker_run_built(self, started: RunStarted) -> None:
        if started.again:
            self.config = started.config
            self._settle.stop()
        self._built, self._built_columns, self._built_dataset = started.config, self.columns, self._dataset
        self.display.show_run(started.info, started.recorder)
        self.refresh_form()  # how many samples there are is known now
        anew, self._anew = self._anew and not started.again, False
        if anew:
            messages.info(Text("The network or its data changed: the training starts anew."))
        notes = optimizer_notes(started.config.optimizer, started.info.iterations_per_epoch)
        for note in () if started.again else notes:
            messages.info(note)
        if started.info.kind == "function" and math.isinf(self._speed):
            self.set_speed(WATCHED)
        self.display.hasten()

    @Slot(object)
    def _on_worker_build_failed(self, error: BaseException) -> None:
        """Say what cannot be, and show the settings of the run that is still there."""
        key, value = self._last_edit
        if (
            isinstance(error, BatchTooLargeError)
            and self._built is not None
            and key not in ("", "batch_size")
        ):
            self._take_whole_set()
            return
        self.keep_built()
        # What was typed in one line would be hard to type again: it stays where it was typed, to be mended.
        if key == "layers" and isinstance(error, UserError) and self.window.show_problem(key, error, value):
            return
        tell_error(error)

    def _take_whole_set(self) -> None:
        """Build with the whole set as the batch: the edit was about something else, and has its way."""
        size, self._anew = self.config.live.batch_size, False
        self.config = self.config.with_live(replace(self.config.live, batch_size=None))
        self.refresh_form()
        self.worker.build(self.config, self._dataset, self._beside)
        self.display.hasten()
        messages.info(
            Text(
                "The batch of {size} is larger than the training set now: the whole set is taken.", size=size
            )
        )

    # -- the run -----------------------------------------------------------------------------------

    def toggle(self) -> None:
        """Train, or pause."""
        if self.worker.state().running:
            self.worker.pause()
        else:
            self.worker.train()
        self.display.hasten()

    def step(self, kind: StepKind) -> None:
        """Go on an iteration, through the record where it reaches farther, or to the end of the epoch."""
        state = self.worker.state()
        if kind == "iteration" and not state.running and state.position < state.last:
            self.seek(state.position + 1)
            return
        self.worker.step(kind)
        self.display.hasten()

    def follow(self, live: LiveSettings) -> None:
        """Show the settings of the branch to which the run went; it uses them already."""
        self.config = self.config.with_live(live)
        if self._built is not None:
            self._built = self._built.with_live(live)
        self.refresh_form()

    def back(self) -> None:
        """Go an iteration back."""
        self.worker.back()
        self.display.hasten()

    @Slot()
    def _on_window_reset_requested(self) -> None:
        self.window.clear_messages()
        self.worker.reset()
        self.display.hasten()

    @Slot(object)
    def seek(self, iteration: int) -> None:
        """Show a recorded iteration."""
        self.worker.seek(int(iteration))
        self.display.hasten()

    @Slot(float)
    def _on_window_speed_changed(self, per_second: float) -> None:
        self._speed = per_second
        self.worker.set_speed(per_second)

    @property
    def speed(self) -> float:
        """Iterations a second that are wanted; inf as fast as it goes."""
        return self._speed

    def set_speed(self, per_second: float) -> None:
        """Want so many iterations a second."""
        self._speed = per_second
        self.window.set_speed(per_second)
        self.worker.set_speed(per_second)

    @Slot(str)
    def _on_window_data_requested(self, name: str) -> None:
        made_for_it = tailored_to(name)
        if made_for_it is not None:
            self.take_preset(made_for_it.name)
            return
        self.columns = ()
        # The usual settings may be those of this very data: what counts is whether the run has them.
        self._edit(self.base_for_other_data(), "data", name)
        self._tailored = self.config.function is not None

    def base_for_other_data(self) -> RunConfig:
        """Return the settings to which other data are put: the user's own, or the usual ones.

        What was tailored to one task (three linear neurons, fifty slow steps) serves no other.
        """
        if not self._tailored:
            return self.config
        self._tailored = False
        self.set_speed(math.inf)
        return DEFAULT

    @Slot(object)
    def _on_worker_run_ended(self, end: RunEnd) -> None:
        rate = end.safe_rate or min(self.config.live.learning_rate / 10.0, 0.1)
        label = Text("Start again with η = {rate}", rate=f"{rate:.4g}")
        retry = partial(self._start_slower, end.run_id, rate)
        told = self.window.panel_visible("doctor")
        tell_end(end, self.worker.state().position, retry, label, told=told)
        self.display.hasten()

    def _start_slower(self, run_id: int, rate: float) -> None:
        if self.display.info is not None and self.display.info.run_id == run_id:
            self.start_branch((("learning_rate", rate),), Text("η = {rate}", rate=f"{rate:.4g}"))

    def start_branch(self, edits: tuple[tuple[str, Any], ...], name: Text) -> None:
        """Train from the start with other live settings, on a branch with that name."""
        self.window.clear_messages()  # what was said of the way before, and its buttons, is past
        self.seek(0)
        for key, value in edits:
            self.edit(key, value)
        live = self.config.live
        self.worker.look(lambda training: training.branches.call_next(live, name))
        self.worker.train()
        self.display.hasten()
