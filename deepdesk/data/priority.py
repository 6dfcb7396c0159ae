"""Threads that give way to the window and to training."""

from __future__ import annotations

import ctypes
import os
import sys
import threading

_NICE = 10
_BELOW_NORMAL = -1  # THREAD_PRIORITY_BELOW_NORMAL of Windows


def lower_thread_priority() -> None:
    """Lower the priority of the calling thread, where the system knows such a thing."""
    lower = _LOWER.get(sys.platform)
    if lower is not None:
        lower()


def _lower_on_linux() -> None:
    # On Linux priorities belong to threads, and a thread's number stands for a process's.
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)


def _lower_on_windows() -> None:
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - unknown to checkers elsewhere
    kernel.SetThreadPriority(kernel.GetCurrentThread(), _BELOW_NORMAL)


_LOWER = {"linux": _lower_on_linux, "win32": _lower_on_windows}
