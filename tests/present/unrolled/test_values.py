"""What flows back through time, and how time is played."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bpviz.present.decision.sequence_values import channel_names, shown_sequence, target_text
from bpviz.present.palette import LIGHT, rgb
from bpviz.present.unrolled.cells import cells, heat
from bpviz.present.unrolled.values import Clock, cuts, flow, levels, pause_ms
from tests.helpers.sequences import shown, training


def with_norms(*norms: float):
    _, snapshot = shown("binary_addition", "rnn 8")
    state = snapshot.layers[1]
    delta = np.zeros((len(norms), 2))
    delta[:, 1] = norms
    return replace(state, arrays={**state.arrays, "delta_h": delta})


def test_norms_stand_on_whole_decades():
    found = flow(with_norms(1e-5, 1e-3, 0.1, 1.0))
    assert (found.low, found.high) == (-5, 0)
    np.testing.assert_allclose(found.shares, [0.04, 0.4, 0.8, 1.0])
    assert found.ratio == pytest.approx(1e-5)


def test_what_is_cut_off_has_no_bar():
    found = flow(with_norms(0.0, 0.0, 0.5, 0.7))
    np.testing.assert_array_equal(found.shares[:2], 0.0)
    assert found.ratio == 0.0
    assert found.high - found.low == 2


def test_a_gradient_of_nothing_or_of_nan_is_no_trouble():
    assert flow(with_norms(0.0, 0.0)).shares.tolist() == [0.0, 0.0]
    assert np.isnan(flow(with_norms(0.0, 0.0)).ratio)
    assert flow(with_norms(np.nan, 0.1)).shares[0] == 0.0


def test_the_real_norms_are_those_of_the_trace():
    _, snapshot = shown("delayed_xor", "rnn 6")
    expected = np.linalg.norm(snapshot.layers[1].arrays["delta_h"], axis=1)
    np.testing.assert_array_equal(flow(snapshot.layers[1]).norms, expected)


def test_a_truncated_gradient_stops_at_the_cuts():
    info, snapshot = shown("delayed_xor", "rnn 6 truncate 5")
    found = cuts(info, 1, 16)
    assert found == {10, 5, 0}
    shares = flow(snapshot.layers[1]).shares
    assert (shares > 0).tolist() == [False] * 11 + [True] * 5
    assert cuts(shown("delayed_xor", "rnn 6")[0], 1, 16) == frozenset()


def test_gates_are_coloured_around_one_half():
    _, snapshot = shown("delayed_xor", "lstm 16")
    state = snapshot.layers[1]
    assert levels(state, "f", np.array([0.0, 0.5, 1.0])).tolist() == [-1.0, 0.0, 1.0]
    assert levels(state, "h", np.array([-0.5, 0.5])).tolist() == [-0.5, 0.5]
    assert levels(state, "c", np.array([-2.0, 4.0])).tolist() == [-0.5, 1.0]


def test_the_picture_has_time_to_the_right():
    _, snapshot = shown("delayed_xor", "lstm 16")
    state = snapshot.layers[1]
    arrays = {**state.arrays, "f": np.zeros((16, 3))}
    arrays["f"][4] = 1.0
    pixels = heat(cells(None, replace(state, arrays=arrays), 1, "f", 16))
    assert pixels.shape == (3, 16)
    red, green, blue = rgb(LIGHT.positive)
    assert pixels[0, 4] == 0xFF000000 | red << 16 | green << 8 | blue
    assert pixels[0, 3] != pixels[0, 4]


def test_dropped_units_are_grey():
    made = training("delayed_xor", "rnn 20, dropout 0.5")
    from bpviz.snapshot import SnapshotRequest

    state = made.snapshot(SnapshotRequest(sample=3)).layers[2]
    pixels = heat(cells(None, state, 1, "a", 16))[:, 0]
    dropped = state.arrays["mask"] == 0
    assert 0 < dropped.sum() < 20
    assert len(set(pixels[dropped].tolist())) == 1
    assert not set(pixels[dropped].tolist()) & set(pixels[~dropped].tolist())


def test_time_is_played_forward_and_back():
    clock, places = Clock(3), []
    while clock is not None:
        places.append((clock.step, clock.backward))
        clock = clock.next()
    assert places == [(0, False), (1, False), (2, False), (2, True), (1, True), (0, True)]
    assert pause_ms(3) == 450
    assert pause_ms(1000) == 50


def test_a_sequence_of_bits_knows_its_answers():
    info, snapshot = shown("binary_addition", "gru 8", sample=5)
    found = shown_sequence(info, snapshot)
    assert channel_names(info) == found.channels == ("a", "b")
    assert found.bits == (True, True)
    np.testing.assert_array_equal(found.x, info.x_train[5].reshape(8, 2))
    np.testing.assert_array_equal(found.labels, info.y_train[5])
    p = snapshot.layers[-1].a
    np.testing.assert_array_equal(found.said, p > 0.5)
    np.testing.assert_allclose(found.prediction, np.stack((1 - p, p), axis=1))
    assert target_text(info, 5) == "".join(map(str, info.y_train[5].tolist()))


def test_one_answer_stands_at_the_last_step():
    info, snapshot = shown("noisy_sine", "rnn 16, 8 relu")
    found = shown_sequence(info, snapshot)
    assert found.answers_at.tolist() == [11]
    assert found.target.tolist() == [[info.y_train[3, 0]]]
    assert found.prediction.tolist() == [[snapshot.predictions_train[3, 0]]]
    assert not found.wrong.any()
    assert found.bits == (False,)
