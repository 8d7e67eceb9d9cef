"""Lessons: tours through the program, one TOML file each in ``resources/lessons``.

`model` says what a lesson is, `reading` brings one from its file, `scenes` says what stands on the screen
at each step, `sights` reads a number off it, `prose` turns a step's text into what a label shows.
"""

from bpviz.present.lessons.model import Lesson, Step
from bpviz.present.lessons.reading import all_lessons, read_lesson

__all__ = ["Lesson", "Step", "all_lessons", "read_lesson"]
