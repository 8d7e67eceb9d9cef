"""All that crosses a thread: frozen, and owning its arrays.

Symbols: θ all parameters in one vector, n their number; L the loss; x the input, W⁽ˡ⁾ (out, in) and
b⁽ˡ⁾ (out,) a layer's parameters, z⁽ˡ⁾ = W⁽ˡ⁾a⁽ˡ⁻¹⁾ + b⁽ˡ⁾ its weighted sum, a⁽ˡ⁾ = σ(z⁽ˡ⁾) its activation,
δ⁽ˡ⁾ = ∂L/∂z⁽ˡ⁾.
"""

from bpviz.snapshot.arrays import Array, frozen
from bpviz.snapshot.run import StopReason, RunInfo, RunState
from bpviz.snapshot.history import Evaluation, GradientNorms, Iteration, History
from bpviz.snapshot.layers import ParameterState, LayerState
from bpviz.snapshot.shown import PredictionMap, Snapshot, SnapshotRequest
from bpviz.snapshot.surface import SurfaceGrid, SurfaceRequest
from bpviz.snapshot.metrics import ClassAverages, ClassMetrics, RegressionErrors, RegressionMetrics, Metrics
from bpviz.snapshot.gradients import GradientCheck, ErrorValley

__all__ = [
    "Array",
    "ClassAverages",
    "ClassMetrics",
    "ErrorValley",
    "Evaluation",
    "GradientCheck",
    "GradientNorms",
    "History",
    "Iteration",
    "LayerState",
    "Metrics",
    "ParameterState",
    "PredictionMap",
    "RegressionErrors",
    "RegressionMetrics",
    "RunInfo",
    "RunState",
    "Snapshot",
    "SnapshotRequest",
    "StopReason",
    "SurfaceGrid",
    "SurfaceRequest",
    "frozen",
]
