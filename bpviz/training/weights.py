"""Parameters in safetensors files: W1, b1, W2, b2, …, each layer's W (out, in) and b (out,).

Beside them stands what layers remember, statistics2 of a batch norm: its running means, then its variances.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from bpviz import __version__
from bpviz.errors import UserError
from bpviz.training.files import write_whole

Array = NDArray[np.floating]
STATISTICS = "statistics"
_DTYPES = ("F64", "F32")


def save_weights(
    path: str | Path, parameters: Mapping[str, Array], record: Mapping[str, Any] | None = None
) -> None:
    """Write ``parameters`` to ``path``, all or nothing; the same ones give the same bytes.

    Parameters
    ----------
    record : mapping, optional
        What the parameters mean (how the features were scaled, say), as JSON has it.  It goes into the
        file's metadata, beside the program and its version, as one text under ``"bpviz"``: the format
        writes several entries in any order.

    Raises
    ------
    UserError
        When the file cannot be written.
    """
    arrays = {name: np.ascontiguousarray(array) for name, array in parameters.items()}
    told = json.dumps({**(record or {}), "program": "bpviz", "version": __version__}, sort_keys=True)
    write_whole(path, save(arrays, metadata={"bpviz": told}))


def load_weights(path: str | Path, like: Mapping[str, Array]) -> dict[str, Array]:
    """Read the parameters of a network from ``path``.

    Parameters
    ----------
    like : mapping of str to array
        The network's own parameters: the file must hold these names with these shapes.

    Returns
    -------
    dict of str to array
        In the order and the dtypes of ``like``.

    Raises
    ------
    UserError
        When the file is missing or no safetensors file, or when a tensor is missing, unknown, of
        another shape or dtype, or not finite, or a running variance is below 0; it names the first
        such tensor, what it is and what is needed.
    """
    file = Path(os.path.expanduser(path))
    if not os.path.isfile(file):
        raise UserError("There is no weights file “{path}”.", path=file)
    try:
        with safe_open(file, framework="np") as tensors:
            _check_names(file, tensors.keys(), like)
            return {name: _read(file, tensors, name, wanted) for name, wanted in like.items()}
    except SafetensorError as error:
        raise UserError(
            "“{path}” is not a safetensors file, or only a part of one.",
            hint="Take one that “--save-weights” wrote for the same layers.",
            path=file.name,
        ) from error
    except OSError as error:
        raise UserError(
            "“{path}” cannot be read: {reason}.", path=file, reason=error.strerror or str(error)
        ) from error


def _check_names(file: Path, found: Iterable[str], like: Mapping[str, Array]) -> None:
    names = set(found)
    for name, wanted in like.items():
        if name not in names:
            raise UserError(
                "“{path}” has no tensor “{name}”; the network needs one of shape {wanted}.",
                path=file.name,
                name=name,
                wanted=_shape(wanted.shape),
            )
    for name in sorted(names - set(like)):
        raise UserError(
            "“{path}” has a tensor “{name}” that the network does not have; it needs {wanted}.",
            path=file.name,
            name=name,
            wanted=", ".join(like),
        )


def _read(file: Path, tensors: Any, name: str, wanted: Array) -> Array:
    """Read one tensor, its header looked at first: a forged shape asks for no memory."""
    header = tensors.get_slice(name)
    shape, dtype = tuple(header.get_shape()), str(header.get_dtype())
    if shape != wanted.shape:
        raise UserError(
            "The tensor “{name}” in “{path}” has shape {got}; the network needs {wanted}.",
            path=file.name,
            name=name,
            got=_shape(shape),
            wanted=_shape(wanted.shape),
        )
    if dtype not in _DTYPES:
        raise UserError(
            "The tensor “{name}” in “{path}” has dtype {got}; it needs {wanted}.",
            path=file.name,
            name=name,
            got=dtype,
            wanted="F64 / F32",
        )
    held = tensors.get_tensor(name)
    with np.errstate(over="ignore"):  # too large for float32 becomes infinite, which is refused next
        array: Array = held.astype(wanted.dtype)
    if not np.isfinite(array).all():
        index = np.unravel_index(int(np.flatnonzero(~np.isfinite(array))[0]), array.shape)
        raise UserError(
            "The tensor “{name}” in “{path}” holds {value} at {index}; it must be a finite {wanted}.",
            path=file.name,
            name=name,
            value=held[index],
            wanted=wanted.dtype,
            index=[int(i) for i in index],
        )
    if name.startswith(STATISTICS):
        _check_variances(file, name, array)
    return array


def _check_variances(file: Path, name: str, statistics: Array) -> None:
    """Refuse a variance below 0: batch norm keeps its running means, then as many variances."""
    means = len(statistics) // 2
    if (statistics[means:] < 0).any():
        index = means + int(np.flatnonzero(statistics[means:] < 0)[0])
        raise UserError(
            "The tensor “{name}” in “{path}” holds {value} at {index}, where a running variance stands; "
            "it must be at least 0.",
            path=file.name,
            name=name,
            value=statistics[index],
            index=[index],
        )


def _shape(shape: tuple[int, ...]) -> str:
    return "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"
