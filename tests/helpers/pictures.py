"""``python tests/helpers/pictures.py``: take the README's pictures anew, from the real window.

Every picture is a photograph of the screen: what one sees is what a user sees, 3-D included.  With no
display a screen in memory is started; the home is a temporary one, so that no kept layout interferes.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.helpers.screen import start_screen, stop_screen  # noqa: E402 - found by the line above

if TYPE_CHECKING:
    from PySide6.QtGui import QImage
    from PySide6.QtWidgets import QWidget

    from bpviz.snapshot import Snapshot, SurfaceGrid

WALKED = 7
"""Operations of the 2-3-1 network as far as δ of its first layer."""
LESSON = "learning_rate"
FOLDER = ROOT / "resources" / "docs" / "pictures"
EDITIONS = (("en", "en", "light"), ("zh", "zh_CN", "dark"))
SIZE = (1280, 720)
MOST_BYTES = 2_500_000
PATIENCE_S = 60.0


def set_up(home: Path) -> None:
    """Keep everything that the program reads from its surroundings in ``home``."""
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        os.environ[name] = str(home)
    home.chmod(0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(home)
    os.environ["LIBGL_ALWAYS_SOFTWARE"] = "1"
    os.environ["QT_QPA_PLATFORM"] = "xcb"
    for name in (
        "SESSION_MANAGER",
        "WAYLAND_DISPLAY",
        "LANGUAGE",
        "LC_ALL",
        "LC_MESSAGES",
        "QT_SCALE_FACTOR",
    ):
        os.environ.pop(name, None)
    os.environ["LANG"] = "C.UTF-8"


class Photographer:
    """Drives one window and takes pictures of it."""

    def __init__(self) -> None:
        from PySide6.QtGui import QCursor

        from bpviz.app import create

        self.app, self.window, self.wiring = create()
        # Nothing is pointed at by chance.
        QCursor.setPos(SIZE[0] + 100, SIZE[1] + 100)
        self.edition = "en"
        self._shown: dict[str, tuple[int, int]] = {}
        self._show_surface, self._show_snapshot = self.window.show_surface, self.window.show_snapshot
        self.window.show_surface, self.window.show_snapshot = self._note_surface, self._note_snapshot
        self.window.resize(*SIZE)
        self.window.move(0, 0)
        self.window.show()
        self.wiring.begin()
        self.wait(lambda: self.wiring.display.info is not None, "the first run")

    def _note_surface(self, grid: SurfaceGrid) -> None:
        self._shown["surface"] = grid.run_id, grid.iteration
        self._show_surface(grid)

    def _note_snapshot(self, snapshot: Snapshot) -> None:
        self._show_snapshot(snapshot)
        for key in ("network", "loss", "map"):
            self._shown[key] = snapshot.run_id, snapshot.iteration

    # --- the hands ---

    def wait(self, ready: Callable[[], bool], what: str) -> None:
        """Let the window live until ``ready``."""
        end = time.monotonic() + PATIENCE_S
        while not ready():
            if time.monotonic() > end:
                raise TimeoutError(f"waited {PATIENCE_S:.0f} s for {what}")
            self.app.processEvents()
            time.sleep(0.002)

    def rest(self, seconds: float = 0.3) -> None:
        """Let the window live for a while: posted layouts, timers, the last frame."""
        end = time.monotonic() + seconds
        self.wait(lambda: time.monotonic() > end, "a rest")

    def speak(self, edition: str, language: str, theme: str) -> None:
        """Change language and theme, as the menus do."""
        self.edition = edition
        self.window.language_requested.emit(language)
        self.window.themes.choose(theme)
        self.rest()

    def take(self, preset: str) -> None:
        """Set up a preset, to run as fast as it goes."""
        self._anew(lambda: self.window.preset_requested.emit(preset))
        self.window.speed_changed.emit(math.inf)

    def choose_data(self, name: str) -> None:
        """Choose a data set in the toolbar's menu."""
        self._anew(lambda: self.window.data_requested.emit(name))

    def edit(self, key: str, value: object) -> None:
        """Change a setting that starts the run anew."""
        self._anew(lambda: self.window.edited.emit(key, value))

    def _anew(self, change: Callable[[], None]) -> None:
        info = self.wiring.display.info
        before = info.run_id if info is not None else 0
        change()
        self.wait(lambda: self.wiring.display.info.run_id > before, "a new run")

    def train(self, iterations: int) -> None:
        """Train to an iteration, and wait until every panel shows it."""
        self.window.edited.emit("stop.iterations", iterations)
        self.window.train_toggled.emit()
        worker = self.wiring.training
        self.wait(
            lambda: worker.state().position >= iterations and not worker.state().running, "the training"
        )
        self.settle()

    def settle(self) -> None:
        """Wait until every panel shows the iteration at which the worker stands."""
        worker = self.wiring.training
        self.wait(lambda: self.wiring.display.state == worker.state(), "the window")
        worker.ask_snapshot()
        worker.ask_surface()
        self.wiring.display.hasten()
        for key in ("network", "map", "loss", "surface"):
            self.wait(lambda key=key: self._is_new(key), f"the panel {key!r}")
        self.window.message_bar.clear()
        self.rest()

    def _is_new(self, key: str) -> bool:
        state = self.wiring.training.state()
        return self._shown.get(key) == (state.run_id, state.position)

    # --- the camera ---

    def shoot(self, name: str, *keys: str) -> None:
        """Save the whole window, or what the docks of ``keys`` cover."""
        from PySide6.QtCore import QPoint, QRect

        self.rest()
        area = QRect(0, 0, *SIZE)
        if keys:
            area = QRect()
            for dock in (self._part(key) for key in keys):
                area = area.united(QRect(dock.mapTo(self.window, QPoint(0, 0)), dock.size()))
        self._photograph(self.window, area.getRect(), name)

    def _part(self, key: str) -> QWidget:
        return self.window.lessons if key == "lessons" else self.window.host.docks[key]

    def shoot_dialog(self, name: str, dialog: QWidget) -> None:
        """Save a dialog and close it."""
        self.wait(dialog.isVisible, "the dialog")
        self.rest()
        self._photograph(dialog, (0, 0, dialog.width(), dialog.height()), name)
        dialog.close()

    def _photograph(self, widget: QWidget, area: tuple[int, int, int, int], name: str) -> None:
        image = widget.screen().grabWindow(widget.winId(), *area).toImage()
        save(image, FOLDER / f"{name}_{self.edition}.png")

    def close(self) -> None:
        """Close the window and end its threads."""
        del self.window.show_surface, self.window.show_snapshot
        self.window.close()
        # While Qt still runs: OpenGL's textures want their context.
        self.window.deleteLater()
        self.rest(0.2)


