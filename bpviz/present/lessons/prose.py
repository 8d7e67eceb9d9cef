r"""From the light markup of a lesson's text to the rich text that a label shows.

Paragraphs are parted by blank lines.  ``**bold**``, ``*stressed*``, `` `key` ``, and ``$formula$`` in a small
part of TeX: letters, numbers, ``_``, ``^``, ``\hat``, ``\frac``, ``\sqrt``, Greek letters and the usual
signs.  A paragraph that is one formula stands by itself, in the middle.
"""

from __future__ import annotations

import re
from html import escape

_SIGNS = {
    "alpha": "α",
    "beta": "β",
    "delta": "δ",
    "epsilon": "ε",
    "eta": "η",
    "theta": "θ",
    "lambda": "λ",
    "mu": "μ",
    "pi": "π",
    "sigma": "σ",
    "partial": "∂",
    "nabla": "∇",
    "sum": "Σ",
    "cdot": "·",
    "times": "×",
    "odot": "⊙",
    "leftarrow": "←",
    "to": "→",
    "approx": "≈",
    "ne": "≠",
    "le": "≤",
    "ge": "≥",
    "ll": "≪",
    "pm": "±",
    "dots": "…",
    "quad": "\u2003",
    "tanh": "tanh",
    "ln": "ln",
    "max": "max",
    "top": "ᵀ",
    ",": "\u2009",
    "%": "%",
}
# In TeX the blank after a letter ends its name; around these signs it is to be seen.
_BETWEEN = {"leftarrow", "to", "cdot", "times", "approx", "odot", "le", "ge", "ll", "ne", "pm"}
_PIECE = re.compile(
    r"\\(?P<command>[A-Za-z]+|[,%])|(?P<number>\d+(?:\.\d+)?)|(?P<letter>[A-Za-z])|(?P<other>.)", re.DOTALL
)
_ONE_LINE = 30
_LINES = "line-height:125%"
_SPAN = re.compile(r"\$(?P<formula>[^$]+)\$|\*\*(?P<bold>.+?)\*\*|\*(?P<stress>[^*]+)\*|`(?P<key>[^`]+)`")


def blocks(text: str) -> list[tuple[str, str]]:
    """Return the paragraphs of a text: ``("text", rich text)``, or ``("formula", TeX)`` that stands alone.

    Examples
    --------
    >>> blocks("The loss is **$L = 7200$**.")
    [('text', '<p style="line-height:125%">The loss is <b><i>L</i> = 7200</b>.</p>')]
    """
    found = []
    for part in re.split(r"\n\s*\n", text.strip()):
        alone = _SPAN.fullmatch(part.strip())
        if alone is not None and alone["formula"]:
            found.append(("formula", alone["formula"]))
        else:
            found.append(("text", f'<p style="{_LINES}">{inline(part.strip())}</p>'))
    return found


def typeset(tex: str) -> str:
    """Return TeX in which a sign before a number stands close to it, as it is meant.

    Examples
    --------
    >>> typeset(r"z = -0.5 - 1")
    'z = {-}0.5 - 1'
    """
    return re.sub(r"(^|[=(,]|\\cdot)(\s*)-(?=\d)", r"\1\2{-}", tex)


def formula_aloud(tex: str) -> str:
    """Return a formula as plain text, to be read aloud."""
    return re.sub("<[^>]+>", "", formula(tex))


def inline(text: str) -> str:
    """Return a text of one paragraph as rich text."""
    found, at = [], 0
    for span in _SPAN.finditer(text):
        found.append(escape(text[at : span.start()], quote=False))
        found.append(_spanned(span))
        at = span.end()
    found.append(escape(text[at:], quote=False))
    # A number and its sign for per cent stay on one line.
    return "".join(found).replace("\n", " ").replace(" %", "\u00a0%")


def _spanned(span: re.Match[str]) -> str:
    if span["formula"]:
        return _together(formula(span["formula"]))
    if span["bold"]:
        return f"<b>{inline(span['bold'])}</b>"
    if span["stress"]:
        return f"<i>{inline(span['stress'])}</i>"
    return f"“<b>{escape(span['key'], quote=False)}</b>”"


def _together(made: str) -> str:
    """Keep a formula on one line, a long one its parts; a blank after an index is lost where it may break."""
    length = len(re.sub("<[^>]+>", "", made))
    if length <= _ONE_LINE:
        return made.replace(" ", "\u00a0")
    return re.sub(r" (?=[=·×⊙])", "\u00a0", made)


def formula(tex: str) -> str:
    r"""Return a formula as rich text.

    Examples
    --------
    >>> formula(r"w \leftarrow w - \eta \frac{\partial L}{\partial w_{11}}")
    '<i>w</i> ← <i>w</i> − η∂<i>L</i>/∂<i>w</i><sub>11</sub>'
    """
    return _Formula(tex).read().replace("\n", " ")


def _bracketed(text: str) -> str:
    """Put what is a sum in brackets."""
    return f"({text})" if " " in text else text


class _Formula:
    """Reads TeX from left to right."""

    def __init__(self, tex: str) -> None:
        self._tex, self._at = tex, 0

    def read(self) -> str:
        """Return all that is left as rich text."""
        found = []
        while self._at < len(self._tex):
            found.append(self._piece())
        return "".join(found)

    def _group(self) -> str:
        """Return what the next braces hold, or the next sign."""
        while self._tex[self._at : self._at + 1] == " ":
            self._at += 1
        if self._tex[self._at : self._at + 1] != "{":
            return self._piece()
        depth, begin = 1, self._at + 1
        self._at = begin
        while depth and self._at < len(self._tex):
            depth += {"{": 1, "}": -1}.get(self._tex[self._at], 0)
            self._at += 1
        return _Formula(self._tex[begin : self._at - 1]).read()

    def _piece(self) -> str:
        found = _PIECE.match(self._tex, self._at)
        if found is None:
            return ""
        self._at = found.end()
        if found["command"]:
            return self._command(found["command"])
        if found["number"]:
            return found["number"]
        if found["letter"]:
            return f"<i>{found['letter']}</i>"
        return self._other(found["other"])

    def _other(self, sign: str) -> str:
        if sign in "_^":
            tag = "sub" if sign == "_" else "sup"
            return f"<{tag}>{self._group()}</{tag}>"
        return {"-": "−", "'": "′", "{": "", "}": "", "~": "\u00a0"}.get(sign, escape(sign, quote=False))

    def _command(self, name: str) -> str:
        if name == "hat":
            # Only over y: the one letter that has it here, and the one that fonts have.
            return "ŷ" if "y" in self._group() else "^"
        if name == "frac":
            return f"{_bracketed(self._group())}/{_bracketed(self._group())}"
        if name == "sqrt":
            return f"√({self._group()})"
        if name == "text":
            return re.sub("</?i>", "", self._group())
        if name not in _SIGNS:
            raise ValueError(f"a formula of a lesson has \\{name}, which is not known: {self._tex}")
        after = self._tex[self._at : self._at + 2]
        if after[:1] == " " and after[1:] not in ("=", "+", "-") and name not in _BETWEEN:
            self._at += 1
        return _SIGNS[name]
