"""Events out of scores over time."""

from __future__ import annotations

import time

import numpy as np
import pytest

from deepdesk.core.payloads import Span
from deepdesk.data.spans import GOES_ON, LEAST_S, SpanFinder, counted, spans_of

CLASSES = ("cat", "dog")


def scores(rows: int, **heard: tuple[int, int]) -> np.ndarray:
    """Return rows of zeros, and 0.9 from the first to before the last row of each class."""
    made = np.zeros((rows, len(CLASSES)), dtype=np.float32)
    for name, (first, last) in heard.items():
        made[first:last, CLASSES.index(name)] = 0.9
    return made


def found(scores_TC, thresholds=None, smoothing_s=0.0, window_s=1.0):
    return spans_of(scores_TC, CLASSES, 0.1, window_s, thresholds or {}, smoothing_s)


def test_event_lies_in_the_middle_of_its_windows():
    (span,) = found(scores(40, dog=(10, 16)))

    # Rows 10 to 15 look at seconds 1.0-2.0 to 1.5-2.5: their middles are 1.5 to 2.0.
    assert (span.start_s, span.end_s) == (pytest.approx(1.45), pytest.approx(2.05))
    assert span.label == "dog"
    assert span.score == pytest.approx(0.9)


def test_silence_has_no_events():
    assert found(scores(100)) == ()
    assert found(np.zeros((0, 2), dtype=np.float32)) == ()


def test_event_at_the_beginning_begins_with_the_sound():
    (span,) = found(scores(40, cat=(0, 3)))

    assert (span.start_s, span.end_s) == (0.0, pytest.approx(0.75))


def test_event_at_the_end_ends_with_its_last_window():
    (span,) = found(scores(40, cat=(37, 40)))

    assert span.end_s == pytest.approx(3.9 + 1.0)


def test_short_gap_is_closed_and_a_long_one_is_not():
    short, long = scores(60, dog=(10, 20)), scores(60, dog=(10, 20))
    short[21:30, 1] = 0.9
    long[25:30, 1] = 0.9

    assert len(found(short)) == 1
    assert len(found(long)) == 2


def test_single_row_is_too_short_to_count():
    assert LEAST_S > 0.1
    assert found(scores(40, dog=(10, 11))) == ()


def test_event_goes_on_while_its_score_stays_near_the_threshold():
    rows = scores(40, dog=(10, 14))
    rows[14:20, 1] = 0.5 * GOES_ON + 0.01
    rows[20:, 1] = 0.5 * GOES_ON - 0.01

    (span,) = found(rows)

    assert span.end_s == pytest.approx((19 + 0.5) * 0.1 + 0.5)


def test_each_class_has_its_threshold():
    rows = scores(40, cat=(5, 10), dog=(20, 25))

    assert [s.label for s in found(rows, {"cat": 0.95})] == ["dog"]
    assert [s.label for s in found(rows, {"cat": 0.95, "dog": 0.95})] == []


def test_smoothing_takes_a_lone_peak_away():
    rows = scores(60, dog=(30, 32))

    assert len(found(rows)) == 1
    assert found(rows, smoothing_s=1.0) == ()


def test_smoothed_scores_are_centred_means():
    rows = np.random.default_rng(1).random((30, 2)).astype(np.float32)
    centred = [rows[max(0, t - 2) : t + 3, 0].astype(float).mean() for t in range(30)]

    spans = found(rows, {"cat": max(centred) - 1e-9, "dog": 2.0}, smoothing_s=0.4)

    assert max(s.score for s in spans) == pytest.approx(max(centred))


def test_bits_of_any_size_give_what_the_whole_gives():
    chance = np.random.default_rng(7)
    for seed in range(40):
        raw = np.repeat(chance.random((30, 2)), chance.integers(1, 6), axis=0)
        rows = (raw**2).astype(np.float32)
        smoothing_s = float(chance.choice([0.0, 0.2, 0.5, 1.0]))
        finder = SpanFinder(CLASSES, 0.1, 1.0, {"cat": 0.4}, smoothing_s)
        bits, at = [], 0
        while at < len(rows):
            size = int(chance.integers(1, 9))
            bits.extend(finder.take(rows[at : at + size]))
            at += size
        bits.extend(finder.finish())

        whole = found(rows, {"cat": 0.4}, smoothing_s)

        assert sorted(bits, key=lambda s: (s.start_s, s.end_s, s.label)) == list(whole), seed


def test_event_under_way_is_known_before_it_ends():
    finder = SpanFinder(CLASSES, 0.1, 1.0, {}, 0.0)

    ended = finder.take(scores(20, dog=(10, 20)))

    assert ended == ()
    assert [span.label for span in finder.under_way] == ["dog"]
    assert [span.label for span in finder.finish()] == ["dog"]
    assert finder.under_way == ()


def test_events_are_counted_most_frequent_first():
    spans = [Span(start_s=0, end_s=1, label=name, score=1.0) for name in ("b", "a", "c", "c")]

    assert counted(spans) == (("c", 2), ("a", 1), ("b", 1))


def test_an_hour_is_found_in_a_moment():
    rows = np.repeat(np.random.default_rng(3).random((6000, 2)), 6, axis=0).astype(np.float32)
    start = time.perf_counter()
    found(rows, smoothing_s=0.3)

    assert time.perf_counter() - start < 0.5
