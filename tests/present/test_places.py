"""What is said of branches and bookmarks, and where they lead."""

from __future__ import annotations

import math

from bpviz.present.loss.branch_curves import BranchCurves, within_reach
from bpviz.present.places import ShownPlaces, branch_colour, curves, differences, place_of
from bpviz.text import set_language
from bpviz.training.bookmarks import Bookmark
from bpviz.training.branches import BranchInfo, Places
from bpviz.training.config import LiveSettings
from tests.helpers.fake_history import fake_history

OLD, NEW = LiveSettings(0.03, 10), LiveSettings(0.1, None, {"l2": 0.01}, clip_norm=1.0)


def places() -> Places:
    """Return a run that was branched off at 200: branch 1 to 600, branch 2, the present one, to 500."""
    branches = (
        BranchInfo(1, "", None, None, 600, 0.00644, 0.0175, OLD, fake_history(600, every=10)),
        BranchInfo(2, "bold", 1, 200, 500, 0.1627, math.nan, NEW),
    )
    marks = (Bookmark(1, 1, 120), Bookmark(2, 2, 450, "flat"), Bookmark(3, 1, 550))
    return Places(1, 2, NEW, branches, marks, {1: 200, 2: 500})


def test_rows_say_name_fork_end_losses_and_differing_settings():
    first, second = ShownPlaces(places()).branch_rows()
    assert first.cells == ("Branch 1", "0", "600", "0.00644", "0.0175", first.cells[5])
    assert first.cells[5] == "η 0.03, Batch size 10, Clip norm at off, L2 penalty 0"
    assert second.cells == ("bold", "200 of Branch 1", "500", "0.1627", "–", "the one on the screen")
    assert (first.fixed, second.fixed) == (False, True)
    assert first.colour == branch_colour(1) != second.colour
    assert ShownPlaces(places()).present() == ("bold", branch_colour(2))


def test_a_parent_that_was_deleted_is_not_named():
    whole = places()
    (row,) = ShownPlaces(Places(1, 2, NEW, whole.branches[1:], (), {2: 500})).branch_rows()
    assert row.cells[1] == "200"


def test_differences_are_none_where_nothing_differs_even_if_a_default_is_spelled_out():
    assert differences(OLD, LiveSettings(0.03, 10, {"l2": 0.0})) == "none"
    set_language("zh_CN")
    try:
        assert differences(OLD, LiveSettings(0.03, 20)) == "批大小 10"
    finally:
        set_language("en")


def test_marks_are_those_on_the_present_branch_and_all_lead_somewhere():
    shown = ShownPlaces(places())
    assert [(mark.iteration, mark.name) for mark in shown.marks()] == [(120, "Iteration 120"), (450, "flat")]
    # What both branches have in common is gone to without leaving the present one.
    assert [place_of(places(), key) for key in (1, 2, 3, 4)] == [(2, 120), (2, 450), (1, 550), None]
    assert shown.forks() == ((200, branch_colour(1)),)


def test_curves_of_other_branches_are_made_once():
    drawn = BranchCurves()
    drawn.show(curves(places()))
    (branch,) = drawn.all
    assert drawn.last == 600
    assert branch.range(195, 305) == (19, 32)
    history = fake_history(600, every=10)
    assert drawn.extents("train_loss", 0, 600, positive=True)[0][0] == history.train_loss.min()
    one = places()
    drawn.show(curves(one))
    key = drawn.key
    drawn.show(curves(one))
    assert drawn.key == key
    drawn.show(())
    assert (drawn.all, drawn.last) == ((), 0)


def test_a_branch_that_diverged_leaves_the_present_one_its_room():
    others = [(0.2, 0.9), (0.5, 1e300), (1e20, 1e300)]
    assert within_reach(others, 0.7) == [(0.2, 0.9), (0.5, 7.0)]
    assert within_reach(others, math.inf) == others
