from __future__ import annotations

import pytest

from bpviz.training.build import build
from bpviz.training.checkpoints import MEMORY_BYTES, MOST
from bpviz.training.options import run_config


@pytest.mark.parametrize(("optimizer", "units"), [("sgd", 8), ("adam", 8), ("bfgs", 200), ("lbfgs", 200)])
def test_checkpoints_stay_within_their_memory_whatever_the_optimizer_remembers(optimizer, units):
    training = build(run_config({"data": "xor", "layers": f"{units} tanh", "optimizer": optimizer}))
    state = sum(getattr(kept, "nbytes", 0) for kept in training.optimizer.state().values())
    most = training.checkpoints.most
    assert most * (state + training.theta.nbytes) <= MEMORY_BYTES
    # BFGS remembers n × n numbers: 801² · 8 bytes are 5 MB.
    assert (most < 30) == (optimizer == "bfgs")
    assert most <= MOST
