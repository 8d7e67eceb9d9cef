"""Random starts, pauses, steps, resets, changes and closes: nothing may crash, warn or stay behind.

``python -m tests.benchmarks.cycles [CYCLES] [SEED]`` ends with 0 when all was well; else it says on
stderr what was not.  It needs a screen, or ``QT_QPA_PLATFORM=offscreen``.
"""

from __future__ import annotations

import logging
import os
import random
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

if TYPE_CHECKING:
    from bpviz.training.config import RunConfig

# What the platform says of itself, whatever the program does.
ALLOWED = ("propagateSizeHints",)
WINDOW_CYCLES = 8


def main(cycles: int = 200, seed: int = 0) -> int:
    """Run ``cycles`` cycles, a new window every few of them, and return the exit code."""
    from PySide6.QtCore import QtMsgType, qInstallMessageHandler

    trouble: list[str] = []

    def on_message(kind: QtMsgType, _context: object, text: str) -> None:
        if not any(allowed in text for allowed in ALLOWED):
            trouble.append(f"Qt {kind.name}: {text}")

    def on_exception(kind: type[BaseException], error: BaseException, _trace: object) -> None:
        trouble.append(f"{kind.__name__}: {error}")

    class Log(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            trouble.append(f"log {record.levelname}: {record.getMessage()}")

    qInstallMessageHandler(on_message)
    sys.excepthook = on_exception
    threading.excepthook = lambda caught: on_exception(
        caught.exc_type, caught.exc_value or caught.exc_type(), None
    )
    logging.getLogger().addHandler(Log(logging.WARNING))
    chance = random.Random(seed)
    before = set(threading.enumerate())
    while cycles > 0:
        one_window(chance, min(cycles, WINDOW_CYCLES), trouble)
        cycles -= WINDOW_CYCLES
    left = [one for one in threading.enumerate() if one not in before and not _is_dummy(one)]
    trouble += [f"still running: {one!r}" for one in left]
    for line in trouble:
        print(line, file=sys.stderr)
    return 1 if trouble else 0


def one_window(chance: random.Random, cycles: int, trouble: list[str]) -> None:
    """Open a window, do random things, and close it in whatever state it is."""
    from PySide6.QtCore import QCoreApplication, QEvent

    from bpviz.app import create

    application, window, wiring = create()
    window.show()
    wiring.begin()
    for _ in range(cycles):
        action = chance.choice(ACTIONS)
        action(window, wiring.runs.config, chance)
        _spin(application, chance.choice((0, 0, 1, 5, 20, 60, 150)))
    threads = list(wiring._threads)
    window.close()
    trouble += [f"still running: {thread!r}" for thread in threads if thread.isRunning()]
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    _spin(application, 0)


def _spin(application: Any, duration_ms: int) -> None:
    from PySide6.QtCore import QElapsedTimer

    clock = QElapsedTimer()
    clock.start()
    application.processEvents()
    while clock.elapsed() < duration_ms:
        application.processEvents()


def _toggle(window: Any, _config: RunConfig, _chance: random.Random) -> None:
    window.train_toggled.emit()


def _step(window: Any, _config: RunConfig, chance: random.Random) -> None:
    window.step_requested.emit(chance.choice(("iteration", "epoch")))


def _back(window: Any, _config: RunConfig, chance: random.Random) -> None:
    chance.choice((window.back_requested.emit, lambda: window.seek_requested.emit(chance.randrange(200))))()


def _reset(window: Any, _config: RunConfig, _chance: random.Random) -> None:
    window.reset_requested.emit()


def _edit(window: Any, config: RunConfig, chance: random.Random) -> None:
    # Small enough that no run diverges: the window would rightly say so.
    highest = -6 if config.data.name == "worked_example" else -1.5
    edits: list[tuple[str, Any]] = [
        ("learning_rate", 10.0 ** chance.uniform(highest - 2, highest)),
        ("optimizer", chance.choice(("sgd", "momentum", "adam"))),
    ]
    if config.function is None:
        edits += [("layer.add", 0), ("batch_size", chance.choice((1, 10, 1000)))]
        if config.layers:
            edits += [
                ("layer.0.units", chance.randint(1, 12)),
                ("layer.0.activation", chance.choice(("tanh", "relu", "sigmoid"))),
                ("layer.remove", 0),
            ]
    window.edited.emit(*chance.choice(edits))


def _preset(window: Any, _config: RunConfig, chance: random.Random) -> None:
    from bpviz.present.setup.presets import PRESETS

    window.preset_requested.emit(chance.choice(PRESETS).name)


def _speed(window: Any, _config: RunConfig, chance: random.Random) -> None:
    window.speed_changed.emit(chance.choice((1.0, 30.0, float("inf"))))


def _language(window: Any, _config: RunConfig, chance: random.Random) -> None:
    window.language_requested.emit(chance.choice(("en", "zh_CN")))


def _is_dummy(thread: threading.Thread) -> bool:
    """Whether this only stands for a thread of Qt's that once ran Python."""
    return isinstance(thread, threading._DummyThread)


ACTIONS: tuple[Callable[[Any, RunConfig, random.Random], None], ...] = (
    *(_toggle,) * 4,
    *(_step,) * 2,
    *(_back,) * 2,
    *(_reset,) * 2,
    *(_edit,) * 4,
    *(_preset,) * 2,
    _speed,
    _language,
)


if __name__ == "__main__":
    raise SystemExit(main(*map(int, sys.argv[1:])))
