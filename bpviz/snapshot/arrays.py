"""Arrays that nobody can write to."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """Return a copy of ``array`` that nobody can write to."""
    copy = np.array(array, copy=True)
    copy.setflags(write=False)
    return copy
