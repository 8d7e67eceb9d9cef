"""What the explanation panel says: of one operation, at the unit or weight that is looked at."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from bpviz.present.diagram.layout import Spot
from bpviz.present.explain import choice
from bpviz.present.explain.choice import Chosen
from bpviz.present.explain.formulas import Block
from bpviz.present.explain.formulas import formulas as formulas_of
from bpviz.present.explain.made import Made, made
from bpviz.present.explain.moment import Moment
from bpviz.present.explain.names import short_title as short_title_of
from bpviz.present.explain.names import title as title_of
from bpviz.present.explain.names import whose
from bpviz.present.explain.story import Story
from bpviz.present.explain.story import story as story_of
from bpviz.present.explain.words import about, told
from bpviz.present.unrolled.layout import Mark
from bpviz.present.walk.place import Sample
from bpviz.snapshot import RunInfo
from bpviz.snapshot.dissection import Dissection, Operation
from bpviz.text import N_

Depth = Literal["story", "words", "formulas"]
DEPTHS: tuple[Depth, ...] = ("story", "words", "formulas")
DEPTH_LABELS: dict[Depth, str] = {"story": N_("Story"), "words": N_("Words"), "formulas": N_("Formulas")}
DEPTH_HELP: dict[Depth, str] = {
    "story": N_("As a story, for children"),
    "words": N_("In plain sentences"),
    "formulas": N_("In formulas, with the numbers in them"),
}


class Explained:
    """One operation, explained at one of its units or weights.

    By default that is where the operation makes its largest number; what is pointed at in the diagram goes
    before it, and what was chosen by hand before both, until the operation changes.
    """

    def __init__(self) -> None:
        self.info: RunInfo | None = None
        self.base: Moment | None = None
        self._made: Made | None = None
        self._spot: Spot | Mark | None = None
        self._chosen: Chosen | None = None
        self._moment: Moment | None = None

    def show_run(self, info: RunInfo) -> None:
        """Forget the run before."""
        self.info, self.base, self._made, self._moment, self._chosen = info, None, None, None, None

    def look(
        self, dissection: Dissection | None, operation: Operation | None, sample: Sample = "mean"
    ) -> None:
        """Look at an operation; at rest at none."""
        if (
            self.info is None
            or dissection is None
            or operation is None
            or dissection.run_id != self.info.run_id
        ):
            self.base = self._moment = None
            return
        if self._made is None or self._made.dissection is not dissection:
            self._made = made(self.info, dissection)
        before = self.base
        self.base, self._moment = Moment(self._made, operation, sample if dissection.layers else "mean"), None
        kept = self._chosen is not None and before is not None and _alike(before.operation, operation)
        if not kept or not choice.fits(self.base, self._chosen or Chosen()):
            self._chosen = None

    def point(self, spot: Spot | Mark | None) -> None:
        """Follow what is pointed at in the diagram."""
        self._spot, self._moment = spot, None

    def choose(self, index: int | None) -> None:
        """Explain the unit or weight of this number; None for the largest."""
        self._moment = None
        self._chosen = None if self.base is None or index is None else choice.choice_at(self.base, index)

    def choose_written(self, text: str) -> bool:
        """Explain the unit or weight that somebody has typed; return whether there is such a one."""
        found = None if self.moment is None else choice.written(self.moment, text)
        if found is not None:
            self._moment, self._chosen = None, found
        return found is not None

    @property
    def ranges(self) -> str:
        """What may be typed, with the largest numbers."""
        return "" if self.moment is None else choice.ranges(self.moment)

    @property
    def moment(self) -> Moment | None:
        """The operation at the unit or weight that is looked at."""
        if self._moment is None and self.base is not None:
            self._moment = choice.chosen_at(self.base, self._at(self.base))
        return self._moment

    def _at(self, base: Moment) -> Chosen:
        if self._chosen is not None:
            return self._chosen
        return self._pointed(base) or choice.largest(base)

    def _pointed(self, base: Moment) -> Chosen | None:
        if isinstance(self._spot, Mark):
            return choice.of_mark(base, self._spot)
        return choice.of_spot(base, self._spot) if self._spot is not None else None

    def following(self) -> Moment | None:
        """Return the operation after this one, as it will be looked at; None at the last."""
        if self.base is None:
            return None
        operations = self.base.dissection.operations
        place = operations.index(self.base.operation) + 1
        if place == len(operations):
            return None
        base = replace(self.base, operation=operations[place])
        kept = self._chosen is not None and _alike(self.base.operation, base.operation)
        if kept and self._chosen is not None and choice.fits(base, self._chosen):
            return choice.chosen_at(base, self._chosen)
        return choice.chosen_at(base, self._pointed(base) or choice.largest(base))

    @property
    def index(self) -> int:
        """The number of what is looked at among all."""
        moment = self.moment
        return 0 if moment is None else choice.index_of(moment, Chosen(moment.place, moment.parameter))

    @property
    def count(self) -> int:
        """How many units or weights there are."""
        return 0 if self.base is None else choice.count(self.base)

    @property
    def symbol(self) -> str:
        """What is looked at, as a symbol."""
        return "" if self.moment is None else choice.symbol(self.moment)

    def title(self) -> str:
        """Return the operation's title."""
        return "" if self.moment is None else title_of(self.moment)

    def short_title(self) -> str:
        """Return the operation's title for where there is little room."""
        return "" if self.moment is None else short_title_of(self.moment)

    def words(self) -> tuple[list[str], str]:
        """Return the sentences, and the one that says whose numbers they tell."""
        if self.moment is None:
            return [], ""
        moment = about(self.moment)
        return told(moment), whose(moment)

    def story(self) -> Story | None:
        """Return what a child is told."""
        return None if self.moment is None else story_of(self.moment)

    def formulas(self) -> list[Block]:
        """Return what is typeset."""
        return [] if self.moment is None else formulas_of(self.moment)


def _alike(before: Operation, after: Operation) -> bool:
    """Whether a choice made at one operation is kept at the other: z and a of the same unit, say."""
    of_parameters = ("gradient", "update")
    same = (before.kind in of_parameters) == (after.kind in of_parameters)
    return same and before.layer == after.layer
