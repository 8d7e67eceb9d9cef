"""``python -m tests.benchmarks [NAME …] [--seconds S]``: measure and print one table of ratios."""

from __future__ import annotations

import os

# Before NumPy is imported anywhere: the training has one core, the window the other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import json
import platform
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from tests.benchmarks import engine, layers, learning, program, recurrent, time_travel, walk
from tests.benchmarks.timing import Row, percentile
from tests.benchmarks.window import growth_mb_per_minute

PACKAGES = ("numpy", "PySide6-Essentials", "scikit-learn", "torch")


def window(seconds: float) -> list[Row]:
    """The window at full speed, in a process of its own."""
    seen = json.loads(_module("tests.benchmarks.window", str(seconds)).stdout)
    late = seen["late_ms"]
    p50, p95, p99 = (percentile(late, share) for share in (0.5, 0.95, 0.99))
    speed, plain = seen["iterations_per_second"], seen["plain_iterations_per_second"]
    cpu, plain_cpu = seen["iterations_per_cpu_second"], seen["plain_iterations_per_cpu_second"]
    growth = growth_mb_per_minute(seen["memory_mb"])
    return [
        Row(
            f"16 ms probe at full speed, {len(seen['panels'])} panels",
            f"late p50 {p50:.1f}, p95 {p95:.1f}, p99 {p99:.1f} ms",
            f"16 ms; worst {max(late):.0f} ms of {len(late)}",
            p99 / 16.0,
            1.0,
            at_most=True,
        ),
        Row(
            "screen updates",
            f"{seen['updates_per_second']:.1f} /s",
            "30 /s",
            seen["updates_per_second"] / 30,
            1.0,
        ),
        Row(
            "training with the window",
            f"{speed / 1000:.2f} k/s",
            f"without {plain / 1000:.2f} k/s",
            speed / plain,
            0.65,
        ),
        Row(
            "the same per second of CPU time",
            f"{cpu / 1000:.2f} k/s",
            f"without {plain_cpu / 1000:.2f} k/s; busy: training {seen['training_busy']:.0%}, "
            f"window {seen['gui_busy']:.0%}",
            cpu / plain_cpu,
        ),
        Row(
            f"memory at full speed, {seen['seconds']:.0f} s",
            f"{growth:+.1f} MB/min",
            f"{seen['memory_mb'][-1]:.0f} MB at the end" if seen["memory_mb"] else "",
        ),
    ]


def cycles(_seconds: float) -> list[Row]:
    """200 random start, pause, step, reset, change and close cycles."""
    ended = _module("tests.benchmarks.cycles", "200", check=False)
    sys.stderr.write(ended.stderr)
    trouble = len(ended.stderr.splitlines())
    return [
        Row(
            "200 random cycles",
            f"exit {ended.returncode}",
            f"{trouble} lines of trouble",
            abs(ended.returncode),
            0,
            True,
        )
    ]


def _module(name: str, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", name, *words],
        check=check,
        text=True,
        stdout=subprocess.PIPE,
        stderr=None if check else subprocess.PIPE,
        env=program.environment(),
    )


BENCHMARKS: dict[str, Callable[[float], list[Row]]] = {
    "step": lambda _seconds: engine.training_step(),
    "dense": lambda _seconds: engine.dense_networks(),
    "differences": lambda _seconds: engine.differences(),
    "convolution": lambda _seconds: layers.convolution(),
    "recurrent": lambda _seconds: recurrent.recurrent(),
    "learning": lambda _seconds: learning.learning(),
    "surface": lambda _seconds: engine.surface(),
    "time": lambda _seconds: time_travel.time_travel(),
    "walk": lambda _seconds: walk.rows(),
    "start": lambda _seconds: program.start_up(),
    "csv": lambda _seconds: program.csv_load(),
    "window": window,
    "cycles": cycles,
}


def start_unpinned() -> None:
    """Begin again without OPENBLAS_CORETYPE: NumPy's BLAS chooses its kernels itself, as others' do."""
    pinned = os.environ.pop("OPENBLAS_CORETYPE")
    print(f"OPENBLAS_CORETYPE was {pinned}: taken away here (--coretype leaves it)", flush=True)
    os.execv(sys.executable, [sys.executable, "-m", "tests.benchmarks", *sys.argv[1:]])


def describe_machine() -> list[str]:
    """Return what the numbers depend on: processor, BLAS, threads, versions."""
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    names = ("OPENBLAS_NUM_THREADS", "OPENBLAS_CORETYPE")
    settings = [f"{name} {os.environ.get(name, 'not set')}" for name in names]
    return [
        f"{_processor()}, {os.cpu_count()} cores; Python {platform.python_version()}",
        ", ".join([f"BLAS {blas.get('name')} {blas.get('version')}", *settings, *_pools()]),
        ", ".join(f"{name} {_version(name)}" for name in PACKAGES),
    ]


def _pools() -> list[str]:
    """Return what the BLAS says of itself, where threadpoolctl is there to ask it."""
    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        return []
    return [
        f"{pool['internal_api']} as {pool.get('architecture', '?')} with {pool['num_threads']} threads"
        for pool in threadpool_info()
    ]


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.split(":")[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def print_table(rows: list[Row]) -> None:
    """Print the rows as one table, goals beside the ratios."""
    table = [("what", "bpviz", "against", "ratio", "goal", "")]
    for row in rows:
        sign = "≤" if row.at_most else "≥"
        table.append(
            (
                row.name,
                row.value,
                row.compared_with,
                "" if row.ratio is None else f"{row.ratio:.2f}",
                "" if row.goal is None else f"{sign} {row.goal:g}",
                {True: "met", False: "MISSED", None: ""}[row.met],
            )
        )
    widths = [max(len(line[column]) for line in table) for column in range(6)]
    for line in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def main() -> int:
    """Run what was asked for; return 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(BENCHMARKS)}; all by default")
    parser.add_argument("--coretype", action="store_true", help="leave OPENBLAS_CORETYPE as it is set")
    parser.add_argument("--seconds", type=float, default=30.0, help="how long the window is watched")
    asked = parser.parse_args()
    unknown = set(asked.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    if "OPENBLAS_CORETYPE" in os.environ and not asked.coretype:
        start_unpinned()
    print("\n".join(describe_machine()), end="\n\n", flush=True)
    rows: list[Row] = []
    for name in asked.names or BENCHMARKS:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        rows += BENCHMARKS[name](asked.seconds)
    print_table(rows)
    return 1 if any(row.met is False for row in rows) else 0


if __name__ == "__main__":
    raise SystemExit(main())
