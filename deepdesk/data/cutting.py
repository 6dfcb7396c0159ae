"""Where a long recording is cut into samples: at its pauses, or at equal distances.

Letters in names: T steps of time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.errors import ConfigError
from deepdesk.core.settings import Knob, check
from deepdesk.core.work import StopToken
from deepdesk.data.sound_files import pieces

STEP_S = 0.05
SILENT_DB = -120.0
_BLOCK_S = 10.0
# A pause is searched for in the last part of a piece, so that most pieces stay long.
_SEARCHED = 0.5
_PAUSE_STEPS = 5
Spans = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutting:
    """How long recordings are cut into pieces."""

    piece_s: Annotated[
        float,
        Knob(
            label="Piece length",
            help="No piece is longer. About as much as is needed to tell the class: 2 to 10 s.",
            unit="s",
            low=0.5,
            high=300.0,
            more=False,
        ),
    ] = 5.0
    at: Annotated[
        str,
        Knob(
            label="Cut",
            help="At pauses, so that no word or call is cut in two, or all pieces equally long.",
            choices=(("pauses", "At pauses"), ("regular", "Regularly")),
            more=False,
        ),
    ] = "pauses"
    overlap_s: Annotated[
        float,
        Knob(
            label="Overlap",
            help="Each piece begins this much before the end of the one before it. At most half a"
            " piece.",
            unit="s",
            low=0.0,
            high=150.0,
            zero="none",
            more=False,
        ),
    ] = 0.0
    shortest_s: Annotated[
        float,
        Knob(
            label="Shortest piece",
            help="What is left at the end and shorter than this is left out.",
            unit="s",
            low=0.1,
            high=300.0,
            more=False,
        ),
    ] = 1.0


def checked(settings: Cutting) -> Cutting:
    """Return settings that go together.

    Raises:
        ConfigError: They do not; with the key of the one to change.
    """
    check(settings)
    half_s = settings.piece_s / 2
    if settings.overlap_s > half_s:
        raise ConfigError(
            "overlap_s",
            f"The overlap is {settings.overlap_s:g} s.",
            f"Allowed is half a piece: {half_s:g} s.",
        )
    if settings.shortest_s > settings.piece_s:
        raise ConfigError(
            "shortest_s",
            f"The shortest piece has {settings.shortest_s:g} s.",
            "It cannot be longer than a piece.",
        )
    return settings


def loudness_of(path: Path, stop: StopToken) -> NDArray[np.float32]:
    """Return how loud each step of `STEP_S` is, decibels of full scale, float32, (T,).

    Reads the file once, in constant memory but for the answer.

    Raises:
        BadSampleError: The file cannot be used, with the reason.
        StoppedError: A stop was asked for.
    """
    found: list[NDArray[np.float32]] = []
    rate_hz = 8_000  # more pitch than pauses need, and steps of whole samples at any rate
    step = round(STEP_S * rate_hz)
    for piece_T in pieces(path, rate_hz=rate_hz, piece_s=_BLOCK_S):
        stop.check()
        whole = np.pad(piece_T, (0, -len(piece_T) % step)).reshape(-1, step)
        powers_T = np.square(whole, dtype=np.float64).mean(1)
        found.append((10.0 * np.log10(powers_T + 10.0 ** (SILENT_DB / 10))).astype(np.float32))
    return np.concatenate(found) if found else np.zeros(0, dtype=np.float32)


def cut(loudness_T: NDArray[np.float32], length_s: float, settings: Cutting) -> Spans:
    """Return (start, end) of the pieces in seconds, in order.

    At pauses, a piece ends where a quarter of a second is quietest in the second half of the
    longest that it may be. What is shorter than allowed at the end is left out.

    Args:
        loudness_T: float32, (T,), from `loudness_of`.
        length_s: Of the recording.
        settings: Checked ones.

    Raises:
        ConfigError: The settings do not go together.
    """
    checked(settings)
    ends = _ENDS[settings.at](_smoothed(loudness_T), length_s, settings)
    return tuple(
        (start_s, end_s) for start_s, end_s in ends if end_s - start_s >= settings.shortest_s - 1e-9
    )


def _regular(
    _quiet_T: NDArray[np.float32], length_s: float, settings: Cutting
) -> Iterator[tuple[float, float]]:
    start_s, number = 0.0, 0
    apart_s = settings.piece_s - settings.overlap_s
    while start_s + settings.overlap_s < length_s - 1e-9 or not number:
        yield start_s, min(length_s, start_s + settings.piece_s)
        number += 1
        start_s = number * apart_s


def _at_pauses(
    quiet_T: NDArray[np.float32], length_s: float, settings: Cutting
) -> Iterator[tuple[float, float]]:
    start_s = 0.0
    # Beyond the overlap by a quarter of a piece, so that each piece brings something new.
    new_s = settings.overlap_s + settings.piece_s / 4
    least_s = max(settings.shortest_s, settings.piece_s * _SEARCHED, new_s)
    while length_s - start_s > settings.piece_s:
        first = int(np.ceil((start_s + least_s) / STEP_S))
        last = int((start_s + settings.piece_s) / STEP_S)
        window_T = quiet_T[first : last + 1]
        end_s = start_s + settings.piece_s
        if len(window_T):
            # The last of equally quiet moments: pieces stay long where all is quiet.
            at = len(window_T) - 1 - int(np.argmin(window_T[::-1]))
            end_s = min(end_s, (first + at) * STEP_S)
        yield start_s, end_s
        start_s = end_s - settings.overlap_s
    yield start_s, length_s


_ENDS = {"regular": _regular, "pauses": _at_pauses}


def _smoothed(loudness_T: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the loudest of each quarter of a second around the start of a step, float32, (T,)."""
    if not len(loudness_T):
        return loudness_T
    half = _PAUSE_STEPS // 2
    padded_T = np.pad(loudness_T, (half, half), constant_values=SILENT_DB)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded_T, _PAUSE_STEPS).max(1))
