"""The colours, one meaning each, for light and dark.

Positive is orange and negative blue (diverging, told apart by the colour-blind), what flows back is
magenta, the surface is viridis and the path on it red.  Classes take Okabe and Ito's colours, the
first two being the negative and the positive one, so that a two-class map reads like a weight.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Rgb = tuple[int, int, int]

CLASS_COLOURS: tuple[str, ...] = (
    "#1f6fb4",
    "#e0771b",
    "#009e73",
    "#cc79a7",
    "#8a6d00",
    "#56b4e9",
    "#d4281c",
    "#6f6f6f",
    "#7b4fc9",
    "#a8c545",
)


@dataclass(frozen=True)
class Palette:
    """The colours of one theme, as ``#rrggbb``."""

    name: str
    window: str
    card: str
    border: str
    text: str
    muted: str
    control: str
    accent: str
    on_accent: str
    positive: str
    negative: str
    neutral: str
    backward: str
    path: str
    test: str
    grid: str
    good: str
    warning: str
    danger: str


LIGHT = Palette(
    name="light",
    window="#f5f6f8",
    card="#ffffff",
    border="#e2e4ea",
    text="#1b1d23",
    muted="#6b7080",
    control="#eef0f4",
    accent="#5848d8",
    on_accent="#ffffff",
    positive="#e0771b",
    negative="#1f6fb4",
    neutral="#ffffff",
    backward="#d81f9b",
    path="#ff2a5f",
    test="#4a4d57",
    grid="#d9dce3",
    good="#1a8f5a",
    warning="#b26a00",
    danger="#c62828",
)
DARK = Palette(
    name="dark",
    window="#14161b",
    card="#1c1f26",
    border="#2c303a",
    text="#eceef3",
    muted="#9a9fae",
    control="#2a2e38",
    accent="#8f7fff",
    on_accent="#14161b",
    positive="#e0771b",
    negative="#2f7fc4",
    neutral="#363b47",
    backward="#ff4fc0",
    path="#ff2a5f",
    test="#c9ccd6",
    grid="#363b47",
    good="#4cc38a",
    warning="#f0a53c",
    danger="#ff6b6b",
)


def rgb(colour: str) -> Rgb:
    """Return ``#rrggbb`` as three numbers from 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def class_colour(index: int) -> str:
    """Return the colour of a class; they repeat after ten."""
    return CLASS_COLOURS[index % len(CLASS_COLOURS)]


def _ramp(stops: tuple[str, ...], size: int) -> NDArray[np.uint8]:
    points = np.array([rgb(stop) for stop in stops], dtype=float)
    at = np.linspace(0, len(stops) - 1, size)
    channels = [np.interp(at, np.arange(len(stops)), points[:, c]) for c in range(3)]
    return np.stack(channels, axis=1).round().astype(np.uint8)


@cache
def diverging(size: int = 256) -> NDArray[np.uint8]:
    """Return (size, 3): blue for −1 through white for 0 to orange for +1."""
    table = _ramp((LIGHT.negative, "#ffffff", LIGHT.positive), size)
    table.setflags(write=False)
    return table


@cache
def diverging_on_dark(size: int = 256) -> NDArray[np.uint8]:
    """Return (size, 3) as `diverging`, with 0 as quiet on a dark ground as white is on a light one."""
    table = _ramp((DARK.negative, DARK.neutral, DARK.positive), size)
    table.setflags(write=False)
    return table


@cache
def viridis(size: int = 256) -> NDArray[np.uint8]:
    """Return (size, 3) of viridis, from nine of its points (van der Walt and Smith, CC0)."""
    stops = (
        "#440154",
        "#472d7b",
        "#3b528b",
        "#2c728e",
        "#21918c",
        "#28ae80",
        "#5ec962",
        "#addc30",
        "#fde725",
    )
    table = _ramp(stops, size)
    table.setflags(write=False)
    return table
