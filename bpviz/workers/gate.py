"""Lets the training rest while the window paints.

Two threads cannot run Python at once: when both want to, the interpreter's lock goes to and fro
between every two calls, and both lose.  So the window closes the gate when it begins to paint and
opens it when it is done, and the training waits in front of it between two iterations.  The window
never waits for the training; and the training never waits long, whatever becomes of the window.
"""

from __future__ import annotations

import threading

LONGEST_S = 0.05


class Gate:
    """Open or closed.

    Attributes
    ----------
    closed : bool
        Read without a lock before every iteration.
    """

    def __init__(self) -> None:
        self.closed = False
        self._longest_s = LONGEST_S
        self._opened = threading.Event()
        self._opened.set()

    def close(self, longest_s: float = LONGEST_S) -> None:
        """Ask the training to wait, so long at the most."""
        self._longest_s = longest_s
        self.closed = True
        self._opened.clear()

    def open(self) -> None:
        """Let the training go on."""
        self.closed = False
        self._opened.set()

    def wait(self) -> None:
        """Wait until the gate is open, but only so long as it was closed for."""
        if not self._opened.wait(self._longest_s):
            self.open()
