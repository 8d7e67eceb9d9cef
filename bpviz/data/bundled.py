"""Reads the real data sets that come with the program; source and licence are in resources/datasets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bpviz.data.dataset import Dataset
from bpviz.data.loaders.csv_file import load_csv
from bpviz.resources import resource_path

LICENCE = "CC BY 4.0"


def bundled_table(name: str, target: str, source: str) -> Dataset:
    """Return ``resources/datasets/<name>.csv`` with ``target`` as its classes."""
    table = load_csv(resource_path("datasets", f"{name}.csv"), target=target)
    return replace(table, name=name, source=source, licence=LICENCE)


def digit_pictures() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the 1,797 pictures (1797, 8, 8), scaled from 0 … 16 to 0 … 1, and their digits."""
    with np.load(resource_path("datasets", "digits.npz"), allow_pickle=False) as file:
        return file["images"].astype(np.float64) / 16.0, file["labels"].astype(np.int64)


def digits_dataset(name: str, pictures: NDArray[np.float64], labels: NDArray[np.int64]) -> Dataset:
    """Return pictures (N, height, width) as a data set, one feature a pixel, row by row."""
    height, width = pictures.shape[1:]
    return Dataset(
        name,
        pictures.reshape(len(pictures), -1),
        labels,
        "classification",
        tuple(f"({row}, {column})" for row in range(1, height + 1) for column in range(1, width + 1)),
        class_names=tuple(str(digit) for digit in range(10)),
        picture_shape=(height, width),
        source="UCI Machine Learning Repository: Optical Recognition of Handwritten Digits "
        "(E. Alpaydin, C. Kaynak, 1998)",
        licence=LICENCE,
        standardize=False,
    )
