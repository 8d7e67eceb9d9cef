"""Writes resources/datasets/ from the sets that scikit-learn carries (1.9.1 was used).

Run once, by hand: ``python tests/helpers/extract_datasets.py resources/datasets``.
bpviz itself never imports scikit-learn.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits, load_iris, load_wine


def write_table(path: Path, header: list[str], rows: np.ndarray, labels: list[str]) -> None:
    """Write one CSV file, shortest exact decimals, the label last."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        for row, label in zip(rows, labels, strict=True):
            writer.writerow([repr(float(value)).removesuffix(".0") for value in row] + [label])


def main(folder: Path) -> None:
    """Write iris.csv, wine.csv and digits.npz."""
    iris = load_iris()
    names = ["sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"]
    write_table(
        folder / "iris.csv", [*names, "species"], iris.data, [iris.target_names[k] for k in iris.target]
    )
    wine = load_wine()
    write_table(
        folder / "wine.csv",
        [*wine.feature_names, "cultivar"],
        wine.data,
        [f"cultivar {k + 1}" for k in wine.target],
    )
    digits = load_digits()
    np.savez_compressed(
        folder / "digits.npz", images=digits.images.astype(np.uint8), labels=digits.target.astype(np.uint8)
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
