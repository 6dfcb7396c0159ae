"""Names of classes that look like another one's, or like none."""

import pytest

from deepdesk.data.name_matching import like_one_of, says_nothing


@pytest.mark.parametrize("name", ["0", "12", "class 3", "Class_3", "label-1", "object7", "id 4"])
def test_numbers_say_nothing(name):
    assert says_nothing(name)


@pytest.mark.parametrize("name", ["car", "3 wheels", "class A", "F16", "7up"])
def test_words_say_something(name):
    assert not says_nothing(name)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Car", "car"),
        ("cars", "car"),
        ("traffic_light", "traffic light"),
        ("Traffic-Lights", "traffic light"),
        ("buses", "bus"),
        ("berries", "berry"),
        ("caf\u00e9", "cafe"),
        ("bike", None),
        ("glass", None),
        ("0", None),
    ],
)
def test_a_name_is_meant_as_one_that_differs_in_case_plural_or_spaces_only(name, meant):
    known = ("car", "traffic light", "bus", "berry", "cafe", "glas", "00")
    assert like_one_of(name, known) == meant


def test_a_name_is_not_like_itself():
    assert like_one_of("car", ("car",)) is None
