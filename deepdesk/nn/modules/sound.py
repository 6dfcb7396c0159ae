"""From a waveform to the picture of a sound, and what is made of that.

Legend: N batch, A channels of the sound, S samples, K frequencies, B bands, T columns, M
coefficients.
"""

from __future__ import annotations

import contextlib
import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from deepdesk.nn.mel import SCALES

_FLOOR = 1e-6  # -60 dB of a band's energy; what is quieter counts as silence
_REACH = 2  # columns to each side from which a slope is found, as in the HTK book, 5.9
_STRETCH = 256  # columns whose running means are found in one product
_LEAST_VARIANCE = 1e-5  # a band without any change stays at zero
_GAIN, _OFFSET, _ROOT = 0.98, 2.0, 0.5  # as Wang et al., 2017, begin


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


class Mfcc(nn.Module):
    """Mel-frequency cepstral coefficients (Davis and Mermelstein, 1980), in float32.

    float, (N, A, B, T), logarithms of energies -> float32, (N, A * (1 + slopes), M, T): the first M
    of the orthonormal cosine transform (DCT-II) of each column; then their slopes over time, and
    the slopes of those, each by least squares over five columns. Edges are repeated.

    Args:
        bands: B.
        coefficients: M, at most B.
        slopes: How many times slopes are added.
    """

    cosines: Tensor

    def __init__(self, bands: int, *, coefficients: int, slopes: int) -> None:
        super().__init__()
        self._slopes = slopes
        self.register_buffer("cosines", torch.empty(coefficients, bands))

    def forward(self, x: Tensor) -> Tensor:
        """Return coefficients: (N, A, B, T) -> (N, A * (1 + slopes), M, T)."""
        with _full_precision(x):
            every = [self.cosines.float() @ x.float()]
            for _ in range(self._slopes):
                every.append(_slope(every[-1]))
            return torch.cat(every, 1)

    @torch.no_grad()
    def draw(self, _generator: torch.Generator) -> None:
        """Fill in the cosines; nothing is drawn."""
        count, bands = self.cosines.shape
        orders = torch.arange(count, dtype=torch.float64)[:, None]
        places = torch.arange(bands, dtype=torch.float64) + 0.5
        cosines = torch.cos(math.pi / bands * orders * places) * math.sqrt(2 / bands)
        cosines[0] /= math.sqrt(2)
        self.cosines.copy_(cosines)


def _slope(x: Tensor) -> Tensor:
    """Return how steeply numbers grow from column to column: (N, A, M, T), shape kept."""
    columns = x.shape[-1]
    padded = functional.pad(x.flatten(1, 2), (_REACH, _REACH), mode="replicate")
    total = torch.zeros_like(padded[..., :columns])
    for far in range(1, _REACH + 1):
        later, earlier = _REACH + far, _REACH - far
        gain = padded[..., later : later + columns] - padded[..., earlier : earlier + columns]
        total = total + far * gain
    squares = 2 * sum(far * far for far in range(1, _REACH + 1))
    slopes: Tensor = (total / squares).unflatten(1, x.shape[1:3])
    return slopes


class Pcen(nn.Module):
    """Per-channel energy normalisation (Wang et al., 2017, arXiv:1607.05666), in float32.

    float, (N, A, B, T), natural logarithms of energies E -> float32, the same shape:
    (E / (floor + M)^gain + offset)^root - offset^root, with M the running mean of E over the
    columns, M[0] = E[0] and M[t] = (1 - share) M[t - 1] + share E[t]. Gain, offset and root are
    learned per band, as logarithms, so that they stay above zero.

    Args:
        bands: B.
        share: Of the newest column in the running mean.
    """

    def __init__(self, bands: int, *, share: float) -> None:
        super().__init__()
        self._share = share
        self.log_gain = nn.Parameter(torch.empty(bands))
        self.log_offset = nn.Parameter(torch.empty(bands))
        self.log_root = nn.Parameter(torch.empty(bands))

    def forward(self, x: Tensor) -> Tensor:
        """Return even loudness: (N, A, B, T), shape kept."""
        with _full_precision(x):
            logs = x.float()
            means = running_mean(logs.exp(), self._share)
            gain, offset, root = (
                logarithm.float().exp()[:, None]
                for logarithm in (self.log_gain, self.log_offset, self.log_root)
            )
            even = (logs - gain * (means + _FLOOR).log()).exp()
            out: Tensor = (even + offset) ** root - offset**root
            return out

    @torch.no_grad()
    def draw(self, _generator: torch.Generator) -> None:
        """Begin as the paper does; nothing is drawn."""
        self.log_gain.fill_(math.log(_GAIN))
        self.log_offset.fill_(math.log(_OFFSET))
        self.log_root.fill_(math.log(_ROOT))


def running_mean(x: Tensor, share: float) -> Tensor:
    """Return M[0] = x[0], M[t] = (1 - share) M[t - 1] + share x[t] over the last axis.

    float32, (N, A, B, T), shape kept. A stretch of columns at a time is one product with what is
    left of each after so many columns; the mean at its end is carried into the next.
    """
    kept = 1.0 - share
    before, every = x[..., :1], []
    for part in x.split(_STRETCH, -1):
        at = torch.arange(part.shape[-1], device=x.device, dtype=x.dtype)
        ages = at - at[:, None]
        weights = torch.where(ages >= 0, share * kept ** ages.clamp_min(0), 0.0)
        means = part @ weights + before * kept ** (at + 1)
        before = means[..., -1:]
        every.append(means)
    return torch.cat(every, -1)


class BandNorm(nn.Module):
    """Mean zero over the time of each sound in every band, and variance one if asked for.

    float, (N, A, B, T) -> float32, shape kept; nothing is learned (cepstral mean and variance
    normalisation, Viikki and Laurila, 1998).

    Args:
        has_deviation: Whether it is divided by the deviation as well.
    """

    def __init__(self, *, has_deviation: bool) -> None:
        super().__init__()
        self._has_deviation = has_deviation

    def forward(self, x: Tensor) -> Tensor:
        """Return the normed map: (N, A, B, T), shape kept."""
        with _full_precision(x):
            even = x.float() - x.float().mean(-1, keepdim=True)
            if not self._has_deviation:
                return even
            return even * (even.square().mean(-1, keepdim=True) + _LEAST_VARIANCE).rsqrt()


def _full_precision(x: Tensor) -> contextlib.AbstractContextManager[object]:
    """Return a context without autocast; the meta device knows none."""
    return contextlib.nullcontext() if x.is_meta else torch.autocast(x.device.type, enabled=False)