# --- the pictures ---


def window(at: Photographer) -> None:
    """The first picture: the spiral, learnt."""
    at.take("spiral")
    at.train(1000)
    at.shoot("window")
    at.shoot("loss", "loss")


def neuron(at: Photographer) -> None:
    """A deeper network, changed in the diagram; a neuron explains itself."""
    from bpviz.present.diagram.layout import Spot

    at.take("spiral")
    at.edit("layer.add", 2)
    at.train(600)
    canvas = at.window.panels()["network"].canvas
    canvas.pin(Spot(2, 3))
    at.shoot("neuron", "network")
    canvas.let_go()


def by_hand(at: Photographer) -> None:
    """The 2-3-1 example after one step; a weight and the factors of its gradient."""
    from bpviz.present.diagram.layout import Spot

    at.take("worked_example")
    at.settle()
    at.window.step_requested.emit("iteration")
    at.wait(lambda: at.wiring.training.state().position == 1, "the step")
    at.settle()
    canvas = at.window.panels()["network"].canvas
    canvas.pin(Spot(1, 0, 0))
    at.shoot("by_hand", "network")
    canvas.let_go()


def bowl(at: Photographer) -> None:
    """Descent on x² + y²."""
    at.take("bowl")
    at.train(50)
    at.shoot("bowl", "surface")


