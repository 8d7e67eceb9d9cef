"""What the walk says of itself: the phases, the operations, where it stands and whose numbers are shown."""

from __future__ import annotations

from bpviz.present.numbers import grouped
from bpviz.present.walk.place import Sample, Walk
from bpviz.snapshot.dissection import Dissection, Operation, Phase
from bpviz.text import N_, tr

PHASE_LABELS: dict[Phase, str] = {
    "forward": N_("{number} Forward"),
    "loss": N_("{number} Loss"),
    "backward": N_("{number} Backward"),
    "update": N_("{number} Update"),
}
PHASE_HELP: dict[Phase, str] = {
    "forward": N_("Forward: each layer computes its z and a from the layer before it"),
    "loss": N_("Loss: the answer is compared with the target"),
    "backward": N_("Backward: δ and the gradients, from the last layer to the first"),
    "update": N_("Update: each weight takes its step down the gradient"),
}
KINDS: dict[str, str] = {
    "sum": N_("weighted sum z"),
    "activation": N_("activation a"),
    "pool": N_("pooling"),
    "flatten": N_("laid out flat"),
    "mask": N_("some units dropped"),
    "normalize": N_("normalized over the batch"),
    "gates": N_("gates"),
    "candidate": N_("candidate state"),
    "cell": N_("cell state c"),
    "hidden": N_("hidden state h"),
    "loss": N_("loss L"),
    "delta": N_("error δ"),
    "output_delta": N_("error δ of the output"),
    "gradient": N_("gradient of its parameters"),
    "update": N_("parameters updated"),
    "value": N_("value f"),
    "slope": N_("gradient ∇f"),
}


def kind_text(operation: Operation) -> str:
    """Say what an operation computes."""
    return tr(KINDS.get(operation.kind, operation.kind))


def place_parts(walk: Walk, steps: int = 0) -> tuple[str, ...]:
    """Say where the walk stands, part by part: layer, operation, step of a sequence of ``steps``, number."""
    operation = walk.current
    if operation is None or walk.operation is None:
        return ()
    parts = []
    if operation.layer:
        parts.append(tr("layer {layer}", layer=operation.layer))
    parts.append(kind_text(operation))
    if operation.step >= 0:
        parts.append(tr("step {step} of {steps}", step=operation.step + 1, steps=steps))
    number, count = walk.operation + 1, len(walk.operations)
    parts.append(tr("operation {number} of {count}", number=number, count=count))
    return tuple(parts)


def steps_of(operations: tuple[Operation, ...]) -> int:
    """Return how many steps the sequences have, 0 where there are none."""
    return max((each.step for each in operations), default=-1) + 1


def sample_text(dissection: Dissection | None, sample: Sample) -> str:
    """Say whose numbers are shown, and what a mean is the mean of."""
    if dissection is None or not len(dissection.rows):
        return ""
    if sample != "mean":
        row = int(dissection.rows[sample])
        return (
            tr("sample {sample}", sample=row)
            if row >= 0
            else tr("sample {place} of the batch", place=sample + 1)
        )
    kept, whole = len(dissection.rows), dissection.batch_size
    if kept < whole:
        return tr("mean over {kept} of {whole} samples", kept=kept, whole=whole)
    return tr("mean over {count} samples", count=kept)


def sample_choices(dissection: Dissection | None) -> list[tuple[str, Sample]]:
    """Return whose numbers can be shown: the mean over the batch first, then each of its samples."""
    if dissection is None or not len(dissection.rows):
        return []
    rows: list[tuple[str, Sample]] = [
        (sample_text(dissection, place), place) for place in range(len(dissection.rows))
    ]
    return rows if len(rows) == 1 else [(sample_text(dissection, "mean"), "mean"), *rows]


def iteration_number(iteration: int, *, walked: bool) -> str:
    """Return ``4``; in a walk through the iteration that comes next, which makes θ number 5, ``4 → 5``."""
    return f"{grouped(iteration)} → {grouped(iteration + 1)}" if walked else grouped(iteration)


def outside_note(dissection: Dissection, phase: Phase) -> str:
    """Say that the chosen sample is not learnt from this time: what is learnt comes from the batch."""
    batch = dissection.outside_of
    if batch is None:
        return ""
    # Of a batch that is not kept whole nobody knows here what else is in it.
    if phase == "update" or batch.batch_size > len(batch.rows):
        return tr("the update is the batch’s")
    return tr("not in this batch")
