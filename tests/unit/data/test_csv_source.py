"""Tables of paths and labels."""

from __future__ import annotations

from contextlib import suppress

import pytest

from deepdesk.core.errors import DatasetError
from deepdesk.data.sources import discover

SUFFIXES = frozenset({".jpg", ".png"})


def offers(table):
    return [
        (item.path.relative_to(table.parent).as_posix(), item.label, item.split)
        for item in discover(table, SUFFIXES)
    ]


def written(tmp_path, text, *, name="t.csv", encoding="utf-8"):
    table = tmp_path / name
    table.write_bytes(text.encode(encoding))
    return table


@pytest.mark.parametrize(
    "text",
    [
        "path,label,split\na.jpg,cat,train\nb/c.jpg,dog,val\n",
        "a.jpg,cat,train\nb/c.jpg,dog,val\n",
        "a.jpg;cat;train\r\nb/c.jpg;dog;valid\r\n",
        "split\tclass\tfilename\ntrain\tcat\ta.jpg\nvalidation\tdog\tb/c.jpg",
        '"path","label","split"\n"a.jpg","cat","train"\n"b\\c.jpg","dog","val"\n',
        "what,where,set\ncat,a.jpg,train\ndog,./b/c.jpg,VAL\n",
        "a.jpg, cat ,train\n\n\nb/c.jpg,dog,dev\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_tables_of_every_make_say_the_same(text, encoding, tmp_path):
    table = written(tmp_path, text, encoding=encoding)

    assert offers(table) == [("a.jpg", "cat", "train"), ("b/c.jpg", "dog", "validation")]


def test_tables_from_old_windows_are_read(tmp_path):
    table = written(tmp_path, "path,label\nmüll.jpg,größe\n", encoding="cp1252")

    assert offers(table) == [("müll.jpg", "größe", None)]


def test_quoted_cells_may_hold_commas_and_lines(tmp_path):
    table = written(tmp_path, 'path,label\n"a, b.jpg","two\nlines"\n')

    assert offers(table) == [("a, b.jpg", "two\nlines", None)]


def test_rows_without_a_label_have_no_class(tmp_path):
    table = written(tmp_path, "path,label\na.jpg,\nb.jpg\n,cat\n")

    assert offers(table) == [("a.jpg", None, None), ("b.jpg", None, None)]


def test_absolute_paths_stay(tmp_path):
    table = written(tmp_path, f"path,label\n{tmp_path / 'x' / 'a.jpg'},cat\n")

    assert offers(table) == [("x/a.jpg", "cat", None)]


def test_labels_without_end_are_cut(tmp_path):
    table = written(tmp_path, "path,label\na.jpg," + "x" * 5000 + "\n")

    assert len(offers(table)[0][1]) == 200


def test_a_table_without_paths_is_refused_with_a_hint(tmp_path):
    with pytest.raises(DatasetError) as caught:
        offers(written(tmp_path, "age,income\n3,4\n5,6\n"))

    assert "path,label" in caught.value.hint


def test_an_empty_table_is_refused(tmp_path):
    with pytest.raises(DatasetError):
        offers(written(tmp_path, ""))


def test_a_cell_without_end_is_refused_with_its_line(tmp_path):
    with pytest.raises(DatasetError, match="line 2"):
        offers(written(tmp_path, 'path,label\n"' + "x" * 200_000))


def test_bytes_that_are_no_text_are_refused_or_offered_but_never_crash(tmp_path):
    table = tmp_path / "t.csv"
    table.write_bytes(bytes(range(256)) * 20)

    with suppress(DatasetError):
        assert len(list(discover(table, SUFFIXES))) < 500


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("path,label\na.jpg,c\0t\n", "zero byte at line 2"),
        ("path,label\n" + "x," * 600_000, "line 2"),
        ('path,label\na.jpg,"cat\nb.jpg,dog\n', "quotation"),
    ],
    ids=["zero byte", "endless line", "open quotation mark"],
)
def test_damaged_tables_are_refused_with_the_line_and_a_remedy(tmp_path, text, words):
    with pytest.raises(DatasetError) as caught:
        offers(written(tmp_path, text))

    assert words in str(caught.value)
    assert "field" not in str(caught.value)
    assert caught.value.hint
