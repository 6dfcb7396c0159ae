"""Opening sound files that came from outside: checked before a sample is allocated.

libsndfile does the decoding, from a short list of formats. Everything that can be wrong with a
file becomes a `BadSampleError` with a stable code: missing, name, unreadable, empty,
not_a_sound, unsupported, truncated, too_large.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import soundfile

from deepdesk.core.errors import BadSampleError
from deepdesk.data.sound_ends import ends_within_a_frame, ogg_end
from deepdesk.data.sound_quiet import chatter_silenced

SOUND_SUFFIXES = frozenset(
    {".wav", ".wave", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff"}
)
FORMATS = frozenset({"WAV", "WAVEX", "RF64", "FLAC", "OGG", "MP3", "AIFF"})

MAX_FILE_BYTES = 64 << 30
MAX_RECORDING_S = 86_400.0  # a day; whatever asks for more is more likely to be a wrong header
MAX_CHANNELS = 32
RATES_HZ = (1_000, 384_000)
_SKIPPED_FRAMES = 1 << 16
_COPY_AGAIN = "Copy it again from its source."
_SAVE_AGAIN = "Save it as WAV or FLAC."
# libsndfile corrects a length that the file does not keep, and says so in its log alone.
_DATA = re.compile(r"^\s*data\s*:\s*(\d+)( \(should be)?", re.MULTILINE)
# Programs that do not know the length beforehand write the most that fits, or a little less.
_UNKNOWN_BYTES = 0x7FFFF000
_UNKNOWN_FRAMES = 1 << 62
_HOLE = re.compile(r"Skipped \d+ bytes looking for the next page|libogg reports a hole")
_CUT, _DAMAGED = "cut off", "damaged: a part of it is missing"
_MORE = "several sounds in one file, of which the first is read"
# Of libsndfile: malformed formats that are no damage but ways to write a sound that it does not
# know. It has no names for the numbers of its own errors.
_UNKNOWN_FORMAT_ERRORS = frozenset({4, 18, 64, 73, 76})
_MP3_LENGTHS = (b"Xing", b"Info", b"VBRI")
_SIGNATURES = (
    (4, b"ftyp", "an MP4 file"),
    (0, b"\x1a\x45\xdf\xa3", "a Matroska or WebM file"),
    (0, b"MThd", "a MIDI file, which holds notes and no sound"),
    (0, b"PK\3\4", "a zip archive"),
    (0, b"%PDF", "a PDF document"),
)
_OTHER_STARTS = (b"RIFF", b"RF64", b"fLaC", b"OggS", b"FORM")
_WAVES = frozenset({"WAV", "WAVEX", "RF64"})
_HEADER_BYTES = 128  # what is smaller holds no sound beside its header
# Layer III of MPEG 1, 2 and 2.5, with and without a checksum.
_MP3_STARTS = tuple(bytes((255, kind)) for kind in (0xFB, 0xFA, 0xF3, 0xF2, 0xE3, 0xE2))


@contextmanager
def opened_sound(path: Path) -> Iterator[soundfile.SoundFile]:
    """Open a file whose header was checked; errors of libsndfile become `BadSampleError`."""
    _check_file(path)
    try:
        with _quiet_for(path), soundfile.SoundFile(path) as file:
            _check_header(file, path)
            yield file
    except soundfile.LibsndfileError as error:
        raise _unopened(path, error.code) from error
    except UnicodeError as error:
        raise BadSampleError("name", "Its name is not valid text.", "Rename the file.") from error
    except MemoryError as error:
        raise too_large_error("It does not fit into memory.") from error
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadSampleError(
            "unreadable", f"The file cannot be read: {reason}.", "Check the disk."
        ) from error


def _check_file(path: Path) -> None:
    try:
        facts = os.stat(path)  # noqa: PTH116 - names that are no text, too
    except (FileNotFoundError, NotADirectoryError) as error:
        raise BadSampleError("missing", "The file is not there.", "Was it moved?") from error
    except (OSError, ValueError) as error:
        raise _unreadable(error) from error
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


def _unreadable(error: OSError | ValueError) -> BadSampleError:
    number, reason = getattr(error, "errno", 0), getattr(error, "strerror", "")
    if number == errno.ELOOP:
        return BadSampleError("unreadable", "It is a link that leads to itself.", "Remove it.")
    if number == errno.ENAMETOOLONG or not reason:
        why = reason or "its name is not valid"
        return BadSampleError("unreadable", f"The file cannot be read: {why}.", "Rename it.")
    return BadSampleError(
        "unreadable", f"The file cannot be read: {reason}.", "Check its permissions."
    )


def _quiet_for(path: Path) -> AbstractContextManager[None]:
    """Return a context that hides what the decoder of MP3 says, where a file may be one."""
    # A third of the time that a file object takes: every sound of every epoch comes by here.
    number = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        is_other = os.read(number, 4).startswith(_OTHER_STARTS)
    finally:
        os.close(number)
    return nullcontext() if is_other else chatter_silenced()


def _check_header(file: soundfile.SoundFile, path: Path) -> None:
    if file.format not in FORMATS:
        raise BadSampleError(
            "unsupported", f"Files of the kind {file.format_info} are not read.", _SAVE_AGAIN
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
    if file.frames <= 0:
        raise _no_frames(file, path)
    if file.frames >= _UNKNOWN_FRAMES:
        raise BadSampleError(
            "unsupported", "The file does not say how long the sound is.", _SAVE_AGAIN
        )
    hours = file.frames / file.samplerate / 3600
    if hours * 3600 > MAX_RECORDING_S:
        raise too_large_error(f"It lasts {hours:,.0f} hours, and a day is the most.")


def _no_frames(file: soundfile.SoundFile, path: Path) -> BadSampleError:
    if file.format == "OGG" and (_HOLE.search(file.extra_info) or ogg_end(path).is_cut_off):
        return cut_error()
    if file.format in _WAVES and path.stat().st_size >= _HEADER_BYTES:
        return BadSampleError(
            "truncated",
            "Its header says that it holds no sound, but the file holds something: the recording"
            " was probably broken off.",
            "Open it as raw data in a sound editor and save it again.",
        )
    return BadSampleError("empty", "The file holds no sound.", _COPY_AGAIN)


def go_to(file: soundfile.SoundFile, frame: int, at: int = 0) -> int:
    """Move to a frame and return where the file stands.

    Some codes of telephones can only be read forwards: up to there is read then, and what lies
    behind stays there.

    Args:
        file: Open.
        frame: Number of the frame.
        at: Where the file stands now.
    """
    if file.seekable():
        file.seek(frame)
        return frame
    while at < frame and (count := len(file.read(min(frame - at, _SKIPPED_FRAMES), "float32"))):
        at += count
    return at


def too_large_error(why: str) -> BadSampleError:
    """Return the error of a sound that is not read for its size, with a sentence why."""
    return BadSampleError("too_large", f"The sound is too large. {why}", "Cut it into pieces.")


def cut_error() -> BadSampleError:
    """Return the error of a sound of which nothing can be read for its damage."""
    return BadSampleError("truncated", "The sound is damaged or cut off.", _COPY_AGAIN)


def _unopened(path: Path, code: int) -> BadSampleError:
    try:
        with path.open("rb") as file:
            head = file.read(64)
    except OSError as error:
        return BadSampleError(
            "unreadable", f"The file cannot be read: {error.strerror}.", "Check its permissions."
        )
    if code in _UNKNOWN_FORMAT_ERRORS and path.stat().st_size >= _HEADER_BYTES:
        return BadSampleError(
            "unsupported", "The way that the sound is coded in it is not read.", _SAVE_AGAIN
        )
    if head.startswith((*_OTHER_STARTS, b"ID3", *_MP3_STARTS)):
        return cut_error()
    for offset, signature, name in _SIGNATURES:
        if head[offset : offset + len(signature)] == signature:
            return BadSampleError("unsupported", f"This is {name}; it is not read.", _SAVE_AGAIN)
    return BadSampleError("not_a_sound", "This is not a sound, whatever its name says.")


def damage_note(file: soundfile.SoundFile, path: Path, missing: int) -> str:
    """Return what a file says of itself that is not so, "" for nothing.

    An MP3 need not say how long it is; one that does not can be told to be cut off only where its
    last frame is not whole.

    Args:
        file: Open, and read to the end of what is wanted.
        path: Of the file.
        missing: Samples that its header promises and that did not come.

    Raises:
        OSError: The file cannot be read any more.
    """
    note_of = _NOTES.get(file.format)
    note = note_of(file, path) if note_of else ""
    is_short = missing > 0 and (file.format != "MP3" or _says_length(path))
    return note or (_CUT if is_short else "")


def _note_of_wave(file: soundfile.SoundFile, _path: Path) -> str:
    found = _DATA.search(file.extra_info)
    is_short = found is not None and found[2] and int(found[1]) < _UNKNOWN_BYTES
    return _CUT if is_short else ""


def _note_of_ogg(file: soundfile.SoundFile, path: Path) -> str:
    end = ogg_end(path)
    if end.is_cut_off or end.has_more:
        return _CUT if end.is_cut_off else _MORE
    return _DAMAGED if _HOLE.search(file.extra_info) else ""


def _note_of_mp3(_file: soundfile.SoundFile, path: Path) -> str:
    return _CUT if not _says_length(path) and ends_within_a_frame(path) else ""


_NOTES = {
    **dict.fromkeys(_WAVES, _note_of_wave),
    "OGG": _note_of_ogg,
    "MP3": _note_of_mp3,
}


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
