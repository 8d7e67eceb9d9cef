"""Every loss and metric of a run, in memory that is bounded.

The losses of the first two million iterations are all kept; beyond that every second is dropped
and the stride doubles, so that a run of any length stays within the same memory.
"""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpviz.snapshot import Evaluation, History, Iteration

MOST_LOSSES = 2**21
MOST_EVALUATIONS = 2**16


class Column:
    """A growing array of float64; what was handed out is never written to again."""

    def __init__(self, dtype: type = float) -> None:
        self._buffer: NDArray[Any] = np.empty(1024, dtype)
        self.length = 0

    def append(self, value: float) -> None:
        """Add a value at the end."""
        if self.length == len(self._buffer):
            grown = np.empty(2 * self.length, self._buffer.dtype)
            grown[: self.length] = self._buffer
            self._buffer = grown
        self._buffer[self.length] = value
        self.length += 1

    def view(self) -> NDArray[Any]:
        """Return a read-only view of what is there."""
        view = self._buffer[: self.length]
        view.setflags(write=False)
        return view

    def keep(self, length: int, stride: int = 1) -> None:
        """Keep every ``stride``-th of the first ``length`` values, in a buffer of its own."""
        kept = self._buffer[: min(length, self.length) : stride]
        self._buffer = np.concatenate([kept, np.empty(max(1024, len(kept)), self._buffer.dtype)])
        self.length = len(kept)


class Recorder:
    """Takes every `Iteration` on the worker's thread and hands a `History` to any other."""

    def __init__(self, run_id: int) -> None:
        self.run_id = run_id
        self.generation = 0
        self.stride = 1
        self.last = -1
        self._lock = threading.Lock()
        self._loss = Column()
        self._evaluated = Column(np.int64)
        self._metrics = [Column() for _ in range(4)]

    def add(self, iteration: Iteration) -> None:
        """Record one iteration, the next after ``last``."""
        with self._lock:
            self.last = iteration.iteration
            if iteration.iteration % self.stride == 0:
                self._loss.append(iteration.loss)
                if self._loss.length > MOST_LOSSES:
                    self._loss.keep(self._loss.length, 2)
                    self.stride *= 2
                    self.generation += 1
            if iteration.train is not None:
                self._add_evaluation(iteration.iteration, iteration.train, iteration.test)

    def _add_evaluation(self, iteration: int, train: Evaluation, test: Evaluation | None) -> None:
        self._evaluated.append(iteration)
        nan = float("nan")
        values = (
            train.loss,
            nan if test is None else test.loss,
            nan if train.accuracy is None else train.accuracy,
            nan if test is None or test.accuracy is None else test.accuracy,
        )
        for column, value in zip(self._metrics, values, strict=True):
            column.append(value)
        if self._evaluated.length > MOST_EVALUATIONS:
            for column in (self._evaluated, *self._metrics):
                column.keep(column.length, 2)
            self.generation += 1

    def cut(self, iteration: int) -> None:
        """Forget what came after ``iteration``."""
        with self._lock:
            if iteration >= self.last:
                return
            self.last = iteration
            self.generation += 1
            self._loss.keep(iteration // self.stride + 1)
            kept = int(np.searchsorted(self._evaluated.view(), iteration, side="right"))
            for column in (self._evaluated, *self._metrics):
                column.keep(kept)

    def history(self) -> History:
        """Return all that is recorded, without copying it."""
        with self._lock:
            losses, evaluated = self._loss.view(), self._evaluated.view()
            train, test, train_accuracy, test_accuracy = (column.view() for column in self._metrics)
            return History(
                self.run_id,
                self.generation,
                losses,
                evaluated,
                train,
                test,
                train_accuracy,
                test_accuracy,
                self.stride,
            )
