"""What optimizers write in TeX is copied as text."""

from __future__ import annotations

import pytest

from bpviz.engine.registries import OPTIMIZERS
from bpviz.present.formulas.from_tex import plain_of
from bpviz.present.formulas.line import tex_line


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"q \leftarrow g,\quad q \leftarrow q-a_{k}\,y_{k}", "q ← g, q ← q − aₖ yₖ"),
        (
            r"r \leftarrow \gamma\,q,\quad \gamma = \frac{s_{K}^{\mathsf{T}}q}{g_{-}}",
            "r ← γ q, γ = (s_Kᵀq)/(g₋)",
        ),
        (r"\rho = \frac{1}{s^{\mathsf{T}}y},\quad y = g_{+}-g", "ρ = 1/(sᵀy), y = g₊ − g"),
        (r"H_{i} = \nabla L(\theta+h\,e_{i})", "Hᵢ = ∇L(θ + h eᵢ)"),
        (r"(H+\tau\,I)\,d = {-}g", "(H + τ I) d = −g"),
    ],
)
def test_a_direction_in_text(tex, expected):
    assert plain_of(tex) == expected


def test_every_direction_is_copied_without_a_sign_of_tex():
    lines = [tex_line(each).plain for entry in OPTIMIZERS for each in entry.make.direction]
    assert lines
    for sign in "\\{}":
        assert not any(sign in line for line in lines)


def test_what_is_not_known_is_refused():
    with pytest.raises(ValueError, match="no plain text"):
        plain_of(r"\sum_{k} x")
