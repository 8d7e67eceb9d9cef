"""What the window asks of a worker, handed over without waiting."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

Command = Callable[[], None]


class Commands:
    """A queue of calls: any thread posts, the worker takes them between two pieces of its work.

    Attributes
    ----------
    pending : bool
        Whether something waits; read without a lock before every iteration.
    """

    def __init__(self) -> None:
        self.pending = False
        self._queue: deque[Command] = deque()
        self._condition = threading.Condition()

    def post(self, command: Command) -> None:
        """Queue a call and wake the worker."""
        with self._condition:
            self._queue.append(command)
            self.pending = True
            self._condition.notify_all()

    def wake(self) -> None:
        """Wake the worker so that it looks around."""
        with self._condition:
            self.pending = True
            self._condition.notify_all()

    def take(self) -> list[Command]:
        """Return all that waits, in order."""
        with self._condition:
            taken = list(self._queue)
            self._queue.clear()
            self.pending = False
            return taken

    def wait(self, seconds: float | None = None) -> None:
        """Sleep until something waits, at most ``seconds``."""
        with self._condition:
            if not self.pending:
                self._condition.wait(seconds)
