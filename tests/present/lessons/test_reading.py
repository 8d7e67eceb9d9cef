"""Files of lessons that are not as they must be: one sentence with the file, the field and what it needs."""

from __future__ import annotations

import pytest

from bpviz.errors import UserError
from bpviz.present.lessons import read_lesson
from bpviz.present.lessons.scenes import scenes
from bpviz.present.unrolled.layout import Mark

GOOD = """
id = "one"
order = 1
minutes = 2
title = { en = "One", zh = "一" }
summary = { en = "A lesson", zh = "一课" }
[[steps]]
en = "The loss is 7200."
zh = "损失是 7200。"
preset = "worked_example"
walk = "sum 1"
frame = "network"
pin = [1, 2]
expect = [{ what = "loss", is = 7200 }]
[[steps]]
en = "On."
zh = "继续。"
set = { learning_rate = 0.001, "data.x1" = 30.0 }
iteration = 2
"""


UNTIL = 'until = { what = "train_loss", below = 0.1, at_most = 90 }'


@pytest.fixture
def read(tmp_path):
    def read(content: str):
        path = tmp_path / "one.toml"
        path.write_text(content, encoding="utf-8")
        return read_lesson(path)

    return read


def test_a_good_file(read):
    lesson = read(GOOD)
    assert (lesson.id, lesson.minutes, len(lesson.steps)) == ("one", 2, 2)
    assert lesson.steps[0].look.pin == (1, 2)
    first, second = scenes(lesson)
    assert (first.walk, first.iteration, first.speed) == ("sum 1", 0, 2.0)
    assert second.config.live.learning_rate == 0.001
    assert second.config.data.options == {"x1": 30.0}
    assert second.iteration == 2


@pytest.mark.parametrize(
    ("found", "instead", "told"),
    [
        ('id = "one"', "", "id is missing"),
        ("order = 1", 'order = "1"', "order is '1': it must be int"),
        (', zh = "一" }', " }", "title.zh is missing"),
        ('zh = "继续。"', 'zh = " "', "steps[2].zh is '': it must be a text"),
        ('frame = "network"', 'frame = "kitchen"', "steps[1].frame is 'kitchen': it must be one of setup"),
        (
            'preset = "worked_example"',
            'preset = "none"',
            "steps[1].preset is 'none': it must be one of spiral",
        ),
        ("pin = [1, 2]", "pin = [1]", "steps[1].pin is [1]: it must be [layer, unit]"),
        ("pin = [1, 2]", 'pin = ["a"]', "steps[1].pin is ['a']: it must be a list of int"),
        ("iteration = 2", "iteration = -1", "steps[2].iteration is -1: it must be 0 or more"),
        ("iteration = 2", "iterations = 2", "there is no field steps[2].iterations"),
        ("is = 7200", "above = 1, is = 2", "steps[1].expect[1].is is missing"),
        ("is = 7200", 'is = "many"', "steps[1].expect[1].is is 'many': it must be float"),
        ("is = 7200", "is = 7200, digits = 16", "steps[1].expect[1].digits is 16: it must be from 0 to 15"),
        (
            "iteration = 2",
            UNTIL.replace("train_loss", "loss"),
            "steps[2].until.what is 'loss': it must be one of",
        ),
        ("iteration = 2", UNTIL.replace("below", "is"), "steps[2].until.is is 0.1: it must be left out"),
        ("iteration = 2", UNTIL.replace("90", "0"), "steps[2].until.at_most is 0: it must be 1 or more"),
        ("pin = [1, 2]", 'only = ["kitchen"]', "steps[1].only is ['kitchen']: it must be a list of setup"),
        ("pin = [1, 2]", 'card = "above"', "steps[1].card is 'above': it must be one of below, none"),
        ("pin = [1, 2]", 'sample = "all"', "steps[1].sample is 'all': it must be a whole number from 0"),
        ("pin = [1, 2]", "sample = -1", "steps[1].sample is -1: it must be a whole number from 0"),
        ("pin = [1, 2]", "mark = { layer = 1, stop = 2 }", "there is no field steps[1].mark.stop"),
        ("[[steps]]", "[[step]]", "steps is missing: one [[steps]] or more"),
        ("order = 1", "order =", "one.toml is no TOML"),
    ],
)
def test_a_fault_is_told_with_file_field_and_need(read, found, instead, told):
    assert found in GOOD
    with pytest.raises(UserError) as caught:
        read(GOOD.replace(found, instead))
    assert "one.toml" in str(caught.value)
    assert told in str(caught.value)


def test_a_step_may_wait_for_something_and_the_next_goes_on_from_there(read):
    on = '[[steps]]\nen = "And on."\nzh = "再继续。"\nwalk = "loss"\n'
    _, second, third = scenes(read(GOOD.replace("iteration = 2", UNTIL) + on))
    assert second.until is not None
    assert (second.iteration, second.until.claim.below, second.until.at_most) == (0, 0.1, 90)
    assert (third.iteration, third.until) == (second.iteration, second.until)
    assert scenes(read(GOOD.replace("iteration = 2", UNTIL) + on + "iteration = 7\n"))[2].until is None


def test_marks_of_a_picture_over_time_count_from_1_in_the_file(read):
    mark = "mark = { layer = 1, step = 3, unit = 1, name = 'h' }"
    look = read(GOOD.replace("pin = [1, 2]", mark)).steps[0].look
    assert look.mark == Mark("cell", 1, 2, 0, "h")


@pytest.mark.parametrize(("written", "sample"), [("", 0), ("sample = 3", 3), ('sample = "mean"', "mean")])
def test_a_step_shows_a_sample_or_the_mean(read, written, sample):
    assert read(GOOD.replace("pin = [1, 2]", written)).steps[0].look.sample == sample


def test_a_question_has_exactly_one_right_answer(read):
    answer = (
        '[[steps.question.answers]]\nen = "a"\nzh = "甲"\nreply = { en = "b", zh = "乙" }\nright = true\n'
    )
    question = '[steps.question]\nen = "?"\nzh = "？"\n'
    with pytest.raises(UserError, match="two or more, one of them right"):
        read(GOOD + question + answer + answer)


def test_a_setting_that_cannot_be_is_told_with_lesson_and_step(read):
    with pytest.raises(UserError, match="Lesson one, step 2: "):
        scenes(read(GOOD.replace("learning_rate = 0.001", "learning_rate = -1.0")))


def test_an_operation_that_is_not_there_is_told(read):
    from bpviz.snapshot.dissection import Operation

    scene = scenes(read(GOOD.replace("sum 1", "sum 7")))[0]
    with pytest.raises(UserError, match="“sum 7”"):
        scene.target((Operation("forward", "sum", 1),), 0)
