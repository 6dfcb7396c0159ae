"""Sounds to waveforms of one room, beginning at its first sample.

Letters in names: N batch, T samples over time.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from deepdesk.core.chance import Draws

LONGEST_S = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0, 20.0, 30.0)
_USUAL_S = 4.0
_LONGEST_AUTOMATIC_S = 20.0
_ROOM_TIMES = 2.5
_LEAD_S = 0.2
# As much as is kept of a pause while somebody speaks.
_TAIL_S = 0.5


def automatic_longest_s(typical_size: tuple[int, ...]) -> float:
    """Return the room for sounds of a typical (samples, rate): two and a half times as much."""
    if len(typical_size) < 2:
        return _USUAL_S
    wanted_s = _ROOM_TIMES * typical_size[0] / typical_size[1]
    fitting = [longest_s for longest_s in LONGEST_S if longest_s >= wanted_s]
    return min([*fitting, _LONGEST_AUTOMATIC_S])


def roomed(samples_T: NDArray[np.float32], room: int) -> NDArray[np.int16]:
    """Return a sound as int16, (room,), zeros behind it."""
    made = np.zeros(room, dtype=np.int16)
    kept = samples_T[:room]
    made[: len(kept)] = np.round(np.clip(kept, -1.0, 1.0) * 32767.0)
    return made


def begun(
    sounds_NT: Tensor, lengths_N: Tensor, draws: Draws, *, speed: float, rate_hz: int
) -> tuple[Tensor, Tensor]:
    """Return sounds at other speeds within a little silence, float32, (N, T), and their ends.

    What is read goes on behind half of the sounds, so that a network learns that nothing is
    said there. All is as much as the room allows; nothing is cut off.

    Args:
        sounds_NT: float32, (N, T), beginning at the first sample.
        lengths_N: int64, (N,): how many samples are the sound; the rest is room.
        draws: One row of randomness per sound.
        speed: Largest change, as a share; 0 for none.
        rate_hz: Samples a second.
    """
    room, device = sounds_NT.shape[1], sounds_NT.device
    drawn = torch.from_numpy(draws.uniform("begin", 2)).to(device)
    slowest_N = torch.clamp(lengths_N / room, min=1.0 - speed)
    speed_N = torch.maximum(1.0 + (drawn[:, 0] * 2.0 - 1.0) * speed, slowest_N)
    spoken_N = (lengths_N / speed_N).ceil().clamp_max(room)
    leads_N = (drawn[:, 1] * torch.clamp(room - spoken_N, max=_LEAD_S * rate_hz)).floor()
    behind = torch.from_numpy(draws.uniform("tail", 1)).to(device)[:, 0]
    tails_N = (behind * 2.0 - 1.0).clamp_min(0.0) * _TAIL_S * rate_hz
    times_T = torch.arange(room, device=device, dtype=torch.float32)
    places_NT = (times_T[None] - leads_N[:, None]) * speed_N[:, None]
    inside_NT = (places_NT >= 0) & (places_NT <= (lengths_N[:, None] - 1))
    below_NT = places_NT.floor()
    index_NT = below_NT.long().clamp(0, room - 1)
    after_NT = sounds_NT.gather(1, (index_NT + 1).clamp_max(room - 1))
    found_NT = torch.lerp(sounds_NT.gather(1, index_NT), after_NT, places_NT - below_NT)
    return found_NT * inside_NT, (leads_N + spoken_N + tails_N).clamp_max(room).long()
