"""Lower the priority of the calling thread, so that the window keeps its room on the processor.

A system that refuses is no reason to stop: the work is the same, only the window may stutter
more. That is why every way here returns whether it worked instead of raising.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Callable

# 10 of 19: measured to remove the worst gaps of the window while training on all cores.
NICE = 10
THREAD_PRIORITY_BELOW_NORMAL = -1  # winbase.h
QOS_CLASS_UTILITY = 0x11  # sys/qos.h


def _lower_linux() -> bool:
    # On Linux a thread id is accepted here and touches that thread (and its children) alone.
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
    return True


def _lower_windows() -> bool:
    kernel = ctypes.CDLL("kernel32")
    kernel.GetCurrentThread.restype = ctypes.c_void_p
    handle = ctypes.c_void_p(kernel.GetCurrentThread())
    return bool(kernel.SetThreadPriority(handle, THREAD_PRIORITY_BELOW_NORMAL))


def _lower_mac() -> bool:
    system = ctypes.CDLL("/usr/lib/libSystem.B.dylib")
    return int(system.pthread_set_qos_class_self_np(QOS_CLASS_UTILITY, 0)) == 0


WAYS: dict[str, Callable[[], bool]] = {
    "linux": _lower_linux,
    "win32": _lower_windows,
    "darwin": _lower_mac,
}


def lower_this_thread() -> bool:
    """Lower the calling thread's priority and return whether the system did it."""
    way = WAYS.get(sys.platform)
    if way is None:
        return False
    try:
        return way()
    except (OSError, AttributeError):
        return False
