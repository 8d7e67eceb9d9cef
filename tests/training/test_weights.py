"""Parameters out to safetensors and back, and what is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

import bpviz
from bpviz.errors import UserError
from bpviz.training.weights import load_weights, save_weights


def parameters(dtype=np.float64):
    return {
        "W1": np.array([[0.5, -1.25], [1e-300, 3.0], [0.1, 0.2]], dtype=dtype),
        "b1": np.array([0.0, 1.0, -1.0], dtype=dtype),
        "W2": np.array([[1.0, 2.0, 3.0]], dtype=dtype),
        "b2": np.array([0.125], dtype=dtype),
    }


@pytest.fixture
def file(tmp_path):
    return tmp_path / "w.safetensors"


def refusal(file, like=None):
    with pytest.raises(UserError) as caught:
        load_weights(file, like or parameters())
    return str(caught.value)


def test_every_bit_comes_back(file):
    save_weights(file, parameters())
    read = load_weights(file, parameters())
    assert list(read) == ["W1", "b1", "W2", "b2"]
    for name, array in parameters().items():
        assert read[name].tobytes() == array.tobytes()
        assert read[name].shape == array.shape


def test_other_programs_read_it(file):
    """The safetensors package's own reader, 0.8."""
    save_weights(file, parameters())
    read = load_file(file)
    assert read["W1"][0, 1] == -1.25
    assert read["W1"].shape == (3, 2)


def test_the_same_parameters_give_the_same_bytes(tmp_path):
    record = {"target_scale": [2.5], "feature_mean": [0.1, -1e-9], "feature_names": ["长", "b"]}
    files = [tmp_path / name for name in ("a", "b", "c", "d")]
    for file in files:
        save_weights(file, parameters(), dict(reversed(record.items())) if file.name == "b" else record)
    assert len({file.read_bytes() for file in files}) == 1
    with safe_open(files[0], framework="np") as tensors:
        metadata = tensors.metadata()
    assert list(metadata) == ["bpviz"]
    assert json.loads(metadata["bpviz"]) == {**record, "program": "bpviz", "version": bpviz.__version__}


def test_a_transposed_view_is_written_as_it_looks(file):
    turned = {"W1": np.arange(6.0).reshape(2, 3).T}
    save_weights(file, turned)
    np.testing.assert_array_equal(load_weights(file, turned)["W1"], [[0, 3], [1, 4], [2, 5]])


def test_float32_is_read_into_the_dtype_of_the_network(file):
    save_file({name: array.astype(np.float32) for name, array in parameters().items()}, file)
    read = load_weights(file, parameters())
    assert read["W2"].dtype == np.float64
    np.testing.assert_array_equal(read["W2"], [[1, 2, 3]])


def test_a_missing_tensor_is_named_with_the_shape_it_needs(file):
    held = parameters()
    del held["b1"]
    save_file(held, file)
    assert refusal(file) == "“w.safetensors” has no tensor “b1”; the network needs one of shape (3,)."


def test_a_tensor_too_many_is_named(file):
    save_file({**parameters(), "W3": np.zeros((1, 1))}, file)
    assert "has a tensor “W3”" in refusal(file)
    assert "W1, b1, W2, b2" in refusal(file)


def test_a_wrong_shape_is_named_with_both_shapes(file):
    save_file({**parameters(), "W1": np.zeros((2, 3))}, file)
    said = refusal(file)
    assert said == "The tensor “W1” in “w.safetensors” has shape (2, 3); the network needs (3, 2)."


def test_a_wrong_dtype_is_named(file):
    save_file({**parameters(), "W2": np.zeros((1, 3), dtype=np.int64)}, file)
    assert refusal(file) == "The tensor “W2” in “w.safetensors” has dtype I64; it needs F64 / F32."


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_not_finite_is_named_with_its_place(file, value):
    held = parameters()
    held["W1"][1, 0] = value
    save_file(held, file)
    assert f"“W1” in “w.safetensors” holds {value} at [1, 0]" in refusal(file)


def test_float64_too_large_for_float32_is_refused(file):
    held = parameters()
    held["b2"][0] = 1e300
    save_file(held, file)
    assert "“b2”" in refusal(file, parameters(np.float32))


def test_a_missing_file_and_another_kind_of_file_are_refused(file):
    assert "There is no weights file" in refusal(file)
    file.write_bytes(b"not a tensor in sight")
    assert "is not a safetensors file" in refusal(file)
    file.write_bytes(b"")
    assert "is not a safetensors file" in refusal(file)


def test_a_forged_header_asks_for_no_memory(file):
    """A header that promises 32 GiB in a file of a few bytes is refused, not allocated."""
    header = b'{"W1":{"dtype":"F64","shape":[65536,65536],"data_offsets":[0,34359738368]}}'
    file.write_bytes(len(header).to_bytes(8, "little") + header)
    assert "is not a safetensors file" in refusal(file)


def test_a_cut_file_is_refused(file):
    save_weights(file, parameters())
    file.write_bytes(file.read_bytes()[:-8])
    assert "is not a safetensors file" in refusal(file)


def test_a_running_variance_below_zero_is_refused(file):
    like = {**parameters(), "statistics2": np.array([-1.0, 0.0, 0.0, 1.0])}
    save_weights(file, like)
    assert load_weights(file, like)["statistics2"][0] == -1.0  # a mean may be
    save_weights(file, {**like, "statistics2": np.array([-1.0, 0.0, 2.0, -0.5])})
    assert refusal(file, like) == (
        "The tensor “statistics2” in “w.safetensors” holds -0.5 at [3], where a running variance stands; "
        "it must be at least 0."
    )
