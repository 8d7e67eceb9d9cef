from __future__ import annotations

import inspect
import string

import pytest

from bpviz.engine.registries import (
    ACTIVATIONS,
    FUNCTIONS,
    INITIALIZERS,
    LOSSES,
    OPTIMIZERS,
    REGULARIZERS,
    SCHEDULES,
)
from bpviz.errors import UserError
from bpviz.registry import Field, Registry
from bpviz.text import set_language, tr

REGISTRIES = [ACTIVATIONS, FUNCTIONS, INITIALIZERS, LOSSES, OPTIMIZERS, REGULARIZERS, SCHEDULES]
ENTRIES = [
    pytest.param(registry, entry, id=f"{registry.kind}-{entry.name}")
    for registry in REGISTRIES
    for entry in registry
]
FIELDS = [
    pytest.param(registry, entry, field, id=f"{entry.name}-{field.name}")
    for registry in REGISTRIES
    for entry in registry
    for field in entry.fields
]


@pytest.mark.parametrize(("registry", "entry"), ENTRIES)
def test_a_piece_is_named_explained_and_made(registry, entry):
    assert set(entry.name) <= set(string.ascii_lowercase + string.digits + "_")
    assert entry.label
    assert entry.help.endswith(".")
    assert registry[entry.name] is entry
    assert entry.name in registry
    assert type(entry.create()) is type(registry.create(entry.name))


@pytest.mark.parametrize(("registry", "entry"), ENTRIES)
def test_a_piece_says_in_chinese_what_it_is(registry, entry):
    set_language("zh_CN")
    assert tr(entry.help) != entry.help
    for field in entry.fields:
        assert not field.help or tr(field.help) != field.help


@pytest.mark.parametrize(("registry", "entry"), ENTRIES)
def test_fields_are_the_parameters_of_what_they_make(registry, entry):
    parameters = inspect.signature(entry.make).parameters
    assert [field.name for field in entry.fields] == list(parameters)
    for field in entry.fields:
        assert parameters[field.name].default == field.default


@pytest.mark.parametrize(("registry", "entry", "field"), FIELDS)
def test_a_field_bounds_what_it_takes(registry, entry, field):
    assert field.label
    assert field.check(field.default) == field.default
    for end in (field.low, field.high, field.maximum):
        assert end is None or field.check(end) == end
    beyond = () if field.maximum is None else (field.maximum + 1, field.minimum - 1)
    for wrong in (float("nan"), "a word", None, *beyond):
        with pytest.raises(UserError, match=field.name):
            entry.create(**{field.name: wrong})


@pytest.mark.parametrize("registry", REGISTRIES, ids=lambda registry: registry.kind)
def test_unknown_names_and_fields_are_refused_with_what_is_near(registry):
    first = next(iter(registry))
    with pytest.raises(UserError, match=first.name):
        registry.create(first.name + "x")
    with pytest.raises(UserError, match="no_such_field"):
        first.create(no_such_field=1)


