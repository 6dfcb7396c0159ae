"""What differs between two texts, checked against every way of making one of the other."""

from __future__ import annotations

import itertools
from functools import cache

import pytest

from deepdesk.core.alignment import (
    aligned,
    difference_words,
    edit_distance,
    in_detail,
    words,
)

SMALL = ["".join(letters) for size in range(5) for letters in itertools.product("ab", repeat=size)]


@cache
def cheapest(truth: str, answer: str) -> int:
    """Return the fewest edits by trying all of them."""
    if not truth or not answer:
        return len(truth) + len(answer)
    return min(
        cheapest(truth[1:], answer[1:]) + (truth[0] != answer[0]),
        cheapest(truth[1:], answer) + 1,
        cheapest(truth, answer[1:]) + 1,
    )


def edits(pieces) -> int:
    """Count the edits that an alignment of characters shows."""
    return sum(
        max(len(piece.truth), len(piece.answer)) for piece in pieces if piece.kind != "equal"
    )


def test_distance_of_all_short_texts_is_the_cheapest_of_all_ways():
    for truth, answer in itertools.product(SMALL, SMALL):
        assert edit_distance(truth, answer) == cheapest(truth, answer)


def test_alignment_shows_no_more_edits_than_needed_and_loses_nothing():
    for truth, answer in itertools.product(SMALL, SMALL):
        pieces = aligned(truth, answer, by_words=False)

        assert edits(pieces) == cheapest(truth, answer)
        assert "".join(piece.truth for piece in pieces) == truth
        assert "".join(piece.answer for piece in pieces) == answer


def test_kinds_say_on_which_side_something_is():
    for piece in aligned("one two three four", "one too three four five"):
        assert (piece.truth == piece.answer) == (piece.kind == "equal")
        assert (not piece.answer) == (piece.kind == "missing")
        assert (not piece.truth) == (piece.kind == "extra")


def test_words_are_compared_whole_whatever_lies_between_them():
    told = [
        (piece.kind, piece.truth, piece.answer)
        for piece in aligned("seven  one\ttwo", "eleven one two nine")
    ]

    assert told == [
        ("replaced", "seven", "eleven"),
        ("equal", "one two", "one two"),
        ("extra", "", "nine"),
    ]


def test_distance_in_words_counts_words():
    assert edit_distance(words("seven one two"), words("eleven one")) == 2
    assert edit_distance(words(""), words("a b c")) == 3


@pytest.mark.parametrize("by_words", [True, False])
def test_two_empty_texts_have_no_pieces(by_words):
    assert aligned("", "", by_words=by_words) == ()


def test_neighbours_are_of_different_kinds():
    for truth, answer in itertools.product(SMALL, SMALL):
        kinds = [piece.kind for piece in aligned(truth, answer, by_words=False)]
        assert all(one != other for one, other in itertools.pairwise(kinds))


def test_words_that_are_nearly_alike_are_compared_letter_by_letter():
    near, gap, far = in_detail("seven and two", "seben and nine")

    assert [(piece.kind, piece.truth, piece.answer) for piece in near] == [
        ("equal", "se", "se"),
        ("replaced", "v", "b"),
        ("equal", "en", "en"),
    ]
    assert gap[0].truth == "and"
    assert [(piece.kind, piece.truth, piece.answer) for piece in far] == [
        ("replaced", "two", "nine")
    ]


def test_differences_read_as_a_sentence():
    told = difference_words("one two three", "one too three four")

    assert told == "“too” instead of “two”, “four” is too much"
    assert difference_words("one", "") == "“one” is missing"
    assert difference_words("one", "one") == "as it should be"
