"""Answers as JSON and as a line of text."""

from __future__ import annotations

import json

import numpy as np

from deepdesk.core.payload_json import payload_text, payload_to_json
from deepdesk.core.payloads import Recording, Span, Timeline


def timeline(*labels, classes=("cat", "dog")):
    spans = tuple(
        Span(start_s=at + 0.00049, end_s=at + 0.5, label=label, score=0.9)
        for at, label in enumerate(labels)
    )
    return Timeline(spans=spans, length_s=60.0, classes=classes, thresholds={"cat": 0.25})


def test_a_timeline_is_its_events():
    made = payload_to_json(timeline("dog"))

    assert json.loads(json.dumps(made)) == {
        "length_s": 60.0,
        "events": [{"start_s": 0.0, "end_s": 0.5, "label": "dog", "score": 0.9}],
        "thresholds": {"cat": 0.25},
    }


def test_events_are_counted_in_one_line_the_most_frequent_first():
    assert payload_text(timeline("dog", "cat", "dog")) == "3 events: dog 2, cat 1"
    assert payload_text(timeline("dog")) == "1 event: dog 1"
    assert payload_text(timeline()) == "no events"
    many = timeline(*"aabbccde", classes=tuple("abcde"))
    assert payload_text(many) == "8 events: a 2, b 2, c 2, others 2"


def test_a_transcript_is_its_words():
    assert payload_text(timeline("hello", "world", classes=())) == "hello world"
    assert payload_text(timeline(classes=())) == "nothing said"


def test_a_recording_is_its_facts():
    recording = Recording(
        path="/a.wav",
        length_s=3600.00049,
        sample_rate_hz=8000,
        peaks_K2=np.zeros((2, 2), dtype=np.float32),
    )

    assert payload_to_json(recording) == {
        "path": "/a.wav",
        "length_s": 3600.0,
        "sample_rate_hz": 8000,
    }
