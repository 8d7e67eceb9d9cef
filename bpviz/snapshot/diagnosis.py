"""What the doctor hands over: frozen, in sentences that are translated when they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bpviz.text import Text

Severity = Literal["hint", "warning", "grave"]
Seat = Literal["network", "loss", "map"]


@dataclass(frozen=True, slots=True)
class Remedy:
    """What may help: settings to be changed, by the keys of the set-up's form."""

    label: Text
    edits: tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    ``seen`` says what is to be seen, with its numbers, ``brief`` the same in few words, ``why`` what it
    comes from.  ``layer`` counts as the snapshot's layers do, the input being 0; ``units`` are those meant,
    by their place in the layer; ``also`` are the findings of the same kind elsewhere, with their own numbers.
    ``seat`` is the panel where it can be seen.  ``numbers`` are what ``seen`` was made from, unrounded;
    ``flow`` is how large the gradient is at each place on its way back, by the place's name.
    """

    key: str
    title: str
    severity: Severity
    seen: Text
    why: Text
    remedy: Remedy | None = None
    layer: int | None = None
    units: tuple[int, ...] = ()
    also: tuple[Finding, ...] = ()
    seat: Seat = "network"
    numbers: Mapping[str, float] = field(default_factory=dict)
    brief: Text | None = None
    flow: tuple[tuple[str, float], ...] = ()

    @property
    def name(self) -> tuple[str, bool]:
        """What makes it the same finding when it is seen again."""
        return self.key, self.layer is None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All findings of one look at a run, the gravest first."""

    run_id: int
    iteration: int
    findings: tuple[Finding, ...] = ()
