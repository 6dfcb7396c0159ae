"""What to do when the memory is full: let go of everything, then take less at once."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import TypeVar

import torch

from deepdesk.core.events import Said
from deepdesk.core.work import EventSink
from deepdesk.engine.trouble import MEMORY_ERRORS, is_memory_full, memory_error

_Answer = TypeVar("_Answer")


def let_go(error: BaseException) -> None:
    """Clear the frames that an error keeps alive, and with them the tensors they hold."""
    seen: BaseException | None = error
    while seen is not None:
        traceback.clear_frames(seen.__traceback__)
        seen = seen.__cause__ or seen.__context__


def give_back(device: torch.device) -> None:
    """Give memory that torch keeps for later back to the device; the CPU keeps none.

    Python's garbage is not collected: that is the window's affair, and tensors are in no cycle.
    """
    if device.type != "cpu":
        torch.accelerator.empty_cache()


def within_memory(
    measure: Callable[[int], _Answer], size: int, device: torch.device, emit: EventSink
) -> tuple[_Answer, int]:
    """Return what `measure` says with `size` samples at once or, where memory is short, fewer.

    Args:
        measure: Called with how many samples to take at once; leaves nothing behind.
        size: To try first.
        device: Whose memory it is.
        emit: Told when it is fewer.

    Returns:
        (answer, samples at once).

    Raises:
        DeviceError: One sample at a time is too much.
    """
    while True:
        try:
            return measure(size), size
        except MEMORY_ERRORS as error:
            if not is_memory_full(error):
                raise
            let_go(error)
        give_back(device)
        if size == 1:
            raise memory_error()
        size = max(1, size // 2)
        text = f"The memory of the device was full: {size:,} samples are now measured at once."
        emit(Said(text=text, level="warning"))
