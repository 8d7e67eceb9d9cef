"""What cannot be is told in one sentence: the field, the value and what would do, in both languages.

From the command line (exit code 2, one line) and from Python alike.
"""

from __future__ import annotations

import json
import re
import shlex

import numpy as np
import pytest
from safetensors.numpy import save_file

import bpviz
from bpviz.cli import main
from bpviz.data import GENERATORS, LOADERS
from bpviz.engine.layers import LAYERS
from bpviz.engine.registries import (
    ACTIVATIONS,
    INITIALIZERS,
    LOSSES,
    OPTIMIZERS,
    REGULARIZERS,
    SCHEDULES,
)
from bpviz.errors import UserError
from bpviz.text import set_language
from bpviz.training.options import GRADIENTS, NUMBERS

REGISTRIES = (
    *(LAYERS, ACTIVATIONS, LOSSES, OPTIMIZERS, SCHEDULES, REGULARIZERS, INITIALIZERS, GENERATORS, LOADERS),
)

# What was asked for, and what the English sentence holds: the field, the value, what would do.
LAYER_SPECS = [
    ("--data digits --layers '0 tanh'", "Layer 1", "units cannot be 0", "from 1 to 100,000"),
    ("--layers '8 tanh, 3 tangent'", "Layer 2", "“tangent” is no activation", "tanh, relu"),
    ("--layers '8 tanh,, 8'", "Layer 2 is empty", "drop the comma"),
    ("--layers '8, conv2d 3'", "Layer 2", "no layer “conv2d”", "conv, maxpool"),
    ("--layers 'dropout 1.5'", "rate cannot be 1.5", "from 0 to 0.999"),
    ("--layers 'conv 8 stride'", "Layer 1, “conv 8 stride”", "“stride” has no value"),
    ("--layers 'maxpool 2 3'", "“3” is one word too many", "Its fields: size, stride"),
    ("--data digits --layers 'conv 8 9x9 relu, flatten'", "kernel 9x9", "8 × 8", "smaller"),
    ("--data digits --layers 'conv 8 4x9 padding 0'", "kernel 4x9", "the padding larger"),
    ("--data digits --layers 'conv 8 3x3x3'", "“3x3x3” is no kernel", "like 3x3"),
    ("--data digits --layers 'conv 8 3x3, maxpool 9'", "Layer 2", "9 × 9", "6 × 6", "smaller"),
    ("--data digits --layers 'conv 8 3x3'", "plain features", "a picture of 8 × 6 × 6", "Put “flatten”"),
    ("--data digits --layers 'conv 8, 8 tanh'", "Layer 2", "a picture of 8 × 6 × 6", "Put “flatten”"),
    ("--data digits --layers '8 tanh, conv 8'", "Layer 2", "pictures", "8 features", "Use picture data"),
    ("--data digits --layers 'lstm 8'", "Layer 1", "a sequence; it got 64 features", "Choose sequence data"),
    ("--data spiral --layers 'conv 8 3x3'", "pictures", "2 features", "Use picture data"),
    ("--data spiral --layers 'rnn 8'", "Layer 1", "a sequence; it got 2 features", "Choose sequence data"),
    ("--data echo --layers 'lstm 8 last'", "12 steps", "8 features", "write “sequence”"),
    ("--data echo --layers 'lstm 8, flatten'", "12 steps", "96 features", "no “flatten”"),
    ("--data echo --layers 'lstm 8 last, gru 3'", "Layer 2", "8 features", "keep the steps"),
    ("--data parity --layers 'lstm 8 sequence'", "plain features", "a sequence of 8 × 8", "Write “last”"),
    ("--layers '100000, 100000'", "10,000,400,000 parameters", "20,000,000"),
]
NUMBERS_OF_A_RUN = [
    ("--learning-rate 0", "learning_rate cannot be 0", "a number above 0"),
    ("--learning-rate -0.1", "learning_rate cannot be -0.1", "a number above 0"),
    ("--learning-rate 1e30", "learning_rate cannot be 1e30", "up to 1e+12"),
    ("--learning-rate nan", "learning_rate cannot be nan", "a number above 0"),
    ("--learning-rate much", "learning_rate cannot be much", "a number above 0"),
    ("--data iris --batch-size 5000", "batch size 5000", "75 samples", "at most 75"),
    ("--batch-size 0", "batch size cannot be “0”", "from 1 on"),
    ("--batch-size 2.5", "batch size cannot be “2.5”", "“full”"),
    ("--test-share 1", "test_share cannot be 1", "from 0 to 0.95"),
    ("--iterations -1", "iterations cannot be -1", "from 0 on"),
    ("--clip-norm 0", "clip_norm cannot be 0", "above 0"),
    ("--clip-value -3", "clip_value cannot be -3", "above 0"),
    ("--l2 -1", "l2 cannot be -1", "from 0 on"),
    ("--max-norm inf", "max_norm cannot be inf", "from 0 to 1e+12"),
    ("--early-stopping 0", "early_stopping cannot be 0", "from 1 on"),
    ("--early-stopping 3 --test-share 0", "there is none", "test share above 0"),
    ("--gradient-step 0", "gradient_step cannot be 0", "above 0"),
    ("--optimizer rmsprop --decay 2", "decay cannot be 2", "from 0 to"),
    ("--schedule step --step-every 0", "step_every cannot be 0", "from 1 on"),
    ("--precision 16", "16 bits", "32 or 64"),
    ("--start 1,2", "2", "105 parameters"),
]
NAMES = [
    ("--optimizer adm", "no optimizer “adm”", "Try: adam"),
    ("--schedule cosin", "no schedule “cosin”", "cosine"),
    ("--loss hubr", "no loss function “hubr”", "huber"),
    ("--initializer xavir", "no initializer “xavir”", "xavier"),
    ("--data nothing", "no data set “nothing”", "spiral"),
    ("--gradient centrl", "gradient cannot be “centrl”", "central"),
    ("--data sine --loss hinge", "“hinge” is for classes", "“y” is a number", "Choose"),
    ("--loss mean_squared_error --output-activation softmax", "does not fit", "“softmax”", "It takes"),
    ("--step-every 3", "“step_every” is no option of spiral, sgd", "belongs to step"),
    ("--optimizer adam --momentum 0.9", "“momentum” is no option of spiral, adam", "belongs to momentum"),
    ("--optimizer newton --layers '60, 60'", "2,000 parameters", "Take lbfgs"),
]
FILES = [
    ("--data one.csv", "one.csv", "“label” is the same in every row", "choose another target"),
    ("--data same.csv", "same.csv", "“y” is the same in every row", "choose another target"),
    ("--data uneven.csv --sequence-column id", "uneven.csv", "the same length", "windows instead"),
    ("--data short.csv --window 10", "short.csv has 5 usable rows", "window of 10", "at most"),
    ("--data absent.csv", "no file “absent.csv”", "Check its path"),
    ("--initial-weights absent.safetensors", "no weights file “absent.safetensors”"),
    ("--initial-weights text.safetensors", "“text.safetensors” is not", "--save-weights"),
    ("--initial-weights names.safetensors", "“names.safetensors” has no tensor “W1”", "shape (2, 2)"),
    ("--initial-weights more.safetensors", "“more.safetensors” has a tensor “V”", "needs W1, b1, W2, b2"),
    ("--initial-weights shape.safetensors", "“W1”", "has shape (2, 3)", "needs (2, 2)"),
    ("--initial-weights dtype.safetensors", "“b1”", "dtype I64", "needs F64 / F32"),
    ("--initial-weights nan.safetensors", "“W2”", "holds nan at [0, 1]", "finite float64"),
]
CASES = [*LAYER_SPECS, *NUMBERS_OF_A_RUN, *NAMES, *FILES]
SMALL = {"data": "xor", "layers": "2 tanh"}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Files that cannot be used, in the working folder."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)

    def table(name, header, rows):
        (tmp_path / name).write_text("\n".join([header, *rows]) + "\n")

    numbers = [f"{a:.3f},{b:.3f}" for a, b in rng.random((20, 2))]
    table("one.csv", "a,b,label", [f"{row},yes" for row in numbers])
    table("same.csv", "a,b,y", [f"{row},3.5" for row in numbers])
    table(
        "uneven.csv", "id,x,label", [f"{i},{j},{'ab'[i % 2]}" for i in range(6) for j in range(5 + (i == 3))]
    )
    table("short.csv", "x,y", numbers[:5])
    (tmp_path / "text.safetensors").write_text("not a tensor in sight")
    good = {"W1": np.ones((2, 2)), "b1": np.ones(2), "W2": np.ones((1, 2)), "b2": np.ones(1)}
    save_file({name.lower(): array for name, array in good.items()}, tmp_path / "names.safetensors")
    save_file({**good, "V": np.ones(3)}, tmp_path / "more.safetensors")
    save_file({**good, "W1": np.ones((2, 3))}, tmp_path / "shape.safetensors")
    save_file({**good, "b1": np.ones(2, np.int64)}, tmp_path / "dtype.safetensors")
    save_file({**good, "W2": np.array([[1.0, np.nan]])}, tmp_path / "nan.safetensors")


