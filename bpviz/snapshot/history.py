"""The losses of every iteration, and what one iteration reports."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bpviz.snapshot.arrays import Array


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The loss, and for classes the share answered rightly, over one part of the data.

    The loss is the data's alone, without the L1/L2 penalty.
    """

    loss: float
    accuracy: float | None = None


@dataclass(frozen=True, slots=True)
class GradientNorms:
    """How long the parts of a gradient are: where it vanishes and where it explodes.

    ``layers`` (layers,) is ‖∂L/∂θ⁽ˡ⁾‖ of each layer's parameters, NaN where a layer has none.  ``steps``
    (T,) is ‖∂L/∂h_t‖ of each step t of the first recurrent layer, with all that flows back, over the
    samples of the batch taken together; None where no layer is recurrent or the gradient did not come by
    backpropagation.
    """

    layers: Array
    steps: Array | None = None


@dataclass(frozen=True, slots=True)
class Iteration:
    """What one iteration was: small enough to be made for every one.

    ``iteration`` counts updates: 0 is the start.  ``loss`` is what was descended (penalty
    included), over the batch, at the θ *before* this update; at iteration 0 it is that of the start.
    ``train`` and ``test`` are taken after the update where the loop evaluated, else None; there, too,
    a network's ``norms`` are those of the gradient that was descended, before any clipping.
    """

    run_id: int
    iteration: int
    epoch: float
    loss: float
    learning_rate: float
    gradient_norm: float
    train: Evaluation | None = None
    test: Evaluation | None = None
    norms: GradientNorms | None = None


@dataclass(frozen=True, slots=True)
class History:
    """Every loss of the run so far.

    The arrays are read-only views of buffers that only grow: what is below their length never changes while
    ``run_id`` and ``generation`` stay, so a reader may keep what it derived from it. ``loss`` has one entry
    an iteration, index × ``stride`` = iteration (the stride is 1 up to two million). At the ``evaluated``
    iterations the whole training and test parts were measured (NaN: no test part, or no accuracy).
    ``generation`` counts how often the record was cut back (by going back and on) or thinned.

    ``layer_norms`` (k, layers) and ``step_norms`` (k, T) go with ``evaluated``, too: the `GradientNorms` of
    the gradients that made these iterations; None for a function, and where there are no steps.
    """

    run_id: int
    generation: int
    loss: Array
    evaluated: NDArray[np.int64]
    train_loss: Array
    test_loss: Array
    train_accuracy: Array
    test_accuracy: Array
    stride: int = 1
    layer_norms: Array | None = None
    step_norms: Array | None = None
