"""The engine against networks written as teaching articles do, scikit-learn and PyTorch.

A step is: gather a batch, forward, the loss, backward, update.  Everyone computes
the loss at every step, as articles do for the curve they draw; theirs is also timed without it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from bpviz.data import resolve
from bpviz.engine.numerical import numerical_gradient
from bpviz.engine.registries import OPTIMIZERS
from tests.benchmarks.timing import Row, medians
from tests.helpers.networks import objective
from tests.peers.article import ArticleAdam, ArticleNetwork, ArticleSgd
from tests.peers.differences import one_by_one

UNITS = [2, 8, 8, 1]
SHAPE = UNITS, ("tanh", "tanh", "sigmoid"), "binary_cross_entropy"
STEPS = 500
BATCH = 10
RATE = 1e-3

Steps = Callable[[], None]


def training_step() -> list[Row]:
    """2-8-8-1, tanh, batch 10, float64: one step of gradient descent and of Adam."""
    rows = []
    goals = {"sgd": (3.5, 6.0, 12.0), "adam": (4.0, None, 10.0)}
    for name, (article, sklearn, torch) in goals.items():
        one = objective(*SHAPE, rows=STEPS)
        x, y, batches = one.train.x, one.train.y, _batches(STEPS, BATCH, STEPS)
        functions = {
            "bpviz": _our_steps(one, name, batches),
            "article-style NumPy": _article_steps(name, x, y, batches, True),
            "the same without a loss value": _article_steps(name, x, y, batches, False),
            **_sklearn((8, 8), "tanh", x, y.ravel().astype(int), BATCH, STEPS, name),
            **_torch(UNITS, "tanh", x, y, batches, name),
        }
        kept = {"article-style NumPy": article, "the same without a loss value": None}
        kept |= {"scikit-learn": sklearn, "PyTorch": torch}
        rows += _rows(f"training step, {name}, 2-8-8-1 batch {BATCH}, float64", functions, STEPS, kept)
    return [*rows, *_linear_step(), *_compiled()]


def _linear_step() -> list[Row]:
    """The same network with a linear output and ½ squared error; only we compute the loss."""
    one = objective(UNITS, ("tanh", "tanh", "identity"), "half_squared_error", rows=STEPS)
    batches = _batches(STEPS, BATCH, STEPS)
    network = ArticleNetwork(UNITS, np.random.default_rng(0), linear=True)
    article = ArticleSgd(RATE)
    x, y = one.train.x, one.train.y

    def article_steps() -> None:
        for batch in batches:
            article.update(network.params, network.gradient(x[batch], y[batch]))

    functions = {
        "bpviz": _our_steps(one, "sgd", batches),
        "article-style NumPy, no loss value": article_steps,
    }
    goals = {"article-style NumPy, no loss value": 3.5}
    return _rows("training step, sgd, 2-8-8-1 linear, ½ squared error", functions, STEPS, goals)


def _compiled() -> list[Row]:
    """2-3-1, batch 4: where calls are all that there is, compiled loops win."""
    one = objective((2, 3, 1), ("tanh", "identity"), "half_squared_error", rows=STEPS)
    batches = _batches(STEPS, 4, STEPS)
    functions = {"bpviz": _our_steps(one, "sgd", batches)}
    try:
        from tests.peers import jit_peer
    except ImportError:
        pass
    else:
        peer = jit_peer.small_network_steps(one.train.x, one.train.y, batches, RATE)
        functions["loops compiled by Numba"] = peer
    return _rows("training step, sgd, 2-3-1 batch 4", functions, STEPS, {"loops compiled by Numba": None})


def dense_networks() -> list[Row]:
    """784-50-10 and 784-256-128-10: one step of gradient descent."""
    rows = []
    cases: tuple[tuple[list[int], int, str, dict[str, float | None]], ...] = (
        ([784, 50, 10], 100, "float32", {"PyTorch": 2.0, "scikit-learn": None}),
        ([784, 50, 10], 100, "float64", {"PyTorch": None, "scikit-learn": 1.8}),
        ([784, 256, 128, 10], 128, "float32", {"PyTorch": 1.7, "scikit-learn": None}),
    )
    for units, batch, dtype, goals in cases:
        hidden = "sigmoid" if len(units) == 3 else "relu"
        shape = [hidden] * (len(units) - 2) + ["softmax"]
        one = objective(units, shape, "softmax_cross_entropy", rows=20 * batch, dtype=np.dtype(dtype).type)
        one.train.x[...] = np.abs(one.train.x) / 3  # brightness
        x, labels = one.train.x, one.train.labels
        batches = _batches(20 * batch, batch, 60)
        functions = {
            "bpviz": _our_steps(one, "sgd", batches),
            **_torch(units, hidden, x, labels, batches, "sgd"),
            **_sklearn(units[1:-1], hidden, x, labels, batch, len(batches), "sgd"),
        }
        name = f"training step, {'-'.join(map(str, units))} batch {batch}, {dtype}"
        if len(units) == 3:
            rows += _rows(name, functions, len(batches), goals)
            continue
        functions["GEMM"] = _products(one.dtype)
        times = medians(functions, repeats=15)
        peak = PRODUCTS * 2 * SIDE**3 / times.pop("GEMM")
        rows += _told(name, times, len(batches), goals)
        speed = _operations(units, batch) * len(batches) / times["bpviz"]
        against = f"largest product {peak / 1e9:.0f} GFLOP/s"
        rows.append(Row(f"its products, {dtype}", f"{speed / 1e9:.0f} GFLOP/s", against, speed / peak, 0.75))
    return rows


SIDE, PRODUCTS = 1024, 4


def _products(dtype: np.dtype[np.floating]) -> Steps:
    """Large square products: what the BLAS reaches at its best."""
    a, b, c = (np.ones((SIDE, SIDE), dtype) for _ in range(3))

    def products() -> None:
        for _ in range(PRODUCTS):
            a.dot(b, c)

    return products


def _operations(units: Sequence[int], batch: int) -> int:
    """Additions and multiplications of a step's products: forward, ∂W, and ∂x but for the first layer."""
    pairs = list(zip(units[:-1], units[1:], strict=True))
    return sum(2 * batch * i * o * (2 if index == 0 else 3) for index, (i, o) in enumerate(pairs))


