"""Conformance of every registered loader."""

from __future__ import annotations

import pytest

from bpviz.data import LOADERS, loadable_extensions

ENTRIES = list(LOADERS)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_loader_can_be_shown(entry):
    assert entry.label
    assert entry.help
    assert callable(entry.extra["peek"])
    assert all(extension.startswith(".") for extension in entry.extra["extensions"])
    for field in entry.fields:
        assert field.help
        assert field.check(field.default) == field.default


def test_an_extension_belongs_to_one_loader():
    extensions = loadable_extensions()
    assert len(extensions) == len(set(extensions))
    assert {".csv", ".tsv", ".txt"} <= set(extensions)
