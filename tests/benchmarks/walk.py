"""A step of the walk in the real window: from the key to the picture, every panel following.

``python -m tests.benchmarks.walk [TIMES]`` prints one JSON object; it needs a screen.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from tests.benchmarks.program import environment
from tests.benchmarks.timing import Row, percentile

LAYERS = "50 relu"
DATA = "digits"


def measure(times: int) -> dict[str, Any]:
    """Walk through operations of a 64-50-10 network and return how long each took, in milliseconds."""
    from bpviz.app import create
    from bpviz.training.config import DataConfig, RunConfig
    from bpviz.training.layer_spec import parse_layers

    application, window, wiring = create()
    window.resize(1280, 720)
    window.show()
    wiring.begin()
    wait(application, lambda: wiring.display.info is not None)
    before = wiring.display.info.run_id
    wiring.runs.start_with(RunConfig(data=DataConfig(DATA), layers=parse_layers(LAYERS)))
    wait(application, lambda: wiring.display.info.run_id > before)
    rest(application, 1.5)
    window.set_grain("operation")
    panels = window.panels()
    watched = [panels["network"].canvas, panels["loss"].plot, window.strip.place]
    painted = make_watch(watched)
    within: list[float] = []
    across: list[float] = []
    for _ in range(times):
        for kind in ("on", "on", "on", "back"):
            iteration = wiring.walks.walk.iteration
            painted.seen.clear()
            begun = time.perf_counter()
            window.step_requested.emit("") if kind == "on" else window.back_requested.emit()
            wait(application, lambda: wiring.walks._asked is None)
            wait(application, lambda: len(painted.seen) == len(watched))
            taken = 1000 * (time.perf_counter() - begun)
            (within if wiring.walks.walk.iteration == iteration else across).append(taken)
            rest(application, 0.06)
    painting = []
    for _ in range(20):
        begun = time.perf_counter()
        panels["network"].canvas.repaint()
        painting.append(1000 * (time.perf_counter() - begun))
    shown = [key for key in panels if window.panel_visible(key)]
    window.close()
    application.processEvents()
    return {"panels": shown, "within_ms": within, "across_ms": across, "frame_ms": painting}


def rows() -> list[Row]:
    """Return the rows of the table, measured in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.walk"]
    run = subprocess.run(command, check=True, text=True, capture_output=True, env=environment())
    seen = json.loads(run.stdout)
    found = []
    for name, key in (("within an iteration", "within_ms"), ("into another", "across_ms")):
        p50, p95 = (percentile(seen[key], share) for share in (0.5, 0.95))
        said = f"p50 {p50:.1f}, p95 {p95:.1f} ms"
        against = f"50 ms; worst {max(seen[key]):.0f} ms of {len(seen[key])}"
        found.append(
            Row(f"step of an operation {name}, 64-50-10", said, against, p95 / 50.0, 1.0, at_most=True)
        )
    frame = percentile(seen["frame_ms"], 0.95)
    found.append(
        Row("a picture of what flows", f"p95 {frame:.1f} ms", "33 ms", frame / 33.0, 1.0, at_most=True)
    )
    return found


def make_watch(widgets: list[Any]) -> Any:
    """Return what notes which of the widgets have been painted."""
    from PySide6.QtCore import QEvent, QObject

    class Watch(QObject):
        def __init__(self) -> None:
            super().__init__()
            self.seen: set[QObject] = set()
            for widget in widgets:
                widget.installEventFilter(self)

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                self.seen.add(watched)
            return False

    return Watch()


def wait(application: Any, ready: Callable[[], bool]) -> None:
    """Let the window live until ``ready``, without a pause."""
    while not ready():
        application.processEvents()


def rest(application: Any, seconds: float) -> None:
    """Let the window live for a while."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        application.processEvents()
        time.sleep(0.002)


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 40)))
