"""Truth and answer in a terminal."""

from __future__ import annotations

from deepdesk.terminal.differences import compared, worst_lines


def test_what_differs_stands_below_each_other_in_brackets():
    above, below = compared("one two three four", "one nine three four five")

    assert above == "one [two]  three four"
    assert below == "one [nine] three four [five]"


def test_a_missing_word_leaves_a_gap():
    assert compared("one two three", "one three") == ("one [two] three", "one       three")


def test_worst_answers_are_told_with_their_files():
    rows = [{"file": "/data/a\x1b.wav", "truth": "one", "answer": "", "error": 1.0}]

    lines = list(worst_lines(rows))

    assert lines == [" 100 %  a\\x1b.wav", "        truth   [one]", "        answer  "]
    assert list(worst_lines([])) == []


def test_what_was_found_on_a_picture_is_told_as_it_is():
    rows = [{"file": "a.jpg", "truth": "7 RBC", "answer": "6 RBC", "error": 0.1, "is_drawn": True}]

    assert list(worst_lines(rows))[1:] == ["        truth   7 RBC", "        answer  6 RBC"]
