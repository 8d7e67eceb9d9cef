"""Every fault of a file is one sentence that names file, row and column."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bpviz.data import BadRows, load, peek
from bpviz.errors import UserError
from bpviz.text import set_language


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "t.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


GOOD = "a,b,y\n" + "".join(f"{i},{i}.5,{i * 0.25}\n" for i in range(1, 7))


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("", "the cell is blank"),
        ("  ", "the cell is blank"),
        ("oops", "“oops” is not a number"),
        ("1.2.3", "“1.2.3” is not a number"),
        ("1_000", "“1_000” is not a number"),
        ("nan", "“nan” is not a finite number"),
        ("NaN", "“NaN” is not a finite number"),
        ("-inf", "“-inf” is not a finite number"),
        ("1e999", "“1e999” is not a finite number"),
        ("1e200", "1e200 is too large a number"),
        ('"1,5"', "“1,5” has a comma in it"),
        ("x" * 500, "“" + "x" * 40 + "…” is not a number"),
    ],
)
def test_a_bad_cell_is_named(tmp_path, cell, problem):
    path = written(tmp_path, GOOD.replace("3.5", cell))
    with pytest.raises(BadRows) as caught:
        load(path)
    error = caught.value
    assert str(error).startswith(f"t.csv, row 4, column 2 “b”: {problem}")
    assert (error.count, error.total, len(error.rows)) == (1, 6, 1)
    assert (error.rows[0].row, error.rows[0].column, error.rows[0].name) == (4, 2, "b")
    data = load(path, drop_bad_rows=True)
    assert data.x[:, 0].tolist() == [1, 2, 4, 5, 6]
    assert [str(note) for note in data.notes] == ["Bad rows left out: 1."]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("3,3.5", "row 4: 2 cells where 3 belong"),
        ("3,3.5,0.75,9", "row 4: 4 cells where 3 belong"),
        ('3,"3.5"9,0.75', "row 4: a quoted cell goes on after its closing quote"),
    ],
)
def test_a_bad_row_is_named(tmp_path, row, problem):
    path = written(tmp_path, GOOD.replace("3,3.5,0.75", row))
    with pytest.raises(BadRows) as caught:
        load(path)
    assert str(caught.value).startswith(f"t.csv, {problem}.")
    assert load(path, drop_bad_rows=True).x[:, 0].tolist() == [1, 2, 4, 5, 6]


def test_rows_are_counted_as_a_spreadsheet_does(tmp_path):
    # The header is row 1, the quoted line break does not make a row, the blank line does.
    path = written(tmp_path, 'a,y\n"one\ntwo",1.5\n\none,\n"one\ntwo",2.5\n')
    with pytest.raises(BadRows, match=r"t\.csv, row 4, column 2 “y”: the cell is blank"):
        load(path)


def test_rows_without_a_header_begin_at_one(tmp_path):
    with pytest.raises(BadRows, match="row 2, column 1 “x₁”"):
        load(written(tmp_path, "1,2.5\n,4.5\n5,6.5\n"))


def test_rows_far_into_a_file_are_named(tmp_path):
    path = written(tmp_path, "a,b\n" + "1,2.5\n" * 90_000 + "1,?\n" + "1,2.5\n" * 9)
    with pytest.raises(BadRows, match="row 90002, column 2") as caught:
        load(path)
    assert caught.value.total == 90_010


def test_all_bad_rows_are_counted_and_the_first_kept(tmp_path):
    with pytest.raises(BadRows) as caught:
        load(written(tmp_path, "a,b\n" + "1,2.5\n" * 300 + "1,\n" * 250))
    assert (caught.value.count, caught.value.total, len(caught.value.rows)) == (250, 550, 100)
    assert str(caught.value.rows[99]) == "row 401, column 2 “b”: the cell is blank"


def test_each_bad_row_counts_once(tmp_path):
    with pytest.raises(BadRows) as caught:
        load(written(tmp_path, "a,b,c\n1,2,3\n,,\n4,5,6\n"))
    assert [(bad.row, bad.column) for bad in caught.value.rows] == [(3, 1)]


MISSING = ("NA", "N/A", "n/a", "#N/A", "null", "NULL", "None", "?", "-", " ? ")


@pytest.mark.parametrize("cell", ["", "nan", "NaN", *MISSING])
def test_a_missing_text_is_a_bad_cell(tmp_path, cell):
    path = written(tmp_path, f"x,y\n1,a\n2,b\n3,{cell}\n4,a\n")
    with pytest.raises(BadRows, match="row 4, column 2 “y”"):
        load(path)
    assert load(path, drop_bad_rows=True).class_names == ("a", "b")


@pytest.mark.parametrize("cell", MISSING)
def test_what_programs_write_for_missing_is_missing_in_every_column(tmp_path, cell):
    """Most of b is missing, and it is a column of numbers all the same."""
    rows = "".join(f"{i},{i if i % 3 == 0 else cell},{'pq'[i % 2]},{i % 2}\n" for i in range(1, 13))
    path = written(tmp_path, "a,b,c,y\n" + rows + f"20,3,{cell},1\n")
    with pytest.raises(BadRows, match=r"row 2, column 2 “b”: “.+” is not a value") as caught:
        load(path)
    assert (caught.value.count, caught.value.rows[-1].name) == (9, "c")
    data = load(path, drop_bad_rows=True)
    assert data.feature_names == ("a", "b", "c=p", "c=q")
    assert data.x[:, 1].tolist() == [3, 6, 9, 12]


def test_sodium_and_none_are_texts(tmp_path):
    path = written(tmp_path, "x,metal,y\n1,Na,0\n2,none,1\n3,Na,0\n4,none,1\n")
    assert load(path).feature_names == ("x", "metal=Na", "metal=none")


IDS = "".join(f"{i}.5,ID{i}z,{i % 2}\n" for i in range(200))


@pytest.mark.parametrize(
    ("content", "options", "sentence"),
    [
        ("", {}, "“t.csv” is empty."),
        ("\n \n\n", {}, "“t.csv” is empty."),
        (b"\xef\xbb\xbf", {}, "“t.csv” is empty."),
        (b"\xef\xbb\xbf\n\n", {}, "“t.csv” is empty."),
        ('"a"x,b\n1,2\n3,4\n', {}, "t.csv: the quotes in its first row are wrong."),
        ('"a,b\n1,2\n3,4\n', {}, "t.csv: the quotes in its first row are wrong."),
        ("a,b,c\n", {}, "t.csv has too few usable rows: 0."),
        ("a,b,c\n1,2,3\n", {}, "t.csv has too few usable rows: 1."),
        ("a,b\n,1\n,2\n3,4\n", {"drop_bad_rows": True}, "t.csv has too few usable rows: 1."),
        ("a\n1\n2\n", {}, "t.csv has only one column."),
        ("a,b,a\n1,2,3\n", {}, "t.csv: columns 1 and 3 are both called “a”."),
        ("x,y\n1,5\n2,5\n", {"task": "classification"}, "t.csv: the target “y” is the same in every row."),
        ("x,y\n1,2.5\n2,2.5\n", {}, "t.csv: the target “y” is the same in every row."),
        ("x,y\n1,no\n2,no\n", {}, "t.csv: the target “y” is the same in every row."),
        ("x,y\n1,no\n2,yes\n", {"task": "regression"}, "t.csv: the target “y” holds texts"),
        ("x,id,y\n" + IDS, {}, "t.csv: column “id” has 200 different texts in its first 200 rows."),
        (
            "x,id,y\n" + "".join(f"{i}.5,ID{i // 2}z{i % 30},{i % 2}\n" for i in range(40)),
            {},
            "t.csv: column “id” has 40 different texts in 40 rows.",
        ),
        ("x,id,y\n" + IDS, {"target": "id"}, "t.csv: the target “id” has 200 different texts"),
        ("x,id,y\n" + IDS, {"target": "x", "task": "classification"}, "t.csv: column “id” has 200"),
        (
            "x,y\n" + "".join(f"1,{i}\n" for i in range(101)),
            {"task": "classification"},
            "t.csv: the target “y” has 101",
        ),
        (",".join(f"c{i}" for i in range(101)) + "\n", {}, "t.csv has 101 columns."),
        ('a,b\n1,2\n3,"4\n5,6\n', {}, "t.csv, row 3: a quote is opened and never closed."),
        ('a,b\n1,"' + "2\n" * 200_000, {}, "t.csv, row 2: a cell is longer than 131,072 characters."),
        ("a,b\n1," + "2" * 2_000_000 + "\n", {}, "t.csv: line 2 is longer than 1,048,576 characters."),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", {}, "“t.csv” is not"),
        (b"a,b\n1,2\n3,\0\n", {}, "“t.csv” is not a text file."),
        (b"a,b\n" + b"1,2\n" * 100_000 + b"3,\0\n", {}, "“t.csv” is not a text file."),
        (b"a,b\n\xff\xff,2\n", {}, "“t.csv” is not text in UTF-8, GB18030."),
        (b"\xff\xfea\0,\0b\0\n\0\0", {}, "“t.csv” is not text in UTF-16."),
    ],
)
def test_one_clear_sentence(tmp_path, content, options, sentence):
    with pytest.raises(UserError) as caught:
        load(written(tmp_path, content), **options)
    assert str(caught.value).startswith(sentence)
    assert "\n" not in str(caught.value)


def test_too_many_rows(tmp_path, monkeypatch):
    path = written(tmp_path, "a,b\n" + "1,2.5\n" * 1_000_001)
    with pytest.raises(UserError, match=r"^t\.csv has more than 1,000,000 rows\."):
        load(path)


def test_as_many_rows_as_allowed(tmp_path):
    assert len(load(written(tmp_path, "a,b\n" + "1,2.5\n3,4.5\n" * 500_000))) == 1_000_000


def test_a_hundred_columns_are_taken(tmp_path):
    path = written(
        tmp_path, ",".join(f"c{i}" for i in range(100)) + "\n" + ",".join(["1.5"] * 100) + "\n" * 2
    )
    path.write_text(path.read_text() + ",".join(["2.5"] * 100))
    assert load(path).x.shape == (2, 99)


def test_texts_that_would_fill_the_memory_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("bpviz.data.loaders.assemble.MOST_VALUES", 7)
    with pytest.raises(UserError, match="would become 2 features in 4 rows"):
        load(written(tmp_path, "c,y\nred,1\nblue,2\nred,3\nblue,4.5\n"))


@pytest.mark.parametrize("look", [load, peek])
def test_what_is_no_file_is_said(tmp_path, look):
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    for name, sentence in {
        "folder.csv": "“folder.csv” is a folder.",
        "missing.csv": f"There is no file “{tmp_path / 'missing.csv'}”.",
        "pipe.csv": "“pipe.csv” is not an ordinary file.",
        "t.xlsx": "bpviz cannot read “t.xlsx”.",
        "none": "bpviz cannot read “none”.",
        "n" * 300 + ".csv": "“" + "n" * 300 + ".csv” cannot be read: ",
        "nul\0.csv": "“nul\0.csv” cannot be read: ",
    }.items():
        with pytest.raises(UserError) as caught:
            look(tmp_path / name)
        assert str(caught.value).startswith(sentence)


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    path = written(tmp_path, GOOD)

    def refuse(self: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UserError, match=r"“t\.csv” may not be read\."):
        load(path)


def test_faults_are_told_in_chinese(tmp_path):
    set_language("zh_CN")
    with pytest.raises(BadRows) as caught:
        load(written(tmp_path, GOOD.replace("3.5", "")))
    assert (
        str(caught.value)
        == "t.csv，第 4 行第 2 列“b”：单元格为空。共 6 行，其中坏行 1 行。请修正或舍弃它们。"
    )
