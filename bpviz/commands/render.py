"""``bpviz render``: a run as numbered pictures, with no visible window."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from bpviz.commands.building import build, tell_notes
from bpviz.commands.interrupt import Interrupt
from bpviz.commands.parser import Parser, add_common_options, help_text
from bpviz.commands.progress import ProgressLine
from bpviz.commands.run_options import add_run_options, config_of
from bpviz.commands.views import VIEWS
from bpviz.errors import UserError
from bpviz.snapshot import SnapshotRequest
from bpviz.text import tr
from bpviz.training.loop import Training

if TYPE_CHECKING:
    from bpviz.export.sequence import SequenceWriter
    from bpviz.wiring.stage import Stage

DONE, DIVERGED = 0, 3
SMALLEST, LARGEST = 64, 8192
THEMES = ("light", "dark")


def parser() -> argparse.ArgumentParser:
    """Return the parser of this command."""
    made = Parser(
        prog="bpviz render",
        description=tr("Show every K-th iteration of a run in pictures, without a window."),
        epilog=tr("Exit codes: 0 done, 2 a mistake in what was asked, 3 the loss diverged, 1 a defect."),
    )
    add_run_options(made)
    output = made.add_argument_group(tr("pictures"))
    output.add_argument("--out", metavar="DIR", required=True, help=tr("the folder for the pictures"))
    output.add_argument(
        "--view",
        metavar="NAME",
        default="window",
        help=help_text(tr("what to show"), "window", VIEWS.names()),
    )
    output.add_argument(
        "--every",
        metavar="K",
        default="10",
        help=help_text(tr("show every K-th iteration, and the last"), 10),
    )
    output.add_argument(
        "--size", metavar="WxH", default="1280x720", help=help_text(tr("size of a picture"), "1280x720")
    )
    output.add_argument(
        "--ratio",
        metavar="X",
        default="1",
        help=help_text(tr("pixels for each of these, as a sharp screen has"), 1),
    )
    output.add_argument("--theme", choices=THEMES, default="light", help=tr("colours"))
    output.add_argument("--overwrite", action="store_true", help=tr("replace the pictures of an earlier run"))
    add_common_options(made)
    return made


def main(words: Sequence[str]) -> int:
    """Run the command and return its exit code."""
    arguments = parser().parse_args(words)
    config = config_of(arguments)
    every = _whole("every", arguments.every, 1, 10**12)
    size, ratio = parse_size(arguments.size), _ratio(arguments.ratio)
    view = VIEWS[arguments.view].name
    _require_qt()
    training = build(config)
    tell_notes(training, config)
    # After the data were read: a mistake there must not cost the pictures of an earlier run.
    writer = _writer(arguments, config.stop.iterations, every)
    writer.prepare()
    from bpviz.wiring.stage import Stage, needs_surface, offscreen_application, palette_of

    palette = palette_of(arguments.theme)
    offscreen_application(palette)
    stage = Stage(view, config, palette, size, ratio)
    try:
        _render(training, stage, writer, every, surfaces=needs_surface(view, config))
    finally:
        stage.close()
    print(tr("Pictures written: {count}, in {folder}.", count=len(writer.paths), folder=writer.folder))
    if training.divergence is None:
        return DONE
    print(f"bpviz: {training.divergence.sentence()}", file=sys.stderr)
    return DIVERGED


def _require_qt() -> None:
    """Say which library of the system is missing, where Qt cannot be loaded."""
    try:
        import_module("PySide6.QtWidgets")
    except ImportError as error:
        raise UserError("No picture can be drawn: {reason}.", reason=error) from error


def _render(training: Training, stage: Stage, writer: SequenceWriter, every: int, *, surfaces: bool) -> None:
    """Run and write every frame; Ctrl+C ends after a whole one."""
    from bpviz.export.frames import Frame, frames
    from bpviz.export.surfaces import RunSurface

    surface = RunSurface() if surfaces else None
    line = ProgressLine(sys.stderr, training.stop.iterations, tr("iterations"))
    stage.set_up(training.info)
    with Interrupt() as interrupted:
        for made in frames(training, every, SnapshotRequest(), surface):
            if isinstance(made, Frame):
                writer.write(stage.grab(made))
                line.show(made.snapshot.iteration, made.snapshot.loss)
            else:
                line.show(made.iteration, made.loss)
            if interrupted():
                break
    line.clear()


def _writer(arguments: argparse.Namespace, iterations: int | None, every: int) -> SequenceWriter:
    from bpviz.export.frames import frame_count
    from bpviz.export.sequence import SequenceWriter

    total = frame_count(iterations, every)
    return SequenceWriter(arguments.out, total=total, overwrite=arguments.overwrite)


def parse_size(text: str) -> tuple[int, int]:
    """Return width and height of ``1280x720``.

    Raises
    ------
    UserError
        When it is not two whole numbers within reach.
    """
    match = re.fullmatch(r"\s*(\d{1,6})\s*[xX×*,]\s*(\d{1,6})\s*", text)
    sides = tuple(int(side) for side in match.groups()) if match else ()
    if len(sides) != 2 or not all(SMALLEST <= side <= LARGEST for side in sides):
        raise UserError(
            "The size “{size}” is not a width and a height from {smallest} to {largest}, like 1280x720.",
            size=text,
            smallest=SMALLEST,
            largest=LARGEST,
        )
    return sides[0], sides[1]


def _whole(name: str, text: str, lowest: int, highest: int) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 13 and lowest <= int(text) <= highest:
        return int(text)
    raise UserError("“{name}” cannot be “{value}”; it is a whole number from 1 on.", name=name, value=text)


def _ratio(text: str) -> float:
    try:
        ratio = float(text)
    except ValueError:
        ratio = 0.0
    if not 0.5 <= ratio <= 8:
        raise UserError("The pixel ratio cannot be “{value}”; it is a number from 0.5 to 8.", value=text)
    return ratio
