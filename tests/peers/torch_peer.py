"""Dense networks as PyTorch programs train them eagerly: Sequential, a loss function, an optimizer.

The data lie in tensors, a batch is drawn with one index_select, gradients are set to None between steps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import nn

torch.set_num_threads(1)

ACTIVATIONS = {"tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "relu": nn.ReLU}


def dense_steps(
    units: Sequence[int],
    activation: str,
    x: np.ndarray,
    y: np.ndarray,
    batches: Sequence[np.ndarray],
    optimizer: str = "sgd",
    learning_rate: float = 1e-3,
) -> Callable[[], None]:
    """Return what does one step for each batch.

    One output stands behind a sigmoid with binary cross-entropy, several behind a softmax; ``y`` is
    0 or 1 (N, 1), or the class (N,).
    """
    inputs, targets = torch.from_numpy(x), torch.from_numpy(y)
    indices = [torch.from_numpy(batch) for batch in batches]
    parts: list[nn.Module] = []
    for below, above in zip(units[:-1], units[1:], strict=True):
        parts += [nn.Linear(below, above, dtype=inputs.dtype), ACTIVATIONS[activation]()]
    model = nn.Sequential(*parts[:-1])
    loss_function = nn.BCEWithLogitsLoss() if units[-1] == 1 else nn.CrossEntropyLoss()
    if optimizer == "sgd":
        descent: torch.optim.Optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    else:
        descent = torch.optim.Adam(model.parameters(), lr=learning_rate, fused=True)

    def steps() -> None:
        for batch in indices:
            descent.zero_grad(set_to_none=True)
            loss = loss_function(model(inputs.index_select(0, batch)), targets.index_select(0, batch))
            loss.backward()
            descent.step()

    return steps
