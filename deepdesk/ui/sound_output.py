"""Playing a sound through PortAudio, in a thread of its own. No Qt.

The library is loaded when the first sound is played: many machines have none, and a search for
devices may take a second.
"""

from __future__ import annotations

import logging
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.errors import DeviceError
from deepdesk.core.events import Result
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.ui.sound_host import HOST

LOGGER = logging.getLogger("deepdesk.sound")
BLOCK_S = 0.04


class Output(Protocol):
    """What a sound is written to."""

    rate_hz: int
    latency_s: float

    def write(self, block_T: NDArray[np.float32]) -> None:
        """Take samples, float32, (T,), and wait while there is no room for more."""
        ...

    def close(self, *, at_once: bool) -> None:
        """End, after what was written or at once."""
        ...


def play_work(samples_T: NDArray[np.float32], rate_hz: int) -> Work:
    """Return work that plays a sound and emits the second that is heard, as `Result`s.

    Args:
        samples_T: float32, (T,), -1 to 1.
        rate_hz: Samples a second.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        output = opened_output(rate_hz)
        is_whole = False
        try:
            stop.check()
            played_T = _at_rate(samples_T, rate_hz, output.rate_hz)
            block = max(1, round(BLOCK_S * output.rate_hz))
            for start in range(0, len(played_T), block):
                stop.check()
                output.write(played_T[start : start + block])
                emit(Result(value=max(0.0, start / output.rate_hz - output.latency_s)))
            is_whole = True
        finally:
            output.close(at_once=not is_whole)

    return work


def opened_output(rate_hz: int) -> Output:
    """Return the usual loudspeaker, at `rate_hz` if it can.

    Raises:
        DeviceError: There is none, or it is busy.
    """
    sounddevice = HOST.library("Playing")
    try:
        return _Speaker(sounddevice, _possible_rate_hz(sounddevice, rate_hz))
    except (sounddevice.PortAudioError, ValueError, OSError) as error:
        raise DeviceError(
            "No loudspeaker was found.", "Connect one, or close the program that uses it."
        ) from error


def _possible_rate_hz(sounddevice: Any, rate_hz: int) -> int:
    facts = sounddevice.query_devices(kind="output")
    try:
        sounddevice.check_output_settings(samplerate=rate_hz, channels=1, dtype="float32")
    except sounddevice.PortAudioError:
        return round(float(facts["default_samplerate"]))
    return rate_hz


def _at_rate(samples_T: NDArray[np.float32], from_hz: int, to_hz: int) -> NDArray[np.float32]:
    from deepdesk.data.sound_files import resampled

    return resampled(np.ascontiguousarray(samples_T), from_hz, to_hz)


class _Speaker:
    """An `Output` on PortAudio's default device."""

    def __init__(self, sounddevice: Any, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self._error = sounddevice.PortAudioError
        self._stream = HOST.opened(lambda: _started(sounddevice, rate_hz))
        self.latency_s = float(self._stream.latency)

    def write(self, block_T: NDArray[np.float32]) -> None:
        try:
            self._stream.write(np.ascontiguousarray(block_T)[:, None])
        except self._error as error:
            raise DeviceError("The loudspeaker went away.", "Connect it again.") from error

    def close(self, *, at_once: bool) -> None:
        end = self._stream.abort if at_once else self._stream.stop
        for step in (end, self._stream.close):
            try:
                step()
            except self._error as error:
                # Unplugged: nothing plays any more, and there is nobody to be told twice.
                LOGGER.info("the loudspeaker was gone at the end: %s", error)
        HOST.closed()


def _started(sounddevice: Any, rate_hz: int) -> Any:
    stream = sounddevice.OutputStream(samplerate=rate_hz, channels=1, dtype="float32")
    try:
        stream.start()
    except BaseException:
        stream.close()
        raise
    return stream
