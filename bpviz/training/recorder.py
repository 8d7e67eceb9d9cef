"""Every loss and metric of a run, in memory that is bounded.

The losses of the first two million iterations are all kept; beyond that every second is dropped
and the stride doubles, so that a run of any length stays within the same memory.  What is measured
now and then is thinned in the same way.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpviz.snapshot import Evaluation, GradientNorms, History, Iteration, frozen

MOST_LOSSES = 2**21
MOST_EVALUATIONS = 2**16
MOST_NORMS = 2**22
"""How many numbers the norms of all evaluations may be: long sequences are thinned earlier."""
KEPT_LOSSES, KEPT_EVALUATIONS, KEPT_NORMS = 2**17, 2**13, 2**16
"""The same for what was cut off."""

_FIRST_CELLS = 1024
_EVALUATED = (
    "evaluated",
    "train_loss",
    "test_loss",
    "train_accuracy",
    "test_accuracy",
    "layer_norms",
    "step_norms",
)


class Column:
    """A growing array of numbers or of rows; what was handed out is never written to again.

    Parameters
    ----------
    width : int
        Numbers in a row; None for plain numbers.
    most : int
        More will never be in it: the buffer does not grow beyond.
    """

    def __init__(self, dtype: type = float, width: int | None = None, most: int | None = None) -> None:
        shape = () if width is None else (width,)
        self.most = most
        self._first = max(1, _FIRST_CELLS // (width or 1))
        self._buffer: NDArray[Any] = np.empty((self._first, *shape), dtype)
        self.length = 0

    def append(self, value: float | NDArray[np.floating]) -> None:
        """Add a value or a row at the end."""
        if self.length == len(self._buffer):
            self._buffer = self._copied(self._buffer, 2 * self.length)
        self._buffer[self.length] = value
        self.length += 1

    def view(self) -> NDArray[Any]:
        """Return a read-only view of what is there."""
        view = self._buffer[: self.length]
        view.setflags(write=False)
        return view

    def keep(self, length: int, stride: int = 1) -> None:
        """Keep every ``stride``-th of the first ``length`` values, in a buffer of its own."""
        self._take(self._buffer[: min(length, self.length) : stride])

    def join(self, values: NDArray[Any]) -> None:
        """Add many values at the end, in a buffer of its own."""
        self._take(np.concatenate([self.view(), values]))

    @property
    def nbytes(self) -> int:
        """How much memory it takes."""
        return self._buffer.nbytes

    def _take(self, values: NDArray[Any]) -> None:
        self.length = len(values)
        self._buffer = self._copied(values, self.length + max(self._first, self.length))

    def _copied(self, values: NDArray[Any], length: int) -> NDArray[Any]:
        if self.most is not None:
            length = max(min(length, self.most), len(values) + 1)
        grown = np.empty((length, *values.shape[1:]), values.dtype)
        grown[: len(values)] = values
        return grown


@dataclass(frozen=True)
class Record:
    """What was recorded after an iteration: the end of a history, thinned and frozen.

    ``history``'s losses belong to ``first``, ``first`` + stride, …; ``last`` is the newest iteration.
    """

    first: int
    last: int
    history: History

    @property
    def nbytes(self) -> int:
        """How much memory it takes."""
        fields = (getattr(self.history, name) for name in self.history.__slots__)
        return sum(one.nbytes for one in fields if isinstance(one, np.ndarray))


class Recorder:
    """Takes every `Iteration` on the worker's thread and hands a `History` to any other."""

    def __init__(self, run_id: int) -> None:
        self.run_id = run_id
        self.generation = 0
        self.stride = 1
        self.last = -1
        self._lock = threading.Lock()
        self._loss = Column(most=MOST_LOSSES + 1)
        self._evaluated = Column(np.int64, most=MOST_EVALUATIONS + 1)
        self._metrics = [Column(most=MOST_EVALUATIONS + 1) for _ in range(4)]
        self._norms: dict[str, Column] = {}
        self._most_evaluations = MOST_EVALUATIONS
        self._every, self._offered = 1, 0

    def add(self, iteration: Iteration) -> None:
        """Record one iteration, the next after ``last``."""
        with self._lock:
            self.last = iteration.iteration
            if iteration.iteration % self.stride == 0:
                self._loss.append(iteration.loss)
                self._thin_losses()
            if iteration.train is not None:
                if self._offered % self._every == 0:
                    self._add_evaluation(iteration, iteration.train)
                self._offered += 1

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
        self._thin_evaluations()

    def _thin_losses(self, stride: int = 1) -> None:
        """Drop every second loss until there are few enough, and ``stride`` is reached."""
        while self._loss.length > MOST_LOSSES or self.stride < stride:
            self._loss.keep(self._loss.length, 2)
            self.stride *= 2
            self.generation += 1

    def _thin_evaluations(self) -> None:
        while self._evaluated.length > self._most_evaluations:
            for column in self._of_evaluations():
                column.keep(column.length, 2)
            self._every *= 2
            self.generation += 1

    def _add_norms(self, norms: GradientNorms) -> None:
        rows = {"layers": norms.layers}
        if norms.steps is not None:
            rows["steps"] = norms.steps
        if not self._evaluated.length:
            width = sum(map(len, rows.values()))
            most = self._most_evaluations = max(16, min(MOST_EVALUATIONS, MOST_NORMS // width))
            self._norms = {name: Column(width=len(row), most=most + 1) for name, row in rows.items()}
        for name, column in self._norms.items():
            column.append(rows[name])

    def _of_evaluations(self) -> tuple[Column, ...]:
        """Return the columns that go together, one row an evaluation."""
        return self._evaluated, *self._metrics, *self._norms.values()

    @property
    def nbytes(self) -> int:
        """How much memory it takes."""
        return self._loss.nbytes + sum(column.nbytes for column in self._of_evaluations())

    def take(self, after: int) -> Record:
        """Return what came after ``after``, thinned, and forget it here.

        The last evaluation before it comes along, so that a curve begins where it left the other.
        """
        whole, last = self.history(), self.last
        self.cut(after)
        start = after // whole.stride + 1
        stride = _doubled(whole.stride, len(whole.loss) - start, KEPT_LOSSES)
        first = (after // stride + 1) * stride
        begin = max(int(np.searchsorted(whole.evaluated, after, side="right")) - 1, 0)
        widths = [one.shape[1] for one in (whole.layer_norms, whole.step_norms) if one is not None]
        most = max(16, min(KEPT_EVALUATIONS, KEPT_NORMS // max(sum(widths), 1)))
        every = _doubled(1, len(whole.evaluated) - begin, most)
        kept: dict[str, Any] = {
            name: None if (values := getattr(whole, name)) is None else frozen(values[begin::every])
            for name in _EVALUATED
        }
        losses = frozen(whole.loss[first // whole.stride :: stride // whole.stride])
        return Record(first, last, replace(whole, loss=losses, stride=stride, **kept))

    def join(self, record: Record) -> None:
        """Put back what `take` took from behind what is here now."""
        with self._lock:
            taken = record.history
            self._thin_losses(taken.stride)
            place = self._loss.length * self.stride
            skipped = (place - record.first) // taken.stride
            self._loss.join(taken.loss[skipped :: self.stride // taken.stride])
            begin = int(np.searchsorted(taken.evaluated, self.last, side="right"))
            for column, name in zip(self._of_evaluations(), self._names(), strict=True):
                column.join(getattr(taken, name)[begin:])
            self.last = record.last
            self._offered = 0
            self.generation += 1
            self._thin_losses()
            self._thin_evaluations()

    def _names(self) -> tuple[str, ...]:
        """Return the names that a history has for the columns that go together."""
        return *_EVALUATED[:5], *(f"{name[:-1]}_norms" for name in self._norms)

    def cut(self, iteration: int) -> None:
        """Forget what came after ``iteration``."""
        with self._lock:
            if iteration >= self.last:
                return
            self.last = iteration
            self._offered = 0
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


def until(history: History, iteration: int) -> History:
    """Return a history up to ``iteration``: shorter views of the same arrays."""
    kept = int(np.searchsorted(history.evaluated, iteration, side="right"))
    arrays = {name: getattr(history, name) for name in _EVALUATED}
    cut: dict[str, Any] = {name: None if array is None else array[:kept] for name, array in arrays.items()}
    return replace(history, loss=history.loss[: iteration // history.stride + 1], **cut)


def _doubled(stride: int, length: int, most: int) -> int:
    """Return ``stride``, doubled until at most ``most`` of ``length`` values are left."""
    while length > most:
        stride, length = 2 * stride, length // 2
    return stride
