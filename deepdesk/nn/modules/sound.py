"""From a waveform to the picture of a sound.

Legend: N batch, A channels of the sound, S samples, K frequencies, B bands, T columns.
"""

from __future__ import annotations

import contextlib

import torch
from torch import Tensor, nn

from deepdesk.nn.mel import SCALES

_FLOOR = 1e-6  # -60 dB of a band's energy; what is quieter counts as silence


class Spectrogram(nn.Module):
    """Log-mel spectrogram (Davis and Mermelstein, 1980), in float32 whatever the precision.

    float, (N, S) or (N, A, S), from -1 to 1 -> float32, (N, A, B, T), natural logarithms. The
    window is Hann's and the filters are triangles; both are kept with the weights and not learned.

    Args:
        window: Samples behind each column, also the size of the transform.
        step: Samples from one column to the next.
        rate_hz: Samples per second.
        corners_hz: B + 2 corners of the triangles.
        scale: Key of `mel.SCALES`.
    """

    window: Tensor
    filters: Tensor

    def __init__(
        self,
        *,
        window: int,
        step: int,
        rate_hz: int,
        corners_hz: tuple[float, ...],
        scale: str,
    ) -> None:
        super().__init__()
        self._step = step
        self._rate_hz = rate_hz
        self._corners_hz = corners_hz
        self._is_weighted = SCALES[scale][2]
        self.register_buffer("window", torch.empty(window))
        self.register_buffer("filters", torch.empty(len(corners_hz) - 2, window // 2 + 1))

    def forward(self, x: Tensor) -> Tensor:
        """Return logarithms of energies: (N, S) or (N, A, S) -> (N, A, B, T)."""
        waves = x[:, None] if x.dim() == 2 else x
        with _full_precision(x):
            transform = torch.stft(
                waves.flatten(0, 1).float(),
                len(self.window),
                self._step,
                window=self.window.float(),
                center=True,
                pad_mode="reflect",
                return_complex=True,
            )
            energies = self.filters.float() @ torch.view_as_real(transform).square().sum(-1)
            levels: Tensor = energies.clamp_min(_FLOOR).log().unflatten(0, waves.shape[:2])
            return levels

    @torch.no_grad()
    def draw(self, _generator: torch.Generator) -> None:
        """Fill in the window and the filters; nothing is drawn."""
        self.window.copy_(torch.hann_window(len(self.window), dtype=torch.float64))
        corners = torch.tensor(self._corners_hz, dtype=torch.float64)
        low, top, high = corners[:-2, None], corners[1:-1, None], corners[2:, None]
        frequencies = torch.arange(self.filters.shape[1], dtype=torch.float64)
        frequencies = frequencies * (self._rate_hz / len(self.window))
        rising = (frequencies - low) / (top - low)
        falling = (high - frequencies) / (high - top)
        triangles = torch.minimum(rising, falling).clamp_min(0)
        self.filters.copy_(triangles * 2 / (high - low) if self._is_weighted else triangles)


def _full_precision(x: Tensor) -> contextlib.AbstractContextManager[object]:
    """Return a context without autocast; the meta device knows none."""
    return contextlib.nullcontext() if x.is_meta else torch.autocast(x.device.type, enabled=False)
