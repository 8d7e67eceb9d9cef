import numpy as np

from bpviz.engine.metrics import confusion_matrix, correct_share


def test_correct_share_counts_the_largest_score():
    scores = np.array([[0.2, 0.8], [0.6, 0.4], [0.1, 0.9], [0.5, 0.5]])
    assert correct_share(scores, np.array([1, 0, 0, 0])) == 0.75


def test_confusion_matrix_has_a_row_for_each_true_class():
    labels, predicted = np.array([0, 0, 1, 2, 2, 2]), np.array([0, 1, 1, 2, 0, 0])
    np.testing.assert_array_equal(
        confusion_matrix(predicted, labels, 4), [[1, 1, 0, 0], [0, 1, 0, 0], [2, 0, 1, 0], [0, 0, 0, 0]]
    )