def differences() -> list[Row]:
    """784-50-10, batch 100 of the bundled digits: all 39,760 parameters by differences."""
    x = resolve("digits28", 0, None).x[:100]
    rows = []
    for method, passes in (("central", 2), ("forward", 1)):
        one = objective([784, 50, 10], ["sigmoid", "softmax"], "softmax_cross_entropy", rows=100)
        one.train.x[...] = x
        theta = one.initial(np.random.default_rng(0))
        sample = np.random.default_rng(1).permutation(one.size)[:400]
        loop = one_by_one(one, theta, sample, method)
        quick = numerical_gradient(one, theta, method=method)
        error = float(np.abs(quick[sample] - loop()).max())
        times = medians(
            {
                "bpviz": lambda one=one, theta=theta, m=method: numerical_gradient(one, theta, method=m),
                "loop": loop,
            }
        )
        whole = times["loop"] / len(sample) * one.size
        rows.append(
            Row(
                f"{method} differences, 784-50-10 batch 100, {one.size} parameters",
                f"{times['bpviz'] * 1e3:.0f} ms, equal to {error:.0e}",
                f"loop, {passes} passes a parameter, {whole:.1f} s (from {len(sample)})",
                whole / times["bpviz"],
                150.0,
            )
        )
    return rows


def surface() -> list[Row]:
    """A 51 × 51 surface of 2-8-8-1 with 500 points, float64."""
    one = objective(*SHAPE, rows=500)
    origin, first, second = np.random.default_rng(0).normal(size=(3, one.size)) * 0.5
    ticks = np.linspace(-1.0, 1.0, 51)
    article = ArticleNetwork(UNITS, np.random.default_rng(0))

    def loop_of_article() -> None:
        for v in ticks:
            for u in ticks:
                article.set_flat(origin + u * first + v * second)
                article.loss(one.train.x, one.train.y)

    def loop_of_loss() -> None:
        for v in ticks:
            for u in ticks:
                one.loss(origin + u * first + v * second)

    times = medians(
        {
            "plane": lambda: one.losses_on_plane(origin, first, second, ticks, ticks),
            "article": loop_of_article,
            "loss": loop_of_loss,
        }
    )
    value = f"{times['plane'] * 1e3:.1f} ms"
    return [
        Row(
            "51×51 surface, 500 points",
            value,
            f"{label} {times[key] * 1e3:.1f} ms",
            times[key] / times["plane"],
            2.5 if key == "article" else None,
        )
        for key, label in (
            ("article", "a loop of article-style forward passes"),
            ("loss", "a loop of our own loss"),
        )
    ]


