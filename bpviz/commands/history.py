"""The history of a run as CSV: one row an iteration."""

from __future__ import annotations

import math
from array import array
from collections import deque
from pathlib import Path
from types import TracebackType

from bpviz.errors import UserError
from bpviz.snapshot import Evaluation, Iteration
from bpviz.training.files import WholeFile
from bpviz.training.loop import MOST_STEPS_BACK

COLUMNS = (
    "iteration",
    "epoch",
    "loss",
    "learning_rate",
    "gradient_norm",
    "train_loss",
    "test_loss",
    "train_accuracy",
    "test_accuracy",
)


class HistoryFile:
    """Writes the rows as they come, so that a long run fills no memory; whole at the end.

    Numbers have all their digits.  A cell is empty where nothing was measured.  The newest rows wait:
    a run that diverges or stops early goes back, and what is after is not to be in the file.

    Parameters
    ----------
    path : str or Path
    layers : int
        For each of so many layers there is a column ``norm_l`` with the length of its part of the gradient.
    """

    def __init__(self, path: str | Path, layers: int = 0) -> None:
        self._layers = layers
        self._file = WholeFile(path)
        # Where each row ends: a run that goes back takes rows off the file.
        self._ends = array("Q")
        self._waiting: deque[tuple[int, tuple[str, ...]]] = deque()

    def __enter__(self) -> HistoryFile:
        self._file.__enter__()
        self._write((*COLUMNS, *(f"norm_{number + 1}" for number in range(self._layers))))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._write_waiting(0)
        except UserError as failure:
            self._file.__exit__(type(failure), failure, failure.__traceback__)
            raise
        self._file.__exit__(kind, error, trace)

    def add(self, iteration: Iteration) -> None:
        """Append one row."""
        one = iteration
        numbers = (one.iteration, one.epoch, one.loss, one.learning_rate, one.gradient_norm)
        measured = _loss(one.train), _loss(one.test), _accuracy(one.train), _accuracy(one.test)
        norms = [math.nan] * self._layers if one.norms is None else one.norms.layers.tolist()
        parts = ("" if math.isnan(norm) else str(norm) for norm in norms)
        self._waiting.append((one.iteration, (*map(str, numbers), *measured, *parts)))
        self._write_waiting(MOST_STEPS_BACK + 1)

    def cut(self, last: int) -> None:
        """Drop the rows after iteration ``last``: those that wait, and those that are written."""
        while self._waiting and self._waiting[-1][0] > last:
            self._waiting.pop()
        if len(self._ends) > last + 1:
            del self._ends[last + 1 :]
            self._file.cut(self._ends[-1])

    def _write_waiting(self, kept: int) -> None:
        while len(self._waiting) > kept:
            self._write(self._waiting.popleft()[1])
            self._ends.append(self._file.length)

    def _write(self, cells: tuple[str, ...]) -> None:
        self._file.write((",".join(cells) + "\r\n").encode("ascii"))


class LenientHistory:
    """A history whose failure ends no run: hours of training outweigh a full disk or a reader that left.

    Attributes
    ----------
    failure : UserError or None
        Why the file is not there, or not whole, once the ``with`` block has ended.
    """

    def __init__(self, path: str | Path, layers: int = 0) -> None:
        self.failure: UserError | None = None
        self._file = HistoryFile(path, layers)

    def __enter__(self) -> LenientHistory:
        self._file.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        reason = error or self.failure
        try:
            self._file.__exit__(type(reason) if reason else None, reason, trace)
        except UserError as failure:
            self.failure = failure

    def add(self, iteration: Iteration) -> None:
        """Append one row, unless the file has failed."""
        if self.failure is None:
            try:
                self._file.add(iteration)
            except UserError as failure:
                self.failure = failure

    def cut(self, last: int) -> None:
        """Drop the rows after iteration ``last``."""
        if self.failure is None:
            try:
                self._file.cut(last)
            except UserError as failure:
                self.failure = failure


def _loss(measured: Evaluation | None) -> str:
    return "" if measured is None else str(float(measured.loss))


def _accuracy(measured: Evaluation | None) -> str:
    return "" if measured is None or measured.accuracy is None else str(float(measured.accuracy))
