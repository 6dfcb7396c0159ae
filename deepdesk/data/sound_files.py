"""Opening sound files that came from outside: checked before a sample is allocated.

libsndfile does the decoding, from a short list of formats. Everything that can be wrong with a
file becomes a `BadSampleError` with a stable code: missing, unreadable, empty, not_a_sound,
unsupported, truncated, too_large, not_numbers, silent.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from deepdesk.core.errors import BadSampleError

SOUND_SUFFIXES = frozenset(
    {".wav", ".wave", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff"}
)
FORMATS = frozenset({"WAV", "WAVEX", "RF64", "FLAC", "OGG", "MP3", "AIFF"})

MAX_FILE_BYTES = 4 << 30
MAX_SECONDS = 1800.0  # one sample of a class; half an hour in mono takes 346 MB at 48 kHz
MAX_VALUES = 400_000_000  # frames times channels: some seconds of decoding
MAX_CHANNELS = 32
RATES_HZ = (1_000, 384_000)
_BLOCK_FRAMES = 1 << 16
_AUDIBLE = 1e-6  # of full scale, far below one step of 16 bits
_SAVE_AGAIN = "Save it as WAV or FLAC."
_COPY_AGAIN = "Copy it again from its source."
# libsndfile corrects a length that the file does not keep, and says so in its log alone.
_CUT = re.compile(r"^\s*data\s*:\s*\d+ \(should be", re.MULTILINE)
_SIGNATURES = (
    (4, b"ftyp", "an MP4 file"),
    (0, b"\x1a\x45\xdf\xa3", "a Matroska or WebM file"),
    (0, b"MThd", "a MIDI file, which holds notes and no sound"),
    (0, b"PK\3\4", "a zip archive"),
    (0, b"%PDF", "a PDF document"),
)
_OWN_SIGNATURES = (b"RIFF", b"RF64", b"fLaC", b"OggS", b"FORM", b"ID3", b"\xff\xfb")


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


def read_sound(path: Path, *, rate_hz: int = 0, max_s: float = 0.0) -> Sound:
    """Return a sound in mono. Safe to call from any thread.

    Args:
        path: Of a file.
        rate_hz: Samples a second to convert to, 0 for the file's own.
        max_s: Read the middle of longer files only, 0 for all.

    Raises:
        BadSampleError: The file cannot be used, with the reason.
    """
    with _opened(path) as file:
        own_hz, channels = file.samplerate, file.channels
        samples_T = _mixed(file, max_s)
        notes = ["cut off" if _CUT.search(file.extra_info) else ""]
    samples_T, level_note = _levelled(samples_T)
    if rate_hz and rate_hz != own_hz:
        samples_T = resampled(samples_T, own_hz, rate_hz)
    return Sound(
        samples_T=samples_T,
        rate_hz=rate_hz or own_hz,
        channels=channels,
        note=", ".join(filter(None, [*notes, level_note])),
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


@contextmanager
def _opened(path: Path) -> Iterator[soundfile.SoundFile]:
    """Open a file whose header was checked; errors of libsndfile become `BadSampleError`."""
    _check_file(path)
    try:
        with soundfile.SoundFile(path) as file:
            _check_header(file)
            yield file
    except soundfile.LibsndfileError as error:
        raise _unopened(path) from error
    except MemoryError as error:
        raise _too_large("It does not fit into memory.") from error
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        raise BadSampleError(
            "unreadable", f"The file cannot be read: {error}.", "Check the disk."
        ) from error


def _check_file(path: Path) -> None:
    try:
        facts = os.stat(path)  # noqa: PTH116 - names that are no text, too
    except (FileNotFoundError, NotADirectoryError) as error:
        raise BadSampleError("missing", "The file is not there.", "Was it moved?") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", "") or "its name is not valid"
        raise BadSampleError(
            "unreadable", f"The file cannot be read: {reason}.", "Check its permissions."
        ) from error
    if not stat.S_ISREG(facts.st_mode):
        # Reading a pipe or a device would wait for ever.
        raise BadSampleError("not_a_sound", "This is a folder, a device or a pipe, not a sound.")
    if facts.st_size == 0:
        raise BadSampleError("empty", "The file is empty.", _COPY_AGAIN)
    if facts.st_size > MAX_FILE_BYTES:
        raise _too_large(f"The file has {facts.st_size >> 20:,} MB.")
    if not os.access(path, os.R_OK):
        raise BadSampleError(
            "unreadable", "The file cannot be read: permission denied.", "Check its permissions."
        )


def _check_header(file: soundfile.SoundFile) -> None:
    if file.format not in FORMATS:
        raise BadSampleError(
            "unsupported", f"This is a {file.format_info} file, which is not read.", _SAVE_AGAIN
        )
    if not 1 <= file.channels <= MAX_CHANNELS:
        raise _too_large(f"It has {file.channels:,} channels.")
    low_hz, high_hz = RATES_HZ
    if not low_hz <= file.samplerate <= high_hz:
        raise BadSampleError(
            "unsupported",
            f"It has {file.samplerate:,} samples a second, which no sound has.",
            _SAVE_AGAIN,
        )
    if file.frames <= 0:
        raise BadSampleError("empty", "The file holds no sound.", _COPY_AGAIN)
    seconds = file.frames / file.samplerate
    if seconds > MAX_SECONDS or file.frames * file.channels > MAX_VALUES:
        raise _too_large(f"It lasts {seconds / 60:,.0f} minutes.")


def _mixed(file: soundfile.SoundFile, max_s: float) -> NDArray[np.float32]:
    """Return the mean of the channels, float32, (T,), read in blocks."""
    wanted = file.frames
    if max_s and (most := max(1, round(max_s * file.samplerate))) < wanted:
        file.seek((wanted - most) // 2)
        wanted = most
    blocks, count = [], 0
    while count < wanted:
        block_TC = file.read(min(_BLOCK_FRAMES, wanted - count), dtype="float32", always_2d=True)
        if not len(block_TC):
            break
        count += len(block_TC)
        blocks.append(block_TC[:, 0] if file.channels == 1 else block_TC.mean(1))
    if not blocks:
        raise BadSampleError("truncated", "The sound is damaged or cut off.", _COPY_AGAIN)
    return np.concatenate(blocks).astype(np.float32, copy=False)


def _levelled(samples_T: NDArray[np.float32]) -> tuple[NDArray[np.float32], str]:
    """Return samples within -1 to 1, float32, (T,), and what was unusual about their level."""
    if not np.isfinite(samples_T).all():
        raise BadSampleError(
            "not_numbers", "It holds values that are no numbers.", "Export it again."
        )
    high, low = float(samples_T.max()), float(samples_T.min())
    if high - low < _AUDIBLE:
        raise BadSampleError(
            "silent", "There is nothing to be heard in it.", "Record it again, or leave it out."
        )
    peak = max(high, -low)
    if peak > 1.0:
        # Only files of floating point hold such values.
        return samples_T / np.float32(peak), f"made quieter, from {peak:.3g} times full scale"
    clipped = float((np.abs(samples_T) >= 0.9999).mean())
    if clipped > 0.001:
        return samples_T, f"clipped: {clipped:.1%} of it is at full scale"
    return samples_T, "very quiet" if peak < 0.003 else ""


def _too_large(why: str) -> BadSampleError:
    return BadSampleError("too_large", f"The sound is too large. {why}", "Cut it into pieces.")


def _unopened(path: Path) -> BadSampleError:
    try:
        with path.open("rb") as file:
            head = file.read(64)
    except OSError as error:
        return BadSampleError(
            "unreadable", f"The file cannot be read: {error.strerror}.", "Check its permissions."
        )
    if head.startswith(_OWN_SIGNATURES):
        return BadSampleError("truncated", "The sound is damaged or cut off.", _COPY_AGAIN)
    for offset, signature, name in _SIGNATURES:
        if head[offset : offset + len(signature)] == signature:
            return BadSampleError("unsupported", f"This is {name}; it is not read.", _SAVE_AGAIN)
    return BadSampleError("not_a_sound", "This is not a sound, whatever its name says.")
