"""Hands the newest of something from one thread to another; what nobody took is replaced.

No queue grows: the worker posts as often as it likes, the window takes at its own pace.
"""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """Room for one letter.

    The reader says with `ask` that it wants one; the writer looks at `wanted`, which costs nothing,
    and posts.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._letter: T | None = None
        self.wanted = False

    def ask(self) -> None:
        """Say that the next letter is wanted."""
        self.wanted = True

    def post(self, letter: T) -> None:
        """Put a letter in; an older one that was not taken is gone."""
        with self._lock:
            self._letter = letter
            self.wanted = False

    def take(self) -> T | None:
        """Take the letter out, None when there is none."""
        if self._letter is None:
            return None
        with self._lock:
            letter, self._letter = self._letter, None
            return letter

    def clear(self) -> None:
        """Throw away what is there and what was asked for."""
        with self._lock:
            self._letter = None
            self.wanted = False
