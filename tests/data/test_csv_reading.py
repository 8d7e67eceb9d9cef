"""What a text table becomes: format found, target found, kinds of columns, limits of what is taken."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpviz.data import BadRows, Dataset, load, peek, resolve
from bpviz.errors import Cancelled, UserError


@pytest.fixture
def table(tmp_path):
    """Return a function that writes a file and gives its path."""

    def write(content: str | bytes, name: str = "t.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def check_small(data: Dataset) -> None:
    assert data.x.tolist() == [[1.0, 2.0], [3.0, 4.0], [-5.0, 6.5]]
    assert data.y.tolist() == [[0.5], [1.5], [2.5]]
    assert data.task == "regression"
    assert data.notes == ()


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.txt", "T.CSV"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiter_and_line_ends_are_found(table, name, delimiter, end):
    rows = ["a,b,c", "1,2,0.5", "3,4,1.5", "-5,6.5,2.5"]
    check_small(load(table(end.join(rows).replace(",", delimiter), name)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_encoding_is_found(table, encoding):
    text = "长度,宽度,类别\n1,2,甲\n3,4,乙\n5,6,甲\n"
    mark = "\ufeff" if encoding.startswith("utf-16-") else ""
    data = load(table((mark + text).encode(encoding)))
    assert data.feature_names == ("长度", "宽度")
    assert data.target_names == ("类别",)
    assert data.class_names == ("乙", "甲")
    assert data.y.tolist() == [1, 0, 1]


def test_an_encoding_that_shows_late_is_found(table):
    rows = "1,2,a\n" * 60_000 + "3,4,甲\n"
    data = load(table(("p,q,r\n" + rows).encode("gb18030")))
    assert data.class_names == ("a", "甲")
    assert len(data) == 60_001


@pytest.mark.parametrize(
    ("option", "value", "content"),
    [
        ("delimiter", "semicolon", "a,1;2\nb,3;4\nb,5;9.5\n"),
        ("header", "no", "1;2\n3;4\n"),
        ("header", "yes", "1;2\n3;4\n5;6.5\n"),
        ("encoding", "gb18030", "a;2\nb;4\na;5.5\n"),
    ],
)
def test_what_was_found_can_be_overruled(table, option, value, content):
    path = table(content)
    preview = peek(path, **{option: value})
    assert getattr(preview, option) == {"yes": True, "no": False}.get(value, value)
    assert len(load(path, **{option: value}, task="regression")) == len(preview.rows)


def test_encoding_overruled_where_the_file_is_not_in_it(table):
    with pytest.raises(UserError, match="not text in UTF-8"):
        load(table("甲,1\n乙,2\n".encode("gb18030")), encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "header"),
    [
        ("a,b\n1,2\n3,4\n", True),
        ("1,2\n3,4\n", False),
        ("1,2,setosa\n3,4,virginica\n", False),
        ("len,species\n3,setosa\n4,virginica\n", True),
        ("2020,b,c\n1,2,3\n3,4,5\n", True),
        ("color,size\nred,big\nblue,small\n", True),
        ("red,big\nblue,small\nred,small\n", False),
        (",a,b\n0,1,2\n1,2,3\n", True),
        ("a,b\n", True),
        ("id,2020,2021\n1,10,20\n2,11,21\n", True),
        ("编号,2020,2021\n1,10,20\n2,11,21\n", True),
        ("NA,1.5,7\n1,2.5,8\n2,3.5,9\n", False),
    ],
)
def test_header_is_found(table, content, header):
    assert peek(table(content)).header is header


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["sep=;", '"sep=;"', "SEP=;"])
def test_the_line_that_tells_a_spreadsheet_the_delimiter_is_no_row(table, mark, end):
    """By the rows alone a comma would do as well: every row has one."""
    path = table(end.join((mark, "a, b;y", "1;2.5", "3;4.5", "")))
    data = load(path)
    assert (data.feature_names, data.target_names) == (("a, b",), ("y",))
    assert data.x.tolist() == [[1], [3]]
    assert peek(path).delimiter == "semicolon"
    with pytest.raises(BadRows, match=r"row 3, column 1"):  # As the spreadsheet counts, which hides the line.
        load(table(end.join((mark, "a;y", "1;2.5", ";4.5", "5;6.5", ""))))


def test_half_as_many_texts_as_rows_are_features(table):
    rows = "".join(f"{i},t{i % 10},{i % 2}\n" for i in range(20))
    assert len(load(table("x,kind,y\n" + rows)).feature_names) == 11


def test_names_are_made_up_where_there_are_none(table):
    data = load(table("1,2,0.5\n3,4,1.5\n"))
    assert data.feature_names == ("x₁", "x₂")
    assert data.target_names == ("x₃",)
    assert load(table(",b,y\n1,2,.5\n3,4,1.5\n")).feature_names == ("(1)", "b")


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("target,b,c", "target"),
        ("a,Class,c", "Class"),
        ("label,y,c", "label"),
        ("species,b,c", "species"),
        ("a,类别,c", "类别"),
        ("标签,b,c", "标签"),
        ("a,b,c", "c"),
    ],
)
def test_target_is_found(table, header, target):
    path = table(header + "\n1,2,3\n4,5,6\n7,8,9\n")
    assert peek(path).target == target
    assert load(path).target_names == (target,)


@pytest.mark.parametrize(("wanted", "name"), [("a", "a"), ("1", "a"), (2, "b"), ("c", "c"), (None, "c")])
def test_target_by_name_and_number(table, wanted, name):
    assert load(table("a,b,c\n1,2,3\n4,5,6\n"), target=wanted).target_names == (name,)


def test_a_column_called_2_comes_before_the_second(table):
    assert load(table("2,b\n1,5\n3,6.5\n"), header="yes", target="2").target_names == ("2",)


@pytest.mark.parametrize("wanted", ["d", "0", "4", "-1"])
def test_a_target_that_is_not_there_is_said(table, wanted):
    with pytest.raises(UserError, match=r"t\.csv has no column “.*a, b, c"):
        load(table("a,b,c\n1,2,3\n4,5,6\n"), target=wanted)


@pytest.mark.parametrize(
    ("targets", "task", "classes"),
    [
        (["0", "1", "1"], "auto", ("0", "1")),
        (["-1", "1", "1"], "auto", ("-1", "1")),
        (["3", "1", "2", "3", "1", "2"], "auto", ("1", "2", "3")),
        (["25", "60"], "auto", ()),
        (["0.5", "1", "1"], "auto", ()),
        (["0.5", "1", "1"], "classification", ("0.5", "1")),
        (["0", "1", "1"], "regression", ()),
        ([str(i % 20) for i in range(60)], "auto", tuple(map(str, range(20)))),
        ([str(i % 21) for i in range(60)], "auto", ()),
        ([str(i % 21) for i in range(60)], "classification", tuple(map(str, range(21)))),
        (["b", "a", "b"], "auto", ("a", "b")),
    ],
)
def test_numbers_that_name_classes(table, targets, task, classes):
    data = load(table("x,y\n" + "".join(f"{i},{t}\n" for i, t in enumerate(targets))), task=task)
    assert data.class_names == classes
    if classes:
        assert [classes[k] for k in data.y] == targets
    else:
        assert data.y[:, 0].tolist() == list(map(float, targets))


def test_texts_become_features(table):
    data = load(table("size,color,y\n1, red,0.1\n2,blue ,0.2\n3,red,0.3\n4,green,0.4\n"))
    assert data.feature_names == ("size", "color=blue", "color=green", "color=red")
    assert data.x.tolist() == [[1, 0, 0, 1], [2, 1, 0, 0], [3, 0, 0, 1], [4, 0, 1, 0]]


def test_long_texts_stay_apart(table):
    long = "n" * 60
    data = load(table(f"x,y\n1,{long}a\n2,{long}b\n3,{long}a\n"))
    assert data.class_names == ("1: " + "n" * 40 + "…", "2: " + "n" * 40 + "…")
    assert data.y.tolist() == [0, 1, 0]


def test_a_text_of_dropped_rows_only_is_no_class(table):
    path = table("x,y\n1,a\n2,b\noops,c\n4,a\n")
    assert load(path, drop_bad_rows=True).class_names == ("a", "b")


def test_quotes_as_the_standard_has_them(table):
    path = table('name,y\n"a ""b"", c",1.5\n"two\nlines",2.5\n"a ""b"", c",3.5\n')
    data = load(path)
    assert data.feature_names == ('name=a "b", c', "name=two·lines")
    assert data.y[:, 0].tolist() == [1.5, 2.5, 3.5]


@given(
    st.lists(
        st.tuples(
            st.floats(-1e90, 1e90),
            st.sampled_from(["a", "b,c", 'd"e', "甲\n乙", "f;g|h\ti"]),
            st.floats(-1, 1),
        ),
        min_size=2,
        max_size=30,
        unique_by=lambda row: row[2],  # A target that is always the same is refused.
    ),
    st.sampled_from([",", ";", "\t", "|"]),
)
def test_what_a_writer_wrote_is_read_back(tmp_path_factory, rows, delimiter):
    path = tmp_path_factory.mktemp("written") / "w.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(["number", "text", "y"])
        writer.writerows([repr(number), text, repr(y)] for number, text, y in rows)
    names = {"\t": "tab", ";": "semicolon", "|": "pipe", ",": "comma"}
    data = load(path, delimiter=names[delimiter], header="yes", target="y", task="regression")
    assert data.x[:, 0].tolist() == [row[0] for row in rows]
    assert data.y[:, 0].tolist() == [row[2] for row in rows]
    assert (data.x[:, 1:].sum(axis=1) == 1).all()
    assert data.x.shape[1] == 1 + len({row[1] for row in rows})


def test_blank_lines_hold_nothing(table):
    check_small(load(table("a,b,c\n\n1,2,0.5\n  \n3,4,1.5\n-5,6.5,2.5\n\n\n")))


def test_many_batches_keep_their_order(table):
    rows = "".join(f"{i},{'even' if i % 2 == 0 else 'odd'},{i * 0.5}\n" for i in range(120_000))
    data = load(table("i,parity,half\n" + rows))
    numbers = np.arange(120_000)
    assert (data.x[:, 0] == numbers).all()
    assert data.feature_names == ("i", "parity=even", "parity=odd")
    assert (data.x[:, 2] == numbers % 2).all()
    assert (data.y[:, 0] == numbers * 0.5).all()


def test_several_blocks_keep_their_order(table, monkeypatch):
    monkeypatch.setattr("bpviz.data.loaders.table.CELLS_A_BLOCK", 30)
    monkeypatch.setattr("bpviz.data.loaders.table.CELLS_A_BATCH", 21)
    rows = "".join(f"{i},{i}bad,{i}\n" if i % 5 == 0 else f"{i},{2 * i},{i / 2}\n" for i in range(100))
    data = load(table("a,b,y\n" + rows), drop_bad_rows=True)
    kept = [i for i in range(100) if i % 5]
    assert data.x.tolist() == [[i, 2 * i] for i in kept]
    assert data.y[:, 0].tolist() == [i / 2 for i in kept]


def test_progress_rises_to_the_end_and_can_cancel(table):
    path = table("a,b,y\n" + "1.25,2.5,3.75\n2.25,3.5,4.75\n" * 50_000)
    seen: list[tuple[int, int]] = []
    load(path, progress=lambda done, total: seen.append((done, total)))
    assert len(seen) >= 3
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (path.stat().st_size, path.stat().st_size)

    def stop(done: int, total: int) -> None:
        seen.append((done, total))
        raise Cancelled

    seen.clear()
    with pytest.raises(Cancelled):
        load(path, progress=stop)
    assert len(seen) == 1


def test_peek_shows_the_beginning(table):
    rows = "".join(f"{i};{i}.5;甲\n" for i in range(50))
    preview = peek(table(("编号;长度;类别\n" + rows).encode("gb18030")))
    assert preview.columns == ("编号", "长度", "类别")
    assert preview.numeric == (True, True, False)
    assert preview.rows[0] == ("0", "0.5", "甲")
    assert len(preview.rows) == 20
    assert (preview.delimiter, preview.header, preview.encoding) == ("semicolon", True, "gb18030")
    assert preview.target == "类别"
    assert preview.size_bytes == preview.path.stat().st_size


def test_peek_reads_no_more_than_the_beginning(table):
    path = table("a,b\n" + "1,2\n" * 200_000 + "broken\n")
    assert len(peek(path).rows) == 20
    with pytest.raises(BadRows):
        load(path)


def test_resolve_takes_names_and_paths(table, monkeypatch):
    path = table("a,b\n1,2.5\n3,4.5\n")
    assert resolve("spiral", 4, points=50).name == "spiral"
    assert resolve(path).name == "t.csv"
    assert resolve(str(path), 0, target="a").target_names == ("a",)
    monkeypatch.chdir(path.parent)
    assert resolve("t.csv").name == "t.csv"
    with pytest.raises(UserError, match="no data set “spirl”.*spiral"):
        resolve("spirl")
    with pytest.raises(UserError, match="no file"):
        resolve("missing/spiral.csv")
    with pytest.raises(UserError, match="no field “points”"):
        resolve(path, points=3)


def test_a_defect_in_reading_is_not_the_users_mistake(table, monkeypatch):
    def broken(*_: object) -> None:
        raise ValueError("a defect")

    monkeypatch.setattr("bpviz.data.loaders.table.NumberColumn.read", broken)
    with pytest.raises(ValueError, match="a defect"):
        load(table("a,b\n1,2\n3,4.5\n"))
