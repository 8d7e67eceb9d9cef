import json

import numpy as np
import pytest

from bpviz.engine.metrics import (
    classification_metrics,
    confusion_matrix,
    correct_share,
    regression_metrics,
    roc_auc,
)


def three(averages):
    return [averages.precision, averages.recall, averages.f1]


def test_correct_share_counts_the_largest_score():
    scores = np.array([[0.2, 0.8], [0.6, 0.4], [0.1, 0.9], [0.5, 0.5]])
    assert correct_share(scores, np.array([1, 0, 0, 0])) == 0.75


def test_confusion_matrix_has_a_row_for_each_true_class():
    labels, predicted = np.array([0, 0, 1, 2, 2, 2]), np.array([0, 1, 1, 2, 0, 0])
    np.testing.assert_array_equal(
        confusion_matrix(predicted, labels, 4), [[1, 1, 0, 0], [0, 1, 0, 0], [2, 0, 1, 0], [0, 0, 0, 0]]
    )


def test_class_metrics_by_hand():
    # Class 0: 6 of 8 found, 6 of 9 right.  Class 1: 9 of 12 found, 9 of 11 right.
    got = classification_metrics(np.array([[6, 2], [3, 9]]))
    assert got.accuracy == 15 / 20
    assert got.precision == (6 / 9, 9 / 11)
    assert got.recall == (6 / 8, 9 / 12)
    assert got.f1 == (12 / 17, 18 / 23)
    assert got.support == (8, 12)
    assert three(got.macro) == pytest.approx([(6 / 9 + 9 / 11) / 2, 0.75, (12 / 17 + 18 / 23) / 2])
    assert three(got.micro) == [0.75, 0.75, 0.75]
    assert three(got.weighted) == pytest.approx(
        [0.4 * 6 / 9 + 0.6 * 9 / 11, 0.75, 0.4 * 12 / 17 + 0.6 * 18 / 23]
    )
    assert got.roc_auc is None


def test_class_metrics_are_those_of_scikit_learn():
    # precision_recall_fscore_support of scikit-learn 1.9.1, zero_division=0, for this confusion matrix:
    # class 3 has no samples and class 2 is never predicted.
    got = classification_metrics(np.array([[5, 1, 0, 2], [0, 7, 0, 1], [3, 2, 0, 0], [0, 0, 0, 0]]))
    np.testing.assert_allclose(got.precision, [0.625, 0.7, 0.0, 0.0], rtol=1e-14)
    np.testing.assert_allclose(got.recall, [0.625, 0.875, 0.0, 0.0], rtol=1e-14)
    np.testing.assert_allclose(got.f1, [0.625, 0.7777777777777778, 0.0, 0.0], rtol=1e-14)
    assert got.support == (8, 8, 5, 0)
    np.testing.assert_allclose(three(got.macro), [0.33125, 0.375, 0.3506944444444444], rtol=1e-14)
    np.testing.assert_allclose(three(got.micro), 3 * [0.5714285714285714], rtol=1e-14)
    np.testing.assert_allclose(
        three(got.weighted), [0.5047619047619047, 0.5714285714285714, 0.5343915343915343], rtol=1e-14
    )


def test_nothing_over_nothing_is_nothing():
    got = classification_metrics(np.zeros((2, 2), np.int64))
    assert got.precision == got.recall == got.f1 == (0.0, 0.0)
    assert three(got.macro) == three(got.micro) == three(got.weighted) == [0.0, 0.0, 0.0]
    assert got.accuracy == 0.0


@pytest.mark.parametrize(
    ("scores", "labels", "area"),
    [
        ([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1], 1.0),
        ([0.9, 0.8, 0.2, 0.1], [0, 0, 1, 1], 0.0),
        ([0.5, 0.5, 0.5, 0.5], [0, 1, 0, 1], 0.5),
        ([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1], 0.75),  # one of four pairs is the wrong way round
        ([0.3, 0.3, 0.6, 0.1], [1, 0, 1, 0], 3.5 / 4),  # and here one is a tie
    ],
)
def test_area_under_the_curve_by_hand(scores, labels, area):
    assert roc_auc(np.array(scores), np.array(labels)) == area


