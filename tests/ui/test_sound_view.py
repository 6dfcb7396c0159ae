"""Listening to a sound: a person clicks, a loudspeaker of paper takes what is played."""

from __future__ import annotations

import sys
import threading

import numpy as np
import pytest
from PySide6.QtCore import Qt

from deepdesk.core.errors import DeviceError
from deepdesk.core.payloads import Audio
from deepdesk.core.work import StopToken
from deepdesk.ui import sound_output
from deepdesk.ui.payload_views import widget_for
from deepdesk.ui.sound_view import SoundView
from deepdesk.ui.tabs.inference.sizes import SMALL_PX, small

RATE_HZ = 8_000


class PaperSpeaker:
    """Writes down what it is given; waits while a test holds it."""

    latency_s = 0.0

    def __init__(self, rate_hz):
        self.rate_hz = rate_hz
        self.blocks = []
        self.closed = []
        self.may_go_on = threading.Event()

    def write(self, block_T):
        self.blocks.append(block_T.copy())
        self.may_go_on.wait(10)

    def close(self, *, at_once):
        self.closed.append(at_once)


@pytest.fixture
def speaker(monkeypatch):
    made = PaperSpeaker(RATE_HZ)
    monkeypatch.setattr(sound_output, "opened_output", lambda rate_hz: made)
    yield made
    made.may_go_on.set()


def sound(seconds=1.0):
    times_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    wave = np.sin(2 * np.pi * 300 * times_s).astype(np.float32)
    return Audio(samples_TC=wave[:, None], sample_rate_hz=RATE_HZ, name="hum.wav")


def shown(qtbot, payload, width=400):
    view = widget_for(payload)
    qtbot.addWidget(view)
    view.resize(width, 120)
    view.show()
    assert isinstance(view, SoundView)
    return view


def test_a_click_plays_the_whole_sound_and_a_cursor_runs_along(qtbot, speaker):
    view = shown(qtbot, sound())

    qtbot.mouseClick(view, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(speaker.blocks) and view.heard_s is not None)
    assert view.is_playing
    assert view.button.accessibleName() == "Stop"
    speaker.may_go_on.set()
    qtbot.waitUntil(lambda: not view.is_playing)

    np.testing.assert_array_equal(np.concatenate(speaker.blocks), sound().samples_TC[:, 0])
    assert speaker.closed == [False]
    assert view.heard_s is None
    assert view.button.accessibleName() == "Play"


def test_the_button_stops_it_at_once(qtbot, speaker):
    view = shown(qtbot, sound(5.0))
    qtbot.mouseClick(view.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(speaker.blocks))

    qtbot.mouseClick(view.button, Qt.MouseButton.LeftButton)
    speaker.may_go_on.set()
    qtbot.waitUntil(lambda: bool(speaker.closed))

    assert not view.is_playing
    assert speaker.closed == [True]
    assert len(speaker.blocks) < 5


def test_the_space_bar_plays_too_and_another_sound_ends_the_first(qtbot, speaker):
    first, second = shown(qtbot, sound()), shown(qtbot, sound())
    qtbot.keyClick(first, Qt.Key.Key_Space)
    assert first.is_playing

    qtbot.keyClick(second, Qt.Key.Key_Space)

    assert (first.is_playing, second.is_playing) == (False, True)
    second.hide()
    assert not second.is_playing


def test_a_missing_loudspeaker_is_a_plain_sentence(qtbot, monkeypatch):
    def none(_rate_hz):
        raise DeviceError("No loudspeaker was found.", "Connect one.")

    monkeypatch.setattr(sound_output, "opened_output", none)
    view = shown(qtbot, sound())

    qtbot.mouseClick(view, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: view.problem != "")

    assert view.problem == "No loudspeaker was found."
    assert view.toolTip() == "No loudspeaker was found. Connect one."
    assert not view.is_playing
    view.grab()


def test_a_small_view_is_the_wave_alone(qtbot):
    small_view, large_view = shown(qtbot, sound(), width=60), shown(qtbot, sound())

    assert not small_view.button.isVisible()
    assert large_view.button.isVisible()
    assert small_view.minimumSizeHint().width() < 60


def test_an_empty_sound_cannot_be_played(qtbot, speaker):
    empty = Audio(samples_TC=np.zeros((0, 1), dtype=np.float32), sample_rate_hz=RATE_HZ)
    view = shown(qtbot, empty)

    qtbot.mouseClick(view, Qt.MouseButton.LeftButton)

    assert not view.is_playing
    assert not view.button.isEnabled()


def test_a_sound_has_a_small_picture_for_the_strip():
    picture = small(sound())

    assert picture is not None
    assert picture.pixels_HWC.shape == (SMALL_PX, SMALL_PX, 3)


def test_without_portaudio_the_sentence_names_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sounddevice", None)

    with pytest.raises(DeviceError) as caught:
        sound_output.opened_output(RATE_HZ)

    assert "libportaudio2" in caught.value.hint


class PaperStream:
    """A stream of a device that only knows 48 kHz."""

    def __init__(self, samplerate, channels, dtype):
        assert (samplerate, channels, dtype) == (48_000, 1, "float32")
        self.latency = 0.01
        self.written = []
        self.calls = []
        PaperDevice.stream = self

    def start(self):
        self.calls.append("start")

    def write(self, block_TC):
        self.written.append(block_TC)

    def stop(self):
        self.calls.append("stop")

    def close(self):
        self.calls.append("close")


class PaperDevice:
    """Stands for the module sounddevice."""

    PortAudioError = RuntimeError
    OutputStream = PaperStream
    stream = None

    @staticmethod
    def query_devices(kind):
        return {"default_samplerate": 48_000.0}

    @staticmethod
    def check_output_settings(**_settings):
        raise RuntimeError("Invalid sample rate")


def test_a_device_of_another_rate_gets_the_sound_at_its_own(monkeypatch):
    monkeypatch.setitem(sys.modules, "sounddevice", PaperDevice)
    said = []

    sound_output.play_work(sound().samples_TC[:, 0], RATE_HZ)(said.append, StopToken())

    played = np.concatenate(PaperDevice.stream.written)
    assert played.shape == (48_000, 1)
    assert np.abs(np.fft.rfft(played[:, 0])).argmax() == 300
    assert PaperDevice.stream.calls == ["start", "stop", "close"]
    assert said[-1].value == pytest.approx(0.95, abs=0.05)
