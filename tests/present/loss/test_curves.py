"""The min/max pyramid against brute force, and the curves that follow a growing history."""

from dataclasses import replace

import numpy as np
import pytest

from bpviz.present.loss.curves import LossCurves, MinMaxPyramid, finite_runs, is_wide, loss_bounds, outline
from bpviz.snapshot import History
from tests.helpers.fake_history import fake_history, shortened


def grown(values: np.ndarray, sizes: list[int]) -> MinMaxPyramid:
    pyramid, start = MinMaxPyramid(), 0
    for size in sizes:
        pyramid.extend(values[start : start + size])
        start += size
    pyramid.extend(values[start:])
    return pyramid


@pytest.mark.parametrize("sizes", [[], [1] * 40, [15, 1, 16, 17, 333, 5], [4096, 3]])
@pytest.mark.parametrize(
    ("i0", "i1", "pixels"), [(0, 10_007, 100), (0, 10_007, 3), (517, 9001, 50), (5, 95, 50)]
)
def test_every_bin_holds_the_extremes_of_its_values(sizes: list[int], i0: int, i1: int, pixels: int) -> None:
    values = np.random.default_rng(3).normal(size=10_007)
    bins = grown(values, sizes).envelope(i0, i1, pixels)
    assert bins.start[0] <= i0
    assert bins.start[-1] + bins.stride >= i1
    for start, low, high in zip(bins.start, bins.low, bins.high, strict=True):
        block = values[start : start + bins.stride]
        assert (low, high) == (block.min(), block.max())


def test_the_number_of_bins_follows_the_pixels_not_the_length() -> None:
    for length in (1000, 12_345, 262_144, 300_001):
        pyramid = MinMaxPyramid()
        pyramid.extend(np.arange(length))
        assert 300 <= len(pyramid.envelope(0, length, 300).start) <= 2 * 300 + 2


def test_few_values_come_back_as_they_are() -> None:
    pyramid = MinMaxPyramid()
    pyramid.extend([3.0, 1.0, 2.0])
    bins = pyramid.envelope(0, 3, 100)
    assert bins.stride == 1
    assert bins.low.tolist() == bins.high.tolist() == [3.0, 1.0, 2.0]


def test_what_is_not_finite_is_absent() -> None:
    values = np.ones(4096)
    values[100:140], values[1000] = np.nan, np.inf
    pyramid = MinMaxPyramid()
    pyramid.extend(values)
    close = pyramid.envelope(90, 150, 100)
    assert np.isnan(close.low[10:50]).all()
    assert np.isfinite(close.low[:10]).all()
    assert pyramid.extent() == (1.0, 1.0)
    wide = pyramid.envelope(0, 4096, 256)
    assert wide.stride == 16
    # 112 … 127 is the only block of 16 that has no value at all.
    assert np.flatnonzero(np.isnan(wide.low)).tolist() == [7]


def test_an_empty_or_hopeless_pyramid_has_no_extent() -> None:
    pyramid = MinMaxPyramid()
    assert pyramid.extent() is None
    assert len(pyramid.envelope(0, 10, 10).start) == 0
    pyramid.extend(np.full(100, np.nan))
    assert pyramid.extent() is None


def test_the_positive_extent_leaves_zero_out() -> None:
    pyramid = MinMaxPyramid()
    pyramid.extend([0.0, 0.5, 2.0, -1.0])
    assert pyramid.extent() == (-1.0, 2.0)
    assert pyramid.extent(positive=True) == (0.5, 2.0)


def test_curves_read_only_the_new_tail(monkeypatch: pytest.MonkeyPatch) -> None:
    lengths: list[int] = []
    extend = MinMaxPyramid.extend

    def counted(self: MinMaxPyramid, values: np.ndarray) -> None:
        lengths.append(len(values))
        extend(self, values)

    monkeypatch.setattr(MinMaxPyramid, "extend", counted)
    full = fake_history(1000, every=10)
    curves = LossCurves()
    curves.update(shortened(full, 500))
    lengths.clear()
    curves.update(full)
    assert lengths == [500, 50, 50, 50, 50]
    assert len(curves.batch) == 1001


@pytest.mark.parametrize("change", [{"run_id": 2}, {"generation": 1}])
def test_another_record_starts_over(change: dict[str, int]) -> None:
    curves = LossCurves()
    curves.update(fake_history(1000))
    curves.update(fake_history(1200, seed=5, **change))
    fresh = LossCurves()
    fresh.update(fake_history(1200, seed=5))
    for name in ("train_loss", "test_loss"):
        got, wanted = (c.series[name].envelope(0, 1201, 100) for c in (curves, fresh))
        np.testing.assert_array_equal(got.low, wanted.low)


def test_readings_are_exact() -> None:
    history = fake_history(1000, every=10)
    curves = LossCurves()
    curves.update(history)
    reading = curves.reading(437)
    assert reading is not None
    assert reading.batch_loss == history.loss[437]
    assert reading.evaluated == 430
    assert reading.train_loss == history.train_loss[43]
    assert reading.test_accuracy == history.test_accuracy[43]
    last = curves.reading(10**9)
    assert last is not None
    assert last.iteration == 1000


def test_there_is_no_reading_before_the_first_iteration() -> None:
    curves = LossCurves()
    assert curves.empty
    assert curves.reading(0) is None
    nothing = np.empty(0)
    curves.update(History(1, 0, nothing, np.empty(0, np.int64), nothing, nothing, nothing, nothing))
    assert curves.empty
    assert curves.reading(0) is None


def test_the_outline_visits_both_ends_of_each_bin() -> None:
    which, values = outline(np.array([1.0, 2.0, 3.0]), np.array([1.5, 2.5, 3.5]))
    assert which.tolist() == [0, 0, 1, 1, 2, 2]
    assert values.tolist() == [1.0, 1.5, 2.5, 2.0, 3.0, 3.5]


def test_gaps_split_a_line() -> None:
    nan = np.nan
    assert finite_runs(np.array([nan, 1, 2, nan, nan, 3, nan])) == [(1, 3), (5, 6)]
    assert finite_runs(np.array([1.0, 2.0])) == [(0, 2)]
    assert finite_runs(np.array([])) == []


def test_a_logarithmic_axis_is_for_wide_positive_losses() -> None:
    assert is_wide((0.001, 1.0))
    assert not is_wide((0.5, 1.0))
    assert not is_wide((0.0, 1.0))
    assert not is_wide(None)


def test_stray_batches_do_not_flatten_the_curves() -> None:
    low, high = loss_bounds([(0.02, 0.9)], (1e-9, 5000.0), log=True)
    assert 0.002 >= low >= 0.0005
    assert 9 <= high <= 32
    assert loss_bounds([(0.1, 0.9)], (0.0, 100.0), log=False)[1] <= 1.5
    assert loss_bounds([], None, log=True) == (0.1, 1.0)


def test_a_thinned_record_still_counts_iterations() -> None:
    history = replace(fake_history(100), stride=4)
    curves = LossCurves()
    curves.update(history)
    assert curves.last == 400
    reading = curves.reading(201)
    assert reading is not None
    assert reading.iteration == 200
    assert reading.batch_loss == history.loss[50]
