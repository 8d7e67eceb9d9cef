"""What a card tells of numbers that are changed by hand, and of two numbers that are nearly the same."""

from __future__ import annotations

from bpviz.present.cards.card import Card, CardLine, Editable
from bpviz.present.cards.changed import changed_card
from bpviz.snapshot.changes import ChangeMade, ParameterPlace

X, W, Y = ParameterPlace(0, "x", (1,)), ParameterPlace(1, "W", (0, 1)), ParameterPlace(0, "y", (0,))


def names(card: Card) -> list[str]:
    return [line.shown() for line in card.lines]


def test_old_and_new_are_told_with_digits_that_tell_them_apart():
    assert CardLine("w", 3.95437, before=3.95441).shown() == "w: 3.95441 → 3.95437"
    assert CardLine("w", 0.452, before=0.5).shown() == "w: 0.5 → 0.452"
    assert CardLine("w", 0.1, before=0.1).shown() == "w: 0.1 → 0.1"
    assert CardLine("w", 0.452, before=0.5).exact() == "w: 0.5 → 0.452"


def test_an_input_that_is_changed_is_not_called_what_stands_in_the_data():
    card = Card("", (CardLine("in the data", 0.9), CardLine("seen", 1.2)), numbers=(Editable(X, "x", 1.2),))
    change = ChangeMade(X, 0.5, 1.2, sample=3)
    assert names(changed_card(card, (change,), 3)) == [
        "by hand, in the data’s own units = 0.9",
        "changed by hand: 0.5 → 1.2",
        "seen = 1.2",
    ]
    # Another sample is as it was, and so is another number.
    assert changed_card(card, (change,), 4) == card
    assert changed_card(card, (ChangeMade(W, 0.5, 1.2),), 3) == card


def test_a_weight_is_changed_whichever_sample_is_shown_and_a_target_is_named():
    card = Card("", (CardLine("a", 1.0),), parameter=W, numbers=(Editable(Y, "y", 1.0),))
    changes = (ChangeMade(Y, 1.0, 0.25, sample=2), ChangeMade(W, 0.5, 0.75))
    assert names(changed_card(card, changes, -1)) == ["a = 1", "changed by hand: 0.5 → 0.75"]
    assert names(changed_card(card, changes, 2)) == [
        "a = 1",
        "target y, changed by hand: 1 → 0.25",
        "changed by hand: 0.5 → 0.75",
    ]
