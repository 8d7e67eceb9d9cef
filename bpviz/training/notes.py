"""What is to be known of a run before it is trusted, though nothing of it is wrong."""

from __future__ import annotations

from bpviz.engine.optimizers import OPTIMIZERS
from bpviz.text import Text
from bpviz.training.loop import Training
from bpviz.training.network_training import NetworkTraining


def run_notes(training: Training, optimizer: str) -> tuple[Text, ...]:
    """Return how the data were read, and what does not go well together."""
    notes = training.data.dataset.notes if isinstance(training, NetworkTraining) else ()
    return (*notes, *optimizer_notes(optimizer, training.batches.per_epoch))


def optimizer_notes(optimizer: str, batches: int) -> tuple[Text, ...]:
    """Return a note where an optimizer that searches along a line sees a part of the data at a time."""
    entry = OPTIMIZERS[optimizer]
    if batches < 2 or not entry.make.searches:  # type: ignore[attr-defined]  # a class, not any callable
        return ()
    return (
        Text(
            "{optimizer} is made for the whole training set at once: what it finds on one batch does not "
            "hold for the next. Choose the whole set as batch size (full).",
            optimizer=Text(entry.label),
        ),
    )
