"""Ctrl+C: the first stops cleanly, the second aborts."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any


class Interrupt:
    """While the ``with`` block lasts, the first Ctrl+C only sets a flag that a run looks at.

    After it Python's own handling is back, so that a second one raises ``KeyboardInterrupt``.
    """

    def __init__(self) -> None:
        self._asked = False
        self._before: Any = None

    def __call__(self) -> bool:
        """Return whether the user asked to stop."""
        return self._asked

    def __enter__(self) -> Interrupt:
        # Signals can be caught in the main thread only; elsewhere nobody presses a key.
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._on_signal)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True
        signal.signal(signal.SIGINT, signal.default_int_handler)
