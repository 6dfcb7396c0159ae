"""Where in a sound something is to be heard, and what a network is asked about it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from deepdesk.tasks.audio_classification.hearing import (
    MOST_WINDOWS,
    Stretches,
    frame_of,
    levels_db,
    loud_in_the_end,
)
from deepdesk.tasks.audio_classification.questions import (
    EventQuestions,
    SceneQuestions,
    Window,
    questions_for,
)
from tests.unit.tasks.sound_stage import RATE_HZ, WINDOW, joined, some_events, tone

FRAME = frame_of(RATE_HZ)


def stretches(sound_T, cuts=()):
    finder, found = Stretches(100), []
    levels = levels_db(sound_T, FRAME)
    for part in np.split(levels, cuts):
        found += finder.take(part)
    return found + finder.take(np.zeros(0), is_end=True)


def test_level_of_full_scale_is_zero_decibels():
    levels = levels_db(np.concatenate([np.ones(80), np.full(80, 0.1), np.zeros(80)]), 80)

    np.testing.assert_allclose(levels, [0.0, -20.0, -120.0], atol=1e-4)


def test_each_event_is_one_stretch_at_its_place():
    events, length_s = some_events(20)

    found = stretches(joined(events, length_s))

    assert len(found) == len(events)
    for (first, last), (start_s, event_s, _name) in zip(found, events, strict=True):
        assert first * 0.01 == pytest.approx(start_s, abs=0.021)
        assert (last + 1) * 0.01 == pytest.approx(start_s + event_s, abs=0.021)


def test_pieces_of_any_size_give_what_the_whole_gives():
    events, length_s = some_events(20)
    sound_T = joined(events, length_s)
    chance = np.random.default_rng(5)
    count = len(levels_db(sound_T, FRAME))
    for _round in range(5):
        # Floors are looked up at every tenth frame from where judging stood: whole tenths agree.
        cuts = np.sort(chance.choice(count // 10, 12, replace=False)) * 10
        assert stretches(sound_T, cuts) == stretches(sound_T)


@pytest.mark.parametrize("loudness", [0.0, 0.0002, 0.01, 0.3])
def test_silence_and_steady_noise_hold_nothing(loudness):
    sound_T = np.random.default_rng(3).standard_normal(10 * RATE_HZ) * loudness

    assert stretches(sound_T.astype(np.float32)) == []


def test_noise_that_is_switched_on_is_heard_once_and_then_is_background():
    noise = np.random.default_rng(3).standard_normal(40 * RATE_HZ) * 0.05
    noise[: 10 * RATE_HZ] *= 0.001

    found = stretches(noise.astype(np.float32))

    assert found[0][0] == pytest.approx(1000, abs=2)
    assert found[-1][1] < 1800


def test_a_stop_inside_a_word_does_not_part_it_and_a_pause_does():
    stop = np.zeros(round(0.1 * RATE_HZ), np.float32)
    pause = np.zeros(round(0.3 * RATE_HZ), np.float32)
    quiet = np.zeros(RATE_HZ, np.float32)
    word = np.concatenate([tone("low", 0.2), stop, tone("high", 0.2)])

    assert len(stretches(np.concatenate([quiet, word, quiet]))) == 1
    assert len(stretches(np.concatenate([quiet, word, pause, word, quiet]))) == 2


def test_what_goes_on_for_long_is_cut():
    sound_T = np.concatenate([np.zeros(8 * RATE_HZ, np.float32), tone("low", 9.0)])
    found = stretches(sound_T)

    assert max(last - first + 1 for first, last in found) == MOST_WINDOWS * 100
    assert [b[0] - a[1] for a, b in pairwise(found)] == [1] * (len(found) - 1)


def test_the_end_of_what_was_heard_is_told_from_what_lies_longer_back():
    events = [(1.0, 0.3, "low"), (2.0, 0.4, "high")]
    levels = levels_db(joined(events, 3.0), FRAME)

    first, second = loud_in_the_end(levels, 300)
    (last,) = loud_in_the_end(levels, 110)

    assert first == (pytest.approx(100, abs=2), pytest.approx(129, abs=2))
    assert second == (pytest.approx(200, abs=2), pytest.approx(239, abs=2))
    assert last == second


def asked(questions, sound_T, piece=8000):
    made = []
    for at in range(0, len(sound_T), piece):
        made += questions.take(sound_T[at : at + piece], is_end=at + piece >= len(sound_T))
    return made


@pytest.mark.parametrize("piece", [800, 8000, 80_000])
def test_a_question_is_one_event_and_nothing_of_its_neighbours(piece):
    events, length_s = some_events(15)
    made = asked(EventQuestions(WINDOW), joined(events, length_s), piece)

    assert len(made) == len(events)
    for question, (start_s, event_s, _name) in zip(made, events, strict=True):
        assert len(question.samples_T) / RATE_HZ == pytest.approx(event_s + 0.06, abs=0.04)
        assert question.first_row == pytest.approx(start_s / 0.1, abs=1)
        assert question.last_row == pytest.approx((start_s + event_s) / 0.1, abs=1)


def test_a_long_event_is_asked_about_row_by_row_as_much_as_the_network_hears():
    made = asked(EventQuestions(WINDOW), joined([(1.0, 3.0, "low")], 5.0))

    rows = [question.first_row for question in made]
    assert rows == list(range(rows[0], rows[0] + len(rows)))
    assert len(rows) == pytest.approx(30, abs=2)
    assert all(len(q.samples_T) <= 1.1 * WINDOW.samples for q in made)
    assert all(np.abs(q.samples_T).mean() > 0.15 for q in made)


def test_every_row_is_settled_in_the_end():
    questions = EventQuestions(WINDOW)
    asked(questions, joined([(1.0, 0.3, "low")], 4.0))

    assert questions.settled == 40


def test_scenes_are_asked_about_window_by_window():
    window = Window(rate_hz=RATE_HZ, samples=5 * RATE_HZ, trims=True)
    questions = questions_for(window)
    sound_T = joined([], 10.0, noise=0.1)
    made = asked(questions, sound_T)

    assert isinstance(questions, SceneQuestions)
    assert (questions.step_s, questions.window_s) == (0.25, 5.0)
    assert [q.first_row for q in made] == list(range(21))
    np.testing.assert_array_equal(made[3].samples_T, sound_T[6000:46000])


def test_a_scene_shorter_than_the_window_is_asked_about_once():
    window = Window(rate_hz=RATE_HZ, samples=5 * RATE_HZ, trims=False)

    (question,) = asked(questions_for(window), joined([], 2.0))

    assert len(question.samples_T) == 2 * RATE_HZ


def test_nobody_is_asked_about_silent_scenes_unless_silence_says_something():
    silence = np.zeros(10 * RATE_HZ, dtype=np.float32)
    for trims, count in ((True, 0), (False, 21)):
        window = Window(rate_hz=RATE_HZ, samples=5 * RATE_HZ, trims=trims)
        assert len(asked(questions_for(window), silence)) == count


def test_memory_does_not_grow_with_the_sound():
    questions = EventQuestions(WINDOW)
    sizes = []
    for _second in range(60):
        list(questions.take(joined([(0.2, 0.3, "low")], 1.0)))
        sizes.append(len(questions._kept._samples_T))

    assert max(sizes[20:]) <= max(sizes[:20])
