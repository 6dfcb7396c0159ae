"""Beam search against all alignments, and lists of words."""

import gc
import itertools
import math

import numpy as np
import pytest

from deepdesk.data.writing import Units
from deepdesk.engine import ctc_search
from deepdesk.engine.ctc_search import BeamSearch, greedy
from deepdesk.engine.word_list import WordList

LETTERS = Units([" ", "a", "b", "c", "t"])


def log_scores(rng, frames, units, sharpness=2.0):
    scores = rng.standard_normal((frames, units)) * sharpness
    return scores - np.log(np.exp(scores).sum(1, keepdims=True))


def by_hand(log_TC):
    """Return units to probability, over all alignments."""
    totals = {}
    frames, units = log_TC.shape
    for path in itertools.product(range(units), repeat=frames):
        said = tuple(unit for unit, _run in itertools.groupby(path) if unit)
        totals[said] = totals.get(said, 0.0) + math.exp(
            sum(log_TC[frame, unit] for frame, unit in enumerate(path))
        )
    return totals


def spoken(text, frames_each=3, doubt=0.01):
    """Return scores of a text that is said clearly, (T, C)."""
    rows = []
    for number in LETTERS.encoded(text):
        for unit in [number] * frames_each + [0]:
            row = np.full(len(LETTERS) + 1, doubt / len(LETTERS))
            row[unit] = 1.0 - doubt
            rows.append(np.log(row))
    return np.array(rows)


@pytest.mark.parametrize("seed", range(12))
def test_a_wide_beam_knows_every_text_with_its_probability(seed):
    rng = np.random.default_rng(seed)
    log_TC = log_scores(rng, int(rng.integers(1, 6)), int(rng.integers(2, 4)))
    search = BeamSearch(LETTERS, width=10_000, unlikely=-math.inf)

    found = {f.units: math.exp(f.log_probability) for f in search.found(log_TC)}

    assert found == pytest.approx(by_hand(log_TC))


def test_the_first_answer_is_the_likeliest():
    log_TC = log_scores(np.random.default_rng(3), 5, 3)
    found = BeamSearch(LETTERS, width=50, unlikely=-math.inf).found(log_TC)

    assert found[0].units == max(by_hand(log_TC).items(), key=lambda item: item[1])[0]


def test_beam_search_is_right_where_the_best_path_is_not():
    # Each moment is likeliest blank (0.36), yet "a" has three alignments of 0.64 in all.
    log_TC = np.log(np.array([[0.6, 0.0, 0.4], [0.6, 0.0, 0.4]]) + 1e-30)

    assert greedy(log_TC).units == ()
    assert BeamSearch(LETTERS, width=4).found(log_TC)[0].units == (2,)


def test_the_best_path_leaves_out_repetitions_and_blanks():
    path = [0, 2, 2, 0, 2, 3, 3, 0]
    log_TC = np.full((len(path), 6), -9.0)
    log_TC[np.arange(len(path)), path] = -0.5

    found = greedy(log_TC)

    assert found.units == (2, 2, 3)
    assert found.log_probability == pytest.approx(-4.0)
    assert greedy(log_TC[:0]).units == ()


def test_a_long_sound_does_not_vanish():
    found = BeamSearch(LETTERS, width=8).found(spoken("abc cab " * 30))

    assert LETTERS.decoded(found[0].units) == ("abc cab " * 30).strip()
    assert math.isfinite(found[0].log_probability)


def test_only_words_of_the_list_are_written():
    rng = np.random.default_rng(5)
    words = WordList(["ab", "cat"], math.inf)
    search = BeamSearch(LETTERS, width=30, words=words)

    for _round in range(10):
        text = LETTERS.decoded(search.found(log_scores(rng, 12, 6))[0].units)
        assert set(text.split()) <= {"ab", "cat"}


def test_a_word_that_was_cut_off_is_left_out():
    search = BeamSearch(LETTERS, width=8, words=WordList(["ab", "cat"], math.inf))

    assert LETTERS.decoded(search.found(spoken("ab ca", doubt=1e-7))[0].units) == "ab"


def test_preferred_words_win_only_where_the_sound_is_in_doubt():
    words = WordList(["cat"], 5.0)
    search = BeamSearch(LETTERS, width=16, words=words)
    doubtful = spoken("cab")
    doubtful[8:11, LETTERS.encoded("t")[0]] = math.log(0.3)

    assert LETTERS.decoded(search.found(doubtful)[0].units) == "cat"
    assert LETTERS.decoded(search.found(spoken("cab", doubt=1e-4))[0].units) == "cab"


@pytest.mark.parametrize(
    ("text", "cost"), [("cat", 0), ("cat ca", 0), ("ca ", 1), ("cab", 1), ("dog at", 2), ("  ", 0)]
)
def test_words_that_are_not_on_the_list_cost_once_each(text, cost):
    words = WordList(["cat", "ab"], 1.0)

    assert words.moved(0, text)[1] == cost


def test_a_word_ends_where_the_list_says_so():
    words = WordList(["cat"], 1.0)

    assert words.end_cost(words.moved(0, "cat")[0]) == 0
    assert words.end_cost(words.moved(0, "ca")[0]) == 1


def test_a_search_leaves_nothing_behind_that_only_a_search_for_cycles_finds():
    gc.collect()
    gc.disable()
    try:
        log_TC = log_scores(np.random.default_rng(1), 40, len(LETTERS) + 1)
        BeamSearch(LETTERS, width=4).found(log_TC)
        left = sum(type(held) is ctc_search._Prefix for held in gc.get_objects())
    finally:
        gc.enable()
    assert left == 0


@pytest.mark.parametrize("cost", [5.0, math.inf])
def test_beginnings_that_are_given_up_are_not_kept(cost, monkeypatch):
    roots = []
    monkeypatch.setattr(ctc_search, "_taken_apart", roots.append)
    log_TC = log_scores(np.random.default_rng(2), 60, len(LETTERS) + 1)
    words = WordList(["a", "at", "cat", "tab"], cost)
    BeamSearch(LETTERS, width=4, words=words).found(log_TC)
    count, left = 0, list(roots)
    while left:
        prefix = left.pop()
        count += 1
        left += [child for child in prefix.children.values() if child.cost < math.inf]
    # Four beginnings of at most sixty units each, not five more for every moment.
    assert count <= 4 * 60
