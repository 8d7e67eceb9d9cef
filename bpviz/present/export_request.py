"""What the user wants written as pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class ExportRequest:
    """One picture, or a sequence of a run.

    Attributes
    ----------
    what : str
        ``"window"`` or the key of a panel.
    size : (width, height)
        Logical pixels; the picture has ``ratio`` times as many each way.
    path : Path
        The file of a picture, the folder of a sequence.
    every, count : int
        A sequence shows every ``every``-th iteration and has ``count`` frames.
    """

    what: str
    size: tuple[int, int]
    ratio: float
    mode: Literal["picture", "sequence"]
    path: Path
    every: int = 1
    count: int = 1

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height of the written picture in pixels."""
        return round(self.size[0] * self.ratio), round(self.size[1] * self.ratio)
