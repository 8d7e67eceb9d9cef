"""Files of lessons that are not as they must be: one sentence with the file, the field and what it needs."""

from __future__ import annotations

import pytest

from bpviz.errors import UserError
from bpviz.present.lessons import read_lesson
from bpviz.present.lessons.scenes import scenes

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
        ("is = 7200", "is = 7200, digits = 0", "steps[1].expect[1].digits is 0: it must be from 1 to 15"),
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
    from bpviz.dissection import Operation

    scene = scenes(read(GOOD.replace("sum 1", "sum 7")))[0]
    with pytest.raises(UserError, match="“sum 7”"):
        scene.target((Operation("forward", "sum", 1),))
