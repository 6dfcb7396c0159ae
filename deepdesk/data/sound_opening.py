"""Opening sound files that came from outside: checked before a sample is allocated.

libsndfile does the decoding, from a short list of formats. Everything that can be wrong with a
file becomes a `BadSampleError` with a stable code: missing, unreadable, empty, not_a_sound,
unsupported, truncated, too_large.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import soundfile

from deepdesk.core.errors import BadSampleError

SOUND_SUFFIXES = frozenset(
    {".wav", ".wave", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff"}
)
FORMATS = frozenset({"WAV", "WAVEX", "RF64", "FLAC", "OGG", "MP3", "AIFF"})

MAX_FILE_BYTES = 64 << 30
MAX_RECORDING_S = 86_400.0  # a day; whatever asks for more is more likely to be a wrong header
MAX_CHANNELS = 32
RATES_HZ = (1_000, 384_000)
_COPY_AGAIN = "Copy it again from its source."
_SAVE_AGAIN = "Save it as WAV or FLAC."
# libsndfile corrects a length that the file does not keep, and says so in its log alone.
_CUT = re.compile(
    r"^\s*data\s*:\s*\d+ \(should be|lacks an end-of-stream bit|without an End-Of-Stream flag",
    re.MULTILINE,
)
_MP3_LENGTHS = (b"Xing", b"Info", b"VBRI")
_SIGNATURES = (
    (4, b"ftyp", "an MP4 file"),
    (0, b"\x1a\x45\xdf\xa3", "a Matroska or WebM file"),
    (0, b"MThd", "a MIDI file, which holds notes and no sound"),
    (0, b"PK\3\4", "a zip archive"),
    (0, b"%PDF", "a PDF document"),
)
_OWN_SIGNATURES = (b"RIFF", b"RF64", b"fLaC", b"OggS", b"FORM", b"ID3")
# Layer III of MPEG 1, 2 and 2.5, with and without a checksum.
_MP3_STARTS = tuple(bytes((255, kind)) for kind in (0xFB, 0xFA, 0xF3, 0xF2, 0xE3, 0xE2))


@contextmanager
def opened_sound(path: Path) -> Iterator[soundfile.SoundFile]:
    """Open a file whose header was checked; errors of libsndfile become `BadSampleError`."""
    _check_file(path)
    try:
        with soundfile.SoundFile(path) as file:
            _check_header(file)
            yield file
    except soundfile.LibsndfileError as error:
        raise _unopened(path) from error
    except MemoryError as error:
        raise too_large_error("It does not fit into memory.") from error
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
        raise too_large_error(f"The file has {facts.st_size >> 20:,} MB.")
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
        raise too_large_error(f"It has {file.channels:,} channels.")
    low_hz, high_hz = RATES_HZ
    if not low_hz <= file.samplerate <= high_hz:
        raise BadSampleError(
            "unsupported",
            f"It has {file.samplerate:,} samples a second, which no sound has.",
            _SAVE_AGAIN,
        )
    if file.frames <= 0 and file.format == "OGG" and _CUT.search(file.extra_info):
        raise cut_error()
    if file.frames <= 0:
        raise BadSampleError("empty", "The file holds no sound.", _COPY_AGAIN)
    hours = file.frames / file.samplerate / 3600
    if hours * 3600 > MAX_RECORDING_S:
        raise too_large_error(f"It lasts {hours:,.0f} hours.")


def too_large_error(why: str) -> BadSampleError:
    """Return the error of a sound that is not read for its size, with a sentence why."""
    return BadSampleError("too_large", f"The sound is too large. {why}", "Cut it into pieces.")


def cut_error() -> BadSampleError:
    """Return the error of a sound of which nothing can be read for its damage."""
    return BadSampleError("truncated", "The sound is damaged or cut off.", _COPY_AGAIN)


def _unopened(path: Path) -> BadSampleError:
    try:
        with path.open("rb") as file:
            head = file.read(64)
    except OSError as error:
        return BadSampleError(
            "unreadable", f"The file cannot be read: {error.strerror}.", "Check its permissions."
        )
    if head.startswith(_OWN_SIGNATURES + _MP3_STARTS):
        return cut_error()
    for offset, signature, name in _SIGNATURES:
        if head[offset : offset + len(signature)] == signature:
            return BadSampleError("unsupported", f"This is {name}; it is not read.", _SAVE_AGAIN)
    return BadSampleError("not_a_sound", "This is not a sound, whatever its name says.")


def is_cut_off(file: soundfile.SoundFile, path: Path, missing: int) -> bool:
    """Whether a file is shorter than it says.

    An MP3 need not say how long it is; where it does not, its length is guessed from its size and
    nobody can tell.

    Args:
        file: Open.
        path: Of the file.
        missing: Samples that its header promises and that did not come.
    """
    if _CUT.search(file.extra_info):
        return True
    return missing > 0 and (file.format != "MP3" or _says_length(path))


def _says_length(mp3: Path) -> bool:
    with mp3.open("rb") as data:
        head = data.read(10)
        if head.startswith(b"ID3") and len(head) == 10:
            # Four groups of seven bits; the tag may hold a picture.
            data.seek(
                10
                + sum(byte << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True))
            )
        else:
            data.seek(0)
        frame = data.read(4096)
    return any(word in frame for word in _MP3_LENGTHS)
