"""Text that grows while somebody speaks. Letter in names: T samples over time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import soxr
from numpy.typing import NDArray

from deepdesk.core.payloads import Audio, Payload, Text
from deepdesk.data.pauses import PauseCutter, Utterance

_AGAIN_S = 0.2  # what is being said is listened to again after so much more of it


class SpeechStream:
    """Follows speech piece by piece: text that grows, final where the speaker pauses.

    Each look at what is being said listens to one sentence at most, however long the sitting.

    Args:
        transcribe: Gives the text of a sound at `rate_hz`, float32, (T,).
        rate_hz: Samples a second that it wants.
        longest_s: A sentence without a pause is cut before this.

    Attributes:
        window_s: 0, a text speaks of a whole sentence.
        about_s: From where to where the last text was said, in seconds since the beginning.
    """

    window_s = 0.0

    def __init__(
        self,
        transcribe: Callable[[NDArray[np.float32]], str],
        *,
        rate_hz: int,
        longest_s: float,
    ) -> None:
        self._transcribe = transcribe
        self._rate_hz = rate_hz
        self._cutter = PauseCutter(rate_hz, longest_s)
        self._resampler: soxr.ResampleStream | None = None
        self._from_hz = 0
        self._new_s = 0.0
        self._shown = ""
        self.about_s: tuple[float, float] | None = None

    def take(self, piece: Payload) -> Payload | None:
        """Return the text so far, final at a pause; None while there is nothing new.

        Raises:
            TypeError: `piece` is no `Audio`.
        """
        if not isinstance(piece, Audio):
            raise TypeError(f"Speech to text takes an Audio, not {type(piece).__name__}")
        samples_T = self._resampled(piece)
        self._new_s += len(samples_T) / self._rate_hz
        ended = self._cutter.take(samples_T)
        if ended:
            return self._final(ended)
        current = self._cutter.current
        if current is None or self._new_s < _AGAIN_S:
            return None
        self._new_s = 0.0
        self.about_s = self._place([current])
        text = self._transcribe(current.samples_T)
        if text == self._shown:
            return None
        self._shown = text
        return Text(text=text, is_final=False)

    def finish(self) -> Payload | None:
        """Return the text of what was not ended by a pause, None where there was nothing."""
        return self._final(self._cutter.finish())

    def _final(self, ended: list[Utterance]) -> Text | None:
        was_shown, self._shown, self._new_s = self._shown, "", 0.0
        if ended:
            self.about_s = self._place(ended)
        text = " ".join(filter(None, (self._transcribe(said.samples_T) for said in ended)))
        # A growing text that turned out to be nothing has to be taken back.
        return Text(text=text) if text or was_shown else None

    def _place(self, said: list[Utterance]) -> tuple[float, float]:
        last = said[-1]
        return said[0].start_s, last.start_s + len(last.samples_T) / self._rate_hz

    def _resampled(self, piece: Audio) -> NDArray[np.float32]:
        mixed_T: NDArray[np.float32] = piece.samples_TC.mean(1, dtype=np.float32)
        if piece.sample_rate_hz == self._rate_hz:
            return mixed_T
        if self._resampler is None or self._from_hz != piece.sample_rate_hz:
            self._from_hz = piece.sample_rate_hz
            self._resampler = soxr.ResampleStream(
                self._from_hz, self._rate_hz, 1, dtype="float32", quality="HQ"
            )
        return np.asarray(self._resampler.resample_chunk(mixed_T), dtype=np.float32)
