"""What a piece writes in TeX itself, as plain text: the few signs that the optimizers' directions use."""

from __future__ import annotations

import re

from bpviz.present.formulas.symbols import SUBSCRIPTS

_SIGNS = {
    r"\left": "",
    r"\right": "",
    r"\leftarrow": "←",
    r"\nabla": "∇",
    r"\alpha": "α",
    r"\beta": "β",
    r"\gamma": "γ",
    r"\rho": "ρ",
    r"\tau": "τ",
    r"\theta": "θ",
    r"\max": "max",
    r"\dots": "…",
    r"\quad": " ",
    r"\,": " ",
}
_FRACTION = re.compile(r"\\frac\{((?:[^{}]|\{[^{}]*\})*)\}\{((?:[^{}]|\{[^{}]*\})*)\}")
_BELOW = re.compile(r"_\{([^{}]+)\}")
_CAPITALS = {"K": "_K"}


def plain_of(tex: str) -> str:
    """Return a line of TeX as text.

    Raises
    ------
    ValueError
        For a sign of TeX that is not known here.
    """
    text = tex
    for sign, small in (("^{\\mathsf{T}}", "ᵀ"), ("_{-}", "₋"), ("{-}", "−")):
        text = text.replace(sign, small)
    text = _BELOW.sub(lambda found: _CAPITALS.get(found[1]) or found[1].translate(SUBSCRIPTS), text)
    text = _FRACTION.sub(lambda found: f"{_within(found[1])}/{_within(found[2])}", text)
    text = re.sub(r"\\(?:[a-zA-Z]+|,)", lambda found: _SIGNS.get(found[0], found[0]), text)
    text = re.sub(r"(?<=[\w)ᵀ\]₊₋])([+-])(?=[\w(∇])", lambda found: f" {found[1]} ", text).replace("-", "−")
    if re.search(r"[\\{}]", text):
        raise ValueError(f"no plain text for {tex!r}")
    return re.sub(r" +", " ", text).replace("∇ ", "∇").strip()


def _within(text: str) -> str:
    """Return what stands above or below a stroke, in brackets where it is more than one thing."""
    return text if re.fullmatch(r"\w", text) else f"({text})"