def test_area_under_the_curve_is_the_share_of_pairs():
    rng = np.random.default_rng(8)
    scores, labels = rng.integers(0, 12, 300) / 10, rng.integers(0, 2, 300)
    pairs = scores[labels == 1][:, None] - scores[labels == 0]
    expected = np.mean((pairs > 0) + 0.5 * (pairs == 0))
    assert roc_auc(scores, labels) == pytest.approx(expected, rel=1e-13)
    both = np.column_stack([1 - scores, scores])
    got = classification_metrics(confusion_matrix((scores > 0.5).astype(int), labels, 2), both, labels)
    assert got.roc_auc == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize(("scores", "labels"), [([0.1, 0.2], [1, 1]), ([0.1, np.nan], [0, 1]), ([], [])])
def test_without_a_meaning_there_is_no_area(scores, labels):
    assert roc_auc(np.array(scores), np.array(labels)) is None


def test_three_classes_have_no_area():
    labels = np.array([0, 1, 2])
    assert classification_metrics(np.eye(3, dtype=int), np.eye(3), labels).roc_auc is None


def test_regression_metrics_by_hand():
    targets = np.array([[1.0, 10.0], [2.0, 30.0], [3.0, 20.0]])
    predictions = np.array([[1.0, 13.0], [3.0, 30.0], [3.0, 14.0]])
    got = regression_metrics(predictions, targets)
    first, second = got.per_output
    assert (first.r2, first.mae, first.mse) == pytest.approx((0.5, 1 / 3, 1 / 3))
    assert (second.r2, second.mae, second.mse) == pytest.approx((1 - 45 / 200, 3.0, 15.0))
    assert second.rmse == pytest.approx(np.sqrt(15.0))
    assert got.overall.mse == pytest.approx(46 / 6)
    assert got.overall.rmse == pytest.approx(np.sqrt(46 / 6))
    assert got.overall.mae == pytest.approx(10 / 6)
    assert got.overall.r2 == pytest.approx((0.5 + 1 - 45 / 200) / 2)


def test_a_constant_target_is_met_or_missed():
    targets = np.full((4, 2), 0.1)
    predictions = targets + [0.0, 0.5]
    met, missed = regression_metrics(predictions, targets).per_output
    assert (met.r2, met.mae) == (1.0, 0.0)
    assert (missed.r2, missed.mae) == (0.0, pytest.approx(0.5))


def test_metrics_are_plain_numbers_for_json():
    labels = np.array([0, 1, 1])
    one = classification_metrics(np.array([[1, 0], [1, 1]]), np.array([0.2, 0.1, 0.8]), labels).as_dict()
    assert json.loads(json.dumps(one, allow_nan=False)) == one
    assert one["support"] == [1, 2]
    assert one["macro"]["recall"] == 0.75
    assert one["roc_auc"] == 0.5
    other = regression_metrics(np.array([[1.0], [3.0]], np.float32), np.array([[1.0], [2.0]])).as_dict()
    assert json.loads(json.dumps(other, allow_nan=False)) == other
    assert other["mae"] == other["per_output"][0]["mae"] == 0.5


@pytest.mark.parametrize("predictions", [[[np.inf], [1.0]], [[np.nan], [1.0]], [[1e300], [1.0]]])
def test_a_run_that_diverged_has_metrics_without_a_number(predictions):
    got = regression_metrics(np.array(predictions), np.array([[0.0], [1.0]])).as_dict()
    assert got["mse"] is got["rmse"] is got["r2"] is None


def test_no_samples_give_no_numbers():
    got = regression_metrics(np.empty((0, 2)), np.empty((0, 2)))
    assert len(got.per_output) == 2
    assert set(got.overall.as_dict().values()) == {None}
