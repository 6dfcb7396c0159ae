"""Numbers as a line that people read and write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepdesk.core.errors import ConfigError
from deepdesk.core.payloads import Number
from deepdesk.data.number_text import read, written, written_answer

HEADERS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20)


@given(st.dictionaries(HEADERS, st.integers(-(10**9), 10**9).map(float), max_size=5))
def test_what_was_written_is_read_again(target):
    assert read(written(target)) == target


def test_units_and_decimals_stay():
    target = {"speed [km/h]": 30.0, "steering": -0.025}

    assert written(target) == "speed [km/h]: 30; steering: -0.025"
    assert read("speed [km/h]: 30 ;\n steering:-0,025") == target


def test_a_name_may_have_a_colon_in_it():
    assert read("time: hours: 3") == {"time: hours": 3.0}


def test_nothing_is_no_number():
    assert read("  ") == {}
    assert written(None) == written("seven") == written([1]) == ""
    assert written({"a": True, "b": "x"}) == ""


@pytest.mark.parametrize(
    ("line", "reason"),
    [("7", "no name"), (": 7", "no name"), ("a: seven", "no number"), ("a: nan", "no number")],
)
def test_what_is_no_such_line_is_refused_with_an_example(line, reason):
    with pytest.raises(ConfigError, match=reason) as caught:
        read(line)
    assert "steering" in caught.value.hint


def test_more_numbers_than_are_kept_are_refused():
    with pytest.raises(ConfigError, match="64"):
        read("; ".join(f"n{at}: 1" for at in range(65)))


def test_an_answer_is_written_as_a_truth_is():
    answer = Number(values={"speed": (30.12345, "km/h"), "steering": (-0.1, "")})

    assert written_answer(answer) == "speed [km/h]: 30.12; steering: -0.1"
