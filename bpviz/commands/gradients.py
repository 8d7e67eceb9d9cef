"""``bpviz gradients``: backpropagation against differences, without a window."""

from __future__ import annotations

import argparse
import csv
import json
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bpviz.api import drive
from bpviz.commands.building import build, tell_notes
from bpviz.commands.interrupt import Interrupt
from bpviz.commands.parser import Parser, add_common_options, help_text
from bpviz.commands.progress import ProgressLine, cells
from bpviz.commands.run_options import add_run_options, config_of
from bpviz.errors import Cancelled, UserError
from bpviz.present.gradients.check import grade, method_word, sample_words, verdict
from bpviz.snapshot import ErrorValley, GradientCheck, Iteration
from bpviz.text import tr
from bpviz.training.checking import (
    METHODS,
    STEP,
    USUAL_SAMPLES,
    CheckRequest,
    DifferenceMethod,
    check_at,
    checked_method,
    checked_step,
    chosen_rows,
    remarks,
    takes_complex,
    valley_at,
)
from bpviz.training.files import as_user_error, check_writable, is_same_file
from bpviz.training.loop import Training

DONE, DIVERGED = 0, 3
ALL = "all"
VALLEY_COLUMNS = ("method", "step", "max_relative_error", "median_relative_error")


def parser() -> argparse.ArgumentParser:
    """Return the parser of this command."""
    made = Parser(
        prog="bpviz gradients",
        description=tr(
            "Compare backpropagation with differences of the loss, parameter by parameter.\n"
            "“--iterations N” trains so many updates before; left out, the start is looked at.\n"
            "Where a parameter stands at a kink (ReLU at 0), a difference mixes the slopes of both sides:\n"
            "it is told, and counts for none of the errors, nor for max_… and worst_parameter of “--json”."
        ),
        epilog=tr("Exit codes: 0 done, 2 a mistake in what was asked, 3 the loss diverged, 1 a defect."),
    )
    check = made.add_argument_group(tr("check"))
    check.add_argument(
        "--method",
        metavar="NAME",
        help=help_text(tr("how the gradient is found the other way"), "central", (*METHODS, ALL)),
    )
    check.add_argument("--step", metavar="X", help=help_text(tr(STEP.help)))
    check.add_argument(
        "--samples",
        metavar="N",
        help=help_text(tr("training samples that the loss is taken over, drawn by the seed"), USUAL_SAMPLES),
    )
    check.add_argument(
        "--valley",
        action="store_true",
        help=tr("show the error against h from 1e-1 to 1e-12 instead, by every method or the one chosen"),
    )
    check.add_argument(
        "--all",
        action="store_true",
        dest="everything",
        help=tr("check every parameter, however long it takes; else 1,000 where all take above 10 s"),
    )
    output = made.add_argument_group(tr("output"))
    output.add_argument("--csv", metavar="F.csv", help=tr("write the valley to a CSV file"))
    output.add_argument("--json", action="store_true", help=tr("print the result as JSON"))
    add_run_options(made)
    add_common_options(made)
    return made


@dataclass(frozen=True)
class Asked:
    """What the options say of the check itself; ``methods`` is one, or all."""

    methods: tuple[DifferenceMethod, ...]
    step: float | None
    samples: int | None
    everything: bool = False

    @classmethod
    def of(cls, arguments: argparse.Namespace) -> Asked:
        """Read the options, each refused with a sentence of its own."""
        # The valley is that of every method unless one is chosen; otherwise one is enough.
        chosen = arguments.method or (ALL if arguments.valley else "central")
        methods = METHODS if chosen == ALL else (checked_method(chosen),)
        if arguments.valley and arguments.step is not None:
            raise UserError(
                "The valley has steps of its own, from 1e-1 to 1e-12.",
                hint="Leave out “--step”, or “--valley”.",
            )
        if arguments.csv and not arguments.valley:
            raise UserError("“--csv” holds the valley of the errors.", hint="Add “--valley”.")
        return cls(methods, checked_step(arguments.step), _samples(arguments.samples), arguments.everything)


def _samples(given: str | None) -> int | None:
    try:
        return None if given is None else int(given)
    except ValueError as error:
        raise UserError(
            "The number of samples cannot be “{value}”.", hint="It is a whole number from 1 on.", value=given
        ) from error


def main(words: Sequence[str]) -> int:
    """Run the command and return its exit code."""
    arguments = parser().parse_args(words)
    asked = Asked.of(arguments)
    if arguments.run_iterations is None:
        arguments.run_iterations = "0"
    config = config_of(arguments)
    _check_output(arguments.csv, config.data.path)
    line = ProgressLine(sys.stderr, config.stop.iterations, tr("iterations"))
    training = build(config, progress=line.show_reading)
    line.clear()
    tell_notes(training, config)
    rows = chosen_rows(training.objective, asked.samples, config.seed)
    with Interrupt() as interrupted:
        try:
            _train(training, line, interrupted)
            work = Work(training, rows, line, interrupted)
            told = work.valley(asked, arguments) if arguments.valley else work.checks(asked, arguments.json)
        except Cancelled:
            raise KeyboardInterrupt from None
        finally:
            line.clear()
    print(told)
    for sentence in (*_said_beside(training, asked), *work.notes):
        print(f"bpviz: {sentence}", file=sys.stderr)
    return DONE if training.divergence is None else DIVERGED


