"""What features are called in another language."""

import pytest

from bpviz.present.feature_words import feature_word
from bpviz.text import set_language


@pytest.fixture
def chinese():
    set_language("zh_CN")
    yield
    set_language("en")


def test_built_in_words_are_translated_and_names_out_of_the_data_are_not(chinese):
    names = ("mark", "mark[12]", "x[3]", "petal length", "Check", "marks")
    assert [feature_word(name) for name in names] == [
        *("标记", "标记[12]", "x[3]", "petal length", "Check", "marks")
    ]


def test_in_english_all_stay_as_they_are():
    assert feature_word("mark[3]") == "mark[3]"
