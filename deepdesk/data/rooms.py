"""Echoes of rooms that nobody built, as spectra, from stateless draws.

Letters in names: N batch, T samples over time, F frequencies.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import torch
from torch import Tensor

from deepdesk.core.chance import Draws

LONGEST_S = 0.6
_SHORTEST_S = 0.1
# How much of a tail is computed; the longest has lost 40 dB by then.
TAIL_S = 0.4
_FIRST_ECHO_S = 0.003
_LOUDEST_DB, _SPAN_DB = 0.0, 24.0  # of all echoes together, against the direct sound
_DRY_SHARE = 0.3  # of all sounds have no echo
_HISS_SAMPLES = 1 << 15
_DECAY = math.log(1000.0)  # the decay time is the time to lose 60 dB


def room_spectra(
    draws: Draws, rate_hz: int, samples: int, longest_s: float, device: torch.device
) -> Tensor:
    """Return what rooms do to spectra, complex64, (N, samples // 2 + 1).

    A room is the direct sound and noise that decays exponentially (Polack, 1988; Jot et al.,
    1997); its decay time and loudness are drawn, the latter so that all together is as loud as the
    direct sound was.

    Args:
        draws: One row of randomness per sound.
        rate_hz: Samples a second.
        samples: Of the transform, longer than the sound by `TAIL_S`.
        longest_s: Longest decay time.
        device: Where the spectra are wanted.
    """
    drawn = draws.uniform("room", 4)
    shortest_s = min(_SHORTEST_S, longest_s)
    decays_s = shortest_s * (longest_s / shortest_s) ** drawn[:, 0]
    is_dry = drawn[:, 1] < _DRY_SHARE
    wet = np.where(is_dry, 0.0, 10.0 ** ((_LOUDEST_DB - _SPAN_DB * drawn[:, 2]) / 20.0))
    starts_N = torch.from_numpy((drawn[:, 3] * _HISS_SAMPLES).astype(np.int64)).to(device)
    decays_N, wet_N = (
        torch.from_numpy(values.astype(np.float32)).to(device) for values in (decays_s, wet)
    )
    first, tail = round(_FIRST_ECHO_S * rate_hz), round(TAIL_S * rate_hz)
    times_T = torch.arange(first, tail, device=device)
    echoes_NT = _hiss().to(device)[(starts_N[:, None] + times_T) % _HISS_SAMPLES]
    echoes_NT = echoes_NT * torch.exp(times_T * (-_DECAY / rate_hz) / decays_N[:, None])
    echoes_NT = echoes_NT * (wet_N / echoes_NT.square().sum(1).sqrt())[:, None]
    rooms_NT = torch.nn.functional.pad(echoes_NT, (first, 0))
    rooms_NT[:, 0] = 1.0
    rooms_NT /= torch.sqrt(1.0 + wet_N.square())[:, None]
    spectra_NF: Tensor = torch.fft.rfft(rooms_NT, samples)
    return spectra_NF


def room_for(samples: int, rate_hz: int) -> int:
    """Return a length that holds a sound and its tail and that transforms are fast at."""
    return fast_length(samples + round(TAIL_S * rate_hz))


@cache
def fast_length(least: int) -> int:
    """Return the least product of twos, threes and fives from `least` on."""
    best = 1 << max(0, (least - 1).bit_length())
    five = 1
    while five < best:
        odd = five
        while odd < best:
            best = min(best, odd << max(0, (-(-least // odd) - 1).bit_length()))
            odd *= 3
        five *= 5
    return best


@cache
def _hiss() -> Tensor:
    """Return white noise of unit variance, float32, (_HISS_SAMPLES,), always the same."""
    generator = np.random.Generator(np.random.Philox(key=20_261_122))
    return torch.from_numpy(generator.standard_normal(_HISS_SAMPLES, dtype=np.float32))
