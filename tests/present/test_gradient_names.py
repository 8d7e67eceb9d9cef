"""What the line of a parameter's gradient is called."""

from __future__ import annotations

import pytest

from bpviz.present.gradient_names import at_rest, in_a_walk, letter_of


def test_before_the_first_update_it_is_the_first_batch():
    assert at_rest("w", 0) == "∂L/∂w of the first batch"
    assert at_rest("b", 1) == "∂L/∂b of the last update"
    assert in_a_walk("w") == "∂L/∂w of this update"


@pytest.mark.parametrize("letter", ["w", "b"])
def test_every_name_is_known_again(letter):
    names = [at_rest(letter, 0), at_rest(letter, 7), in_a_walk(letter)]
    assert [letter_of(name) for name in names] == [letter] * 3
    assert letter_of("bias b") is None
