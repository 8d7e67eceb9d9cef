"""How long any earlier iteration of a long run takes to be back, and what the record of it takes."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bpviz.snapshot import SnapshotRequest
from bpviz.training.build import build, load
from bpviz.training.family import Member
from bpviz.training.loop import Training
from bpviz.training.options import run_config
from tests.benchmarks.timing import Row, percentile

ITERATIONS = 1_000_000
MEDIAN_MS, P99_MS, MEMORY_MB = 100.0, 300.0, 256.0
JUMPS, STEPS = 300, 600
RUNS = 5


def time_travel() -> list[Row]:
    """Jump about in a run of a million iterations of 2-8-8-1 and step back through it; others are shorter."""
    rows = _run("2-8-8-1", ITERATIONS, {"data": "spiral", "layers": "8 tanh, 8 tanh"}, goals=True)
    rows += _run("784-50-10, Adam", 20_000, {"data": "digits28", "layers": "50 sigmoid"})
    rows += _run(
        "convolution of 8 × 8 digits", 10_000, {"data": "digits", "layers": "conv 8 3 relu, flatten"}
    )
    rows.append(_beside())
    return rows


def _beside() -> Row:
    """Keep several runs of a large network, each with branches, beside one another."""
    config = run_config({"data": "digits28", "layers": "256 relu, 128 relu", "optimizer": "adam"})
    data = load(config)
    present = _trained(build(config, 1, data), 60)
    most = present.nbytes
    for run_id in range(2, RUNS + 2):
        for rate in (0.01, 0.02):
            present.seek(20)
            present.apply(replace(config.live, learning_rate=rate))
            most = max(most, _trained(present, 60).nbytes)
        new = build(config, run_id, data)
        next(new.iterations())
        present.family.keep(Member(present, config), new, config, "")
        present = _trained(new, 60)
        most = max(most, present.nbytes)
    memory = most / 2**20
    said = f"784-256-128-10, Adam: {RUNS} runs and {2 * RUNS} branches, at the most"
    return Row(said, f"{memory:.0f} MB", f"{MEMORY_MB:.0f} MB", memory / MEMORY_MB, 1.0, at_most=True)


def _trained(training: Training, until: int) -> Training:
    for iteration in training.iterations():
        if iteration.iteration >= until:
            break
    return training


def _run(name: str, iterations: int, options: Mapping[str, Any], *, goals: bool = False) -> list[Row]:
    training = build(run_config({**options, "iterations": iterations}))
    begun = time.perf_counter()
    for _ in training.iterations():
        pass
    step_us = (time.perf_counter() - begun) / iterations * 1e6
    rng = random.Random(1)
    jumps = [_seek_ms(training, rng.randint(0, iterations)) for _ in range(JUMPS)]
    start = iterations * 2 // 3
    training.seek(start)
    back = [_seek_ms(training, start - step) for step in range(1, STEPS + 1)]
    memory = training.nbytes / 2**20
    said = f"{iterations:,} iterations of {name}, {step_us:.0f} µs each"
    return [
        *_percentiles(f"{said}: any iteration, panels' numbers included", jumps, goals),
        *_percentiles(f"{name}: one back, {STEPS} times", back, goals),
        Row(
            f"{name}: record and checkpoints",
            f"{memory:.0f} MB",
            f"{MEMORY_MB:.0f} MB",
            memory / MEMORY_MB,
            1.0,
            at_most=True,
        ),
    ]


def _percentiles(name: str, times_ms: list[float], goals: bool) -> list[Row]:
    found = []
    for share, limit in ((0.5, MEDIAN_MS), (0.99, P99_MS)):
        value = percentile(times_ms, share)
        words = "median" if share == 0.5 else "p99"
        goal = 1.0 if goals else None
        found.append(Row(f"{name}, {words}", f"{value:.1f} ms", f"{limit:.0f} ms", value / limit, goal, True))
    return found


def _seek_ms(training: Training, iteration: int) -> float:
    begun = time.perf_counter()
    training.seek(iteration)
    training.snapshot(SnapshotRequest())
    return 1000 * (time.perf_counter() - begun)
