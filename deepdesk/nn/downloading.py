"""Fetching a file of weights: with progress, a stop, going on after a break, and a hash."""

from __future__ import annotations

import hashlib
import http.client
import shutil
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from deepdesk.core.errors import StorageError
from deepdesk.core.events import Progress
from deepdesk.core.work import EventSink, StopToken
from deepdesk.nn.pth_conversion import convert_pth
from deepdesk.project import safe_write
from deepdesk.project.full_disk import storage_error

_CHUNK_BYTES = 1 << 18
_TIMEOUT_S = 20.0
_SLACK = 1.02  # sizes of the table are rounded
_SCHEMES = ("https://", "http://127.0.0.1:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """What to fetch.

    Attributes:
        url: Of a .pth file.
        target: The safetensors file to make of it.
        size_bytes: About the size of the download.
        hash_start: First hex digits of its SHA-256.
        title: Of the network, for sentences.
    """

    url: str
    target: Path
    size_bytes: int
    hash_start: str
    title: str

    @property
    def part(self) -> Path:
        """Where a download grows; it stays when it breaks, to go on from there."""
        return self.target.with_suffix(".pth.part")


def download(fetch: Fetch, emit: EventSink, stop: StopToken) -> None:
    """Fetch, check and convert the file.

    Raises:
        StorageError: No connection, a wrong file, or a full disk.
        StoppedError: Asked to stop; what came so far is kept.
    """
    if not fetch.url.startswith(_SCHEMES):
        raise StorageError(f"{fetch.url[:80]} is no safe address.", "Use one with https.")
    _make_folder(fetch.target.parent)
    try:
        _fetch(fetch, emit, stop)
    except (
        urllib.error.URLError,
        http.client.HTTPException,
        ConnectionError,
        TimeoutError,
    ) as error:
        raise StorageError(
            f"The download of {fetch.title} broke off: {_reason(error)}.",
            "Check the connection and try again; it goes on where it stopped.",
        ) from error
    except OSError as error:
        raise storage_error(error, fetch.part, needed_bytes=fetch.size_bytes) from error
    _check_hash(fetch.part, fetch)
    convert(fetch.part, fetch, emit, stop)
    fetch.part.unlink(missing_ok=True)


def take_file(source: Path, fetch: Fetch, emit: EventSink, stop: StopToken) -> None:
    """Use a file of the person instead of a download; .pth or .safetensors.

    A .pth has to have the hash of the official file; a .safetensors is only held against the
    names and shapes of the network when it is loaded.

    Raises:
        StorageError: It is missing or something else.
    """
    if not source.is_file():
        raise StorageError(f"There is no file {source}.", "Choose the file of the weights.")
    _make_folder(fetch.target.parent)
    if source.suffix == ".safetensors":
        copy = safe_write.temporary_beside(fetch.target)
        try:
            shutil.copyfile(source, copy)
            _keep(copy, fetch)
        except OSError as error:
            raise storage_error(error, source) from error
        finally:
            copy.unlink(missing_ok=True)
        return
    if _sha256_of(source)[: len(fetch.hash_start)] != fetch.hash_start:
        raise _wrong_file(source.name, fetch)
    convert(source, fetch, emit, stop)


def convert(source: Path, fetch: Fetch, emit: EventSink, stop: StopToken) -> None:
    """Make the safetensors file and the note of its hash from a checked .pth file."""
    emit(Progress(what="Unpacking weights"))
    made = safe_write.temporary_beside(fetch.target)
    try:
        convert_pth(source, made, stop)
        _keep(made, fetch)
    except OSError as error:
        raise storage_error(error, fetch.target, needed_bytes=fetch.size_bytes) from error
    finally:
        made.unlink(missing_ok=True)


def _keep(made: Path, fetch: Fetch) -> None:
    """Put a finished file in its place; the note comes last and makes it count."""
    import safetensors

    try:
        with safetensors.safe_open(made, framework="numpy") as file:
            count = len(list(file.keys()))
    except safetensors.SafetensorError as error:
        raise _wrong_file(made.name, fetch) from error
    note = fetch.target.with_suffix(".json")
    note.unlink(missing_ok=True)
    digest = _sha256_of(made)
    with made.open("rb+") as file:
        safe_write.fsync_file(file.fileno())
    safe_write.replace(made, fetch.target)
    safe_write.fsync_folder(fetch.target.parent)
    safe_write.write_json(note, {"sha256": digest, "tensors": count, "from": fetch.hash_start})


def _fetch(fetch: Fetch, emit: EventSink, stop: StopToken) -> None:
    have = fetch.part.stat().st_size if fetch.part.exists() else 0
    request = urllib.request.Request(fetch.url, headers={"User-Agent": "DeepDesk"})
    if have:
        request.add_header("Range", f"bytes={have}-")
    try:
        answer = urllib.request.urlopen(request, timeout=_TIMEOUT_S)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code != http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise
        return  # everything is there already; the hash decides
    with answer:
        goes_on = answer.status == http.HTTPStatus.PARTIAL_CONTENT
        have = have if goes_on else 0
        total = have + int(answer.headers.get("Content-Length") or 0)
        with fetch.part.open("ab" if goes_on else "wb") as file:
            _copy(answer, file, fetch, (have, total), emit=emit, stop=stop)


def _copy(
    answer: Any,
    file: IO[bytes],
    fetch: Fetch,
    progress: tuple[int, int],
    *,
    emit: EventSink,
    stop: StopToken,
) -> None:
    done, total = progress
    limit = int(fetch.size_bytes * _SLACK) + _CHUNK_BYTES
    what = f"Downloading {fetch.title}"
    emit(Progress(what=what, done=done, total=total or fetch.size_bytes))
    while chunk := answer.read(_CHUNK_BYTES):
        stop.check()
        file.write(chunk)
        done += len(chunk)
        if done > limit:
            raise _forget(fetch)
        emit(Progress(what=what, done=done, total=total or fetch.size_bytes))
    if total and done < total:
        raise ConnectionError("the connection was cut")


def _check_hash(path: Path, fetch: Fetch) -> None:
    if _sha256_of(path)[: len(fetch.hash_start)] != fetch.hash_start:
        raise _forget(fetch)


def _forget(fetch: Fetch) -> StorageError:
    """Delete what came, so that the next try begins anew, and return the error."""
    fetch.part.unlink(missing_ok=True)
    return _wrong_file("What came", fetch)


def _wrong_file(name: str, fetch: Fetch) -> StorageError:
    return StorageError(
        f"{name} is not the file of {fetch.title}: its contents differ.",
        "Try again later, or choose the file of torchvision yourself.",
    )


def _sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise storage_error(error, path) from error


def _reason(error: Exception) -> str:
    reason = getattr(error, "reason", None) or error
    text = str(reason) or type(error).__name__
    return text[:1].lower() + text[1:120].rstrip(".")
