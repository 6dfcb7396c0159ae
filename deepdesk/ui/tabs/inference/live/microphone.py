"""A microphone as a source of pieces: mixed to one channel, at the rate that a network hears."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from deepdesk.core.payloads import Audio
from deepdesk.core.work import StopToken
from deepdesk.ui.sound_input import Microphone, opened_microphone
from deepdesk.ui.tabs.inference.live.pieces import Piece, Tap


@dataclass(frozen=True, slots=True)
class MicrophoneSource:
    """A microphone by its key, None for the usual one."""

    key: str | None = None

    def opened(self, rate_hz: int) -> Tap:
        """Open it, at `rate_hz` if it can.

        Raises:
            DeviceError: There is none, it is busy or not allowed, or PortAudio is missing.
        """
        return _Tap(opened_microphone(self.key, rate_hz or 16_000), rate_hz)


class _Tap:
    """An open microphone."""

    def __init__(self, microphone: Microphone, rate_hz: int) -> None:
        self._microphone = microphone
        self._rate_hz = rate_hz or microphone.rate_hz
        self._stream: soxr.ResampleStream | None = None
        self.skip()

    @property
    def name(self) -> str:
        return f"{self._microphone.rate_hz:,} Hz"

    @property
    def waiting_s(self) -> float:
        return self._microphone.waiting_s

    @property
    def lost(self) -> int:
        return self._microphone.lost

    def read(self, stop: StopToken) -> Piece:
        """Wait for the next piece, 40 ms at most."""
        came_T = self._microphone.read(stop)
        rate_hz = self._microphone.rate_hz
        return Piece(
            given=_audio(self._heard(came_T), self._rate_hz),
            kept=_audio(came_T, rate_hz),
            length_s=len(came_T) / rate_hz,
            came_s=self._microphone.came_s,
        )

    def skip(self) -> None:
        """Begin anew."""
        if self._microphone.rate_hz != self._rate_hz:
            # From 48 to 8 kHz this filter waits for 23 ms of what follows, the finest one for 87.
            self._stream = soxr.ResampleStream(
                self._microphone.rate_hz, self._rate_hz, 1, dtype="float32", quality="LQ"
            )

    def close(self) -> None:
        self._microphone.close()

    def _heard(self, came_T: NDArray[np.float32]) -> NDArray[np.float32]:
        if self._stream is None:
            return came_T
        changed_T = np.asarray(self._stream.resample_chunk(came_T), dtype=np.float32)
        return np.clip(changed_T, -1.0, 1.0)


def _audio(samples_T: NDArray[np.float32], rate_hz: int) -> Audio:
    return Audio(samples_TC=samples_T[:, None], sample_rate_hz=rate_hz)
