"""Numbers changed by hand: from the card's box to the worker, and back; undone, redone, kept, thrown away."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QVBoxLayout

from bpviz import messages
from bpviz.present.cards.changed import all_told, told, value_of
from bpviz.present.numbers import grouped
from bpviz.present.palette import Palette
from bpviz.present.walk.place import Target
from bpviz.snapshot import RunState, Snapshot
from bpviz.snapshot.changes import ChangeMade
from bpviz.snapshot.probing import Change, ParameterPlace
from bpviz.text import Text
from bpviz.training.by_hand import take_back
from bpviz.training.loop import Training
from bpviz.views.main_window import MainWindow
from bpviz.views.network.panel import NetworkPanel
from bpviz.views.walk.what_if import WhatIfBar, WhatIfFrame
from bpviz.wiring.display import Display
from bpviz.wiring.walk import Walks
from bpviz.workers.training import TrainingWorker

DATA = ("x", "y")


@dataclass(frozen=True)
class Kept:
    """What was kept last, as it stood in the list, and the run and the iteration that it became."""

    place: tuple[int, int]
    changes: tuple[Change, ...]
    done: int
    before: dict[tuple[ParameterPlace, int], float]


class WhatIfs(QObject):
    """Holds the changes; those after ``done`` were undone and can be made again.

    A what-if belongs to one iteration: as soon as the run goes elsewhere it is over.
    """

    altered = Signal()
    """Other numbers are changed now, or none."""
    taken_back = Signal(object)
    """`Kept`; emitted in the worker's thread."""

    def __init__(self, window: MainWindow, worker: TrainingWorker, display: Display, walks: Walks) -> None:
        super().__init__(window)
        self.window, self.worker, self.display, self.walks = window, worker, display, walks
        self.changes: list[Change] = []
        self.done = 0
        self._before: dict[tuple[ParameterPlace, int], float] = {}
        self._at: tuple[int, int, int] | None = None
        self._kept: Kept | None = None
        self._resume: int | None = None
        self._urged_at: int | None = None
        walks.stays = self.stays
        self.taken_back.connect(self._on_taken_back)
        self.bar, self.frame = WhatIfBar(window.content), WhatIfFrame(window.content)
        column = window.content.layout()
        if isinstance(column, QVBoxLayout):
            column.insertWidget(column.indexOf(window.strip), self.bar)
        panel = window.panels().get("network")
        self.panel = panel if isinstance(panel, NetworkPanel) else None
        if self.panel is not None:
            self.panel.number_changed.connect(self.change)
        for keys, slot in (
            ("Ctrl+Z", self.undo),
            ("Ctrl+Shift+Z", self.redo),
            ("Ctrl+Return", self.keep),
            ("Ctrl+Enter", self.keep),
            ("Ctrl+Backspace", self.throw_away),
        ):
            QShortcut(QKeySequence(keys), window).activated.connect(slot)
        for signal, slot in (
            (self.bar.undone, self.undo),
            (self.bar.redone, self.redo),
            (self.bar.kept, self.keep),
            (self.bar.thrown, self.throw_away),
        ):
            signal.connect(slot)
        display.state_shown.connect(self._on_display_state_shown)
        window.themes.palette_changed.connect(self.set_palette)
        window.language_requested.connect(self._on_window_language_requested)
        self.set_palette(window.themes.palette())

    @property
    def present(self) -> tuple[Change, ...]:
        """The changes that are in force: of one number the last."""
        last = {(one.where, one.sample): one for one in self.changes[: self.done]}
        return tuple(last.values())

    @property
    def made(self) -> tuple[ChangeMade, ...]:
        """The same with what the numbers were, the newest first."""
        newest: dict[tuple[ParameterPlace, int], Change] = {}
        for one in reversed(self.changes[: self.done]):
            newest.setdefault((one.where, one.sample), one)
        return tuple(
            ChangeMade(one.where, self._before[key], one.value, one.sample)
            for key, one in newest.items()
            if key in self._before
        )

    @Slot(object, float)
    def change(self, where: ParameterPlace, value: float) -> None:
        """Set one number, and show what follows."""
        snapshot = self.display.snapshot
        if snapshot is None:
            return
        sample = self._sample(snapshot) if where.layer == 0 and where.name in DATA else -1
        self._remember(snapshot, where, sample)
        self.changes[self.done :] = [Change(where, value, sample)]
        self.done += 1
        self._show()

    def _remember(self, snapshot: Snapshot, where: ParameterPlace, sample: int) -> None:
        """Keep what a number was before it was changed first."""
        if not self.changes:
            self._before = {}
        of = None if self.panel is None or sample < 0 else self.panel.shown_snapshot
        before = value_of(of or snapshot, where)
        if before is not None:
            self._before.setdefault((where, sample), before)

    def _sample(self, snapshot: Snapshot) -> int:
        """Return the sample whose numbers are on the screen."""
        shown = -1 if self.panel is None else self.panel.shown_sample
        return shown if shown >= 0 else snapshot.sample

    def stays(self) -> bool:
        """Whether the walk must stay in its iteration: the run goes on from another θ; the bar says so."""
        if not self.present:
            return False
        self._urged_at = self.walks.walk.operation
        self.bar.urge()
        return True

    @Slot()
    def undo(self) -> None:
        """Take the last change back; where it was kept just now, the keeping."""
        if self.done:
            self.done -= 1
            self._show()
        elif self._kept is not None:
            self._resume = self.walks.walk.operation
            self.walks.leave()
            self.worker.pause()
            self.worker.look(self._take_back)

    def _take_back(self, training: Training) -> None:
        """In the worker's thread: undo the keeping where the run stands at it still."""
        kept = self._kept
        if (
            kept is not None
            and (training.info.run_id, training.iteration) == kept.place
            and take_back(training)
        ):
            self.taken_back.emit(kept)

    @Slot(object)
    def _on_taken_back(self, kept: Kept) -> None:
        """Imagine again what was kept; that it was kept is no longer so."""
        self.window.message_bar.clear()
        self._kept, self._at = None, None
        self.changes, self.done, self._before = list(kept.changes), kept.done, kept.before
        self._show()
        if self._resume is not None:
            self.walks.go_to(Target(self.worker.state().position, self._resume))

    @Slot()
    def redo(self) -> None:
        """Make again what was undone."""
        if self.done < len(self.changes):
            self.done += 1
            self._show()

    @Slot()
    def keep(self) -> None:
        """Train on with the changed numbers."""
        present = self.present
        if not present:
            return
        state = self.worker.state()
        self._kept = Kept((state.run_id, state.position + 1), tuple(self.changes), self.done, self._before)
        self._forget()
        self.worker.keep(present)
        self.walks.again()
        self.display.hasten()
        number = grouped(state.position + 1)
        messages.info(Text("Kept as iteration {number}.", number=number), Text("Undo"), self.undo)

    @Slot()
    def throw_away(self) -> None:
        """Show the run as it is."""
        if self.changes:
            self._end()
            self.walks.again()

    def _end(self) -> None:
        self._forget()
        self.worker.imagine(())
        self.display.hasten()

    def _show(self) -> None:
        self.altered.emit()
        present = self.present
        self.worker.imagine(present)
        self.walks.again()
        self.bar.show_changes(len(present), redo=self.done < len(self.changes))
        self._tell()
        self.frame.fit()
        self.frame.setVisible(bool(present))
        self.display.hasten()

    def _tell(self) -> None:
        """Name the changes in the bar, and mark them in the diagram."""
        info, snapshot, made = self.display.info, self.display.snapshot, self.made
        if info is not None and snapshot is not None:
            self.bar.tell(told(info, snapshot, made), all_told(info, snapshot, made))
        if self.panel is not None:
            self.panel.show_changed(made)

    def _forget(self) -> None:
        self.altered.emit()
        self.changes, self.done, self._at = [], 0, None
        if self.panel is not None:
            self.panel.show_changed(())
        if self.panel is not None and self.bar.isAncestorOf(QApplication.focusWidget() or self.window):
            self.panel.take_focus()
        self.bar.hide()
        self.frame.hide()

    @Slot(object)
    def _on_display_state_shown(self, state: RunState) -> None:
        if not self.changes:
            return
        if state.operation != self._urged_at:
            self.bar.calm()
        if self._at is None:
            # It may have been on its way still when the first number was changed.
            self._at = None if state.running else _place(state)
        elif _place(state) != self._at:
            if self.present and state.run_id == self._at[0]:
                messages.info(Text("The run went elsewhere: what was changed by hand is thrown away."))
            self._end()

    @Slot(object)
    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self.bar.set_palette(palette)
        self.frame.colour = palette.warning
        self.frame.update()

    @Slot(str)
    def _on_window_language_requested(self, _code: str) -> None:
        QTimer.singleShot(0, self.bar, self._retell)  # once the language is another

    def _retell(self) -> None:
        self.bar.retranslate()
        if self.changes:
            self._tell()


def _place(state: RunState) -> tuple[int, int, int]:
    return state.run_id, state.branch, state.position
