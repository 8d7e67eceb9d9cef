"""How a run ended, said to the user."""

from __future__ import annotations

import sys
from collections.abc import Callable

from bpviz import messages
from bpviz.errors import UserError
from bpviz.text import Text
from bpviz.workers.training import RunEnd


def tell_end(
    end: RunEnd, iteration: int, retry: Callable[[], None], retry_label: Text, *, told: bool = False
) -> None:
    """Say why a run ended, where it ended by itself; ``retry`` is offered after a divergence.

    Where the doctor is open a divergence is ``told`` there with its remedy, and here only in short.
    """
    if end.kind == "failed" and end.error is not None:
        tell_error(end.error)
    elif end.reason == "diverged" and told:
        messages.info(Text("Stopped at iteration {iteration}: no finite number.", iteration=iteration))
    elif end.reason == "diverged" and end.sentence is not None:
        messages.error(end.sentence, retry_label, retry)
    elif end.reason == "iterations":
        messages.info(Text("Stopped at iteration {iteration}, as set.", iteration=iteration))
    elif end.reason == "loss":
        messages.info(
            Text("Stopped at iteration {iteration}: the loss is below its bound.", iteration=iteration)
        )
    elif end.reason == "plateau":
        messages.info(
            Text("Stopped at iteration {iteration}: the loss is no longer falling.", iteration=iteration)
        )
    elif end.reason == "early":
        messages.info(
            Text(
                "Stopped: the test loss was no longer falling. Back at its best, iteration {iteration}.",
                iteration=iteration,
            )
        )


def tell_error(error: BaseException) -> None:
    """Show what the user can mend; hand anything else to the crash handler."""
    if isinstance(error, UserError):
        messages.error(error)
    else:
        sys.excepthook(type(error), error, error.__traceback__)
