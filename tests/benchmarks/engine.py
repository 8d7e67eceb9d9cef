"""The engine against a network written as teaching articles do, and against scikit-learn."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np

from bpviz.engine.registries import OPTIMIZERS
from tests.benchmarks.timing import Row, medians
from tests.helpers.networks import objective
from tests.peers.article import ArticleAdam, ArticleNetwork, ArticleSgd

UNITS = [2, 8, 8, 1]
SHAPE = UNITS, ("tanh", "tanh", "sigmoid"), "binary_cross_entropy"
STEPS = 500
BATCH = 10


def training_step() -> list[Row]:
    """2-8-8-1, tanh, batch 10, float64: one step."""
    rows = []
    for name, peer in (("sgd", ArticleSgd), ("adam", ArticleAdam)):
        functions = {"bpviz": _our_steps(name), "article": _article_steps(peer())}
        sklearn = _sklearn_steps(name)
        if sklearn is not None:
            functions["scikit-learn"] = sklearn
        times = medians(functions)
        value = f"{STEPS / times['bpviz'] / 1000:.1f} k/s"
        for other in list(functions)[1:]:
            against = f"{other} {STEPS / times[other] / 1000:.1f} k/s"
            rows.append(
                Row(f"training step, {name}, 2-8-8-1 batch 10", value, against, times[other] / times["bpviz"])
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


def _our_steps(name: str) -> Callable[[], None]:
    one = objective(*SHAPE, rows=500)
    theta = one.initial(np.random.default_rng(0))
    optimizer = OPTIMIZERS.create(name)
    optimizer.start(one.size, one.dtype)
    batches = _batches()

    def steps() -> None:
        for batch in batches:
            _, gradient = one.loss_and_gradient(theta, batch)
            optimizer.step(theta, gradient, 1e-3)

    return steps


def _article_steps(optimizer: ArticleSgd | ArticleAdam) -> Callable[[], None]:
    one = objective(*SHAPE, rows=500)
    network = ArticleNetwork(UNITS, np.random.default_rng(0))
    x, y, batches = one.train.x, one.train.y, _batches()

    def steps() -> None:
        for batch in batches:
            t = y[batch]
            gradient = network.gradient(x[batch], t)
            optimizer.update(network.params, gradient)

    return steps


def _sklearn_steps(name: str) -> Callable[[], None] | None:
    try:
        from sklearn.neural_network import MLPClassifier
    except ImportError:
        return None
    one = objective(*SHAPE, rows=500)
    model = MLPClassifier((8, 8), activation="tanh", solver=name, alpha=0.0, batch_size=BATCH, momentum=0.0)
    x, y = one.train.x, one.train.y.ravel().astype(int)

    def steps() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Each call is an epoch of 50 batches: its checks of the input count once for all of them.
            for _ in range(STEPS * BATCH // len(x)):
                model.partial_fit(x, y, classes=[0, 1])

    return steps


def _batches() -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.permutation(500)[:BATCH] for _ in range(STEPS)]
