"""A table of names, applied while data comes in."""

from pathlib import Path

import pytest

from deepdesk.core.drawing import Box, Drawing, target_of
from deepdesk.core.errors import ConfigError
from deepdesk.core.task import Found
from deepdesk.data.images import ImageReader
from deepdesk.data.mapped_reader import MappedReader
from deepdesk.terminal.mapping import names_from


class _Offers(ImageReader):
    def __init__(self, found):
        self._found = found

    def discover(self, source):
        return iter(self._found)


def target(*labels):
    boxes = tuple(Box(label=label, left=0, top=0, right=4, bottom=4) for label in labels)
    return target_of(Drawing(width_px=8, height_px=8, shapes=boxes))


def mapped(names, *found):
    reader = MappedReader(_Offers(found), names)
    return list(reader.discover(Path())), reader


def test_drawn_names_become_others_and_some_are_left_out():
    found = Found(path=Path("a.png"), target=target("0", "1", "cat"))
    (given,), reader = mapped({"0": "car", "1": None, "2": "bus"}, found)
    assert given.target == target("car", "cat")
    assert reader.met == {"0", "1"}


def test_labels_become_others_and_what_is_no_drawing_stays():
    rows = (Found(path=Path("a.png"), label="0"), Found(path=Path("b.png"), target="a text"))
    given, _reader = mapped({"0": "car"}, *rows)
    assert [one.label for one in given] == ["car", None]
    assert given[1] == rows[1]


def test_a_label_that_is_left_out_leaves_its_sample_without_one():
    (given,), _reader = mapped({"0": None}, Found(path=Path("a.png"), label="0"))
    assert given.label is None


def test_names_are_read_from_what_is_typed():
    assert names_from(["0=car", " 1 = big car", "dog="]) == {
        "0": "car",
        "1": "big car",
        "dog": None,
    }


@pytest.mark.parametrize("text", ["car", "=car", ""])
def test_what_names_no_class_is_refused(text):
    with pytest.raises(ConfigError, match="says nothing about a class"):
        names_from([text])
