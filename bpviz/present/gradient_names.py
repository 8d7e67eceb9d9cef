"""What the line of a parameter's gradient is called on a card: of which batch it is."""

from __future__ import annotations

from typing import Literal

from bpviz.text import tr

Letter = Literal["w", "b"]


def at_rest(letter: Letter, iteration: int) -> str:
    """Return the name at rest: at iteration 0 nothing was updated, and the gradient is the first batch's."""
    if letter == "w":
        return tr("∂L/∂w of the last update") if iteration else tr("∂L/∂w of the first batch")
    return tr("∂L/∂b of the last update") if iteration else tr("∂L/∂b of the first batch")


def in_a_walk(letter: Letter) -> str:
    """Return the name while an iteration is taken apart."""
    return tr("∂L/∂w of this update") if letter == "w" else tr("∂L/∂b of this update")


def letter_of(name: str) -> Letter | None:
    """Return whose gradient the line called ``name`` gives; None where it gives another number."""
    letters: tuple[Letter, ...] = ("w", "b")
    for letter in letters:
        if name in (at_rest(letter, 0), at_rest(letter, 1), in_a_walk(letter)):
            return letter
    return None
