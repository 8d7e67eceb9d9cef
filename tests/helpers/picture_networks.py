"""Small networks of every layer that looks at pictures, trained for a few steps, and what is seen of them."""

from __future__ import annotations

from functools import lru_cache

from bpviz.snapshot import RunInfo, Snapshot, SnapshotRequest
from bpviz.training.build import build
from bpviz.training.options import run_config

SMALL = "conv 4 3x3 relu, maxpool 2, flatten, 16 relu, dropout 0.3"
RICH = "conv 3 3x3 tanh padding 1, batchnorm, avgpool 2, conv 4 2x3 relu stride 2, flatten, dropout 0.4"
MANY = "conv 40 3x3 relu, maxpool 2, flatten, 20 relu"
PLAIN = "8 tanh, batchnorm, dropout 0.5"


@lru_cache(maxsize=8)
def trained(layers: str, data: str = "digits", steps: int = 3, sample: int = 2) -> tuple[RunInfo, Snapshot]:
    """Return the run and its snapshot after so many iterations."""
    training = build(run_config({"data": data, "layers": layers, "seed": 4}), run_id=7)
    training.start()
    for _ in range(steps):
        training.step()
    return training.info, training.snapshot(SnapshotRequest(sample=sample))
