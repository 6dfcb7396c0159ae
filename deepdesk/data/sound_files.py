"""Reading sounds: whole, in pieces of constant memory, or only what is to be known of them.

What is wrong with a file becomes a `BadSampleError` with a stable code: those of
`sound_opening`, and silent and not_numbers.

Letters in names: T samples over time, K stretches of a long recording.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from deepdesk.core.payloads import Recording
from deepdesk.data.loudness import Loudness
from deepdesk.data.sound_opening import (
    SOUND_SUFFIXES,
    cut_error,
    damage_note,
    go_to,
    opened_sound,
    too_large_error,
)

__all__ = [
    "LONG_S",
    "SOUND_SUFFIXES",
    "Sound",
    "SoundFacts",
    "length_of",
    "loudest",
    "pieces",
    "read_sound",
    "recording_facts",
    "resampled",
    "scanned",
    "windows",
]

LONG_S = 60.0  # sounds above this are read in pieces wherever the whole is not needed
MAX_SECONDS = 1800.0  # held in memory at once; half an hour in mono takes 346 MB at 48 kHz
MAX_VALUES = 400_000_000  # frames times channels: some seconds of decoding
NUM_PEAKS = 2000
_BLOCK_FRAMES = 1 << 16
_PEAKS_KEPT = 8 * NUM_PEAKS
_BEYOND_FULL_SCALE = frozenset({"FLOAT", "DOUBLE"})
_STEPS = 32768.0
_MOST = 2.0**16 - 1  # times full scale; as steps, it still is a number of 32 bits


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """A decoded sound, its channels mixed to one.

    Attributes:
        samples_T: float32, (T,), within -1 to 1.
        rate_hz: Samples a second.
        channels: Of the file.
        note: What is unusual, "" for nothing.
    """

    samples_T: NDArray[np.float32]
    rate_hz: int
    channels: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundFacts:
    """What one pass over a file found.

    Attributes:
        samples: That could be decoded, in one channel.
        rate_hz: Samples a second.
        channels: Of the file.
        note: What is unusual, "" for nothing.
        digest: SHA-256 over rate, channels and samples of 16 bits, hex.
    """

    samples: int
    rate_hz: int
    channels: int
    note: str
    digest: str


def read_sound(path: Path, *, rate_hz: int = 0, max_s: float = 0.0) -> Sound:
    """Return a sound in mono. Safe to call from any thread.

    Args:
        path: Of a file.
        rate_hz: Samples a second to convert to, 0 for the file's own.
        max_s: Read the middle of longer files only, 0 for all.

    Raises:
        BadSampleError: The file cannot be used, with the reason.
    """
    loudness = Loudness()
    with opened_sound(path) as file:
        own_hz, channels = file.samplerate, file.channels
        samples_T, missing = _mixed(file, max_s)
        damage = damage_note(file, path, missing)
    loudness.take(samples_T)
    loudness.check_audible()
    if loudness.peak > 1.0:
        samples_T = samples_T / np.float32(loudness.peak)
    if rate_hz and rate_hz != own_hz:
        samples_T = resampled(samples_T, own_hz, rate_hz)
    return Sound(
        samples_T=samples_T,
        rate_hz=rate_hz or own_hz,
        channels=channels,
        note=", ".join(filter(None, [damage, loudness.note])),
    )


def resampled(samples_T: NDArray[np.float32], from_hz: int, to_hz: int) -> NDArray[np.float32]:
    """Return a sound at another rate, float32, (T * to / from,), without what aliases.

    Args:
        samples_T: float32, (T,).
        from_hz: Its rate.
        to_hz: The new one.
    """
    if from_hz == to_hz or not len(samples_T):
        return samples_T
    changed = soxr.resample(samples_T, from_hz, to_hz, quality="HQ")
    return np.asarray(np.clip(changed, -1.0, 1.0), dtype=np.float32)


def length_of(path: Path) -> float:
    """Return how long a sound lasts by its header, seconds.

    Raises:
        BadSampleError: The file cannot be used, with the reason.
    """
    with opened_sound(path) as file:
        return float(file.frames / file.samplerate)


def pieces(
    path: Path, *, rate_hz: int, piece_s: float, start_s: float = 0.0
) -> Iterator[NDArray[np.float32]]:
    """Yield a sound piece by piece in mono, float32, (T,), in constant memory.

    Joined they are what `read_sound` returns but for rounding: one resampler runs through all
    of them, so that there is no seam. Only files of floating point are read twice, the first
    time for their loudest sample; what an MP3 has beyond full scale is clipped.

    Args:
        path: Of a file of any length up to a day.
        rate_hz: Samples a second of the pieces, 0 for the file's own.
        piece_s: Length of each but the last, which may be shorter.
        start_s: Where in the file to begin; beyond its end there are no pieces.

    Raises:
        BadSampleError: The file cannot be used, with the reason; also after some pieces.
    """
    scale = loudest(path)
    with opened_sound(path) as file:
        first = round(start_s * file.samplerate)
        if first >= file.frames:
            return
        go_to(file, first)
        to_hz = rate_hz or file.samplerate
        blocks = (_checked(block_T) / np.float32(scale) for block_T in _blocks(file))
        yield from _in_pieces(_at_rate(blocks, file.samplerate, to_hz), round(piece_s * to_hz))


def recording_facts(path: Path) -> Recording:
    """Read a sound to its end in constant memory and return its length and its outline.

    Raises:
        BadSampleError: The file cannot be used, with the reason.
    """
    loudness = Loudness()
    with opened_sound(path) as file:
        stretch = max(1, file.frames // _PEAKS_KEPT)
        lows: list[NDArray[np.float32]] = []
        highs: list[NDArray[np.float32]] = []
        # Whole stretches at a time, so that none lies across two blocks.
        for block_T in _blocks(file, max(1, _BLOCK_FRAMES // stretch) * stretch):
            loudness.take(block_T)
            edges = np.arange(0, len(block_T), stretch)
            lows.append(np.minimum.reduceat(block_T, edges))
            highs.append(np.maximum.reduceat(block_T, edges))
        rate_hz = file.samplerate
    _check_any(loudness.count)
    loudness.check_audible()
    peaks_2 = np.stack([np.concatenate(lows), np.concatenate(highs)]) / max(1.0, loudness.peak)
    return Recording(
        path=str(path),
        length_s=loudness.count / rate_hz,
        sample_rate_hz=rate_hz,
        peaks_K2=_outline(peaks_2.astype(np.float32)),
        name=path.name,
    )


def scanned(path: Path) -> SoundFacts:
    """Read a sound of any length to its end in constant memory and return what was found.

    Raises:
        BadSampleError: The file cannot be used, with the reason.
    """
    loudness = Loudness()
    with opened_sound(path) as file:
        digest = hashlib.sha256(f"{file.samplerate}:{file.channels}:".encode())
        for block_T in _blocks(file):
            loudness.take(block_T)
            steps = np.round(np.clip(block_T, -_MOST, _MOST) * np.float32(_STEPS))
            digest.update(steps.astype("<i4").tobytes())
        damage = damage_note(file, path, file.frames - loudness.count)
        rate_hz, channels = file.samplerate, file.channels
    _check_any(loudness.count)
    loudness.check_audible()
    return SoundFacts(
        samples=loudness.count,
        rate_hz=rate_hz,
        channels=channels,
        note=", ".join(filter(None, [damage, loudness.note])),
        digest=digest.hexdigest(),
    )


def windows(path: Path, *, count: int, window_s: float) -> tuple[NDArray[np.float32], int]:
    """Return short looks into a sound, evenly spread, float32, (count, T), and their rate in hertz.

    Raises:
        BadSampleError: The file cannot be used, with the reason.
    """
    with opened_sound(path) as file:
        length = 1 << max(5, round(np.log2(window_s * file.samplerate)))
        looks = np.zeros((count, length), dtype=np.float32)
        starts = np.linspace(0, max(0, file.frames - length), count)
        at = 0
        for row, start in zip(looks, starts, strict=True):
            at = go_to(file, int(start), at) + length
            block_T = _mono(file.read(length, dtype="float32", always_2d=True))
            row[: len(block_T)] = _checked(block_T)
        return looks, file.samplerate


def _mixed(file: soundfile.SoundFile, max_s: float) -> tuple[NDArray[np.float32], int]:
    """Return the mean of the channels, float32, (T,), and how many samples did not come."""
    wanted = file.frames
    if max_s and (most := max(1, round(max_s * file.samplerate))) < wanted:
        go_to(file, (wanted - most) // 2)
        wanted = most
    if wanted > MAX_SECONDS * file.samplerate or wanted * file.channels > MAX_VALUES:
        raise too_large_error(f"It lasts {file.frames / file.samplerate / 60:,.0f} minutes.")
    blocks = list(_blocks(file, wanted=wanted))
    if not blocks and wanted < file.frames and file.seekable():
        # An MP3 that is cut off says how long it was, so that its middle may be missing.
        file.seek(0)
        blocks = list(_blocks(file, wanted=wanted))
        wanted = file.frames
    count = sum(map(len, blocks))
    _check_any(count)
    return np.concatenate(blocks).astype(np.float32, copy=False), wanted - count


def _blocks(
    file: soundfile.SoundFile, frames: int = _BLOCK_FRAMES, *, wanted: int | None = None
) -> Iterator[NDArray[np.float32]]:
    """Yield the mean of the channels from where the file stands, float32, (T,) each."""
    left = file.frames if wanted is None else wanted
    while left > 0:
        block_TC = file.read(min(frames, left), dtype="float32", always_2d=True)
        if not len(block_TC):
            return
        left -= len(block_TC)
        yield _mono(block_TC)


def _mono(block_TC: NDArray[np.float32]) -> NDArray[np.float32]:
    return block_TC[:, 0] if block_TC.shape[1] == 1 else block_TC.mean(1)


def _check_any(count: int) -> None:
    if not count:
        raise cut_error()


def _checked(block_T: NDArray[np.float32]) -> NDArray[np.float32]:
    Loudness().take(block_T)
    return block_T


def loudest(path: Path) -> float:
    """Return the divisor that brings a sound within -1 to 1."""
    loudness = Loudness()
    with opened_sound(path) as file:
        if file.subtype in _BEYOND_FULL_SCALE:
            for block_T in _blocks(file):
                loudness.take(block_T)
    return max(1.0, loudness.peak)


def _at_rate(
    blocks: Iterator[NDArray[np.float32]], from_hz: int, to_hz: int
) -> Iterator[NDArray[np.float32]]:
    if from_hz == to_hz:
        yield from (np.clip(block_T, -1.0, 1.0) for block_T in blocks)
        return
    stream = soxr.ResampleStream(from_hz, to_hz, 1, dtype="float32", quality="HQ")
    for block_T in blocks:
        yield np.clip(stream.resample_chunk(np.ascontiguousarray(block_T)), -1.0, 1.0)
    yield np.clip(stream.resample_chunk(np.zeros(0, dtype=np.float32), last=True), -1.0, 1.0)


def _in_pieces(blocks: Iterator[NDArray[np.float32]], length: int) -> Iterator[NDArray[np.float32]]:
    kept: list[NDArray[np.float32]] = []
    count, length = 0, max(1, length)
    for block_T in blocks:
        kept.append(block_T)
        count += len(block_T)
        if count >= length:
            joined = np.concatenate(kept)
            whole = count // length * length
            yield from (joined[at : at + length] for at in range(0, whole, length))
            # A copy, so that the rest does not keep the whole of it.
            kept, count = [joined[whole:].copy()], count - whole
    if count:
        yield np.concatenate(kept)


def _outline(peaks_2: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return `NUM_PEAKS` pairs of lowest and highest, float32, (K, 2), from finer stretches."""
    count = peaks_2.shape[1]
    edges = np.arange(NUM_PEAKS) * count // NUM_PEAKS
    # Where there are fewer stretches than pairs, `reduceat` repeats the one at the edge.
    low = np.minimum.reduceat(peaks_2[0], edges)
    high = np.maximum.reduceat(peaks_2[1], edges)
    return np.ascontiguousarray(np.stack([low, high], 1))
