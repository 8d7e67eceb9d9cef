"""What the explanation panel says: of one operation, at the unit or weight that is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from bpviz.present.diagram.layout import Spot
from bpviz.present.explain import choice
from bpviz.present.explain.choice import Chosen
from bpviz.present.explain.example import Example, example_of
from bpviz.present.explain.formulas import Block
from bpviz.present.explain.formulas import formulas as formulas_of
from bpviz.present.explain.made import Made, made
from bpviz.present.explain.moment import Moment, Place
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

    By default that is the iteration's example, one way through the network; what is pointed at in the diagram
    goes before it, and what was chosen by hand before both, at all operations that come by that unit, until
    another is chosen.
    """

    def __init__(self) -> None:
        self.info: RunInfo | None = None
        self.base: Moment | None = None
        self._made: Made | None = None
        self._spot: Spot | Mark | None = None
        self._chosen: dict[tuple[int, bool], Chosen] = {}
        self._example: Example | None = None
        self._moment: Moment | None = None

    def show_run(self, info: RunInfo) -> None:
        """Forget the run before."""
        self.info, self.base, self._made, self._moment, self._chosen = info, None, None, None, {}
        self._example = None

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
            self._made, self._example = made(self.info, dissection), None
        before, self._moment = self.base, None
        self.base = Moment(self._made, operation, sample if dissection.layers else "mean")
        if before is None or before.sample != self.base.sample:
            self._example = None

    def point(self, spot: Spot | Mark | None) -> None:
        """Follow what is pointed at in the diagram."""
        self._spot, self._moment = spot, None

    def choose(self, index: int | None) -> None:
        """Explain the unit or weight of this number; None for the largest."""
        base = self.base
        if base is not None:
            self._keep(base, choice.largest(base) if index is None else choice.choice_at(base, index))

    def _keep(self, base: Moment, at: Chosen) -> None:
        """Keep a choice for its layer: a weight brings its unit with it, a unit its weight."""
        number, of_parameters = base.number, bool(at.parameter)
        self._moment = self._example = None
        self._chosen.pop((number, not of_parameters), None)
        self._chosen[number, of_parameters] = at

    def choose_written(self, text: str) -> bool:
        """Explain the unit or weight that somebody has typed; return whether there is such a one."""
        moment = self.moment
        found = None if moment is None else choice.written(moment, text)
        if moment is not None and found is not None:
            self._keep(moment, found)
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
        chosen = self._chosen.get((base.number, _of_parameters(base.operation)))
        if chosen is not None and choice.fits(base, chosen):
            return chosen
        return self._pointed(base) or self._followed(base)

    def _followed(self, base: Moment) -> Chosen:
        """Return where the example of the iteration stands."""
        if self._example is None:
            self._example = example_of(base, dict(self._units_chosen(base)))
        return self._example.at(base)

    def _units_chosen(self, base: Moment) -> Iterator[tuple[int, Place]]:
        """Yield the unit that was chosen in a layer, or that a chosen weight belongs to."""
        for (number, weights), at in self._chosen.items():
            if number:
                units = base.dissection.layers[number - 1].a.shape[-1]
                yield number, (at.place[0] % units,) if weights else at.place

    def _pointed(self, base: Moment) -> Chosen | None:
        if isinstance(self._spot, Mark):
            return choice.of_mark(base, self._spot)
        return choice.of_spot(base, self._spot) if self._spot is not None else None

    def following(self, steps: int = 1) -> Moment | None:
        """Return the operation ``steps`` after this one, as it will be looked at; None after the last."""
        if self.base is None:
            return None
        operations = self.base.dissection.operations
        place = operations.index(self.base.operation) + steps
        if place >= len(operations):
            return None
        base = replace(self.base, operation=operations[place])
        return choice.chosen_at(base, self._at(base))

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


def _of_parameters(operation: Operation) -> bool:
    return operation.kind in ("gradient", "update")
