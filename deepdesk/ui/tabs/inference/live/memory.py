"""The last minutes of sound, kept to be heard again. No Qt."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

# Five minutes at 48 kHz take 29 MB.
KEPT_S = 300.0
_LOUDEST = 32767.0


class SoundMemory:
    """Keeps the newest sound in 16 bits; the oldest leaves.

    Attributes:
        end_s: How much was heard in all.
        rate_hz: Of what is kept; another rate forgets what came before.
    """

    def __init__(self, kept_s: float = KEPT_S) -> None:
        self.end_s = 0.0
        self.rate_hz = 0
        self._kept_s = kept_s
        self._blocks: deque[NDArray[np.int16]] = deque()
        self._count = 0

    @property
    def start_s(self) -> float:
        """From when on sound is kept."""
        return self.end_s - self._count / self.rate_hz if self.rate_hz else self.end_s

    def take(self, samples_T: NDArray[np.float32], rate_hz: int) -> None:
        """Keep what came in, float32, (T,), -1 to 1."""
        if rate_hz != self.rate_hz:
            self._forget()
            self.rate_hz = rate_hz
        self._blocks.append((samples_T * _LOUDEST).round().astype(np.int16))
        self._count += len(samples_T)
        self.end_s += len(samples_T) / rate_hz
        while self._count - len(self._blocks[0]) >= self._kept_s * rate_hz:
            self._count -= len(self._blocks.popleft())

    def piece(self, start_s: float, end_s: float) -> NDArray[np.float32]:
        """Return what was heard between two moments, float32, (T,), as far as it is kept."""
        if not self._count:
            return np.zeros(0, np.float32)
        first = max(0, round((start_s - self.start_s) * self.rate_hz))
        last = max(first, round((end_s - self.start_s) * self.rate_hz))
        return np.concatenate(self._blocks)[first:last].astype(np.float32) / np.float32(_LOUDEST)

    def clear(self) -> None:
        """Forget everything and count from zero."""
        self._forget()
        self.end_s = 0.0

    def _forget(self) -> None:
        self._blocks.clear()
        self._count = 0
