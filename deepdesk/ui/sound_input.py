"""Listening to a microphone through PortAudio. No Qt, and the library is loaded when first used.

PortAudio calls back in a thread of its own, in which nothing may wait: there the samples are
copied into a ring, and nothing else is done.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.errors import DeviceError
from deepdesk.core.work import StopToken
from deepdesk.ui.sound_host import HOST

LOGGER = logging.getLogger("deepdesk.sound")
BLOCK_S = 0.02
READ_S = 0.04
RING_S = 20.0
# A device that gives nothing for so long is taken to be gone: some drivers never say so, and a
# wireless headset takes a few seconds to begin.
SILENT_S = 4.0
LOOK_S = 0.05
MAX_CHANNELS = 2
# What ALSA offers beside devices: converters that lead to the same device once more.
_CONVERTERS = frozenset(
    {
        *("sysdefault", "lavrate", "samplerate", "speexrate", "speex", "upmix", "vdownmix"),
        *("jack", "oss", "null", "dmix", "dsnoop", "front", "default"),
    }
)
# The same device is offered by several interfaces of Windows; this one has whole names.
_INTERFACES = ("Windows WASAPI",)
ONLY_ZEROS = DeviceError(
    "The microphone gives nothing at all.",
    "It is switched off, or the system does not allow DeepDesk to use it: look at the settings"
    " for privacy.",
)


@dataclass(frozen=True, slots=True)
class InputDevice:
    """A microphone.

    Attributes:
        name: As the system calls it.
        key: The same after a restart; for `opened_microphone`.
        rate_hz: Samples a second that it gives by itself.
        channels: At most this many.
    """

    name: str
    key: str
    rate_hz: int
    channels: int


def input_devices() -> list[InputDevice]:
    """Return the microphones, looked for anew unless a sound is open. May take a second.

    Raises:
        DeviceError: PortAudio is not there or does not start.
    """
    found: list[tuple[int, InputDevice]] = HOST.listed(_listed)
    return [device for _, device in found]


def opened_microphone(key: str | None, rate_hz: int) -> Microphone:
    """Return a microphone that listens, at `rate_hz` if it can, else at a rate of its own.

    Args:
        key: Of the device, or None for the one that the system uses.
        rate_hz: Samples a second that are wanted, 0 for the device's own.

    Raises:
        DeviceError: There is none, it is busy or not allowed, or PortAudio is not there.
    """
    sounddevice = HOST.library("Recording")
    HOST.check_allowed()
    index = _index_of(sounddevice, key)
    try:
        facts = sounddevice.query_devices(device=index, kind="input")
    except (sounddevice.PortAudioError, ValueError, OSError) as error:
        LOGGER.info("no microphone: %s", error)
        raise DeviceError(
            "No microphone was found.", "Connect one, then choose it from the list."
        ) from error
    try:
        return Microphone(sounddevice, index, facts, rate_hz)
    except (sounddevice.PortAudioError, ValueError, OSError) as error:
        LOGGER.info("the microphone could not be opened: %s", error)
        raise DeviceError(
            "The microphone could not be opened.",
            "Close the program that uses it, allow its use in the system's settings, or choose"
            " another one.",
        ) from error


def _index_of(sounddevice: Any, key: str | None) -> int | None:
    if key is None:
        return None
    for looks_anew in (False, True):
        try:
            found = HOST.listed(_listed) if looks_anew else _listed(sounddevice)
        except (sounddevice.PortAudioError, ValueError, OSError):
            continue
        for index, device in found:
            if device.key == key:
                return int(index)
    raise DeviceError("That microphone is not connected.", "Connect it, or choose another one.")


def _listed(sounddevice: Any) -> list[tuple[int, InputDevice]]:
    interfaces = [str(facts["name"]) for facts in sounddevice.query_hostapis()]
    devices = [
        (index, interfaces[int(facts["hostapi"])], facts)
        for index, facts in enumerate(sounddevice.query_devices())
        if int(facts["max_input_channels"]) > 0 and facts["name"] not in _CONVERTERS
    ]
    preferred = [device for device in devices if device[1] in _INTERFACES]
    seen: dict[str, int] = {}
    listed = []
    for index, interface, facts in preferred or devices:
        key = f"{interface}/{facts['name']}"
        seen[key] = seen.get(key, 0) + 1
        listed.append((index, _device(facts, key, seen[key])))
    return listed


def _device(facts: Mapping[str, Any], key: str, which: int) -> InputDevice:
    again = "" if which == 1 else f" {which}"
    return InputDevice(
        name=f"{facts['name']}{again}",
        key=f"{key}{again}",
        rate_hz=round(float(facts["default_samplerate"])),
        channels=int(facts["max_input_channels"]),
    )


class Microphone:
    """A microphone that listens until it is closed.

    Attributes:
        rate_hz: Samples a second that it gives.
        latency_s: Between a sound and its samples, as the device says.
        lost: How often samples were lost, because nobody read them or the machine was too slow.
        came_s: When the last sample that was read arrived, on the clock of `time.perf_counter`.
    """

    def __init__(
        self, sounddevice: Any, index: int | None, facts: Mapping[str, Any], rate_hz: int
    ) -> None:
        self._error = sounddevice.PortAudioError
        self._news = threading.Event()
        self._is_over = False
        self._is_closed = False
        self._written = self._read = 0
        self.lost = 0
        self.came_s = self._came_s = time.perf_counter()
        self.rate_hz, channels = _possible(sounddevice, index, facts, rate_hz)
        self._ring_TC = np.zeros((round(RING_S * self.rate_hz), channels), np.float32)
        self._stream = HOST.opened(lambda: self._listening(sounddevice, index, channels))
        self.latency_s = float(self._stream.latency)

    def read(self, stop: StopToken) -> NDArray[np.float32]:
        """Wait for what comes next and return it.

        Returns:
            float32, (T,), -1 to 1: at most 40 ms, the mean of the channels.

        Raises:
            DeviceError: The microphone is gone. What came before was returned.
            StoppedError: A stop was asked for.
        """
        waiting_since_s = time.monotonic()
        while self._written == self._read:
            stop.check()
            self._news.clear()
            if self._written != self._read:
                break
            if self._is_gone(time.monotonic() - waiting_since_s):
                raise DeviceError("The microphone went away.", "Connect it again.")
            self._news.wait(LOOK_S)
        return self._next()

    @property
    def waiting_s(self) -> float:
        """How much has arrived that was not read yet."""
        return (self._written - self._read) / self.rate_hz

    def close(self) -> None:
        """Listen no more. May be called again."""
        if self._is_closed:
            return
        self._is_closed = True
        self._close(self._stream)
        HOST.closed()

    def _listening(self, sounddevice: Any, index: int | None, channels: int) -> Any:
        stream = sounddevice.InputStream(
            samplerate=self.rate_hz,
            device=index,
            channels=channels,
            dtype="float32",
            blocksize=round(BLOCK_S * self.rate_hz),
            callback=self._take,
            finished_callback=self._finish,
        )
        try:
            stream.start()
        except BaseException:
            self._close(stream)
            raise
        return stream

    def _take(self, came_TC: NDArray[np.float32], count: int, _time: Any, status: Any) -> None:
        """Copy samples into the ring; called in PortAudio's thread."""
        ring_TC = self._ring_TC
        at = self._written % len(ring_TC)
        first = min(count, len(ring_TC) - at)
        ring_TC[at : at + first] = came_TC[:first]
        ring_TC[: count - first] = came_TC[first:count]
        self._came_s = time.perf_counter()
        self._written += count
        if status and status.input_overflow:
            self.lost += 1
        self._news.set()

    def _finish(self) -> None:
        self._is_over = True
        self._news.set()

    def _is_gone(self, waited_s: float) -> bool:
        return self._is_over or waited_s > SILENT_S or not self._stream.active

    def _next(self) -> NDArray[np.float32]:
        ring_TC = self._ring_TC
        written = self._written
        # The oldest block may be written over while it is read, so it is given up early.
        if written - self._read > len(ring_TC) - round(BLOCK_S * self.rate_hz):
            self._read = written - len(ring_TC) // 2
            self.lost += 1
        at = self._read % len(ring_TC)
        most = max(1, round(READ_S * self.rate_hz))
        count = min(written - self._read, len(ring_TC) - at, most)
        block_T: NDArray[np.float32] = ring_TC[at : at + count].mean(axis=1, dtype=np.float32)
        self._read += count
        self.came_s = self._came_s - (written - self._read) / self.rate_hz
        np.nan_to_num(block_T, copy=False, nan=0.0, posinf=1.0, neginf=-1.0)
        np.clip(block_T, -1.0, 1.0, out=block_T)
        return block_T

    def _close(self, stream: Any) -> None:
        for step in (stream.abort, stream.close):
            try:
                step()
            except self._error as error:
                # Unplugged: nobody listens any more, and there is nobody to be told twice.
                LOGGER.info("the microphone was gone at the end: %s", error)


def _possible(
    sounddevice: Any, index: int | None, facts: Mapping[str, Any], rate_hz: int
) -> tuple[int, int]:
    """Return a rate and a number of channels that the device takes, the wanted rate first."""
    own_hz = round(float(facts["default_samplerate"]))
    most = max(1, min(MAX_CHANNELS, int(facts["max_input_channels"])))
    for rate in (rate_hz or own_hz, own_hz):
        for channels in dict.fromkeys((1, most)):
            try:
                sounddevice.check_input_settings(
                    device=index, channels=channels, dtype="float32", samplerate=rate
                )
            except (sounddevice.PortAudioError, ValueError):
                continue
            return rate, channels
    return own_hz, most
