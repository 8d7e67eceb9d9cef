"""What is said of an iteration that is a change by hand, and of samples that were changed."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz import text
from bpviz.present import by_hand
from bpviz.present.cards.editable import Editable, in_both_units, with_changed
from bpviz.present.explain.explained import Explained
from bpviz.present.explain.summary import summary
from bpviz.present.walk.guess import question
from bpviz.present.walk.light import lit_at, walked_snapshot
from bpviz.snapshot import SnapshotRequest
from bpviz.snapshot.probing import Change, ParameterPlace
from bpviz.training.build import build
from bpviz.training.by_hand import keep
from bpviz.training.dissecting import dissect
from bpviz.training.options import run_config

W = Change(ParameterPlace(1, "W", (1, 2)), 0.1)
X = Change(ParameterPlace(0, "x", (2,)), 0.25, 4)
Y = Change(ParameterPlace(0, "y", (1,)), 0.5, 4)
IRIS = {"data": "iris", "layers": "3 tanh", "batch_size": 10}


class Kept:
    """A run that stands before an iteration that is a change by hand, and that iteration taken apart."""

    def __init__(self, options, changes) -> None:
        config = run_config(options)
        self.training = build(config)
        going = self.training.iterations()
        for _ in range(3):
            next(going)
        keep(self.training, changes)
        self.after = self.training.snapshot(SnapshotRequest(sample=4))
        self.training.seek(2)
        self.dissection = dissect(self.training, config)
        self.updates = [each for each in self.dissection.operations if each.phase == "update"]

    @property
    def info(self):
        return self.training.info

    def explained(self, layer: int = 1) -> Explained:
        one = Explained()
        one.show_run(self.info)
        one.look(self.dissection, self.updates[layer - 1])
        return one


@pytest.fixture
def kept() -> Kept:
    return Kept(IRIS, (X, W, Y))


def test_the_note_tells_a_parameter_first_and_how_many_more(kept):
    old = kept.training.parameters()["W1"][1, 2]
    assert (
        by_hand.note(kept.info, kept.dissection) == f"changed by hand: W⁽¹⁾[2,3]: {old:.4} → 0.1 and 2 more"
    )
    other = Kept(IRIS, ())
    other.training.seek(0)
    assert by_hand.note(other.info, dissect(other.training, run_config(IRIS))) == ""


def test_an_input_is_told_in_both_units(kept):
    mean, scale = (float(each[2]) for each in kept.info.input_scaling)
    said = by_hand.text_of(kept.info, kept.dissection, kept.dissection.by_hand[0])
    old = float(kept.info.x_train[4, 2])
    assert said.startswith("the input petal length (cm) of sample 4: ")
    assert said.endswith(f"→ 0.25 (in the data’s own units {old:.4} → {0.25 * scale + mean:.4})")
    target = by_hand.text_of(kept.info, kept.dissection, kept.dissection.by_hand[2])
    assert target == "the target y₂ of sample 4: 0 → 0.5"


def test_no_formula_of_an_optimizer_stands_for_it(kept):
    explained = kept.explained()
    explained.choose(5)
    assert explained.symbol == "W⁽¹⁾₁₂" or explained.symbol.startswith("W⁽¹⁾")
    (changed,) = kept.explained().formulas()
    assert "→ 0.1" in changed.caption
    assert [line.plain for line in changed.printed] == ["w₂₃⁽¹⁾ ← 0.1"]
    (unchanged,) = kept.explained(2).formulas()
    assert "no step of the optimizer" in unchanged.caption
    (line,) = unchanged.printed
    value = float(line.plain.rpartition(" ")[2].replace("−", "-"))
    assert value in kept.training.theta


def test_words_and_story_tell_it_in_both_languages(kept):
    assert "the optimizer takes no step" in kept.explained().words()[0][0]
    assert any("by hand" in each for each in kept.explained().story().sentences)
    text.set_language("zh_CN")
    try:
        assert "手动修改" in kept.explained().words()[0][0]
        assert "手动修改" in by_hand.note(kept.info, kept.dissection)
        assert "手动修改" in kept.explained().formulas()[0].caption
    finally:
        text.set_language("en")


def test_at_rest_no_rate_is_told_beside_it(kept):
    update = next(one for one in summary(kept.info, kept.after) if one.phase == "update")
    assert update.lines[0] == ("changed by hand", "")
    kept.training.seek(2)
    plain = kept.training.snapshot(SnapshotRequest())
    assert summary(kept.info, plain)[3].lines[0][0] == "η"


def test_nobody_is_asked_to_guess_it(kept):
    assert all(question(kept.dissection, each) is None for each in kept.updates)


def test_the_walk_shows_exactly_what_was_set():
    kept = Kept(IRIS, (Change(ParameterPlace(1, "W", (0, 0)), 1e-17),))
    lit = lit_at(kept.dissection, kept.updates[-1], 0)
    shown = walked_snapshot(kept.training.snapshot(SnapshotRequest(sample=0)), lit)
    assert shown.layers[1].weights[0, 0] == 1e-17


def test_a_function_s_variable():
    kept = Kept({"function": "x^2 + 3*y^2", "start": "1.5,-1"}, (Change(ParameterPlace(0, "", (1,)), 2.0),))
    (block,) = kept.explained().formulas()
    assert "→ 2" in block.caption
    assert block.printed[0].plain == "y ← 2.0"
    assert "∇" not in kept.explained().words()[0][0]


def test_both_units_are_offered_only_where_they_differ(kept):
    snapshot, info = kept.after, kept.info
    number = Editable(X.where, "x", float(snapshot.layers[0].a[2]))
    first, second = in_both_units(info, snapshot, (number,))
    assert first is number
    assert (second.value - second.mean) / second.scale == pytest.approx(
        (info.x_train[4, 2] - info.input_scaling[0][2]) / info.input_scaling[1][2], rel=1e-15
    )
    assert in_both_units(info, snapshot, (Editable(Y.where, "y", 0.0),)) == (Editable(Y.where, "y", 0.0),)
    assert in_both_units(info, snapshot, (Editable(W.where, "w", 0.0),)) == (Editable(W.where, "w", 0.0),)


def test_the_samples_of_a_run_with_what_was_changed(kept):
    info = with_changed(kept.info, kept.after.changed)
    differ = np.argwhere(info.x_train != kept.info.x_train)
    np.testing.assert_array_equal(differ, [[4, 2]])
    assert with_changed(kept.info, ()) is kept.info
