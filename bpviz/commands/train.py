"""``bpviz train``: one run without a window."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from bpviz.api import Observer, Run, describe, drive
from bpviz.commands.building import build, tell_notes
from bpviz.commands.history import LenientHistory
from bpviz.commands.interrupt import Interrupt
from bpviz.commands.parser import Parser, add_common_options
from bpviz.commands.progress import ProgressLine, cells
from bpviz.commands.run_options import add_run_options, config_of
from bpviz.errors import UserError
from bpviz.snapshot import Evaluation, GradientNorms, Iteration, RegressionMetrics, StopReason
from bpviz.text import N_, tr
from bpviz.training.files import check_writable, is_same_file
from bpviz.training.loop import Training

DONE, DIVERGED = 0, 3


def parser() -> argparse.ArgumentParser:
    """Return the parser of this command."""
    made = Parser(
        prog="bpviz train",
        description=tr("Train a network, or descend a function, without a window."),
        epilog=tr("Exit codes: 0 done, 2 a mistake in what was asked, 3 the loss diverged, 1 a defect."),
    )
    add_run_options(made)
    output = made.add_argument_group(tr("output"))
    output.add_argument(
        "--save-weights",
        metavar="F.safetensors",
        help=tr("write the weights: W1, b1, W2, …, and statistics2 of a batch norm that is layer 2"),
    )
    output.add_argument(
        "--history",
        metavar="F.csv",
        help=tr(
            "write every iteration as a row of a CSV file; "
            "its loss is that of the batch, penalty included, before the update: one update behind train_loss"
        ),
    )
    output.add_argument("--json", action="store_true", help=tr("print the result as one JSON object"))
    add_common_options(made)
    return made


def main(words: Sequence[str]) -> int:
    """Run the command and return its exit code."""
    arguments = parser().parse_args(words)
    config = config_of(arguments)
    _check_outputs(arguments, config.data.path)
    line = ProgressLine(sys.stderr, config.stop.iterations, tr("iterations"))
    training = build(config, progress=line.show_reading)
    line.clear()
    tell_notes(training, config)
    history = LenientHistory(arguments.history, len(training.info.kinds)) if arguments.history else None
    run = describe(training, config, _drive(training, line, history))
    if arguments.save_weights:
        run.save_weights(arguments.save_weights)
    print(json.dumps(summary(run), allow_nan=False) if arguments.json else report(run))
    _tell_scale(training)
    if history is not None and history.failure is not None:
        raise history.failure
    if training.divergence is None:
        return DONE
    print(f"bpviz: {training.divergence.sentence()}", file=sys.stderr)
    return DIVERGED


def _tell_scale(training: Training) -> None:
    """Say in which unit the losses of a target are that had to be scaled."""
    if training.info.target_scale:
        unit = ", ".join(f"{scale:.6g}" for scale in training.info.target_scale)
        said = tr(
            "The target was standardized: losses are in units of its standard deviation, {unit}. "
            "“--no-standardize” leaves it as it is.",
            unit=unit,
        )
        print(f"bpviz: {said}", file=sys.stderr)


def _check_outputs(arguments: argparse.Namespace, data: str | None) -> None:
    """Tell before the run, which may take hours, what cannot be written after it."""
    weights, history = arguments.save_weights, arguments.history
    for path in (weights, history):
        if path:
            check_writable(path)
    if weights and history and is_same_file(weights, history):
        raise UserError(
            "The weights and the history cannot both be written to “{path}”.",
            hint="Name two files.",
            path=history,
        )
    for path in (weights, history):
        if path and data and is_same_file(path, data):
            raise UserError(
                "“{path}” holds the data: nothing is written over it.", hint="Name another file.", path=path
            )


def _drive(training: Training, line: ProgressLine, history: LenientHistory | None) -> float:
    """Run to the end, with the progress line and the history; return the seconds."""

    def show(iteration: Iteration) -> None:
        line.show(iteration.iteration, iteration.loss)

    observers: list[Observer] = [show]
    with ExitStack() as stack:
        interrupted = stack.enter_context(Interrupt())
        if history is not None:
            observers.append(stack.enter_context(history).add)
        stack.callback(line.clear)
        seconds = drive(training, observers, interrupted)
        if history is not None:
            history.cut(training.iteration)
        return seconds


def summary(run: Run) -> dict[str, Any]:
    """Return what ``--json`` prints; a number that is not finite becomes null."""
    told: dict[str, Any] = {
        "iterations": run.iterations,
        "epochs": run.epochs,
        "seconds": run.seconds,
        "iterations_per_second": run.iterations_per_second,
        "train_loss": run.train.loss,
        "test_loss": run.test.loss if run.test else None,
    }
    if run.train.accuracy is not None:
        told["train_accuracy"] = run.train.accuracy
        told["test_accuracy"] = run.test.accuracy if run.test else None
    told |= {"stopped": run.stopped, "parameters": run.size, "seed": run.seed}
    named = {name: _finite(value) for name, value in told.items()}
    if run.train_metrics is not None:
        named["train_metrics"] = run.train_metrics.as_dict()
        named["test_metrics"] = run.test_metrics.as_dict() if run.test_metrics else None
    if run.gradient_norms is not None:
        named["gradient_norms"] = _norms(run.gradient_norms)
    return named


def _norms(norms: GradientNorms) -> dict[str, list[float | None]]:
    """Return how long each layer's part of the last gradient is, and ∂L/∂h of each step of a sequence."""
    told = {"layers": [_finite(norm) for norm in norms.layers.tolist()]}
    if norms.steps is not None:
        told["steps"] = [_finite(norm) for norm in norms.steps.tolist()]
    return told


