"""Every loss and metric of a run, in memory that is bounded.

The losses of the first two million iterations are all kept; beyond that every second is dropped
and the stride doubles, so that a run of any length stays within the same memory.  What is measured
now and then is thinned in the same way.
"""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpviz.snapshot import Evaluation, GradientNorms, History, Iteration

MOST_LOSSES = 2**21
MOST_EVALUATIONS = 2**16
MOST_NORMS = 2**23
"""How many numbers the norms of all evaluations may be: long sequences are thinned earlier."""

_FIRST_CELLS = 1024


class Column:
    """A growing array of numbers or of rows; what was handed out is never written to again.

    Parameters
    ----------
    width : int
        Numbers in a row; None for plain numbers.
    """

    def __init__(self, dtype: type = float, width: int | None = None) -> None:
        shape = () if width is None else (width,)
        self._first = max(1, _FIRST_CELLS // (width or 1))
        self._buffer: NDArray[Any] = np.empty((self._first, *shape), dtype)
        self.length = 0

    def append(self, value: float | NDArray[np.floating]) -> None:
        """Add a value or a row at the end."""
        if self.length == len(self._buffer):
            grown = np.empty((2 * self.length, *self._buffer.shape[1:]), self._buffer.dtype)
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
        spare = np.empty((max(self._first, len(kept)), *kept.shape[1:]), kept.dtype)
        self._buffer = np.concatenate([kept, spare])
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
        self._norms: dict[str, Column] = {}
        self._most_evaluations = MOST_EVALUATIONS

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
                self._add_evaluation(iteration, iteration.train)

    def _add_evaluation(self, iteration: Iteration, train: Evaluation) -> None:
        test = iteration.test
        if iteration.norms is not None:
            self._add_norms(iteration.norms)
        self._evaluated.append(iteration.iteration)
        nan = float("nan")
        values = (
            train.loss,
            nan if test is None else test.loss,
            nan if train.accuracy is None else train.accuracy,
            nan if test is None or test.accuracy is None else test.accuracy,
        )
        for column, value in zip(self._metrics, values, strict=True):
            column.append(value)
        if self._evaluated.length > self._most_evaluations:
            for column in self._of_evaluations():
                column.keep(column.length, 2)
            self.generation += 1

    def _add_norms(self, norms: GradientNorms) -> None:
        rows = {"layers": norms.layers}
        if norms.steps is not None:
            rows["steps"] = norms.steps
        if not self._evaluated.length:
            self._norms = {name: Column(width=len(row)) for name, row in rows.items()}
            width = sum(map(len, rows.values()))
            self._most_evaluations = max(16, min(MOST_EVALUATIONS, MOST_NORMS // width))
        for name, column in self._norms.items():
            column.append(rows[name])

    def _of_evaluations(self) -> tuple[Column, ...]:
        """Return the columns that go together, one row an evaluation."""
        return self._evaluated, *self._metrics, *self._norms.values()

    def cut(self, iteration: int) -> None:
        """Forget what came after ``iteration``."""
        with self._lock:
            if iteration >= self.last:
                return
            self.last = iteration
            self.generation += 1
            self._loss.keep(iteration // self.stride + 1)
            kept = int(np.searchsorted(self._evaluated.view(), iteration, side="right"))
            for column in self._of_evaluations():
                column.keep(kept)

    def history(self) -> History:
        """Return all that is recorded, without copying it."""
        with self._lock:
            losses, evaluated = self._loss.view(), self._evaluated.view()
            train, test, train_accuracy, test_accuracy = (column.view() for column in self._metrics)
            norms = {name: column.view() for name, column in self._norms.items()}
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
                norms.get("layers"),
                norms.get("steps"),
            )
