"""Recordings of a project: what is being recorded grows on the disk, what is kept is a WAV file.

    recordings/unkept/20261121-140503-3f2a.wav     grows while somebody speaks
    recordings/unkept/20261121-140503-3f2a.json    what it is meant to be
    recordings/<class or speaker>/<label>_<speaker>_<take>.wav

The header of a growing file is brought up to date with every flush. After a kill it says too
little, so the length is taken from the size of the file.
"""

from __future__ import annotations

import contextlib
import json
import re
import secrets
import stat
import struct
import unicodedata
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from deepdesk.core.errors import BadSampleError, DeepDeskError
from deepdesk.project.full_disk import storage_error
from deepdesk.project.safe_write import (
    fsync_file,
    make_folder,
    read_json,
    write_bytes,
    write_json,
)

FOLDER, UNKEPT = "recordings", "unkept"
LEAST_S = 0.05  # shorter ones are a slip of the finger
_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
_BYTES_PER_SAMPLE = 2
_MOST_BYTES = (1 << 32) - 1 - _HEADER.size
_RATES_HZ = (1_000, 768_000)
_MOST_TAKE_BYTES = 512 << 20  # five minutes have 460 MB at the highest rate
_PIECES_S = (0.1, 3600.0)
_NAME_BYTES = 48
_MOST_CHARACTERS = 2_000
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a take is meant to be; everything may be "".

    Attributes:
        label: Class.
        sentence: What is said.
        speaker: Who says it.
        piece_s: Length of the pieces it is cut into, 0 for one piece.
    """

    label: str = ""
    sentence: str = ""
    speaker: str = ""
    piece_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unkept:
    """A take that nobody kept or discarded yet."""

    path: Path
    rate_hz: int
    length_s: float
    began: str
    about: About


class GrowingTake:
    """A file that grows while somebody speaks: one channel, 16 bits.

    Args:
        project: Folder of the project.
        rate_hz: Samples a second.
        about: What it is meant to be.

    Raises:
        StorageError: It cannot be begun.
    """

    def __init__(self, project: Path, rate_hz: int, about: About) -> None:
        folder = project / FOLDER / UNKEPT
        stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
        self.path = folder / f"{stamp}-{secrets.token_hex(4)}.wav"
        self._rate_hz = rate_hz
        self._written = 0
        try:
            make_folder(project / FOLDER)
            make_folder(folder)
            write_json(self.path.with_suffix(".json"), asdict(about))
            self._file: BinaryIO = self.path.open("xb", buffering=0)
        except OSError as error:
            raise storage_error(error, self.path) from error
        try:
            self._file.write(wav_header(0, rate_hz))
        except OSError as error:
            self._file.close()
            raise storage_error(error, self.path) from error

    def write(self, samples: bytes) -> None:
        """Add samples: 16 bits, little endian.

        Raises:
            StorageError: They could not be written; what came before is there.
        """
        rest = memoryview(samples)
        try:
            while rest:
                count = self._file.write(rest) or 0
                self._written += count
                rest = rest[count:]
        except OSError as error:
            raise storage_error(error, self.path) from error

    def flush(self) -> None:
        """Bring the header up to date and wait until everything is on the disk.

        Raises:
            StorageError: The disk is full or gone.
        """
        try:
            self._file.seek(0)
            self._file.write(wav_header(self._written, self._rate_hz))
            self._file.seek(0, 2)
            fsync_file(self._file.fileno())
        except OSError as error:
            raise storage_error(error, self.path) from error

    def close(self) -> None:
        """Flush and close; what cannot be written any more is passed over."""
        with contextlib.suppress(DeepDeskError):
            self.flush()
        with contextlib.suppress(OSError):
            self._file.close()


def wav_header(num_bytes: int, rate_hz: int) -> bytes:
    """Return the header of a WAV file of one channel of 16 bits."""
    size = min(num_bytes, _MOST_BYTES)
    return _HEADER.pack(
        *(b"RIFF", size + _HEADER.size - 8, b"WAVE", b"fmt ", 16, 1, 1, rate_hz),
        *(rate_hz * _BYTES_PER_SAMPLE, _BYTES_PER_SAMPLE, 16, b"data", size),
    )


def unkept_takes(project: Path) -> list[Unkept]:
    """Return the takes that were not kept, oldest first; those of no length are deleted."""
    found = []
    for path in sorted((project / FOLDER / UNKEPT).glob("*.wav")):
        try:
            rate_hz, num_bytes = _measured(path)
        except (BadSampleError, OSError):
            continue
        length_s = num_bytes / _BYTES_PER_SAMPLE / rate_hz
        if length_s < LEAST_S:
            with contextlib.suppress(DeepDeskError):
                discard(path)
            continue
        found.append(
            Unkept(
                path=path,
                rate_hz=rate_hz,
                length_s=length_s,
                began=_time_of(path),
                about=_about(path.with_suffix(".json")),
            )
        )
    return found


def read_take(path: Path) -> tuple[bytes, int]:
    """Return the samples of a growing file, 16 bits, little endian, and its rate in Hz.

    Raises:
        BadSampleError: It is none.
        StorageError: The disk cannot be read.
    """
    try:
        rate_hz, num_bytes = _measured(path)
        if num_bytes > _MOST_TAKE_BYTES:
            raise BadSampleError(
                "too_large", f"{path.name} is far longer than a take.", f"Import it from {path}."
            )
        with path.open("rb") as file:
            file.seek(_HEADER.size)
            return file.read(num_bytes), rate_hz
    except OSError as error:
        raise storage_error(error, path) from error


def discard(path: Path) -> None:
    """Delete a take that was not kept.

    Raises:
        StorageError: It cannot be deleted.
    """
    try:
        path.unlink(missing_ok=True)
        path.with_suffix(".json").unlink(missing_ok=True)
    except OSError as error:
        raise storage_error(error, path) from error


def keep(project: Path, about: About, samples: bytes, rate_hz: int) -> Path:
    """Write a take into the project under a name of its own and return its path.

    Raises:
        StorageError: It cannot be written; nothing is left of it then.
    """
    group = about.label or about.speaker or "recordings"
    folder = project / FOLDER / safe_name(group, "recordings")
    label = safe_name(about.label or " ".join(about.sentence.split()[:6]), "take")
    stem = f"{label}_{safe_name(about.speaker, 'unknown')}"
    try:
        make_folder(project / FOLDER)
        make_folder(folder)
        path = _claimed(folder, stem)
    except OSError as error:
        raise storage_error(error, folder) from error
    try:
        write_bytes(path, wav_header(len(samples), rate_hz) + samples)
    except BaseException:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        raise
    return path


def safe_name(text: str, otherwise: str) -> str:
    """Return a text as part of a file's name on any system: no slashes, dots or blanks."""
    kept = "".join(c if c.isalnum() else "-" for c in unicodedata.normalize("NFC", text))
    name = re.sub("-+", "-", kept).encode("utf-8", "ignore")[:_NAME_BYTES]
    short = name.decode("utf-8", "ignore").strip("-")
    if _RESERVED.fullmatch(short) or short.casefold() == UNKEPT:
        short = f"{short}-"
    return short or otherwise


