"""Reads a number off the screen by its name."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpviz.errors import UserError
from bpviz.present.gradients.check import CheckReport
from bpviz.present.lessons.model import Claim
from bpviz.present.lessons.sums import worth
from bpviz.present.setup.run import build_form
from bpviz.present.walk.light import chosen
from bpviz.present.walk.place import Sample
from bpviz.snapshot import Evaluation, History, ParameterState, RunInfo, Snapshot
from bpviz.snapshot.dissection import PHASES, Dissection
from bpviz.training.config import RunConfig

_NAME = re.compile(
    r"(?P<name>[A-Za-z_]+?)(?P<layer>\d*)(?:\[(?P<index>[\d,]+)\])?(?:@(?P<at>\d+))?\Z", re.ASCII
)
Floats = NDArray[np.floating]

_VECTORS = ("theta", "gradient", "update")


@dataclass(frozen=True)
class Sights:
    """All that can be seen of a run: where it stands, its record, the iteration taken apart, the check.

    ``pinned`` is the layer of what the diagram tells of, −1 for nothing; ``turned`` is by how many degrees
    the learner has turned the surface.
    """

    config: RunConfig
    info: RunInfo
    snapshot: Snapshot
    history: History | None = None
    dissection: Dissection | None = None
    operation: int | None = None
    sample: Sample = "mean"
    report: CheckReport | None = None
    pinned: int = -1
    turned: float = 0.0

    @property
    def flat(self) -> Snapshot | Dissection:
        """What holds θ's gradient and update: of the iteration in the making, where one is taken apart."""
        return self.snapshot if self.dissection is None else self.dissection

    def values(self, layer: int, name: str) -> Floats:
        """Return x (layer 0), z, a or delta of a layer, of the chosen sample or the mean over the batch."""
        if not 0 <= layer < len(self.snapshot.layers):
            raise LookupError(name)
        state = self.snapshot.layers[layer]
        if self.dissection is None:
            return np.asarray(getattr(state, name))
        traces = self.dissection.layers
        batch = traces[0].x if layer == 0 else getattr(traces[layer - 1], name)
        return chosen(batch, self.sample)

    def arrays(self, layer: int) -> Mapping[str, Floats]:
        """Return what else a layer shows of the chosen sample; of a mean, of the first."""
        if not 1 <= layer < len(self.snapshot.layers):
            return {}
        if self.dissection is None:
            return self.snapshot.layers[layer].arrays
        return self.dissection.layers[layer - 1].extras[0 if self.sample == "mean" else self.sample]

    def parameters(self, layer: int) -> tuple[ParameterState, ...]:
        """Return the parameters of a layer with their gradients and updates."""
        if not 1 <= layer < len(self.snapshot.layers):
            return ()
        if self.dissection is None:
            return self.snapshot.layers[layer].parameters
        return self.dissection.layers[layer - 1].parameters


def met(claims: tuple[Claim, ...], sights: Sights) -> bool:
    """Whether all of ``claims`` hold; one about what cannot be seen now does not."""
    for claim in claims:
        try:
            found = value_of(sights, claim.what)
        except (UserError, LookupError):
            return False
        if not claim.holds(found):
            return False
    return True


def value_of(sights: Sights, what: str) -> float:
    """Return the number called ``what``.

    - ``iteration``, ``epoch``, ``size``, ``operation`` (from 1), ``learning_rate``, ``gradient_norm``,
      ``sample``, ``pinned`` and ``turned``;
    - ``loss`` (what this iteration descends), ``train_loss``, ``test_loss``, ``train_accuracy``,
      ``test_accuracy``; ``loss@12`` is what iteration 12 descended, ``best_test_loss`` and
      ``best_test_iteration`` are of the record so far;
    - ``theta[1]``, ``gradient[1]``, ``update[1]``: entries of the flat vectors, counted from 1;
    - of the chosen sample ``x[1]``, ``z1[2]``, ``a1[2]``, ``delta2[1]``, ``y_hat`` or ``y_hat[3]``;
    - ``step_h1[4,2]``: h of a recurrent layer at step 4; so for all that its kind shows at each step, and
      ``winner2[1,3,3]`` and the like for other kinds;
    - ``W1[2,1]``, its gradient ``dW1[2,1]``, its update ``uW1[2,1]``, what it becomes ``newW1[2,1]``; so
      for every parameter by its name in files;
    - ``norm3``: ‖∂L/∂θ⁽³⁾‖ where it was measured last, ``step_norm[4]`` that of a step of a sequence;
    - ``check_error``, ``check_backprop[1]``, ``check_difference[1]``, ``check_gap[1]``, ``check_h``;
      ``valley_h`` and ``valley_error``: where the method that was asked for is best;
    - ``setting:learning_rate``: what stands in the set-up; ``setting:optimizer=adam``: 1 where it is that,
      else 0;
    - ``layers``, ``units2``, ``shape2[1]`` and ``parameters2``: how many layers there are after the input,
      and what one gives and holds; ``shapeW2[1]`` is of one parameter; ``samples``, ``test_samples``,
      ``features`` and ``steps`` are of the data, ``digits`` those that the computer keeps of a
      number, ``phases`` are of an iteration;
    - sums of them and of constants: see `sums.worth`.

    Raises
    ------
    UserError
        When there is nothing of that name.
    LookupError
        When there is none at the moment.
    """
    return worth(what, lambda name: _named(sights, name))


def _named(sights: Sights, what: str) -> float:
    if what.startswith("setting:"):
        return _setting(sights.config, what.removeprefix("setting:"))
    found = _NAME.match(what)
    if found is None:
        raise _unknown(what)
    index = tuple(int(each) - 1 for each in found["index"].split(",")) if found["index"] else ()
    for look in (_plain, _counted, _recorded, _of_layer, _of_parameter, _of_arrays, _checked):
        value = look(sights, found["name"], int(found["layer"] or 0), index, found["at"])
        if value is not None:
            return float(value)
    raise _unknown(what)


