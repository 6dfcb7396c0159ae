"""Where speech begins and ends: tones stand for words, hiss for the room."""

import numpy as np
import pytest

from deepdesk.data.pauses import PauseCutter

RATE_HZ = 8_000


def tone(seconds, level=0.2):
    times_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return (level * np.sin(2 * np.pi * 300 * times_s)).astype(np.float32)


def hiss(seconds, level=0.001):
    chance = np.random.default_rng(1)
    return (level * chance.standard_normal(round(seconds * RATE_HZ))).astype(np.float32)


def cut(sound_T, longest_s=10.0, piece_s=0.1):
    cutter = PauseCutter(RATE_HZ, longest_s)
    step = round(piece_s * RATE_HZ)
    found = []
    for start in range(0, len(sound_T), step):
        found += cutter.take(sound_T[start : start + step])
    return found + cutter.finish()


def ends(found):
    return [(said.start_s, said.start_s + len(said.samples_T) / RATE_HZ) for said in found]


TALK = np.concatenate([hiss(1), tone(0.8), hiss(0.2), tone(0.5), hiss(1), tone(1.2), hiss(1)])


def test_sentences_are_cut_at_pauses_with_a_little_silence_around():
    first, second = ends(cut(TALK))

    assert first == pytest.approx((0.8, 2.7), abs=0.05)
    assert second == pytest.approx((3.3, 4.9), abs=0.05)


@pytest.mark.parametrize("level", [0.0002, 0.003])
def test_sentences_with_a_short_pause_between_do_not_join_and_their_words_do(level):
    words = [tone(0.5), hiss(0.2, level), tone(0.4)]
    talk = [hiss(1, level), *(3 * [*words, hiss(0.4, level)]), hiss(1, level)]

    found = ends(cut(np.concatenate(talk)))

    # A sentence and the pause after it take 1.5 s; 0.2 s are kept before it.
    assert [start for start, _end in found] == pytest.approx([0.8, 2.3, 3.8], abs=0.05)
    assert [end - start for start, end in found] == pytest.approx(3 * [1.5], abs=0.05)


@pytest.mark.parametrize("level", [0.0, 0.0002, 0.003, 0.01])
def test_the_noise_of_the_room_is_followed(level):
    talk = np.concatenate([hiss(2, level), tone(0.8), hiss(1, level), tone(0.6), hiss(1, level)])

    assert [said.start_s > 1.7 for said in cut(talk)] == [True, True]


def test_zeros_before_a_microphone_is_open_say_nothing_of_the_room():
    talk = np.concatenate([hiss(0.2, 0.0), hiss(2, 0.01), tone(0.8), hiss(1, 0.01)])

    assert [said.start_s > 1.9 for said in cut(talk)] == [True]


def test_the_size_of_the_pieces_has_no_effect():
    wanted = cut(TALK, piece_s=0.1)

    for piece_s in (0.013, 0.37, 9.0):
        found = cut(TALK, piece_s=piece_s)
        assert ends(found) == ends(wanted)
        assert all(
            np.array_equal(a.samples_T, b.samples_T) for a, b in zip(found, wanted, strict=True)
        )


def test_speech_without_a_pause_is_cut_at_its_quietest_moment():
    speech = np.concatenate([tone(1.5), tone(0.06, 0.02), tone(1.5)])
    first, second = cut(speech, longest_s=2.0)

    assert first.is_forced
    assert len(first.samples_T) / RATE_HZ == pytest.approx(1.5, abs=0.08)
    assert not second.is_forced
    assert len(first.samples_T) + len(second.samples_T) == pytest.approx(
        len(speech), abs=RATE_HZ / 4
    )


def test_no_stretch_is_longer_than_the_longest_and_nothing_is_lost():
    found = cut(tone(7), longest_s=2.0)

    assert all(len(said.samples_T) <= 2.0 * RATE_HZ for said in found)
    assert sum(len(said.samples_T) for said in found) == pytest.approx(7 * RATE_HZ, abs=RATE_HZ / 5)


def test_a_click_is_no_speech():
    assert cut(np.concatenate([hiss(1), tone(0.02), hiss(1)])) == []
    assert cut(hiss(3)) == []
    assert cut(np.zeros(0, dtype=np.float32)) == []


def test_what_is_being_said_can_be_listened_to():
    cutter = PauseCutter(RATE_HZ, 10.0)
    cutter.take(hiss(1))
    assert cutter.current is None

    cutter.take(tone(0.5))

    assert len(cutter.current.samples_T) == pytest.approx(0.7 * RATE_HZ, abs=RATE_HZ / 20)


def test_silence_fills_no_memory():
    cutter = PauseCutter(RATE_HZ, 10.0)
    for _second in range(60):
        cutter.take(hiss(1))

    assert len(cutter._frames) <= 11
