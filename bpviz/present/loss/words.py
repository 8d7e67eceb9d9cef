"""What the loss plot says: the legend, the numbers under the pointer, the numbers to copy."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bpviz.present.loss.curves import Reading
from bpviz.present.loss.scales import percent, shown
from bpviz.present.numbers import exact, grouped
from bpviz.text import tr

# Words of a row for the clipboard: a program reads them, so they are not translated.
_COLUMNS = (
    "iteration",
    "batch_loss",
    "evaluated",
    "train_loss",
    "test_loss",
    "train_accuracy",
    "test_accuracy",
)


def reading_lines(reading: Reading) -> list[tuple[str, str]]:
    """Return (role, text) lines for the box under the pointer.

    Roles are ``title``, ``batch``, ``train`` and ``test``.
    """
    lines = [("title", tr("Iteration {iteration}", iteration=grouped(reading.iteration)))]
    lines.append(("batch", tr("batch {loss}", loss=shown(reading.batch_loss))))
    if reading.evaluated is None:
        return lines
    if reading.evaluated != reading.iteration:
        lines.append(("title", tr("measured at {iteration}:", iteration=grouped(reading.evaluated))))
    lines.append(("train", _with_accuracy(train_words(reading), reading.train_accuracy)))
    if not math.isnan(reading.test_loss):
        lines.append(("test", _with_accuracy(test_words(reading), reading.test_accuracy)))
    return lines


def train_words(reading: Reading) -> str:
    """Return the training loss in words."""
    return tr("train {loss}", loss=shown(reading.train_loss))


def test_words(reading: Reading) -> str:
    """Return the test loss in words."""
    return tr("test {loss}", loss=shown(reading.test_loss))


@dataclass(frozen=True)
class LegendItem:
    """One curve in the legend, said at three lengths."""

    role: str
    value: str
    text: str
    longest: str
    colour: str = ""
    """Of another branch; the role tells that of the others."""


def legend_items(reading: Reading | None) -> list[LegendItem]:
    """Return the curves with their values at one iteration."""
    if reading is None:
        return [LegendItem(role, words, words, words) for role, words in _bare().items()]
    words = train_words(reading)
    longest = _with_accuracy(words, reading.train_accuracy)
    items = [LegendItem("train", shown(reading.train_loss), words, longest)]
    if not math.isnan(reading.test_loss):
        words = test_words(reading)
        longest = _with_accuracy(words, reading.test_accuracy)
        items.append(LegendItem("test", shown(reading.test_loss), words, longest))
    return items


def branch_item(name: str, colour: str) -> LegendItem:
    """Return another branch's curve for the legend."""
    return LegendItem("branch", name, name, name, colour)


def branch_line(name: str, losses: tuple[float, float]) -> str:
    """Return the losses of another branch for the box under the pointer: train, and test if there is one."""
    train, test = losses
    said = f"{name}: {tr('train {loss}', loss=shown(train))}"
    return said if math.isnan(test) else f"{said} · {tr('test {loss}', loss=shown(test))}"


def _bare() -> dict[str, str]:
    return {"train": tr("train"), "test": tr("test")}


def copied(reading: Reading) -> str:
    """Return a header and a row, tab-separated, with all digits."""
    values = (
        str(reading.iteration),
        exact(reading.batch_loss),
        "" if reading.evaluated is None else str(reading.evaluated),
        *(
            "" if math.isnan(value) else exact(value)
            for value in (
                reading.train_loss,
                reading.test_loss,
                reading.train_accuracy,
                reading.test_accuracy,
            )
        ),
    )
    return "\t".join(_COLUMNS) + "\n" + "\t".join(values)


def _with_accuracy(words: str, accuracy: float) -> str:
    return words if math.isnan(accuracy) else f"{words} · {percent(accuracy)}"