def test_the_pieces_that_were_asked_for_are_there():
    assert set(ACTIVATIONS.names()) == {
        *("identity", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu", "gelu", "gelu_tanh", "silu"),
        *("mish", "softplus", "softsign", "hard_tanh", "hard_sigmoid", "sine", "gaussian", "softmax"),
    }
    assert set(LOSSES.names()) == {
        *("half_squared_error", "mean_squared_error", "mean_absolute_error", "huber", "log_cosh"),
        *("binary_cross_entropy", "softmax_cross_entropy", "hinge"),
    }
    assert set(OPTIMIZERS.names()) == {
        *("sgd", "momentum", "nesterov", "adagrad", "adadelta", "rmsprop", "rprop", "adam", "amsgrad"),
        *("adamax", "nadam", "radam", "adamw", "lion", "conjugate_gradient", "bfgs", "lbfgs", "newton"),
    }
    assert set(INITIALIZERS.names()) == {
        *("zeros", "constant", "uniform", "normal", "xavier", "xavier_normal", "he", "he_uniform"),
        *("lecun", "lecun_uniform", "orthogonal", "identity"),
    }
    assert {"parabola", "bowl"} <= set(FUNCTIONS.names())


@pytest.mark.parametrize("entry", LOSSES, ids=lambda entry: entry.name)
def test_a_loss_stands_behind_known_activations(entry):
    outputs = entry.create().output_activations
    assert outputs
    assert all(name in ACTIVATIONS for name in outputs)


@pytest.mark.parametrize("entry", FUNCTIONS, ids=lambda entry: entry.name)
def test_a_function_starts_in_its_box(entry):
    function = entry.create()
    assert len(function.start) == len(function.domain)
    for at, (low, high) in zip(function.start, function.domain, strict=True):
        assert low <= at <= high


def test_a_name_is_taken_once():
    registry: Registry[int] = Registry("number")
    registry.register("one", "One")(lambda: 1)
    with pytest.raises(ValueError, match="one"):
        registry.register("one", "One")(lambda: 1)
    assert len(registry) == 1


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        (Field("n", "N", "int", 1, minimum=1, maximum=9), [1, 9, "3", 4.0], [0, 10, 1.5, "x", float("inf")]),
        (Field("x", "X", minimum=0.0, exclusive_minimum=True), [1e-300, 5], [0.0, -1, "nan"]),
        (Field("b", "B", "bool", False), [True, False], [1, "yes", None]),
        (Field("c", "C", "choice", "a", choices=("a", "b")), ["a", "b"], ["c", "", None]),
        (Field("t", "T", "text", ""), ["", "anything"], []),
    ],
    ids=lambda value: value.kind if isinstance(value, Field) else "",
)
def test_each_kind_of_field_checks_its_values(field, good, bad):
    for value in good:
        field.check(value)
    for value in bad:
        with pytest.raises(UserError, match=f"^{field.name} "):
            field.check(value)
    assert isinstance(Field("n", "N", "int").check("7"), int)


@pytest.mark.parametrize(
    ("field", "said"),
    [
        (Field("a", "A"), "any number"),
        (Field("a", "A", maximum=2.5), "a number up to 2.5"),
        (Field("a", "A", minimum=0.0), "a number from 0 on"),
        (Field("a", "A", minimum=0.0, maximum=1.0), "a number from 0 to 1"),
        (Field("a", "A", minimum=0.0, maximum=1e12), "a number from 0 on"),
        (Field("a", "A", minimum=0.0, exclusive_minimum=True), "a number above 0"),
        (Field("a", "A", minimum=0.0, maximum=5.0, exclusive_minimum=True), "a number above 0, up to 5"),
        (Field("a", "A", "int"), "any whole number"),
        (Field("a", "A", "int", maximum=3), "a whole number up to 3"),
        (Field("a", "A", "int", minimum=1), "a whole number from 1 on"),
        (Field("a", "A", "int", minimum=1, maximum=100_000), "a whole number from 1 to 100,000"),
    ],
)
def test_what_is_allowed_is_a_sentence_for_people(field, said):
    assert str(field.allowed()) == said
    set_language("zh_CN")
    assert "数" in str(field.allowed())


def test_a_bound_beyond_use_is_told_to_whoever_passed_it():
    with pytest.raises(UserError, match=r"cannot be 1e13\. It is a number from 0 to 1e\+12\."):
        Field("a", "A", minimum=0.0, maximum=1e12).check("1e13")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "-inf", "nan"])
@pytest.mark.parametrize("kind", ["float", "int"])
def test_no_number_is_without_end(kind, value):
    with pytest.raises(UserError, match="a cannot be"):
        Field("a", "A", kind).check(value)


@pytest.mark.parametrize("registry", REGISTRIES, ids=lambda registry: registry.kind)
def test_what_there_is_not_is_named_in_chinese(registry):
    set_language("zh_CN")
    with pytest.raises(UserError) as caught:
        registry["nothing"]
    assert registry.kind not in str(caught.value)
    assert tr(registry.kind) in str(caught.value)
