"""What can go wrong with a run that is no mistake of ours, and how it is recognised."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable
from pathlib import Path

import torch

from deepdesk.core.errors import DeepDeskError, DeviceError, StorageError
from deepdesk.core.events import Said, SaveFailed
from deepdesk.core.work import EventSink, StopToken
from deepdesk.project.full_disk import is_full
from deepdesk.project.safe_write import free_bytes, megabytes

MEMORY_ERRORS = (torch.OutOfMemoryError, MemoryError, RuntimeError)
# torch on the CPU, on Windows, on Apple and Intel GPUs, oneDNN, and NVIDIA's libraries.
_MEMORY_WORDS = (
    "can't allocate memory",
    "not enough memory",
    "out of memory",
    "bad_alloc",
    "could not create a memory object",
    "cublas_status_alloc_failed",
    "cudnn_status_alloc_failed",
)
_AGAIN_S = 5.0
_SOME = 100_000  # bytes
_LOOK_S = 0.1
_FREE_SOME = "Delete old runs or other files on that disk; saving is tried again by itself."


class NotFiniteError(DeepDeskError):
    """Numbers of the network are infinite or none.

    Attributes:
        step: Optimiser steps done when it was noticed.
    """

    def __init__(self, step: int) -> None:
        super().__init__(
            f"The loss is no longer a number after step {step:,}.",
            "Lower the learning rate; the last good state was kept.",
        )
        self.step = step


def is_memory_full(error: BaseException) -> bool:
    """Return whether an error says that the memory of the computer or its GPU is full."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    text = str(error).lower()
    return isinstance(error, RuntimeError) and any(word in text for word in _MEMORY_WORDS)


def memory_error() -> DeviceError:
    """Return the error of a network that is too large for the memory, however it is cut."""
    return DeviceError(
        "The memory of the device is full.", "Halve the batch size, or take a smaller network."
    )


def save_failure(
    error: StorageError, path: Path, needed: int, *, waits: bool = False
) -> SaveFailed:
    """Return what to show while nothing can be saved.

    Args:
        error: What the disk said.
        path: What lies on the disk.
        needed: Bytes of a checkpoint, 0 if unknown.
        waits: Whether the run waits for it.
    """
    is_no_room = isinstance(error.__cause__, OSError) and is_full(error.__cause__)
    if not is_no_room:
        return SaveFailed(text=error.message, hint=error.hint, waits=waits)
    try:
        free = free_bytes(path)
    except StorageError:
        free = 0
    has = f"{megabytes(free)} free" if free >= _SOME else "no room left"
    room = f", a checkpoint needs {megabytes(needed)}" if needed else ""
    text = f"The run cannot be saved: its disk has {has}{room}."
    return SaveFailed(text=text, hint=_FREE_SOME, waits=waits)


def until_written(
    write: Callable[[], object], path: Path, emit: EventSink, stop: StopToken, *, needed: int = 0
) -> None:
    """Call `write` until the disk lets it: at its end a run waits rather than lose its result.

    Args:
        write: May be called again after it failed.
        path: Of the run, to say how much room there is.
        emit: Told once that the run waits.
        stop: Ends the waiting.
        needed: Bytes that it wants, 0 if unknown.

    Raises:
        StorageError: It failed for a reason that no waiting mends.
        StoppedError: Somebody asked for the end; the run can be resumed.
    """
    has_said = False
    while True:
        try:
            write()
        except StorageError as error:
            if not isinstance(error.__cause__, OSError):
                raise
            emit(save_failure(error, path, needed, waits=True))
            if not has_said:
                has_said = True
                text = "The run is at its end and waits until it can be saved."
                emit(Said(text=f"{error} {text}", level="error"))
        else:
            return
        end_s = time.monotonic() + _AGAIN_S
        while time.monotonic() < end_s:
            stop.check()
            time.sleep(_LOOK_S)
