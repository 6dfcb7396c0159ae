"""What the tests of the microphone's page share: a paper microphone and a network of paper."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from deepdesk.core import payloads
from deepdesk.project.folder import Project
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.inference.live import work
from tests.fake_portaudio import FakeDevice, FakePortAudio, loudspeaker
from tests.ui.inference_stage import add_run, made

RATE_HZ = 8000
CLASSES = ("seven", "one")
BLOCK_S = 0.1


class LoudnessStream:
    """Hears "seven" in what is loud, "one" in what is half as loud, and else nothing."""

    window_s = 0.0
    about_s = None

    def __init__(self):
        self.finished = 0

    def take(self, piece):
        peak = float(np.abs(piece.samples_TC).max(initial=0.0))
        if peak < 0.05:
            return payloads.LabelScores(scores=())
        likely = ("seven", "one") if peak > 0.5 else ("one", "seven")
        return payloads.LabelScores(scores=((likely[0], 0.9), (likely[1], 0.1)))

    def finish(self):
        self.finished += 1


class LivePredictor:
    """What `Predictor` is to the page."""

    classes = CLASSES
    make_stream = LoudnessStream

    def __init__(self):
        self.task = SimpleNamespace(rate_hz=RATE_HZ, thresholds={"seven": 0.6})
        self.streams = []

    def stream(self):
        self.streams.append(self.make_stream())
        return self.streams[-1]

    def answer(self, given, stop):
        yield SimpleNamespace(answer=None, milliseconds=1.0, is_final=True)


def loud(length_s, level=0.8, rate_hz=48_000):
    """Return a tone, float32, (T,)."""
    times = np.arange(round(length_s * rate_hz)) / rate_hz
    return (level * np.sin(2 * np.pi * 440 * times)).astype(np.float32)


def quiet(length_s, rate_hz=48_000):
    """Return almost nothing, float32, (T,)."""
    return np.full(round(length_s * rate_hz), 1e-4, np.float32)


@pytest.fixture
def fake(monkeypatch):
    fake = FakePortAudio([FakeDevice(rates=(48_000,)), loudspeaker()])
    # Everything is told at once, so that a test knows what was heard.
    monkeypatch.setattr(work, "TOLD_EVERY_S", 0.0)
    monkeypatch.setitem(sys.modules, "sounddevice", fake)
    return fake


@pytest.fixture
def desk(qtbot, tmp_path):
    project = Project.create(tmp_path / "p.deepdesk", name="p", task="audio_classification")
    desk = Desk()
    desk.notes, desk.troubles = [], []
    desk.said.connect(desk.notes.append)
    desk.troubled.connect(desk.troubles.append)
    desk.show_project(project)
    yield desk
    desk.stop_all()
    qtbot.waitUntil(lambda: not desk.jobs)
    desk.close_project()
    desk.deleteLater()


@pytest.fixture
def tab(qtbot, desk, fake):
    add_run(desk.project)
    tab = made(qtbot, desk, LivePredictor)
    qtbot.waitUntil(lambda: tab.inquiry.choice is not None)
    return tab


def open_page(qtbot, desk, tab):
    """Click on Microphone and wait until devices are known."""
    qtbot.mouseClick(tab.workspace.top.live, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not desk.jobs)
    return tab.workspace.live


def listen(qtbot, fake, page):
    """Press Space and wait until the microphone is open."""
    qtbot.keyClick(page, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: bool(fake.listening))


def hear(qtbot, fake, tab, samples, rate_hz=48_000):
    """Let the microphone hear, in blocks that the work keeps up with."""
    memory = tab.live.listening.memory
    block = round(BLOCK_S * rate_hz)
    for start in range(0, len(samples), block):
        piece = samples[start : start + block]
        wanted_s = memory.end_s + len(piece) / rate_hz
        fake.hear(piece)
        qtbot.waitUntil(lambda until_s=wanted_s: memory.end_s > until_s - 1e-6)
