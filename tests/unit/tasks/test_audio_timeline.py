"""Timelines of recordings, and answers to sound that still comes in."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import soundfile

from deepdesk.core.errors import BadSampleError
from deepdesk.core.payloads import Audio, LabelScores, Text
from deepdesk.core.work import StoppedError, StopToken
from deepdesk.data.sound_files import recording_facts
from deepdesk.data.spans import spans_of
from deepdesk.tasks.audio_classification import timeline
from deepdesk.tasks.audio_classification.questions import Window
from deepdesk.tasks.audio_classification.stream import HOP_S, STANDS_S, SoundStream
from deepdesk.tasks.audio_classification.timeline import timelines
from tests.unit.tasks.sound_stage import CLASSES, RATE_HZ, WINDOW, Listener, joined, some_events

EVENTS, LENGTH_S = some_events(40)


@pytest.fixture
def recording(tmp_path):
    soundfile.write(tmp_path / "a.wav", joined(EVENTS, LENGTH_S), RATE_HZ)
    return recording_facts(tmp_path / "a.wav")


def told(recording, listener=None, thresholds=None, stop=None):
    ask = listener or Listener()
    return timelines(recording, ask, WINDOW, CLASSES, thresholds or {}, stop or StopToken())


def test_every_event_is_found_once_at_its_time(recording):
    *_, last = told(recording)

    assert [span.label for span in last.spans] == [name for _start, _length, name in EVENTS]
    for span, (start_s, event_s, _name) in zip(last.spans, EVENTS, strict=True):
        assert span.start_s == pytest.approx(start_s, abs=0.11)
        assert span.end_s == pytest.approx(start_s + event_s, abs=0.11)
        assert span.score > 0.9


def test_the_final_timeline_says_what_its_rows_are(recording):
    *_, last = told(recording, thresholds={"low": 0.7})

    assert last.is_final
    assert last.length_s == pytest.approx(LENGTH_S, abs=0.01)
    assert last.classes == CLASSES
    assert last.thresholds == {"low": 0.7}
    assert len(last.scores_TC) == pytest.approx(LENGTH_S / 0.1, abs=1)
    again = spans_of(last.scores_TC, last.classes, last.step_s, last.window_s, last.thresholds, 0.0)
    assert again == last.spans


def test_one_event_is_one_question(recording):
    listener = Listener()
    *_, _last = told(recording, listener)

    assert len(listener.asked) == len(EVENTS)


def test_timelines_grow_and_never_take_anything_back(recording, monkeypatch):
    monkeypatch.setattr(timeline, "PIECE_S", 2.0)
    monkeypatch.setattr(timeline, "TOLD_AT_MOST_EVERY_S", 0.0)

    several = list(told(recording))

    assert len(several) > 5
    assert [one.is_final for one in several] == [False] * (len(several) - 1) + [True]
    for before, after in pairwise(several):
        assert after.length_s > before.length_s
        np.testing.assert_array_equal(after.scores_TC[: len(before.scores_TC)], before.scores_TC)
        settled = [s for s in before.spans if s.end_s < before.length_s - 0.5]
        assert list(after.spans[: len(settled)]) == settled


def test_what_was_told_cannot_be_changed_by_who_took_it(recording):
    *_, last = told(recording)

    with pytest.raises(ValueError, match="read-only"):
        last.scores_TC[0, 0] = 1.0


def test_it_stops_when_asked(recording):
    stop = StopToken()
    stop.stop()

    with pytest.raises(StoppedError):
        list(told(recording, stop=stop))


def test_a_file_that_went_away_is_said(recording, tmp_path):
    (tmp_path / "a.wav").unlink()

    with pytest.raises(BadSampleError, match="not there"):
        list(told(recording))


def test_very_long_recordings_of_many_classes_have_fewer_rows(recording, monkeypatch):
    monkeypatch.setattr(timeline, "MOST_SCORES", 100)

    *_, last = told(recording)

    assert last.scores_TC.size <= 110


def live(sound_T, window=WINDOW, piece_s=0.02, rate_hz=RATE_HZ):
    """Return (second, answer) of each step."""
    listener = Listener()

    def ask(samples_T):
        low, high = (float(score) for score in listener([samples_T])[0])
        return LabelScores(scores=(("low", low), ("high", high)))

    stream, said = SoundStream(ask, window), []
    piece = round(piece_s * rate_hz)
    for at in range(0, len(sound_T), piece):
        given = Audio(samples_TC=sound_T[at : at + piece, None], sample_rate_hz=rate_hz)
        answer = stream.take(given)
        if answer is not None:
            said.append(((at + piece) / rate_hz, answer))
    return said, listener, stream


def heard_between(said, start_s, end_s):
    return [answer for second, answer in said if start_s <= second <= end_s and answer.scores]


def test_a_live_sound_is_answered_soon_after_its_end_and_for_a_moment():
    said, listener, _stream = live(joined([(2.0, 0.4, "high")], 4.0))

    assert heard_between(said, 0.0, 2.4) == []
    first_s = next(second for second, answer in said if answer.scores)
    last_s = max(second for second, answer in said if answer.scores)
    assert first_s <= 2.4 + 0.15
    assert last_s == pytest.approx(2.4 + STANDS_S, abs=2 * HOP_S)
    assert len(listener.asked) == 1
    assert dict(heard_between(said, 0.0, 4.0)[0].scores)["high"] > 0.9


def test_each_of_many_live_sounds_is_answered_rightly():
    events, length_s = some_events(10)
    said, _listener, _stream = live(joined(events, length_s), piece_s=0.04)

    for start_s, event_s, name in events:
        answers = heard_between(said, start_s + event_s, start_s + event_s + 0.2)
        assert answers, start_s
        assert max(answers[-1].scores, key=lambda pair: pair[1])[0] == name


def test_a_live_sound_that_goes_on_is_answered_while_it_does():
    said, _listener, _stream = live(joined([(1.0, 2.0, "low")], 3.5), piece_s=0.04)

    assert heard_between(said, 1.7, 2.5)
    assert all(dict(a.scores)["low"] > 0.9 for a in heard_between(said, 1.7, 3.0))


@pytest.mark.parametrize("noise", [0.0, 0.0001, 0.02])
def test_silence_and_steady_background_are_answered_with_no_scores(noise):
    said, listener, _stream = live(joined([], 4.0, noise=noise))

    assert {answer.scores for _second, answer in said} == {()}
    assert listener.asked == []


def test_live_answers_come_at_even_steps():
    said, _listener, _stream = live(joined([(2.0, 0.4, "high")], 4.0))

    assert len(said) == pytest.approx(4.0 / HOP_S, rel=0.1)


def test_a_microphone_of_another_rate_is_understood():
    times_s = np.arange(4 * 48_000) / 48_000
    wave = np.where((times_s > 2) & (times_s < 2.4), 0.3 * np.sin(2 * np.pi * 1500 * times_s), 0)

    said, _listener, _stream = live(wave.astype(np.float32), rate_hz=48_000)

    (first, *_more) = heard_between(said, 2.4, 2.6)
    assert dict(first.scores)["high"] > 0.9


def test_a_sound_cut_off_by_the_end_is_answered_at_last():
    said, _listener, stream = live(joined([(2.0, 0.4, "high")], 3.0)[: round(2.3 * RATE_HZ)])

    assert heard_between(said, 0.0, 3.0) == []
    answer = stream.finish()
    assert answer is not None
    assert dict(answer.scores)["high"] > 0.9


def test_a_scene_is_answered_all_the_time():
    window = Window(rate_hz=RATE_HZ, samples=4 * RATE_HZ, trims=True)

    said, _listener, stream = live(joined([(0.0, 4.0, "low")], 4.0), window)

    assert all(answer.scores for second, answer in said if second > 0.1)
    assert stream.finish() is None


def test_a_stream_of_sound_takes_no_text():
    _said, _listener, stream = live(joined([], 0.1))

    with pytest.raises(TypeError, match="Audio"):
        stream.take(Text(text="hello"))
