"""One set-up at a time: a lock that the operating system takes back however its holder ends."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Progress, Said
from deepdesk.core.work import EventSink, StopToken
from deepdesk.launcher.places import Places
from deepdesk.launcher.plain_files import storage_error

_LOOK_AGAIN_S = 0.3


@contextlib.contextmanager
def alone(places: Places, emit: EventSink, stop: StopToken) -> Iterator[int]:
    """Hold the lock of the runtime folder, and yield its descriptor.

    A process that inherits the descriptor holds the lock too. So a set-up that comes after one
    that was killed waits until the uv that it left behind has ended: both would write the same
    environment.

    Raises:
        DeepDeskError: Another set-up is under way.
        StorageError: The folder cannot be written.
        StoppedError: Somebody asked for the end while it waited.
    """
    try:
        descriptor = os.open(places.lock, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise storage_error(error, places.lock) from error
    try:
        _wait_for(descriptor, emit, stop)
        _sign(descriptor)
        yield descriptor
    finally:
        # Closing lets go of it, unless a process that was started still holds it.
        os.close(descriptor)


def _wait_for(descriptor: int, emit: EventSink, stop: StopToken) -> None:
    is_told = False
    while not _take(descriptor):
        holder = _holder(descriptor)
        if holder == os.getpid() or _is_running(holder):
            raise DeepDeskError(
                f"DeepDesk is being set up already, by process {holder}.",
                "Wait until that is done, or cancel it there.",
            )
        if not is_told:
            emit(Said(text="A set-up that was cut off is still fetching. Waiting for its end."))
        is_told = True
        emit(Progress(what="Waiting for an earlier set-up"))
        stop.check()
        time.sleep(_LOOK_AGAIN_S)


if sys.platform == "win32":
    import msvcrt

    # Other processes cannot read what is locked: a byte far behind the number that is read.
    _LOCKED_BYTE = 1 << 20

    def _take(descriptor: int) -> bool:
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _is_running(process: int) -> bool:
        # Only its holder can hold a lock there: nothing inherits it.
        return process > 0

else:
    import fcntl

    def _take(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _is_running(process: int) -> bool:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return process > 0


def _holder(descriptor: int) -> int:
    os.lseek(descriptor, 0, os.SEEK_SET)
    said = os.read(descriptor, 20).decode("ascii", "replace").strip()
    # 0 would mean every process of our own group to the system.
    return int(said) if said.isdecimal() else -1


def _sign(descriptor: int) -> None:
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, f"{os.getpid():<19}\n".encode("ascii"))
