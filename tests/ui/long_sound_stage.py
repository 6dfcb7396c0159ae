"""What the tests of long recordings share: a file, a timeline, a loudspeaker of paper."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from deepdesk.core.payloads import Span, Timeline
from deepdesk.data.sound_files import recording_facts
from deepdesk.ui import sound_output
from deepdesk.ui.tabs.inference.long_sound import LongSound

RATE_HZ = 8_000
CLASSES = ("cat", "dog")


class PaperSpeaker:
    """Writes down what it is given."""

    latency_s = 0.0

    def __init__(self, rate_hz):
        self.rate_hz = rate_hz
        self.blocks = []
        self.closed = []

    def write(self, block_T):
        self.blocks.append(block_T.copy())

    def close(self, *, at_once):
        self.closed.append(at_once)


@pytest.fixture
def speaker(monkeypatch):
    speaker = PaperSpeaker(RATE_HZ)
    monkeypatch.setattr(sound_output, "opened_output", lambda _rate_hz: speaker)
    return speaker


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    path = tmp_path_factory.mktemp("sounds") / "garden.wav"
    ramp = np.linspace(0.1, 0.5, 70 * RATE_HZ, dtype=np.float32)
    soundfile.write(path, ramp, RATE_HZ, subtype="FLOAT")
    return recording_facts(path)


def timeline(length_s=70.0, *, is_final=True, thresholds=None):
    """Return dogs that are heard well at 10 and 30 s, and a cat heard badly at 50 s."""
    scores = np.zeros((round(length_s * 10), 2), dtype=np.float32)
    scores[100:105, 1], scores[300:310, 1], scores[500:505, 0] = 0.9, 0.8, 0.4
    spans = (
        Span(start_s=10.0, end_s=10.5, label="dog", score=0.9),
        Span(start_s=30.0, end_s=31.0, label="dog", score=0.8),
    )
    return Timeline(
        spans=tuple(span for span in spans if span.end_s <= length_s),
        length_s=length_s,
        classes=CLASSES,
        scores_TC=scores,
        step_s=0.1,
        window_s=0.1,
        thresholds=thresholds or {},
        is_final=is_final,
    )


def shown(qtbot, view, width=900, height=560):
    qtbot.addWidget(view)
    view.resize(width, height)
    with qtbot.waitExposed(view):
        view.show()
    return view


@pytest.fixture
def long_sound(qtbot, recording, speaker):
    view = LongSound(recording)
    view.show_answer(timeline())
    return shown(qtbot, view)


def turn_wheel(view, at, turns, modifiers=Qt.KeyboardModifier.NoModifier):
    event = QWheelEvent(
        QPointF(at),
        QPointF(view.mapToGlobal(at)),
        QPoint(),
        QPoint(0, 120 * turns),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)


def click(qtbot, view, where):
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=where.toPoint())
