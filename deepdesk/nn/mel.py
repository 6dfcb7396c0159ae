"""The mel scale, on which steps that sound equal are equal. No torch.

Two scales are in use: HTK's (O'Shaughnessy, 1987), m = 2595 log10(1 + f / 700), and Slaney's
(Auditory Toolbox, 1998), a line up to 1000 Hz (m = 3 f / 200) and a logarithm above it, 27 steps
for a factor of 6.4.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

_BEND_HZ = 1000.0
_BEND_MEL = 15.0
_STEP = math.log(6.4) / 27.0


def _htk_mel(hz: float) -> float:
    return 2595.0 * math.log10(1.0 + hz / 700.0)


def _htk_hz(mel: float) -> float:
    return 700.0 * (math.pow(10.0, mel / 2595.0) - 1.0)


def _slaney_mel(hz: float) -> float:
    return 3.0 * hz / 200.0 if hz < _BEND_HZ else _BEND_MEL + math.log(hz / _BEND_HZ) / _STEP


def _slaney_hz(mel: float) -> float:
    if mel < _BEND_MEL:
        return 200.0 * mel / 3.0
    return _BEND_HZ * math.exp(_STEP * (mel - _BEND_MEL))


# Per scale: to mel, to Hz, and whether bands are weighted by one over their width.
SCALES: Mapping[str, tuple[Callable[[float], float], Callable[[float], float], bool]] = (
    MappingProxyType({"htk": (_htk_mel, _htk_hz, False), "slaney": (_slaney_mel, _slaney_hz, True)})
)


def corners_hz(scale: str, bands: int, low_hz: float, high_hz: float) -> tuple[float, ...]:
    """Return the `bands` + 2 corners of triangles that overlap by half, evenly spaced in mel.

    Band b rises from corner b to its top at b + 1 and falls to b + 2.

    Args:
        scale: Key of `SCALES`.
        bands: Number of triangles, at least 1.
        low_hz: Where the first one begins.
        high_hz: Where the last one ends, above `low_hz`.
    """
    to_mel, to_hz, _is_weighted = SCALES[scale]
    low, high = to_mel(low_hz), to_mel(high_hz)
    return tuple(to_hz(low + (high - low) * i / (bands + 1)) for i in range(bands + 2))


def has_empty_band(corners: tuple[float, ...], spacing_hz: float) -> bool:
    """Return whether a band lies between two frequencies of a transform.

    Args:
        corners: As `corners_hz` gives them.
        spacing_hz: Between neighbouring frequencies, the first of which is 0 Hz.
    """
    return any(
        (math.floor(low / spacing_hz) + 1) * spacing_hz >= high
        for low, high in zip(corners, corners[2:], strict=False)
    )