def _rows(name: str, functions: dict[str, Steps], steps: int, goals: dict[str, float | None]) -> list[Row]:
    return _told(name, medians(functions, repeats=15), steps, goals)


def _told(name: str, times: dict[str, float], steps: int, goals: dict[str, float | None]) -> list[Row]:
    """Return a row for each peer that is there, and one without a ratio for each that is not."""
    value = f"{steps / times['bpviz'] / 1000:.2f} k/s"
    rows = []
    for peer, goal in goals.items():
        if peer not in times:
            rows.append(Row(name, value, f"{peer} is not installed"))
            continue
        against = f"{peer} {steps / times[peer] / 1000:.2f} k/s"
        rows.append(Row(name, value, against, times[peer] / times["bpviz"], goal))
    return rows


def _our_steps(one: object, name: str, batches: list[np.ndarray]) -> Steps:
    theta = one.initial(np.random.default_rng(0))
    optimizer = OPTIMIZERS.create(name)
    optimizer.start(one.size, one.dtype)

    def steps() -> None:
        for batch in batches:
            _, gradient = one.loss_and_gradient(theta, batch)
            optimizer.step(theta, gradient, RATE)

    return steps


def _article_steps(name: str, x: np.ndarray, y: np.ndarray, batches: list[np.ndarray], told: bool) -> Steps:
    network = ArticleNetwork(UNITS, np.random.default_rng(0))
    optimizer = ArticleAdam(RATE) if name == "adam" else ArticleSgd(RATE)

    def steps() -> None:
        for batch in batches:
            x_batch, t_batch = x[batch], y[batch]
            optimizer.update(network.params, network.gradient(x_batch, t_batch))
            if told:
                network.loss(x_batch, t_batch)

    return steps


def _sklearn(
    hidden: Sequence[int], activation: str, x: np.ndarray, y: np.ndarray, batch: int, steps: int, name: str
) -> dict[str, Steps]:
    """Return scikit-learn's steps, or nothing where it is not installed."""
    try:
        from tests.peers import sklearn_peer
    except ImportError:
        return {}
    return {"scikit-learn": sklearn_peer.dense_steps(hidden, activation, x, y, batch, steps, name)}


def _torch(
    units: Sequence[int], activation: str, x: np.ndarray, y: np.ndarray, batches: list[np.ndarray], name: str
) -> dict[str, Steps]:
    """Return PyTorch's steps, or nothing where it is not installed."""
    try:
        from tests.peers import torch_peer
    except ImportError:
        return {}
    return {"PyTorch": torch_peer.dense_steps(units, activation, x, y, batches, name, RATE)}


def _batches(rows: int, size: int, count: int) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.permutation(rows)[:size] for _ in range(count)]
