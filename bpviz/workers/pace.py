"""How fast iterations may follow each other, and how fast they do."""

from __future__ import annotations

import math
import time

MEASURE_S = 0.5


class Pace:
    """Holds a run to so many iterations a second and measures what it reaches."""

    def __init__(self) -> None:
        self.limit = math.inf
        self.limited = False
        self._due = 0.0
        self._since = time.perf_counter()
        self._count = 0
        self._speed = 0.0

    def set_limit(self, per_second: float) -> None:
        """Allow so many iterations a second; infinity is as fast as it goes."""
        self.limit = per_second
        self.limited = not math.isinf(per_second)
        self._due = 0.0

    def restart(self) -> None:
        """Begin to measure anew; the next iteration is due at once."""
        self._due, self._count, self._speed = 0.0, 0, 0.0
        self._since = time.perf_counter()

    def wait_s(self) -> float:
        """Return how long to wait before the next iteration."""
        return self._due - time.perf_counter() if self.limited else 0.0

    def count(self) -> None:
        """Note that an iteration was done."""
        self._count += 1
        if self.limited:
            now = time.perf_counter()
            # A run that fell behind does not catch up in a burst.
            self._due = max(self._due, now - 1.0 / self.limit) + 1.0 / self.limit

    def speed(self) -> float:
        """Return the iterations a second, measured over at least half a second."""
        now = time.perf_counter()
        if now - self._since >= MEASURE_S:
            self._speed = self._count / (now - self._since)
            self._since, self._count = now, 0
        elif not self._speed and self._count:
            return self._count / max(now - self._since, 1e-3)
        return self._speed
