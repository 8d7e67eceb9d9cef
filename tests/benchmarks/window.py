"""The window at full speed: its answer, its pace, what it costs the training, and its memory.

``python -m tests.benchmarks.window [SECONDS]`` prints one JSON object; it needs a screen.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

PROBE_MS = 16
WARM_UP_S = 4.0
PLAIN_S = 3.0


def plain_speed(seconds: float = PLAIN_S) -> tuple[float, float]:
    """Return iterations a second of the default run with no window, and per second of CPU time."""
    from bpviz.present.setup.presets import DEFAULT
    from bpviz.training.build import build

    count, end = 0, time.perf_counter() + seconds
    begun, busy = time.perf_counter(), time.thread_time()
    for _ in build(DEFAULT).iterations():
        count += 1
        if time.perf_counter() >= end:
            break
    return count / (time.perf_counter() - begun), count / (time.thread_time() - busy)


def measure(seconds: float) -> dict[str, Any]:
    """Train with every panel showing and return what was seen."""
    from bpviz.app import create

    before = plain_speed()
    application, window, wiring = create()
    window.resize(1280, 720)
    window.show()
    wiring.begin()
    spin(1.5)
    window.train_toggled.emit()
    spin(WARM_UP_S)
    probe = make_probe()
    begun, shown, iterations = time.perf_counter(), wiring.updates_shown, wiring.training.state().last
    busy = thread_seconds()
    spin(seconds)
    taken = time.perf_counter() - begun
    shown, iterations = wiring.updates_shown - shown, wiring.training.state().last - iterations
    busy = {thread: used - busy.get(thread, 0.0) for thread, used in thread_seconds().items()}
    gui = busy.pop(os.getpid())
    panels = [key for key in window.panels() if window.panel_visible(key)]
    window.close()
    application.processEvents()
    gc.collect()
    after = plain_speed()
    return {
        "seconds": taken,
        "panels": panels,
        "late_ms": probe.late_ms,
        "updates_per_second": shown / taken,
        "iterations_per_second": iterations / taken,
        "iterations_per_cpu_second": iterations / max(*busy.values(), 0.01),
        "plain_iterations_per_second": (before[0] + after[0]) / 2,
        "plain_iterations_per_cpu_second": (before[1] + after[1]) / 2,
        "gui_busy": gui / taken,
        "training_busy": max(busy.values()) / taken,
        "memory_mb": probe.memory_mb,
    }


def spin(seconds: float) -> None:
    """Let the window live for a while."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(int(seconds * 1000), loop.quit)
    loop.exec()


def make_probe() -> Any:
    """Return what notes by how much each tick of a 16 ms timer comes late, and the memory once a second."""
    from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Slot

    class Probe(QObject):
        def __init__(self) -> None:
            super().__init__()
            self.late_ms: list[float] = []
            self.memory_mb: list[float] = []
            self._clock, self._last_memory = QElapsedTimer(), time.perf_counter()
            self._clock.start()
            self._timer = QTimer(self)
            self._timer.setTimerType(Qt.TimerType.PreciseTimer)
            self._timer.timeout.connect(self._on_timer_timeout)
            self._timer.start(PROBE_MS)

        @Slot()
        def _on_timer_timeout(self) -> None:
            self.late_ms.append(max(0.0, self._clock.nsecsElapsed() / 1e6 - PROBE_MS))
            self._clock.restart()
            now = time.perf_counter()
            if now - self._last_memory >= 1.0:
                self._last_memory = now
                self.memory_mb.append(resident_mb())

    return Probe()


def thread_seconds() -> dict[int, float]:
    """Return the CPU time that each thread of this process has used; the process's own id is the window's."""
    used = {}
    for name in os.listdir("/proc/self/task"):
        with open(f"/proc/self/task/{name}/stat", encoding="utf-8") as file:
            fields = file.read().rpartition(")")[2].split()
        used[int(name)] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return used


def resident_mb() -> float:
    """Return the process's resident memory."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def growth_mb_per_minute(memory_mb: list[float]) -> float:
    """Return the slope of the second half of a memory record of one value a second."""
    import numpy as np

    half = np.array(memory_mb[len(memory_mb) // 2 :])
    if len(half) < 2:
        return 0.0
    return float(np.polyfit(np.arange(len(half)), half, 1)[0]) * 60.0


if __name__ == "__main__":
    print(json.dumps(measure(float(sys.argv[1]) if len(sys.argv) > 1 else 20.0)))
