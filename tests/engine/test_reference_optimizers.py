"""Thirty steps of every optimizer that PyTorch has, on a valley and on a bowl."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.engine.function_objective import FunctionObjective
from tests.helpers.networks import reference
from tests.helpers.optimizers import of_pytorch

SURFACES = {"rosenbrock": "(1-x)^2 + 100*(y-x^2)^2", "bowl": "x^2 + y^2"}
RUNS = reference("optimizers")["optimizers"]


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("name", RUNS)
def test_path_is_that_of_pytorch(name, surface):
    run, expected = RUNS[name], np.array(RUNS[name][surface]["path"])
    optimizer, rate = of_pytorch(run["class"], run["arguments"])
    objective, theta = FunctionObjective(SURFACES[surface], expected[0]), expected[0].copy()
    optimizer.start(2, theta.dtype)
    path, losses = [theta.copy()], []
    for _ in range(len(expected) - 1):
        loss, gradient = objective.loss_and_gradient(theta)
        # RAdam, without a division at first, leaves the valley for all numbers; so does PyTorch.
        with np.errstate(over="ignore", invalid="ignore"):
            optimizer.step(theta, gradient, rate)
        path.append(theta.copy())
        losses.append(loss)
    np.testing.assert_allclose(path, expected, rtol=1e-10, atol=1e-11)
    np.testing.assert_allclose(losses, run[surface]["loss"], rtol=1e-9, atol=1e-12)


def test_every_optimizer_of_the_reference_is_compared():
    assert len(RUNS) == 17
