"""The history of a run as CSV: one row an iteration."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from bpviz.snapshot import Evaluation, Iteration
from bpviz.training.files import WholeFile

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

    Numbers have all their digits.  A cell is empty where nothing was measured.
    """

    def __init__(self, path: str | Path) -> None:
        self._file = WholeFile(path)

    def __enter__(self) -> HistoryFile:
        self._file.__enter__()
        self._write(COLUMNS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.__exit__(kind, error, trace)

    def add(self, iteration: Iteration) -> None:
        """Append one row."""
        one = iteration
        numbers = (one.iteration, one.epoch, one.loss, one.learning_rate, one.gradient_norm)
        self._write(
            (
                *(str(number) for number in numbers),
                _loss(one.train),
                _loss(one.test),
                _accuracy(one.train),
                _accuracy(one.test),
            )
        )

    def _write(self, cells: tuple[str, ...]) -> None:
        self._file.write((",".join(cells) + "\r\n").encode("ascii"))


def _loss(measured: Evaluation | None) -> str:
    return "" if measured is None else str(float(measured.loss))


def _accuracy(measured: Evaluation | None) -> str:
    return "" if measured is None or measured.accuracy is None else str(float(measured.accuracy))