def words_of(line: str) -> list[str]:
    words = shlex.split(line)
    if "weights" in line:
        words += [word for name, value in SMALL.items() for word in (f"--{name}", value)]
    return words


def told(capsys, line: str, *more: str) -> str:
    """Return the one line of a refused command."""
    code = main(["train", *([] if "iterations" in line else ["--iterations", "2"]), *words_of(line), *more])
    captured = capsys.readouterr()
    assert code == 2
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    return captured.err.removeprefix("bpviz: ").strip()


def options_of(line: str) -> dict[str, str]:
    words = words_of(line)
    return {
        name.removeprefix("--").replace("-", "_"): value
        for name, value in zip(words[::2], words[1::2], strict=True)
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
@pytest.mark.usefixtures("folder")
def test_one_english_sentence_from_both_sides(capsys, case):
    line, *parts = case
    said = told(capsys, line)
    for part in parts:
        assert part in said
    assert said[-1] in ".?"
    with pytest.raises(UserError) as caught:
        bpviz.train(**{"iterations": 2, **options_of(line)})
    assert str(caught.value) == said


def names() -> set[str]:
    """Return every word that is a name in any language."""
    known = {"bpviz", "csv", "full", "nan", "inf", "auto", "safetensors", "save", "weights", "float64"}
    known |= {"train", "help", "data", "layers", "start", "on", "off", *GRADIENTS, *NUMBERS}
    for registry in REGISTRIES:
        for entry in registry:
            known |= {entry.name, *(field.name for field in entry.fields)}
            known |= {choice for field in entry.fields for choice in field.choices}
    return known


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
@pytest.mark.usefixtures("folder")
def test_one_chinese_sentence_with_no_english_in_it(capsys, case):
    line = case[0]
    try:
        said = told(capsys, line, "--language", "zh_CN")
    finally:
        set_language("en")
    assert re.search(r"[\u4e00-\u9fff]", said)
    assert said.endswith("。")
    ours = set(re.findall(r"[a-z_0-9.]+", line.lower().replace("-", "_"))) | names()
    ours |= {"gradient", *(part for name in ours if "." in name for part in name.split("."))}
    words = re.findall(r"(?<![A-Za-z0-9_])[A-Za-z_]{2,}(?![A-Za-z0-9_])", said)
    english = [word for word in words if word.lower() not in ours]
    # Names of columns, tensors and dtypes are as they are in the file.
    assert not [word for word in english if word not in ("label", "yes", "horizon", "window_step")]


def test_a_constant_column_is_told_and_harms_nothing(tmp_path, capsys):
    rng = np.random.default_rng(0)
    x = rng.random((30, 2))
    x[:, 1] = 7.0
    file = tmp_path / "flat.csv"
    file.write_text(
        "a,b,y\n" + "".join(f"{a},{b},{y}\n" for (a, b), y in zip(x, rng.random(30), strict=True))
    )
    run = bpviz.train(data=str(file), iterations=20)
    assert np.isfinite(run.loss).all()
    from bpviz.data import resolve

    names_told = " ".join(map(str, resolve(str(file), 0).notes))
    assert "“b”" in names_told
    assert "“a”" not in names_told
    for words in (["train", "--iterations", "2"], ["gradients"]):
        assert main([*words, "--data", str(file), "--json"]) == 0
        out, err = capsys.readouterr()
        assert "“b”" in err
        assert err.count("\n") == 1
        json.loads(out)


def test_nothing_but_constant_columns_is_refused(tmp_path, capsys):
    file = tmp_path / "flat.csv"
    file.write_text("a,b,y\n" + "".join(f"7,1,{n / 3}\n" for n in range(30)))
    assert main(["train", "--data", str(file)]) == 2
    assert "Every feature is the same in every row" in capsys.readouterr().err
    targets = np.linspace(0.0, 1.0, 20)
    with pytest.raises(UserError, match="Every feature is the same in every row"):
        bpviz.train(x=np.full((20, 2), 7.0), y=targets)
    with pytest.raises(UserError, match="y is the same in every row"):
        bpviz.train(x=targets, y=[3.0] * 20)
    bpviz.train(x=[[1.0, 2.0]], y=[0.5], iterations=1, test_share=0)  # one sample: nothing to compare
