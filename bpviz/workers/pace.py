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
        self.restart()

    def set_limit(self, per_second: float) -> None:
        """Allow so many iterations a second; infinity is as fast as it goes."""
        self.limit = per_second
        self.limited = not math.isinf(per_second)
        self.restart()

    def restart(self) -> None:
        """Begin to measure anew; the next iteration is due at once."""
        self._due = 0.0
        self._count = self._counted = 0
        self._last = self._since = 0.0
        self._speed = 0.0

    def wait_s(self) -> float:
        """Return how long to wait before the next iteration."""
        return self._due - time.perf_counter() if self.limited else 0.0

    def count(self) -> None:
        """Note that an iteration was done."""
        now = self._last = time.perf_counter()
        self._count += 1
        if not self._since:
            # From one iteration to another: the time before the first says nothing of the speed.
            self._since, self._counted = now, self._count
        if self.limited:
            step = 1.0 / self.limit
            # A run that fell behind does not catch up in a burst.
            self._due = max(self._due, now - step) + step if self._due else now + step

    def speed(self) -> float:
        """Return the iterations a second, measured between iterations at least half a second apart."""
        taken = self._last - self._since
        if taken >= MEASURE_S:
            self._speed = (self._count - self._counted) / taken
            self._since, self._counted = self._last, self._count
        return self._speed
