"""Two thousand broken files: a good data set or the loader's own sentence, in bounded time and memory."""

from __future__ import annotations

import random
import resource
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bpviz.data import Dataset, load, peek
from bpviz.errors import UserError
from bpviz.resources import resource_path

FILES = 2000
OVER_TIME: tuple[dict[str, Any], ...] = (
    {},
    {"window": 3},
    {"window": 20, "horizon": 0, "window_step": 5},
    {"sequence_column": "1"},
)
SECONDS_A_FILE = 10.0
MEGABYTES = 300


def originals() -> list[bytes]:
    """Return valid files of every kind that the loader knows."""
    numbers = "a;b;c\n" + "".join(f"{i};{i * 0.37:.3f};{-i / 7:.4f}\n" for i in range(80))
    quoted = "name,size,y\n" + "".join(f'"n, {i % 4}","{i}",{i % 3}\n' for i in range(60))
    chinese = "长度\t宽度\t类别\n" + "".join(f"{i}\t{i * 2}\t{'甲乙丙'[i % 3]}\n" for i in range(60))
    headless = "\r\n".join(f"{i},{i * i},{i % 2}" for i in range(50))
    return [
        resource_path("datasets", "iris.csv").read_bytes(),
        resource_path("datasets", "wine.csv").read_bytes(),
        numbers.encode("utf-8-sig"),
        quoted.encode(),
        chinese.encode("gb18030"),
        chinese.encode("utf-16"),
        headless.encode(),
    ]


ORIGINALS = originals()
SNIPPETS = [
    *(
        b"\0",
        b'"',
        b'""',
        b",",
        b";",
        b"\t",
        b"|",
        b"\n",
        b"\r",
        b"\r\n",
        b"nan",
        b"inf",
        b"-",
        b"1e999",
        b"1e308",
    ),
    *(
        b"\xff",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\x81",
        b"\x84\x31\x95\x33",
        "甲".encode(),
        "１".encode(),
        b"\x1a",
        b"_",
    ),
    *(
        b"9" * 400,
        b"x" * 140_000,
        b"," * 2_000,
        b"\n" * 5_000,
        b'"\n' * 3_000,
        b"1," * 600_000,
        b"={}%s{file}",
    ),
]


def flip_bytes(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 3, 30))):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def insert(data: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.choice((1, 2, 8))):
        place = chance.randint(0, len(data))
        data = data[:place] + chance.choice(SNIPPETS) + data[place:]
    return data[:3_000_000]


def cut(data: bytes, chance: random.Random) -> bytes:
    first, second = sorted(chance.choices(range(len(data) + 1), k=2))
    return chance.choice((data[:first], data[second:], data[:first] + data[second:], data[first:second]))


def shuffle_lines(data: bytes, chance: random.Random) -> bytes:
    lines = data.split(b"\n")
    return b"\n".join(chance.choices(lines, k=chance.randint(0, 2 * len(lines))))


def break_lines(data: bytes, chance: random.Random) -> bytes:
    lines = data.split(b"\n")
    place = chance.randrange(len(lines))
    cells = lines[place].split(b",")
    chance.shuffle(cells)
    lines[place] = chance.choice((b" , ", b"", b"\t")).join(cells[chance.randint(0, len(cells)) :])
    return b"\n".join(lines)


def swap_delimiter(data: bytes, chance: random.Random) -> bytes:
    return data.replace(
        chance.choice((b",", b";", b"\t", b".")), chance.choice((b",", b";", b"|", b" ", b'"'))
    )


MUTATIONS = (flip_bytes, insert, cut, shuffle_lines, break_lines, swap_delimiter)


@pytest.fixture(scope="module")
def path(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("mutated") / "mutated.csv"


def check_good(data: Dataset) -> None:
    assert len(data) >= 2
    assert data.x.shape == (len(data), len(data.feature_names))
    assert data.x.shape[1] == np.prod(data.shape) >= 1
    assert np.isfinite(data.x).all()
    if data.task == "classification":
        assert 2 <= len(data.class_names) <= 100
        assert set(np.unique(data.y)) == set(range(len(data.class_names)))
    else:
        assert data.y.shape == (len(data), max(1, data.target_steps))
        assert np.isfinite(data.y).all()


def outcome(path: Path, options: dict[str, Any]) -> str:
    """Load the file within its bounds; tell whether it was good or refused."""
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        check_good(load(path, **options))
        result = "good"
    except UserError as error:
        result = "refused" if str(error) else "silent"
    assert time.perf_counter() - start < SECONDS_A_FILE
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < MEGABYTES
    return result


def test_broken_files_are_read_or_refused(path):
    outcomes: Counter[str] = Counter()

    @settings(max_examples=FILES, suppress_health_check=list(HealthCheck))
    @given(
        original=st.sampled_from(ORIGINALS),
        mutations=st.lists(st.sampled_from(MUTATIONS), min_size=1, max_size=3),
        seed=st.integers(0, 2**32 - 1),
        drop=st.booleans(),
        over_time=st.sampled_from(OVER_TIME),
    )
    def run(original: bytes, mutations: list, seed: int, drop: bool, over_time: dict[str, Any]) -> None:
        data, chance = original, random.Random(seed)
        for mutate in mutations:
            data = mutate(data, chance)
        path.write_bytes(data)
        outcomes[outcome(path, {"drop_bad_rows": drop, **over_time})] += 1

    run()
    assert outcomes["good"] + outcomes["refused"] >= FILES
    # Were nearly all of them one or the other, little would have been tried.
    assert min(outcomes["good"], outcomes["refused"]) > FILES / 10


@pytest.mark.parametrize("original", range(len(ORIGINALS)))
def test_the_originals_are_good(path, original):
    path.write_bytes(ORIGINALS[original])
    check_good(load(path))
    assert peek(path).columns
