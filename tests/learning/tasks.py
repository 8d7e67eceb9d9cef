"""What a network has to learn here, with which settings, and what is asked of it.

A task is run from several seeds, which draw the data, their split, the start and the order of the
samples.  What counts is the median over the seeds 0 … 4: one run's figure hangs on how its 360 test
samples fell out, and on rounding; the median of five hardly does.  Seen over the seeds 0 … 19, and in how
many of these twenty the run by itself keeps the bound:

| task                       | bound   | median | lowest … highest | by itself |
|----------------------------|---------|--------|------------------|-----------|
| digits: 50 relu            | ≥ 97 %  | 97.8 % | 96.1 … 98.9 %    | 18        |
| digits: small convolution  | ≥ 98 %  | 99.2 % | 98.1 … 100 %     | 20        |
| spiral: 16 tanh, 16 tanh   | ≥ 98 %  | 99.6 % | 97.2 … 100 %     | 19        |
| digits28: 784-50-10        | ≥ 96 %  | 96.9 % | 96.3 … 97.4 %    | 10 of 10  |
| delayed XOR: lstm 16       | ≥ 99 %  | 99.8 % | 47.8 … 100 %     | 15        |
| delayed XOR: rnn 16        | ≤ 75 %  | 50.0 % | 47.8 … 53.8 %    | 20        |
| binary addition: lstm 32   | ≥ 98 %  | 100 %  | 97.4 … 100 %     | 19        |
| binary addition: rnn 32    | ≤ 75 %  | 66.3 % | 62.9 … 68.4 %    | 20        |
| echo: gru 16               | ≥ 99 %  | 100 %  | 100 … 100 %      | 20        |
| adding: gru 16 (loss)      | ≤ 0.001 | 0.0002 | 0.0001 … 0.0004  | 20        |
| noisy sine: rnn 16 (loss)  | ≤ 0.012 | 0.0074 | 0.0057 … 0.0102  | 20        |
| parity: gru 16             | ≥ 90 %  | 97.2 % | 86.6 … 100 %     | 19        |

That a simple network fails is said of these settings, which are the LSTM's as well.  With smaller steps it
learns much of it, too: binary addition with η = 0.01 and a delay of 3, and in 12 of 20 runs more than nine
tenths of the XOR over 24 steps with η = 0.005 and the gradient clipped at 1.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import bpviz

SEEDS = range(5)
ADAM = {"optimizer": "adam", "learning_rate": 0.01, "precision": 32}


@dataclass(frozen=True)
class Task:
    """``bound`` holds for the median accuracy over the test part, from below; for a loss from above.

    With ``at_most`` an accuracy is to stay below it: what this network is not able to learn so.
    """

    name: str
    bound: float
    options: Mapping[str, Any] = field(default_factory=dict)
    at_most: bool = False
    measure: str = "accuracy"


@dataclass(frozen=True)
class Outcome:
    """What the runs of a task reached over their test parts, one entry a seed."""

    task: Task
    runs: tuple[bpviz.Run, ...]

    @property
    def reached(self) -> tuple[float, ...]:
        """Each run's accuracy or loss."""
        return tuple(float(getattr(run.test, self.task.measure)) for run in self.runs)

    @property
    def median(self) -> float:
        """What the bound is held against."""
        return statistics.median(self.reached)

    @property
    def holds(self) -> bool:
        """Whether the bound is kept."""
        below = self.task.at_most or self.task.measure == "loss"
        return self.median <= self.task.bound if below else self.median >= self.task.bound

    @property
    def seconds(self) -> float:
        """Of a run, on average."""
        return sum(run.seconds for run in self.runs) / len(self.runs)

    def step_ratio(self) -> float:
        """‖∂L/∂h_1‖ / ‖∂L/∂h_T‖: the median over a run's evaluations, and the geometric mean of the runs.

        Far below 1 the gradient vanishes on its way back through time.
        """
        ratios = [np.median(run.step_norms[:, 0] / run.step_norms[:, -1]) for run in self.runs]
        return float(np.exp(np.mean(np.log(ratios))))


def learn(task: Task, seeds: range = SEEDS) -> Outcome:
    """Run a task once from every seed."""
    return Outcome(task, tuple(bpviz.train(seed=seed, **task.options) for seed in seeds))


def _digits(layers: str, **options: Any) -> dict[str, Any]:
    return {
        **ADAM,
        "data": "digits",
        "layers": layers,
        "initializer": "he",
        "batch_size": 50,
        "test_share": 0.2,
        **options,
    }


def _delayed_xor(layers: str) -> dict[str, Any]:
    return {
        **ADAM,
        "data": "delayed_xor",
        "steps": 40,
        "delay": 28,
        "layers": layers,
        "batch_size": 20,
        "iterations": 1000,
    }


def _binary_addition(layers: str) -> dict[str, Any]:
    return {
        **ADAM,
        "data": "binary_addition",
        "points": 1000,
        "steps": 16,
        "delay": 4,
        "layers": layers,
        "learning_rate": 0.03,
        "batch_size": 50,
        "test_share": 0.3,
        "iterations": 2000,
    }


def _sequence(data: str, layers: str, **options: Any) -> dict[str, Any]:
    return {**ADAM, "data": data, "layers": layers, "batch_size": 20, "iterations": 1000, **options}


CONVOLUTION = "conv 16 3x3 relu padding 1, maxpool 2, flatten, dropout 0.3, 64 relu, dropout 0.3"
_ONE_CYCLE = {"schedule": "one_cycle", "total_steps": 1200, "iterations": 1200}
_ARTICLE = {"optimizer": "sgd", "learning_rate": 0.5, "batch_size": 100, "precision": 32}
_SPIRAL = {**ADAM, "learning_rate": 0.03, "batch_size": 10, "iterations": 4000}

TASKS = (
    Task("digits: 50 relu", 0.97, _digits("50 relu", iterations=2000)),
    Task("digits: small convolution", 0.98, _digits(CONVOLUTION, **_ONE_CYCLE)),
    Task("spiral: 16 tanh, 16 tanh", 0.98, {**_SPIRAL, "data": "spiral", "layers": "16 tanh, 16 tanh"}),
    Task(
        "digits28: 784-50-10 of the article",
        0.96,
        {**_ARTICLE, "data": "digits28", "layers": "50 sigmoid", "iterations": 1000},
    ),
    Task("delayed XOR: lstm 16", 0.99, _delayed_xor("lstm 16")),
    Task("delayed XOR: rnn 16", 0.75, _delayed_xor("rnn 16"), at_most=True),
    Task("binary addition: lstm 32", 0.98, _binary_addition("lstm 32")),
    Task("binary addition: rnn 32", 0.75, _binary_addition("rnn 32"), at_most=True),
    Task("echo: gru 16", 0.99, _sequence("echo", "gru 16", iterations=500)),
    Task("adding: gru 16", 0.001, _sequence("adding", "gru 16"), measure="loss"),
    Task("noisy sine: rnn 16", 0.012, _sequence("noisy_sine", "rnn 16"), measure="loss"),
    Task("parity: gru 16", 0.90, _sequence("parity", "gru 16", iterations=2000)),
)
BY_NAME = {task.name: task for task in TASKS}
