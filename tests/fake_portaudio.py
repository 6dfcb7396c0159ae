"""A module like `sounddevice` without any hardware: devices of paper, samples at will, no waiting.

fake = FakePortAudio()
monkeypatch.setitem(sys.modules, "sounddevice", fake)
fake.hear(samples)          # to whoever listens now, or to the next one who begins to
fake.unplug()               # after that: the microphone is gone
fake.played                 # what was written to loudspeakers, one array each
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np

INPUT, OUTPUT = 0, 1


class PortAudioError(Exception):
    """What the real module raises for everything."""


@dataclass
class FakeDevice:
    """A device; `rates` are the only ones it takes, () for any."""

    name: str = "Microphone of paper"
    inputs: int = 1
    outputs: int = 0
    rate_hz: float = 48_000.0
    rates: tuple[int, ...] = ()
    hostapi: int = 0
    is_busy: bool = False
    is_plugged: bool = True

    def facts(self, index):
        """Return what `query_devices` says of it."""
        return {
            "name": self.name,
            "index": index,
            "hostapi": self.hostapi,
            "max_input_channels": self.inputs,
            "max_output_channels": self.outputs,
            "default_samplerate": self.rate_hz,
        }


def loudspeaker(**changes):
    """Return a device to play on."""
    return FakeDevice(**{"name": "Loudspeaker of paper", "inputs": 0, "outputs": 2, **changes})


@dataclass
class Status:
    """What the callback is told of the block."""

    input_overflow: bool = False

    def __bool__(self):
        return self.input_overflow


def _check(device, kind, channels, rate_hz):
    if channels is not None and channels > getattr(device, kind):
        raise PortAudioError("Invalid number of channels")
    if rate_hz is not None and device.rates and rate_hz not in device.rates:
        raise PortAudioError("Invalid sample rate")


class FakePortAudio:
    """Stands for the module; devices appear in `devices` at once, and in lists after a restart.

    Attributes:
        devices: What is plugged in.
        streams: All that were opened, oldest first.
        played: float32, (T, channels) for each stream to play on that was written to.
        restarts: How often PortAudio was started again.
    """

    PortAudioError = PortAudioError

    def __init__(self, devices=None, hostapis=("ALSA",)):
        self.devices = [FakeDevice(), loudspeaker()] if devices is None else list(devices)
        self.hostapis = hostapis
        self.streams = []
        self.restarts = 0
        self.pending = []
        self.dies_after = None
        self.lock = threading.RLock()
        self.known = list(self.devices)

    # What the real module has

    def _terminate(self):
        assert not self.open_streams, "PortAudio was ended while a stream was open"

    def _initialize(self):
        self.restarts += 1
        self.known = [device for device in self.devices if device.is_plugged]

    @property
    def default(self):
        """Numbers of the usual devices, -1 for none."""
        return SimpleNamespace(device=[self._first(INPUT), self._first(OUTPUT)], hostapi=0)

    def query_hostapis(self, index=None):
        """Return facts of interfaces, or of one."""
        facts = tuple(
            {
                "name": name,
                "devices": [n for n, device in enumerate(self.known) if device.hostapi == number],
                "default_input_device": self._first(INPUT),
                "default_output_device": self._first(OUTPUT),
            }
            for number, name in enumerate(self.hostapis)
        )
        return facts if index is None else facts[index]

    def query_devices(self, device=None, kind=None):
        """Return facts of all devices, or of one."""
        if device is None and kind is None:
            return tuple(one.facts(index) for index, one in enumerate(self.known))
        index = self._index(device, INPUT if kind == "input" else OUTPUT)
        return self.known[index].facts(index)

    def check_input_settings(self, device=None, channels=None, dtype=None, samplerate=None):
        """Raise `PortAudioError` for what the device does not take."""
        _check(self.known[self._index(device, INPUT)], "inputs", channels, samplerate)

    def check_output_settings(self, device=None, channels=None, dtype=None, samplerate=None):
        """Raise `PortAudioError` for what the device does not take."""
        _check(self.known[self._index(device, OUTPUT)], "outputs", channels, samplerate)

    def InputStream(self, **settings):
        """Return a stream that listens."""
        return self._opened(FakeInput, INPUT, settings)

    def OutputStream(self, **settings):
        """Return a stream to play on."""
        return self._opened(FakeOutput, OUTPUT, settings)

    # What tests do with it

    @property
    def open_streams(self):
        """Streams that were not closed yet."""
        return [stream for stream in self.streams if not stream.is_closed]

    @property
    def listening(self):
        """Streams that listen now."""
        return [one for one in self.open_streams if isinstance(one, FakeInput) and one.active]

    @property
    def played(self):
        """What each stream to play on was given."""
        written = [one.written for one in self.streams if isinstance(one, FakeOutput)]
        return [np.concatenate(blocks) for blocks in written if blocks]

    def hear(self, samples, *, lost=False):
        """Give float samples, (T,) or (T, channels), to who listens, or to the next who does."""
        samples = np.asarray(samples, np.float32)
        with self.lock:
            if not self.listening:
                self.pending.append((samples, lost))
            for stream in self.listening:
                stream.hear(samples, lost=lost)

    def unplug(self, *, quietly=False):
        """Take all microphones away; `quietly`: without a word, as some drivers do.

        Where nobody listens, the next one hears what waits for it first.
        """
        with self.lock:
            if not self.listening and self.pending:
                self.dies_after = quietly
                return
            self._unplug(quietly)

    def _unplug(self, quietly):
        for device in self.devices:
            device.is_plugged = device.is_plugged and not device.inputs
        for stream in self.listening:
            stream.die(quietly=quietly)

    def begin(self, stream):
        """Give a stream that begins to listen what waited for it."""
        with self.lock:
            waiting, self.pending = self.pending, []
            for samples, lost in waiting:
                stream.hear(samples, lost=lost)
            if self.dies_after is not None:
                quietly, self.dies_after = self.dies_after, None
                self._unplug(quietly)

    def _first(self, kind):
        has = "inputs" if kind == INPUT else "outputs"
        return next((n for n, device in enumerate(self.known) if getattr(device, has)), -1)

    def _index(self, device, kind):
        index = self._first(kind) if device is None else device
        if not 0 <= index < len(self.known):
            raise PortAudioError("Error querying device -1")
        return index

    def _opened(self, kind, way, settings):
        index = self._index(settings.get("device"), way)
        name = "inputs" if way == INPUT else "outputs"
        device = self.known[index]
        _check(device, name, settings.get("channels"), settings.get("samplerate"))
        if device.is_busy or not device.is_plugged:
            raise PortAudioError("Device unavailable")
        stream = kind(self, device, settings)
        self.streams.append(stream)
        return stream


@dataclass
class FakeStream:
    """What both kinds of streams have."""

    fake: FakePortAudio
    device: FakeDevice
    settings: dict
    latency: float = 0.01
    active: bool = False
    is_closed: bool = False
    calls: list = field(default_factory=list)

    @property
    def samplerate(self):
        """Samples a second."""
        return self.settings.get("samplerate") or self.device.rate_hz

    def start(self):
        """Begin."""
        self.active = True
        self.calls.append("start")

    def stop(self):
        """End, after what is on its way."""
        self._end("stop")

    def abort(self):
        """End at once."""
        self._end("abort")

    def _end(self, call):
        self.calls.append(call)
        if not self.device.is_plugged:
            raise PortAudioError("Unanticipated host error")
        self.active = False

    def close(self):
        """Give the device back."""
        self.active = False
        self.is_closed = True
        self.calls.append("close")


class FakeInput(FakeStream):
    """A microphone that hears what the test says."""

    def start(self):
        """Begin to listen, with what waits."""
        super().start()
        self.fake.begin(self)

    def hear(self, samples, *, lost=False):
        """Call back with samples in blocks, as PortAudio's thread does."""
        channels = self.settings.get("channels") or 1
        if samples.ndim == 1:
            samples = np.repeat(samples[:, None], channels, axis=1)
        block = self.settings.get("blocksize") or 480
        for start in range(0, len(samples), block):
            piece = samples[start : start + block]
            self.settings["callback"](piece, len(piece), None, Status(input_overflow=lost))

    def die(self, *, quietly):
        """Give nothing any more."""
        if quietly:
            return
        self.active = False
        finished = self.settings.get("finished_callback")
        if finished is not None:
            finished()


class FakeOutput(FakeStream):
    """A loudspeaker that writes down what it is given."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.written = []

    def write(self, block):
        """Take samples, float32, (T, channels)."""
        if not self.device.is_plugged:
            raise PortAudioError("Stream is stopped")
        self.written.append(np.array(block))
