"""Finds ``resources/`` in a checkout and in an installed wheel."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def resources_root() -> Path:
    """Return the folder of resources.

    Raises
    ------
    FileNotFoundError
        When neither the wheel's folder nor the checkout's is there.
    """
    package = Path(__file__).resolve().parent
    candidates = (package / "_resources", package.parent / "resources")
    for candidate in candidates:
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(f"bpviz's resources are in none of {', '.join(map(str, candidates))}")


def resource_path(*parts: str) -> Path:
    """Return the path of one resource, e.g. ``resource_path("datasets", "iris.csv")``."""
    return resources_root().joinpath(*parts)
