"""The table of the batch: as many rows as samples and one for their mean, with the engine's numbers."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.present.numbers import short
from bpviz.present.setup.presets import preset as preset_named
from bpviz.present.walk.samples import sample_table
from tests.helpers.walking import Walker


def walked(preset):
    walker = Walker(preset_named(preset).config)
    walker.on()
    return walker.training.info, walker.dissection


@pytest.mark.parametrize("preset", ["spiral", "digits", "delayed_xor"])
def test_each_sample_has_its_loss_and_the_mean_is_theirs(preset):
    info, dissection = walked(preset)
    table = sample_table(info, dissection)
    assert table.heads[0] == "sample"
    assert table.heads[-1] == "loss"
    assert [value for value, _ in table.rows] == ["mean", *range(len(dissection.rows))]
    assert table.rows[0][1][-1] == short(float(np.mean(dissection.losses)))
    for place, (_, cells) in enumerate(table.rows[1:]):
        assert len(cells) == len(table.heads)
        assert cells[-1] == short(float(dissection.losses[place]))


def test_few_features_are_in_the_datas_own_units():
    info, dissection = walked("spiral")
    table = sample_table(info, dissection)
    first = int(dissection.rows[0])
    expected = [short(float(value)) for value in info.x_train[first]]
    assert list(table.rows[1][1][1:3]) == expected
    assert table.rows[1][1][3] == short(float(info.y_train[first]))
    assert table.rows[1][1][4] == short(float(dissection.layers[-1].a[0, 0]))


def test_classes_are_told_by_name():
    info, dissection = walked("digits")
    table = sample_table(info, dissection)
    best = int(np.argmax(dissection.layers[-1].a[3]))
    assert table.heads == ("sample", "target", "answer", "loss")
    assert table.rows[4][1][1] == info.class_names[int(info.y_train[dissection.rows[3]])]
    assert table.rows[4][1][2].startswith(f"{info.class_names[best]} · ")


def test_without_a_walk_there_is_nothing_to_choose():
    assert sample_table(None, None).rows == ()
