"""What a user can mend, and what a user asked to stop."""

from __future__ import annotations

from typing import Any

from bpviz.text import Text


class UserError(Exception):
    """A mistake that the user can mend: one sentence that says what, where and what to do.

    Parameters
    ----------
    message : str
        A literal for the catalogue, marked by being this argument, with ``{fields}``.
    hint : str
        What to do next, marked likewise; may be empty.
    **fields
        What fills the braces of both.

    Examples
    --------
    >>> str(UserError("Row {row} is blank.", hint="Fill it in or drop the row.", row=3))
    'Row 3 is blank. Fill it in or drop the row.'
    """

    def __init__(self, message: str, /, *, hint: str = "", **fields: Any) -> None:
        super().__init__(message)
        self.message = Text(message, **fields)
        self.hint = Text(hint, **fields) if hint else None

    def __str__(self) -> str:
        # Chinese sentences end in a full-width stop and take no space between them.
        message, hint = str(self.message), str(self.hint) if self.hint else ""
        return message + (" " if hint and not message.endswith("。") else "") + hint


class Cancelled(Exception):  # noqa: N818 - an answer to a request, not an error
    """The user cancelled what was under way; nothing is to be reported."""
