"""The program from outside: starting it, and loading a large file."""

from __future__ import annotations

import csv
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from tests.benchmarks.timing import Row, medians

ROWS, COLUMNS = 1_000_000, 10


def start_up() -> list[Row]:
    """``bpviz --version`` against an interpreter that does nothing."""

    def run(*words: str) -> None:
        subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)

    times = medians(
        {"bpviz": lambda: run("-m", "bpviz", "--version"), "python": lambda: run("-c", "")}, repeats=7
    )
    return [
        Row(
            "bpviz --version",
            f"{times['bpviz'] * 1e3:.0f} ms",
            f"python -c '' {times['python'] * 1e3:.0f} ms; goal 300 ms",
            times["bpviz"] / 0.3,
            1.0,
            at_most=True,
        )
    ]


def csv_load() -> list[Row]:
    """A CSV file of 1,000,000 rows and 10 columns, against the csv module and ``float`` alone."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.csv"
        _write(path)
        size = path.stat().st_size / 1e6
        times = medians({"bpviz": lambda: _load(path), "csv": lambda: _read_plainly(path)}, repeats=1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        Row(
            f"CSV, {ROWS:,} × {COLUMNS} ({size:.0f} MB), peak {peak:.0f} MB",
            f"{times['bpviz']:.2f} s",
            f"csv.reader and float {times['csv']:.2f} s",
            times["csv"] / times["bpviz"],
        )
    ]


def _write(path: Path) -> None:
    rng = np.random.default_rng(0)
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(f"column {index}" for index in range(COLUMNS)) + "\n")
        for _ in range(ROWS // 10_000):
            np.savetxt(file, rng.normal(size=(10_000, COLUMNS)), fmt="%.6g", delimiter=",")


def _load(path: Path) -> None:
    from bpviz.data import resolve

    dataset = resolve(str(path), 0, None)
    assert len(dataset) == ROWS


def _read_plainly(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        rows = np.array([[float(cell) for cell in row] for row in reader])
    assert rows.shape == (ROWS, COLUMNS)


def environment() -> dict[str, str]:
    """Return an environment with one BLAS thread and settings of its own."""
    home = tempfile.mkdtemp(prefix="bpviz-bench-")
    return os.environ | {
        "HOME": home,
        "XDG_CONFIG_HOME": f"{home}/config",
        "XDG_DATA_HOME": f"{home}/data",
        "LIBGL_ALWAYS_SOFTWARE": "1",
    }