def _claimed(folder: Path, stem: str) -> Path:
    """Return the path of a file that was not there before and is now, empty."""
    pattern = re.compile(re.escape(stem) + r"_(\d{1,9})\.wav", re.IGNORECASE)
    taken = [int(m[1]) for entry in folder.iterdir() if (m := pattern.fullmatch(entry.name))]
    number = max(taken, default=0) + 1
    while True:
        path = folder / f"{stem}_{number}.wav"
        try:
            path.open("xb").close()
        except FileExistsError:
            number += 1
            continue
        return path


def _measured(path: Path) -> tuple[int, int]:
    """Return rate and number of whole samples' bytes of a growing file."""
    facts = path.stat()
    if not stat.S_ISREG(facts.st_mode):
        # Reading a pipe or a device would wait for ever.
        raise BadSampleError("header", f"{path.name} is no recording.")
    with path.open("rb") as file:
        header = file.read(_HEADER.size)
    if len(header) < _HEADER.size:
        raise BadSampleError("header", f"{path.name} is no recording.")
    riff, _size, wave, _fmt, _16, kind, channels, rate_hz, *_rest = _HEADER.unpack(header)
    is_ours = (riff, wave, kind, channels) == (b"RIFF", b"WAVE", 1, 1)
    if not is_ours or not _RATES_HZ[0] <= rate_hz <= _RATES_HZ[1]:
        raise BadSampleError("header", f"{path.name} is no recording of ours.")
    num_bytes = max(0, facts.st_size - _HEADER.size)
    return rate_hz, num_bytes - num_bytes % _BYTES_PER_SAMPLE


def _about(path: Path) -> About:
    """Return what a take was meant to be; whatever is damaged counts as not said."""
    try:
        values: Any = read_json(path, limit_bytes=1 << 16)
    except (DeepDeskError, json.JSONDecodeError):
        return About()
    if not isinstance(values, dict):
        return About()
    texts = {key: values.get(key) for key in ("label", "sentence", "speaker")}
    kept = {key: _visible(text) for key, text in texts.items() if isinstance(text, str)}
    piece_s = values.get("piece_s")
    if not isinstance(piece_s, float) or not _PIECES_S[0] <= piece_s <= _PIECES_S[1]:
        piece_s = 0.0
    return About(**kept, piece_s=piece_s)


def _visible(text: str) -> str:
    """Return a text of bounded length without what no text has: halves of letters, zero bytes."""
    whole = text[:_MOST_CHARACTERS].encode("utf-8", "ignore").decode()
    return "".join(c for c in whole if unicodedata.category(c) != "Cc")


def _time_of(path: Path) -> str:
    """Return when a take began, for instance "14:05", with the day if that is not today."""
    try:
        moment = datetime.strptime(path.name[:15], "%Y%m%d-%H%M%S")
    except ValueError:
        return "earlier"
    is_today = moment.date() == datetime.now().date()
    return moment.strftime("%H:%M" if is_today else "%Y-%m-%d %H:%M")