def _unknown(what: str) -> UserError:
    return UserError("There is no number “{what}” to be seen.", what=what)


def _setting(config: RunConfig, key: str) -> float:
    key, _, wanted = key.partition("=")
    value = build_form(config).row(key).value
    if wanted:
        return float(str(value) == wanted)
    if isinstance(value, bool | int | float):
        return float(value)
    raise LookupError(key)


def _plain(sights: Sights, name: str, layer: int, index: tuple[int, ...], at: str | None) -> Any:
    seen, made = sights.snapshot, sights.dissection
    if at is not None or layer:
        return None
    if name in _VECTORS:
        return getattr(sights.flat, name)[index]
    if name == "loss":
        return seen.loss if made is None else made.loss
    if name in ("iteration", "epoch", "gradient_norm", "learning_rate"):
        return getattr(seen, name)
    if name == "size":
        return sights.info.size
    if name in ("pinned", "turned"):
        return getattr(sights, name)
    if name == "sample":
        return seen.sample
    if name == "operation":
        return 0 if sights.operation is None else sights.operation + 1
    part, _, measure = name.partition("_")
    if part in ("train", "test") and measure in ("loss", "accuracy"):
        return _measured(getattr(seen, part), measure)
    return None


def _counted(sights: Sights, name: str, layer: int, index: tuple[int, ...], at: str | None) -> Any:
    """Count layers, units, parameters, samples."""
    info, state = sights.info, sights.snapshot.layers
    if name in ("samples", "layers", "test_samples", "features", "steps", "digits", "phases") and not layer:
        return _counted_in_all(sights, name)
    if not 0 <= layer < len(state):
        return None
    if name == "units":
        return info.units[layer]
    if name == "shape" and index:
        return state[layer].shape[index[0]]
    if name == "parameters":
        return sum(each.values.size for each in state[layer].parameters)
    if name.startswith("shape"):
        for each in state[layer].parameters:
            if name == f"shape{each.name}":
                return each.values.shape[index[0]]
    return None


def _counted_in_all(sights: Sights, name: str) -> float:
    info = sights.info
    if name == "digits":
        return -math.log10(np.finfo(sights.snapshot.theta.dtype).eps)
    if name == "steps":
        return info.sequence_shape[0] if info.sequence_shape is not None else 0
    if name == "test_samples":
        return 0 if info.x_test is None else len(info.x_test)
    if name == "phases":
        return len(PHASES)
    counts = {"samples": info.samples, "layers": len(info.units) - 1, "features": len(info.feature_names)}
    return counts[name]


def _measured(part: Evaluation | None, measure: str) -> float:
    value = None if part is None else getattr(part, measure)
    if value is None:
        raise LookupError(measure)
    return float(value)


def _recorded(sights: Sights, name: str, layer: int, index: tuple[int, ...], at: str | None) -> Any:
    history = sights.history
    if name not in ("loss", "norm", "step_norm", "best_test_loss", "best_test_iteration") or history is None:
        return None
    if name == "loss":
        return history.loss[int(at or 0) // history.stride]
    until = int(np.searchsorted(history.evaluated, sights.snapshot.iteration, side="right"))
    if name.startswith("best"):
        best = int(np.nanargmin(history.test_loss[:until]))
        return history.test_loss[best] if name == "best_test_loss" else history.evaluated[best]
    norms = history.layer_norms if name == "norm" else history.step_norms
    if norms is None or not until:
        raise LookupError(name)
    return norms[until - 1][layer - 1 if name == "norm" else index[0]]


def _of_layer(sights: Sights, name: str, layer: int, index: tuple[int, ...], at: str | None) -> Any:
    last = len(sights.snapshot.layers) - 1
    if name == "y_hat":
        return sights.values(last, "a")[index or (0,)]
    if name == "x" and not layer:
        return sights.values(0, "a")[index]
    if name not in ("z", "a", "delta") or not 1 <= layer <= last:
        return None
    values, shape = sights.values(layer, name), sights.snapshot.layers[layer].shape
    return values.reshape(shape)[index] if len(index) > 1 else values[index]


def _of_arrays(sights: Sights, name: str, layer: int, index: tuple[int, ...], at: str | None) -> Any:
    """Look among what a kind of layer has to show: of a sequence every step, of a pooling the winners."""
    held = sights.arrays(layer)
    return held[name.removeprefix("step_")][index] if name.removeprefix("step_") in held else None


def _of_parameter(sights: Sights, name: str, layer: int, index: tuple[int, ...], at: str | None) -> Any:
    for each in sights.parameters(layer):
        head = name.removesuffix(each.name)
        parts = {"": each.values, "d": each.gradient, "u": each.update}
        if name.endswith(each.name) and head in parts:
            return parts[head][index]
        if name == f"new{each.name}":
            return each.values[index] - each.update[index]
    return None


def _checked(sights: Sights, name: str, layer: int, index: tuple[int, ...], at: str | None) -> Any:
    head, _, rest = name.partition("_")
    if head not in ("check", "valley"):
        return None
    report = sights.report
    if report is None or report.run_id != sights.info.run_id:
        raise LookupError(name)
    if name == "check_h":
        return report.check.step
    if head == "check":
        check = report.check
        arrays = {"backprop": check.backprop, "difference": check.differences, "gap": check.absolute_error}
        return check.max_relative_error if rest == "error" else arrays[rest][index]
    if report.valley is None:
        raise LookupError(name)
    errors = report.valley.largest[report.check.method]
    best = int(np.nanargmin(errors))
    return errors[best] if rest == "error" else report.valley.steps[best]