def arms(at: Photographer) -> None:
    """Three classes and their borders."""
    at.take("spiral")
    at.choose_data("multi_spiral")
    at.train(1500)
    at.shoot("map", "map")


def digits(at: Photographer) -> None:
    """Handwritten digits: strips of neurons, and a confusion matrix."""
    at.take("digits")
    at.train(400)
    at.shoot("digits", "network", "surface", "loss", "map")


def export(at: Photographer) -> None:
    """The export dialog, set to write a sequence."""
    at.take("spiral")
    dialog = at.window.ask_export()
    dialog.sequence.setChecked(True)
    dialog.path.setText("frames")
    at.shoot_dialog("export", dialog)


def walk(at: Photographer) -> None:
    """On the way back through an iteration: δ in the diagram, and its formula beside it."""
    from bpviz.views.explain.panel import ExplainPanel

    explanation = at.window.panels()["explain"]
    assert isinstance(explanation, ExplainPanel)
    at.take("worked_example")
    at.settle()
    strip = at.window.strip
    at.window.step_requested.emit("operation")
    at.wait(lambda: strip.place.lit, "the walk")
    explanation.set_depth("formulas")
    for _ in range(WALKED):
        at.window.step_requested.emit("operation")
        at.rest()
    at.shoot("walk", "network", "loss", "surface", "explain")
    at.window.reset_requested.emit()


def doctor(at: Photographer) -> None:
    """Gradients that vanish in a deep network of sigmoids."""
    at.take("spiral")
    at.edit("layers", ", ".join(["8 sigmoid"] * 7))
    at.train(200)
    dock = at.window.host.docks["doctor"]
    dock.bring()
    at.rest(1.0)
    at.shoot("doctor", "doctor")
    dock.close()


def lesson(at: Photographer) -> None:
    """A step of a lesson beside what it drives."""
    at.window.lessons.toggle()
    at.rest()
    at.wiring.lessons.begin(LESSON)
    at.settle()
    at.wait(lambda: at.window.lessons.step.isVisible(), "the lesson")
    at.rest(2.0)
    at.shoot("lesson", "network", "surface", "lessons")
    at.window.lessons.toggle()
    at.rest(1.0)


PICTURES: tuple[Callable[[Photographer], None], ...] = (
    window,
    neuron,
    by_hand,
    walk,
    bowl,
    arms,
    digits,
    doctor,
    lesson,
    export,
)


def save(image: QImage, path: Path) -> None:
    """Write a picture, or say why not."""
    if image.isNull() or not image.save(str(path)):
        raise OSError(f"{path} could not be written")
    print(f"{path.name:20} {image.width()} × {image.height()}, {path.stat().st_size // 1024} kB", flush=True)


def take_all(names: list[str]) -> None:
    """Take the pictures called ``names``, or all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    photographer = Photographer()
    for edition in EDITIONS:
        photographer.speak(*edition)
        for take in PICTURES:
            if not names or take.__name__ in names:
                take(photographer)
    photographer.close()


def main() -> int:
    """Take what was asked for; 1 when the pictures together are too large."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "names", nargs="*", help=f"of {', '.join(take.__name__ for take in PICTURES)}; all by default"
    )
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bpviz-pictures-", ignore_cleanup_errors=True) as home:
        set_up(Path(home))
        screen = start_screen()
        try:
            take_all(asked.names)
        finally:
            stop_screen(screen)
    size = sum(path.stat().st_size for path in FOLDER.glob("*.png"))
    print(f"{size / 1e6:.2f} MB in all, of {MOST_BYTES / 1e6:.2f}")
    return 1 if size > MOST_BYTES else 0


if __name__ == "__main__":
    sys.exit(main())