def _finite(value: Any) -> Any:
    if isinstance(value, str | int) or value is None:
        return value
    number = float(value)
    return number if math.isfinite(number) else None


REASONS: dict[StopReason, str] = {
    "iterations": N_("all iterations were made"),
    "loss": N_("the loss is below the bound"),
    "plateau": N_("the loss no longer falls"),
    "early": N_("the test loss no longer fell; back at its best"),
    "diverged": N_("the loss diverged"),
    "interrupted": N_("interrupted"),
}


def report(run: Run) -> str:
    """Return the result for a reader: one aligned line each."""
    rows = [
        (tr("Iterations"), f"{run.iterations:,}"),
        (tr("Epochs"), f"{run.epochs:.4g}"),
        (tr("Seconds"), f"{run.seconds:.4g}"),
        (tr("Iterations a second"), f"{run.iterations_per_second:,.0f}"),
        (tr("Training set"), _measured(run.train)),
        (tr("Test set"), _measured(run.test)),
        *_metric_rows(run),
        (tr("Stopped"), tr(REASONS[run.stopped])),
        (tr("Parameters"), f"{run.size:,}"),
        (tr("Seed"), str(run.seed)),
    ]
    width = max(cells(name) for name, _value in rows)
    return "\n".join(name + " " * (width - cells(name)) + "  " + value for name, value in rows)


def _metric_rows(run: Run) -> list[tuple[str, str]]:
    """Return what is measured beside loss and accuracy, over the test part where there is one."""
    measured = run.test_metrics or run.train_metrics
    if measured is None:
        return []
    if isinstance(measured, RegressionMetrics):
        errors = measured.overall
        numbers = f"R² {errors.r2:.4g} · MAE {errors.mae:.4g} · RMSE {errors.rmse:.4g}"
        return [(tr("Errors"), numbers)]
    mean = measured.macro
    told = tr(
        "precision {precision} · recall {recall} · F1 {f1}",
        precision=f"{mean.precision:.1%}",
        recall=f"{mean.recall:.1%}",
        f1=f"{mean.f1:.1%}",
    )
    area = "" if measured.roc_auc is None else f" · ROC-AUC {measured.roc_auc:.4g}"
    return [(tr("Mean over classes"), told + area)]


def _measured(part: Evaluation | None) -> str:
    if part is None:
        return "–"
    loss = tr("loss {loss}", loss=f"{part.loss:.4g}")
    if part.accuracy is None:
        return loss
    return loss + " · " + tr("accuracy {accuracy}", accuracy=f"{part.accuracy:.1%}")
