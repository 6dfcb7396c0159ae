"""How loud a sound is, gathered piece by piece: silent, clipped, quiet, or no numbers at all.

Letters in names: T samples over time.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.errors import BadSampleError

_AUDIBLE = 1e-6  # of full scale, far below one step of 16 bits
_QUIET = 0.003
_FULL = 0.9999
_MUCH_CLIPPED = 0.001


class Loudness:
    """Lowest, highest and clipped samples of what came so far.

    Attributes:
        low: Smallest sample, infinity before the first.
        high: Largest sample, minus infinity before the first.
        count: Samples so far.
    """

    def __init__(self) -> None:
        self.low, self.high, self.count = math.inf, -math.inf, 0
        self._full = 0

    def take(self, samples_T: NDArray[np.float32]) -> None:
        """Take in the next samples, float32, (T,).

        Raises:
            BadSampleError: They hold values that are no numbers.
        """
        if not len(samples_T):
            return
        low, high = float(samples_T.min()), float(samples_T.max())
        # Both are NaN when a single sample is.
        if not (math.isfinite(low) and math.isfinite(high)):
            raise BadSampleError(
                "not_numbers", "It holds values that are no numbers.", "Export it again."
            )
        self.low, self.high = min(self.low, low), max(self.high, high)
        self.count += len(samples_T)
        if high >= _FULL or low <= -_FULL:
            self._full += int(np.count_nonzero(np.abs(samples_T) >= _FULL))

    @property
    def peak(self) -> float:
        """Largest distance from zero, 0 before the first sample."""
        return max(self.high, -self.low) if self.count else 0.0

    def check_audible(self) -> None:
        """Raise `BadSampleError` when there is nothing to be heard."""
        if self.high - self.low < _AUDIBLE:
            raise BadSampleError(
                "silent", "There is nothing to be heard in it.", "Record it again, or leave it out."
            )

    @property
    def note(self) -> str:
        """What is unusual about it, "" for nothing."""
        if self.peak > 1.0:
            # Floating point holds such values, and so does what MP3 and Vorbis decode to.
            return f"made quieter, from {self.peak:.3g} times full scale"
        clipped = self._full / max(1, self.count)
        if clipped > _MUCH_CLIPPED:
            return f"clipped: {clipped:.1%} of it is at full scale"
        return "very quiet" if self.peak < _QUIET else ""
