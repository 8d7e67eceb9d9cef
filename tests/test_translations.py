"""Everything that the program says can be read in Chinese."""

from __future__ import annotations

import polib
import pytest

from tests.helpers import messages as m


@pytest.fixture(scope="module")
def said() -> list[m.Message]:
    return m.messages()


@pytest.fixture(scope="module")
def translated() -> list[m.Translation]:
    return m.translations()


def listed(entries: list) -> str:
    return "\n" + "\n".join(map(str, entries))


def test_every_message_has_a_translation(said, translated):
    entries = m.missing(said, translated)
    assert not entries, listed(entries)


def test_no_translation_is_stale(said, translated):
    entries = m.stale(said, translated)
    assert not entries, listed(entries)


def test_one_sentence_has_one_translation(translated):
    entries = m.contradictions(translated)
    assert not entries, listed(entries)


def test_translations_have_the_fields_of_the_english(translated):
    entries = m.other_fields(translated)
    assert not entries, listed(entries)


def test_calls_fill_every_field(said):
    entries = m.unfilled(said)
    assert not entries, listed(entries)


def test_no_translation_is_fuzzy(translated):
    entries = [entry for entry in translated if entry.fuzzy]
    assert not entries, listed(entries)


def test_the_program_says_something(said, translated):
    assert len(said) > 100
    assert len(translated) > 100


def test_catalogues_say_what_they_are():
    paths = sorted((m.CATALOGUES / "zh_CN").glob("*.po"))
    assert paths
    for path in paths:
        metadata = polib.pofile(str(path), encoding="utf-8").metadata
        assert "charset=utf-8" in metadata.get("Content-Type", "").lower(), path.name
        assert metadata.get("Language") in (None, "zh_CN"), path.name


SAMPLE = """
tr("Loss {value}", value=1)
label = N_("Gradient "
           "descent")
view.text = Text("on" if x else "off")
raise UserError("Row {row} is blank.", hint="Fill in {row} of {file}.", row=3)
tr(entry.label)
tr("Known {later}", **fields)
"""


def test_messages_are_found_in_source():
    found = m.messages_in(SAMPLE, "sample.py")
    assert sorted(message.template for message in found) == [
        "Fill in {row} of {file}.",
        "Gradient descent",
        "Known {later}",
        "Loss {value}",
        "Row {row} is blank.",
        "off",
        "on",
    ]
    assert [message.template for message in m.unfilled(found)] == ["Fill in {row} of {file}."]


def test_an_f_string_is_refused():
    with pytest.raises(ValueError, match="sample.py:1"):
        m.messages_in('tr(f"Loss {value}")', "sample.py")


def test_faults_of_a_catalogue_are_found():
    said = [m.Message("a {x}", "s.py", 1), m.Message("b", "s.py", 2), m.Message("c", "s.py", 3)]
    entries = [
        m.Translation("a {x}", "甲 {y}", "one.po", 1),
        m.Translation("b", "乙", "one.po", 2),
        m.Translation("b", "丙", "two.po", 1),
        m.Translation("gone", "没了", "two.po", 2),
        m.Translation("c", "  ", "two.po", 3),
    ]
    assert [e.template for e in m.missing(said, entries)] == ["c"]
    assert [e.template for e in m.stale(said, entries)] == ["gone"]
    assert [e.template for e in m.contradictions(entries)] == ["b", "b"]
    assert [e.template for e in m.other_fields(entries)] == ["a {x}"]