def _check_output(path: str | None, data: str | None) -> None:
    """Tell before the work what cannot be written after it."""
    if path is None:
        return
    check_writable(path)
    if data and is_same_file(path, data):
        raise UserError(
            "“{path}” holds the data: nothing is written over it.", hint="Name another file.", path=path
        )


def _train(training: Training, line: ProgressLine, interrupted: Callable[[], bool]) -> None:
    def show(iteration: Iteration) -> None:
        line.show(iteration.iteration, iteration.loss)

    drive(training, [show], interrupted)
    if interrupted():
        raise Cancelled
    training.objective.begin(training.iteration)


def _said_beside(training: Training, asked: Asked) -> list[str]:
    """Return what is to be said beside the numbers."""
    found = {str(text) for method in asked.methods for text in remarks(training.objective, method)}
    if training.divergence is not None:
        found.add(str(training.divergence.sentence()))
    return sorted(found)


@dataclass(frozen=True)
class Work:
    """The checks of one run where it stands."""

    training: Training
    rows: Any
    line: ProgressLine
    interrupted: Callable[[], bool]
    notes: list[str] = field(default_factory=list)

    def checks(self, asked: Asked, as_json: bool) -> str:
        """Return the checks of every method that was asked for, as a table or as JSON."""
        wanted = CheckRequest(step=asked.step, everything=asked.everything)
        checks = [self._check(replace(wanted, method=one)) for one in self._possible(asked)]
        self.notes.extend(dict.fromkeys(note for check in checks for note in _drawn(check)))
        if not as_json:
            said = [verdict(check) for check in checks]
            if any(grade(check) == "danger" for check in checks):
                said.append(
                    tr(
                        "“--valley” shows whether another step does better; "
                        "where none does, look for a mistake."
                    )
                )
            return "\n".join((_table(checks), *said))
        told = [check.as_dict() for check in checks]
        return json.dumps(told if len(asked.methods) > 1 else told[0], allow_nan=False)

    def valley(self, asked: Asked, arguments: argparse.Namespace) -> str:
        """Return the errors against h, as a table or as JSON; write them where that was asked."""
        words = tr("differences, step by step")
        found = valley_at(
            *self._at(),
            self.interrupted,
            lambda n, of: self.line.show_work(n, of, words),
            self._possible(asked),
        )
        rows = valley_rows(found)
        if arguments.csv:
            _write(arguments.csv, rows)
        return json.dumps(rows, allow_nan=False) if arguments.json else _valley_table(found)

    def _possible(self, asked: Asked) -> tuple[DifferenceMethod, ...]:
        """Return the methods; where all were asked for, those that this loss takes."""
        if len(asked.methods) > 1 and not takes_complex(self.training.objective):
            return tuple(method for method in asked.methods if method != "complex")
        return asked.methods

    def _check(self, request: CheckRequest) -> GradientCheck:
        words = method_word(request.method)
        return check_at(
            *self._at(), request, self.interrupted, lambda n, of: self.line.show_work(n, of, words)
        )

    def _at(self) -> tuple[Any, Any, Any]:
        return self.training.objective, self.training.theta, self.rows


def _drawn(check: GradientCheck) -> list[str]:
    """Say how to have all parameters checked, where only some were."""
    more = tr("“--all” checks every one.")
    return [f"{words} {more}" for words in sample_words(check)]


def valley_rows(valley: ErrorValley) -> list[dict[str, Any]]:
    """Return one row for each method and h; None for what is not finite."""
    return [
        dict(
            zip(
                VALLEY_COLUMNS,
                (method, float(h), _finite(valley.largest[method][at]), _finite(valley.median[method][at])),
                strict=True,
            )
        )
        for method in valley.largest
        for at, h in enumerate(valley.steps)
    ]


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _write(path: str, rows: list[dict[str, Any]]) -> None:
    try:
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, VALLEY_COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
    except OSError as error:
        raise as_user_error(error, Path(path)) from error


def _table(checks: Sequence[GradientCheck]) -> str:
    head = (
        *(tr("Method"), "h", tr("Parameters"), tr("Seconds"), tr("Backpropagation")),
        *(tr("Absolute error"), tr("Relative error"), tr("Worst")),
    )
    rows = [
        (
            *(method_word(one.method), f"{one.step:g}", f"{one.parameters:,}", f"{one.seconds:.3g}"),
            *(f"{one.seconds_backprop:.3g}", f"{one.max_absolute_error:.2e}"),
            *(f"{one.max_relative_error:.2e}", one.worst_parameter or "–"),
        )
        for one in checks
    ]
    return _aligned([head, *rows])


def _valley_table(valley: ErrorValley) -> str:
    methods = list(valley.largest)
    head = ["h"]
    for method in methods:
        head += [tr("{method}, max", method=method_word(method)), tr("median")]
    rows = [
        [f"{h:.0e}", *(f"{part[m][at]:.1e}" for m in methods for part in (valley.largest, valley.median))]
        for at, h in enumerate(valley.steps)
    ]
    return _aligned([head, *rows])


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    """Return rows in columns; a Chinese character takes two cells."""
    widths = [max(cells(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            text + " " * (width - cells(text)) for text, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    )
