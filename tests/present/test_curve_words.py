"""What the loss plot and the decision panel say."""

import numpy as np

from bpviz.present.decision.words import caption, cell_lines, probability_lines, score
from bpviz.present.loss.curves import Reading
from bpviz.present.loss.words import copied, legend_items, reading_lines
from bpviz.snapshot import Evaluation, RunInfo, Snapshot

READING = Reading(1234, 0.1 + 0.2, 1230, 0.0036123, 0.0074, 0.984, float("nan"))


def snapshot(test: Evaluation | None) -> Snapshot:
    zero = np.zeros(1)
    return Snapshot(1, 420, 35.0, 0.1, 0.03, 1.0, zero, zero, Evaluation(0.1, 1.0), test)


def test_the_box_under_the_pointer_says_where_each_number_was_measured() -> None:
    assert reading_lines(READING) == [
        ("title", "Iteration 1\u2009234"),
        ("batch", "batch 0.3000"),
        ("title", "measured at 1\u2009230:"),
        ("train", "train 0.003612 · 98.4\u2009%"),
        ("test", "test 0.007400"),
    ]
    assert [role for role, _ in reading_lines(Reading(3, 0.1, None))] == ["title", "batch"]
    assert [role for role, _ in reading_lines(Reading(3, 0.1, 3, 0.2))] == ["title", "batch", "train"]


def test_the_legend_leaves_out_what_was_not_measured() -> None:
    assert [item.text for item in legend_items(READING)] == ["train 0.003612", "test 0.007400"]
    assert [item.role for item in legend_items(Reading(3, 0.1, 3, 0.2))] == ["train"]
    assert [item.text for item in legend_items(None)] == ["train", "test"]


def test_a_copied_row_carries_all_digits() -> None:
    header, row = (line.split("\t") for line in copied(READING).split("\n"))
    values = dict(zip(header, row, strict=True))
    assert values["iteration"] == "1234"
    assert float(values["batch_loss"]) == 0.1 + 0.2
    assert values["batch_loss"] == "0.30000000000000004"
    assert values["test_accuracy"] == ""


def test_scores_are_accuracies_or_losses() -> None:
    assert score(snapshot(Evaluation(0.1, 0.984)), "classification") == "train 100\u2009% · test 98.4\u2009%"
    assert score(snapshot(None), "classification") == "train 100\u2009%"
    assert score(snapshot(Evaluation(0.25)), "regression").endswith("test 0.2500")
    assert score(None, "classification") == ""


def test_the_caption_names_the_iteration_and_what_is_left_out() -> None:
    x = np.zeros((5000, 3))
    info = RunInfo(1, "network", "n", 1, feature_names=("a", "b", "c"), x_train=x, x_test=x[:10])
    said = caption(info, snapshot(None), mapped=True, limit=3000)
    assert said == "iteration 420 · other features at their mean · 3\u2009010 of 5\u2009010 points"
    assert caption(info, snapshot(None), mapped=False, limit=None) == "iteration 420"


def test_cells_and_probabilities_are_said_in_words() -> None:
    counts = np.array([[8, 2], [0, 0]])
    assert cell_lines(counts, 0, 1, ("cat", "dog"))[2] == "2 of 10 (20.0\u2009%)"
    assert cell_lines(counts, 1, 1, ("cat", "dog"))[2] == "0 of 0 (–)"
    assert probability_lines(np.array([0.2, 0.8]), ("cat", "dog")) == [
        (1, "dog  80.0\u2009%"),
        (0, "cat  20.0\u2009%"),
    ]
