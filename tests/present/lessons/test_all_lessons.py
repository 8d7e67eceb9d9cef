"""Every lesson, played to its end without a window, in both languages: what it says is so."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from bpviz import text
from bpviz.present.formulas.drawing import drawing
from bpviz.present.lessons import Lesson, all_lessons
from bpviz.present.lessons.model import BARS, PANELS, Claim, Step, Words
from bpviz.present.lessons.prose import blocks, formula_aloud
from bpviz.present.lessons.scenes import Scene, scenes
from bpviz.present.lessons.sights import Sights, met, value_of
from bpviz.resources import resource_path
from tests.helpers.lessons import Player, claims_of, is_named, numbers_in, words_in

LESSONS = all_lessons()
TOPICS = (
    "by_hand",
    "parabola",
    "bowl",
    "forward_and_backward",
    "derivatives",
    "learning_rate",
    "momentum",
    "equal_weights",
    "vanishing_gradients",
    "checking_gradients",
    "digits",
    "convolution",
    "through_time",
    "overfitting",
)
_played: dict[str, list[tuple[Step, Sights, dict[Claim, float]]]] = {}


def played(lesson: Lesson) -> list[tuple[Step, Sights, dict[Claim, float]]]:
    """Return the steps, what is seen at each, and the numbers that are found: played once."""
    if lesson.id not in _played:
        player, found = Player(), []
        for step, scene in zip(lesson.steps, scenes(lesson), strict=True):
            sights = player.play(scene, step)
            assert scene.until is not None or sights.snapshot.iteration == scene.iteration
            numbers = {}
            for claim in step.expects:
                at = sights if claim.at is None else player.play(Scene(scene.config, claim.at), step)
                numbers[claim] = value_of(at, claim.what)
            found.append((step, sights, numbers))
        _played[lesson.id] = found
    return _played[lesson.id]


def said(step: Step) -> list[Words]:
    """Return all that a step may say."""
    words = [step.words]
    if step.try_it is not None:
        words.append(step.try_it.words)
    if step.question is not None:
        words.append(step.question.words)
        words += [each for answer in step.question.answers for each in (answer.words, answer.reply)]
    return words


def checked(step: Step) -> list[Words]:
    """Return all that a step says for true: not the answers that are wrong."""
    words = [step.words]
    if step.try_it is not None:
        words.append(step.try_it.words)
    if step.question is not None:
        words.append(step.question.words)
        words += [answer.words for answer in step.question.answers if answer.right]
        words += [answer.reply for answer in step.question.answers]
    return words


def test_the_fourteen_lessons_are_there_in_their_order():
    assert tuple(lesson.id for lesson in LESSONS) == TOPICS
    assert [lesson.order for lesson in LESSONS] == list(range(1, 15))
    assert len(list(resource_path("lessons").iterdir())) == len(TOPICS)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.id)
def test_what_a_lesson_claims_is_so(lesson):
    for number, (_, _, found) in enumerate(played(lesson), 1):
        for claim, value in found.items():
            assert claim.holds(value), f"step {number}: {claim.what} is {value!r}, not as said: {claim}"


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.id)
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_every_number_that_a_lesson_names_is_claimed(lesson, language):
    text.set_language(language)
    for number, step in enumerate(lesson.steps, 1):
        # What was seen before may be spoken of, and what comes next may be announced.
        claims = [claim for each in lesson.steps[: number + 1] for claim in claims_of(each)]
        for words in checked(step):
            for named in numbers_in(str(words)):
                assert is_named(named, claims), f"step {number} names {named}, which nothing checks: {words}"
            for spelt in words_in(words.en):
                assert is_named(str(spelt), claims), f"step {number} names {spelt}, which nothing checks"


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.id)
def test_both_languages_name_the_same_numbers(lesson):
    for number, step in enumerate(lesson.steps, 1):
        for words in said(step):
            assert sorted(numbers_in(words.en)) == sorted(numbers_in(words.zh)), f"step {number}"


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.id)
def test_a_lesson_can_be_read(lesson):
    chinese = re.compile("[\u4e00-\u9fff]")
    for words in (lesson.title, lesson.summary, *(each for step in lesson.steps for each in said(step))):
        for said_in in (words.en, words.zh):
            for kind, part in blocks(said_in):
                if kind == "formula":
                    assert drawing(part).width > 0
                    assert formula_aloud(part)
            assert "$" not in "".join(part for _, part in blocks(said_in))
        assert not chinese.search(words.en)
        # What is neither number nor formula has to be Chinese.
        left = re.sub(r"\$[^$]*\$", "", words.zh)
        assert chinese.search(left) or not re.search("[A-Za-z]{2,}", left), words.zh
    for step in lesson.steps:
        assert len(step.words.en) < 620, step.words.en


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.id)
def test_what_is_to_be_tried_is_not_done_before(lesson):
    for step, sights, _ in played(lesson):
        if step.try_it is not None and step.try_it.when:
            assert not met(step.try_it.when, sights)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.id)
def test_something_is_framed_at_every_step(lesson):
    for step in lesson.steps:
        assert step.look.frame in (*PANELS, *BARS)


def test_the_walk_of_a_lesson_goes_on_within_an_iteration():
    for lesson in LESSONS:
        for (one, two), (_, seen, _), (_, then, _) in zip(
            pairwise(scenes(lesson)), played(lesson), played(lesson)[1:], strict=False
        ):
            same = one.config == two.config and one.iteration == two.iteration
            if same and seen.operation is not None and then.operation is not None:
                assert then.operation >= seen.operation, lesson.id


def test_a_try_is_met_by_doing_it():
    lesson = next(lesson for lesson in LESSONS if lesson.id == "by_hand")
    step = next(step for step in lesson.steps if step.try_it is not None)
    scene = scenes(lesson)[lesson.steps.index(step)]
    assert met(step.try_it.when, Player().play(Scene(scene.config, 20), step))


def test_a_training_that_waits_for_something_stops_where_it_is_first_so():
    lesson = next(lesson for lesson in LESSONS if lesson.id == "parabola")
    until = next(step.until for step in lesson.steps if step.until is not None)
    for step, sights, _ in played(lesson):
        if step.until == until:
            assert until.claim.holds(value_of(sights, "train_loss"))
            before = Player().play(Scene(sights.config, sights.snapshot.iteration - 1), step)
            assert not until.claim.holds(value_of(before, "train_loss"))
