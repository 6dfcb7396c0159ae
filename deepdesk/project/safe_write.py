"""Writing that survives a kill or a power cut at any instant, and reading that trusts nothing.

A file is written beside its target, flushed to the disk, read back and compared,
moved over the target, and then its folder is flushed too. So a reader finds
either the old file or the new one, never half of one.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from deepdesk.core.errors import ProjectError, StorageError
from deepdesk.project.full_disk import storage_error
from deepdesk.project.sealed import seal, unseal

# Windows refuses to replace a file that a virus scanner or an indexer holds open:
# access denied, sharing violation, lock violation. They let go within a second or so.
_RETRY_WINERRORS = frozenset({5, 32, 33})
_RETRY_DELAYS_S = (0.05, 0.1, 0.2, 0.4, 0.8, 0.95)
_MAX_DEPTH = 64
_TEMPORARY = re.compile(r"(.+)\.tmp-(\d{1,9})-[0-9a-f]{8}")
_RESTORE = 'Restore it from a copy; if it was changed by hand, take the line "checksum" out of it.'


def write_bytes(path: Path, data: bytes | memoryview, *, sha256: str | None = None) -> None:
    """Replace `path` with `data`, or leave it exactly as it was.

    Args:
        path: The folder must exist.
        sha256: Hex digest that `data` is known to have; None to take it from `data`.

    Raises:
        StorageError: The disk is full, not writable, or gave back other bytes.
    """
    digest = sha256 or hashlib.sha256(data).hexdigest()
    temporary = temporary_beside(path)
    try:
        _write_through(temporary, data)
        _check_written(temporary, digest)
        replace(temporary, path)
        fsync_folder(path.parent)
    except OSError as error:
        raise storage_error(error, path, needed_bytes=len(data)) from error
    finally:
        temporary.unlink(missing_ok=True)


def write_json(path: Path, obj: Any, *, sealed: bool = True) -> None:
    """Replace `path` with `obj` as indented JSON in UTF-8.

    Args:
        path: The folder must exist.
        obj: JSON-ready.
        sealed: Give an object a checksum, which `read_json` checks. False for files that
            are meant for other programs.

    Raises:
        ValueError: `obj` holds a number that is not finite.
        StorageError: As `write_bytes`.
    """
    write_bytes(path, json_bytes(seal(obj) if sealed else obj))


def json_bytes(obj: Any) -> bytes:
    """Return `obj` as indented JSON in UTF-8, ending in a newline."""
    text = json.dumps(obj, indent=2, allow_nan=False, ensure_ascii=False) + "\n"
    try:
        return text.encode()
    except UnicodeEncodeError:
        # File names that are not valid Unicode hold lone surrogates: only escapes can carry them.
        return (json.dumps(obj, indent=2, allow_nan=False) + "\n").encode()


def temporary_beside(path: Path) -> Path:
    """Return a fresh name in the folder of `path` that says which process made it."""
    return path.with_name(f"{path.name}.tmp-{os.getpid()}-{secrets.token_hex(4)}")


def _write_through(path: Path, data: bytes | memoryview) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        fsync_file(file.fileno())


def fsync_file(descriptor: int) -> None:
    """Wait until what was written through `descriptor` is on the disk itself."""
    if sys.platform == "darwin":
        # On macOS fsync only reaches the drive's own cache.
        import fcntl

        try:
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
        except OSError:
            os.fsync(descriptor)
    else:
        os.fsync(descriptor)


def _check_written(path: Path, digest: str) -> None:
    if file_sha256(path) != digest:
        raise StorageError(
            f"The disk gave back other bytes than were written to {path.name}.",
            "Check the disk, or keep the project on another one.",
        )


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's contents, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def replace(tmp: Path, target: Path, *, sleep: Callable[[float], None] = time.sleep) -> None:
    """Move `tmp` over `target` in one step, trying again while Windows says it is in use.

    Raises:
        OSError: It cannot be moved, also not after 2.5 seconds.
    """
    for delay_s in _RETRY_DELAYS_S:
        try:
            os.replace(tmp, target)  # noqa: PTH105 - patched by the fault tests
            return
        except OSError as error:
            if getattr(error, "winerror", None) not in _RETRY_WINERRORS:
                raise
            sleep(delay_s)
    os.replace(tmp, target)  # noqa: PTH105


def fsync_folder(path: Path) -> None:
    """Wait until the names in a folder are on the disk; Windows has no such call and needs none."""
    if sys.platform == "win32":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError:
        # Some network file systems refuse this for folders; the file itself was flushed.
        return
    finally:
        os.close(descriptor)


def make_folder(path: Path) -> None:
    """Make a folder so that a power cut does not take it away again, unless it is there.

    Those it lies in are not made: where they are gone, so is the disk of the project, and what
    would be written in their place is where nobody looks for it.

    Raises:
        OSError: It cannot be made.
    """
    if path.is_dir():
        return
    path.mkdir(exist_ok=True)
    fsync_folder(path.parent)


def free_bytes(path: Path) -> int:
    """Return the bytes free for this user on the disk of `path`, which need not exist yet."""
    folder = path.absolute()
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        return shutil.disk_usage(folder).free
    except OSError as error:
        raise storage_error(error, path) from error


def require_room(path: Path, needed_bytes: int) -> None:
    """Check that the disk of `path` has room.

    Raises:
        StorageError: Fewer than `needed_bytes` are free.
    """
    free = free_bytes(path)
    if free < needed_bytes:
        raise StorageError(
            f"The disk of {path} has {megabytes(free)} free, {megabytes(needed_bytes)} are needed.",
            "Free some space, then try again.",
        )


def megabytes(count: int) -> str:
    """Return a number of bytes in words, for instance "45 MB"."""
    return f"{count / 1e6:,.0f} MB" if count >= 10_000_000 else f"{count / 1e6:,.2f} MB"


def remove_leftovers(folder: Path) -> None:
    """Delete what killed processes left half written; nobody else may be writing there now.

    What cannot be deleted now stays until the next time: it is in nobody's way.
    """
    with contextlib.suppress(OSError):
        for entry in folder.glob("*.tmp-*-*"):
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)


def remove_killed(target: Path) -> None:
    """Delete what processes that are gone left beside a target, from `temporary_beside`.

    Others may be writing in the folder: what a living process made stays.
    """
    import psutil

    with contextlib.suppress(OSError):
        for entry in target.parent.iterdir():
            match = _TEMPORARY.fullmatch(entry.name)
            if match and match[1] == target.name and not psutil.pid_exists(int(match[2])):
                if entry.is_dir() and not entry.is_symlink():
                    shutil.rmtree(entry, ignore_errors=True)
                else:
                    entry.unlink(missing_ok=True)


def read_json(path: Path, *, limit_bytes: int = 64 << 20) -> Any:
    """Return the contents of a JSON file that may come from anybody.

    Raises:
        ProjectError: It is missing, too large, too deep, not JSON, holds numbers that
            are not finite or the same key twice, or is not what its checksum says.
        StorageError: The disk cannot be read.
    """
    try:
        with path.open("rb") as file:
            # No room is asked for that the file does not fill: memory may be short.
            size = os.fstat(file.fileno()).st_size
            data = file.read(min(size, limit_bytes) + 1)
    except FileNotFoundError:
        raise ProjectError(f"{path} is missing.", "Restore it from a copy.") from None
    except OSError as error:
        raise storage_error(error, path) from error
    if len(data) > limit_bytes:
        raise ProjectError(
            f"{path.name} is larger than {megabytes(limit_bytes)}.", "Restore it from a copy."
        )
    try:
        return unseal(parse_json(data))
    except ValueError as error:
        raise ProjectError(f"{path.name} is damaged: {error}.", _RESTORE) from error


def parse_json(data: bytes) -> Any:
    """Return the value of hostile JSON bytes.

    Raises:
        ValueError: With a short reason in plain words.
    """
    try:
        value = json.loads(
            data.decode("utf-8-sig"),
            parse_constant=_not_finite,
            parse_float=_finite,
            object_pairs_hook=_unique,
        )
    except UnicodeDecodeError:
        raise ValueError("it is not text in UTF-8") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno} is not JSON ({error.msg})") from None
    _check_depth(value)
    return value


def _not_finite(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number that can be used")


def _finite(text: str) -> float:
    number = float(text)
    if number - number != 0.0:
        raise ValueError(f"{text[:20]} is too large a number")
    return number


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a key appears twice")
    return values


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(_MAX_DEPTH):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return
    raise ValueError("it is nested too deeply")
