"""The shown sequence as lanes, and what is said about it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bpviz.present.decision.sequence_lanes import lay_out_lanes, looks_ahead, step_lines, verdict
from bpviz.present.decision.sequence_values import shown_sequence
from tests.helpers.sequences import shown

AREA = (10.0, 20.0, 400.0, 150.0)


def lanes_of(data: str, area=AREA):
    info, snapshot = shown(data, "rnn 4")
    return lay_out_lanes(info, shown_sequence(info, snapshot), area, 12.0, 60.0)


@pytest.mark.parametrize(
    ("data", "kinds"),
    [
        ("noisy_sine", ["line"]),
        ("adding", ["line", "bits", "answers"]),
        ("delayed_xor", ["line", "bits", "classes", "chances"]),
        ("echo", ["bits", "classes", "chances"]),
        ("binary_addition", ["bits", "bits", "classes", "chances"]),
    ],
)
@pytest.mark.parametrize("height", [150.0, 40.0, 600.0])
def test_lanes_lie_below_one_another(data, kinds, height):
    area = (*AREA[:3], height)
    found = lanes_of(data, area)
    assert [lane.kind for lane in found.lanes] == kinds
    for above, below in zip(found.lanes, found.lanes[1:], strict=False):
        assert above.top + above.height <= below.top
    assert found.lanes[-1].top + found.lanes[-1].height <= 20.0 + height + 1e-6


def test_the_next_value_stands_after_the_last_one():
    found = lanes_of("noisy_sine")
    assert found.columns == 13
    assert found.lanes[0].ahead
    assert lanes_of("adding").columns == 16
    info, snapshot = shown("adding", "rnn 4")
    assert not looks_ahead(info, shown_sequence(info, snapshot))


def test_steps_are_found_again():
    found = lanes_of("adding")
    assert [found.step_at(found.x(step)) for step in range(16)] == list(range(16))
    assert found.step_at(found.left - 1) is None
    assert found.step_at(found.right) is None


def test_a_line_s_scale_is_that_of_all_the_data():
    info, _ = shown("noisy_sine", "rnn 4")
    lane = lanes_of("noisy_sine").lanes[0]
    assert (lane.low, lane.high) == (info.x_train.min(), info.x_train.max())
    assert lane.y(lane.high) < lane.y(lane.low)
    assert lane.top <= lane.y(lane.high)


def test_the_verdict_counts_the_right_steps():
    info, snapshot = shown("binary_addition", "rnn 4")
    found = shown_sequence(info, snapshot)
    right = replace(found, said=found.labels)
    assert verdict(info, right) == ("good", "✓ 8 of 8 steps right")
    said = np.array(found.labels)
    said[2] = 1 - said[2]
    assert verdict(info, replace(found, said=said)) == ("bad", "✗ 7 of 8 steps right")


def test_a_step_says_what_goes_in_and_what_comes_out():
    info, snapshot = shown("delayed_xor", "rnn 4")
    found = shown_sequence(info, snapshot)
    assert len(step_lines(info, found, 2)) == 3
    last = step_lines(info, found, 15)
    assert last[-2] == f"true class: {found.labels[0]}"
    info, snapshot = shown("noisy_sine", "rnn 4")
    ahead = step_lines(info, shown_sequence(info, snapshot), 12)
    assert [line.split(" ")[0] for line in ahead] == ["step", "next", "prediction"]
