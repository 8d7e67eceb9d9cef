"""From a `RunConfig` to a `Training`: the one place where the pieces are put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bpviz.data.dataset import Dataset, SplitDataset
from bpviz.engine.function_objective import FunctionObjective
from bpviz.engine.functions import FUNCTIONS, TestFunction
from bpviz.engine.initializers import INITIALIZERS
from bpviz.engine.layers import LAYERS
from bpviz.engine.losses import LOSSES
from bpviz.engine.network_objective import NetworkObjective
from bpviz.engine.optimizers import OPTIMIZERS
from bpviz.engine.regularizers import REGULARIZERS
from bpviz.engine.schedules import SCHEDULES
from bpviz.errors import UserError
from bpviz.snapshot import RunInfo, frozen
from bpviz.text import N_
from bpviz.training import weights
from bpviz.training.batches import Batches
from bpviz.training.building import build_network, layer_texts
from bpviz.training.config import DEFAULT_BATCH, LayerConfig, RunConfig
from bpviz.training.loop import Training
from bpviz.training.method import Method
from bpviz.training.network_training import NetworkTraining
from bpviz.training.preparing import prepared, shown, shown_rows
from bpviz.training.targets import choose_loss, choose_output, encode, target_scaling

__all__ = ["Training", "build", "load", "prepare", "shown_rows"]

Array = NDArray[np.floating]
Progress = Callable[[int, int], None]

LARGEST_RATE = 1e12


class BatchTooLargeError(UserError):
    """A batch is larger than the training set."""


def build(
    config: RunConfig,
    run_id: int = 0,
    dataset: Dataset | None = None,
    progress: Progress | None = None,
) -> Training:
    """Return a run that is ready to start.

    Parameters
    ----------
    dataset : Dataset, optional
        Already loaded data; otherwise ``config.data`` says where they come from.
    progress : callable, optional
        Called as ``progress(done, total)`` while a file is read; may raise ``Cancelled``.

    Raises
    ------
    UserError
        For anything in ``config`` that cannot be.
    """
    _check_live(config)
    if config.function is not None:
        return _build_function(config, config.function, run_id)
    data = prepare(config, dataset if dataset is not None else load(config, progress))
    return _build_network(config, data, run_id)


def load(config: RunConfig, progress: Progress | None = None) -> Dataset:
    """Make or read the data set of ``config``."""
    # Imported here: a function needs no data.
    from bpviz.data import resolve

    source = config.data.path or config.data.name
    return resolve(source, config.data.seed, progress, **config.data.options)


def prepare(config: RunConfig, dataset: Dataset) -> SplitDataset:
    """Split and scale ``dataset`` as ``config`` says."""
    return prepared(config.data, dataset)


def _check_live(config: RunConfig) -> None:
    live = config.live
    if not (np.isfinite(live.learning_rate) and 0 < live.learning_rate <= LARGEST_RATE):
        raise UserError(
            "The learning rate cannot be {rate}.",
            hint="It is a number above 0, for example 0.03, and at most 1e12.",
            rate=live.learning_rate,
        )
    if live.batch_size is not None and live.batch_size < 1:
        raise UserError(
            "The batch size cannot be {size}.",
            hint="It is 1 or more, or the whole set.",
            size=live.batch_size,
        )
    for entry in REGULARIZERS:
        for field in entry.fields:
            if field.name in live.penalties:
                field.check(live.penalties[field.name])
    for name, value in (("clip_value", live.clip_value), ("clip_norm", live.clip_norm)):
        if value is not None and not (np.isfinite(value) and value > 0):
            raise UserError(
                "{name} cannot be {value}.", hint="It is a number above 0.", name=name, value=value
            )


def _check_batch(size: int | None, count: int) -> None:
    """Refuse a batch that is larger than the set; the default simply takes a smaller set whole."""
    if size is not None and size > max(count, DEFAULT_BATCH):
        raise BatchTooLargeError(
            N_("The batch size {size} is larger than the training set of {count} samples."),
            hint=N_("It is at most {count}, or the whole set (“full”)."),
            size=size,
            count=count,
        )


def method_of(config: RunConfig) -> Method:
    """Return how a gradient is found and becomes a step."""
    return Method(
        OPTIMIZERS.create(config.optimizer, **config.optimizer_options),
        SCHEDULES.create(config.schedule, **config.schedule_options),
        config.gradient,
        config.gradient_step,
    )


def _dtype(config: RunConfig) -> np.dtype[np.floating]:
    return np.dtype(np.float32 if config.precision == 32 else np.float64)


def _build_function(config: RunConfig, name: str, run_id: int) -> Training:
    if name in FUNCTIONS:
        function = FUNCTIONS.create(name)
    else:
        function = _own_function(name, config.start)
    start = config.start or function.start
    objective = FunctionObjective(function.formula, start, _dtype(config), function.domain)
    if len(objective.expression.variables) > len(start) or len(start) not in (1, 2):
        raise UserError(
            "The start {start} does not fit “{formula}”.",
            hint="Give one number for each variable.",
            start=", ".join(map(str, start)),
            formula=function.formula,
        )
    info = RunInfo(
        run_id,
        "function",
        name,
        objective.size,
        parameter_names=tuple(objective.parameter_names),
        domain=function.domain[: len(start)],
        formula=function.formula,
    )
    theta = objective.initial(np.random.default_rng(config.seed))
    if not np.isfinite(objective.loss(theta)):
        raise UserError(
            "“{formula}” has no finite value at the start {start}.",
            hint="Start somewhere else.",
            formula=function.formula,
            start=", ".join(map(str, start)),
        )
    batches = Batches(1, None, shuffle=False, seed=config.seed)
    return Training(info, objective, method_of(config), batches, theta, config.live, config.stop)


def _own_function(formula: str, start: tuple[float, ...] | None) -> TestFunction:
    """A formula that the user wrote, shown around its start."""
    from bpviz.engine.expression import Expression

    variables = len(Expression(formula).variables)
    at = start or (1.0,) * variables
    half = max(2.0, 1.3 * max(abs(value) for value in at))
    return TestFunction(formula, ((-half, half),) * len(at), at)


def _build_network(config: RunConfig, data: SplitDataset, run_id: int) -> Training:
    loss = choose_loss(config, data)
    network = build_network(config, data, loss)
    output = choose_output(config, loss)
    scaling = target_scaling(config, data)
    outputs = network.outputs // network.steps
    loss_function = LOSSES.create(loss, **config.loss_options)
    train, test = encode(data, outputs, output, loss_function, network.dtype, scaling)
    _check_batch(config.live.batch_size, len(train))
    if config.stop.early is not None and not len(test):
        raise UserError(
            "Early stopping looks at the test part, and there is none.", hint="Give a test share above 0."
        )
    initializer = INITIALIZERS.create(config.initializer, **config.initializer_options)
    objective = NetworkObjective(network, loss_function, initializer, train, test, config.seed)
    objective.check_batch(min(config.live.batch_size or len(train), len(train)))
    batches = Batches(len(train), config.live.batch_size, shuffle=config.shuffle, seed=config.seed)
    info = _network_info(config, data, objective, loss, output, batches.per_epoch, run_id)
    if (scaling.scale != 1.0).any():
        mean, scale = scaling.mean.tolist(), scaling.scale.tolist()
        info = replace(info, target_scale=tuple(scale), target_mean=tuple(mean))
    theta = _first_theta(config, objective)
    training = NetworkTraining(
        info,
        objective,
        method_of(config),
        batches,
        theta,
        config.live,
        config.stop,
        data=data,
        targets=scaling,
    )
    if config.initial_weights is not None:
        training.set_parameters(weights.load_weights(config.initial_weights, training.parameters()))
    return training


def _first_theta(config: RunConfig, objective: NetworkObjective) -> Array:
    if config.start is None:
        return objective.initial(np.random.default_rng(config.seed))
    if len(config.start) != objective.size:
        raise UserError(
            "Numbers in the start: {given}; this network has {needed} parameters.",
            given=len(config.start),
            needed=objective.size,
        )
    return np.array(config.start, objective.dtype)


def _network_info(
    config: RunConfig,
    data: SplitDataset,
    objective: NetworkObjective,
    loss: str,
    output: str,
    per_epoch: int,
    run_id: int,
) -> RunInfo:
    dataset, layers = data.dataset, objective.network.layers
    seen = shown(data)
    return RunInfo(
        run_id,
        "network",
        dataset.name,
        objective.size,
        units=(objective.network.inputs, *(layer.units for layer in layers)),
        activations=(*(_activation_name(layer) for layer in config.layers), output),
        parameter_names=tuple(objective.parameter_names),
        loss_name=loss,
        task=dataset.task,
        feature_names=dataset.feature_names,
        target_names=dataset.target_names,
        class_names=dataset.class_names,
        picture_shape=dataset.picture_shape,
        x_train=seen.x_train,
        y_train=seen.y_train,
        x_test=seen.x_test,
        y_test=seen.y_test,
        iterations_per_epoch=per_epoch,
        kinds=tuple(layer.kind for layer in layers),
        texts=(*layer_texts(config), ""),
        shapes=(layers[0].input_shape, *(layer.output_shape for layer in layers)),
        sequence_shape=dataset.sequence_shape,
        target_steps=dataset.target_steps,
        samples=len(data.x_train),
        input_scaling=(frozen(data.scaling.mean), frozen(data.scaling.scale)),
    )


def _activation_name(layer: LayerConfig) -> str:
    """Return a hidden layer's activation, empty for a kind that has none to choose."""
    names = [field.name for field in LAYERS[layer.kind].fields]
    return str(layer["activation"]) if "activation" in names else ""
