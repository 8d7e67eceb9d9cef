"""Short trainings of recurrent networks, for tests of what shows them."""

from __future__ import annotations

from functools import cache

from bpviz.snapshot import RunInfo, Snapshot, SnapshotRequest
from bpviz.training.build import build
from bpviz.training.config import DataConfig, LiveSettings, RunConfig, StopConfig
from bpviz.training.layer_spec import parse_layers
from bpviz.training.network_training import NetworkTraining


def training(
    data: str, layers: str, iterations: int = 3, run_id: int = 1, **options: float
) -> NetworkTraining:
    """Return a network that was trained a little."""
    config = RunConfig(
        data=DataConfig(data, options={"points": 40, **options}),
        layers=parse_layers(layers),
        live=LiveSettings(learning_rate=0.02),
        stop=StopConfig(iterations=iterations),
    )
    made = build(config, run_id)
    for _ in made.iterations():
        continue
    assert isinstance(made, NetworkTraining)
    return made


@cache
def shown(
    data: str, layers: str, iterations: int = 3, sample: int = 3, run_id: int = 1, steps: int | None = None
) -> tuple[RunInfo, Snapshot]:
    """Return such a network's run and a snapshot of it."""
    options = {} if steps is None else {"steps": steps}
    made = training(data, layers, iterations, run_id, **options)
    return made.info, made.snapshot(SnapshotRequest(sample=sample))
