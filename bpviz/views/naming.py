"""A widget and its object name, by which the style sheet knows it, in one expression."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QObject

Named = TypeVar("Named", bound=QObject)


def named(thing: Named, name: str) -> Named:
    """Give ``thing`` the object name ``name`` and return it."""
    thing.setObjectName(name)
    return thing
