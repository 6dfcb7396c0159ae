"""What Windows does otherwise: children that stay, paths that are too long, the taskbar, the list.

Every function may be called on any system; elsewhere it does nothing.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

# Windows puts windows of one name under one button of the taskbar; the installer gives the same
# name to the entry in the Start menu.
APPLICATION_ID = "DeepDesk.DeepDesk"
_APPS_LIST_KEY = r"Software\Microsoft\Windows\CurrentVersion\Uninstall\DeepDesk"
# Microsoft's libraries for C++: torch's wheel wants them of the system, Qt's brings them along.
_CPP_KEY = r"SOFTWARE\Microsoft\VisualStudio\14.0\VC\Runtimes\x64"
_CPP_NEEDED = (14, 42)
_CPP_LIBRARIES = ("msvcp140*.dll", "vcruntime140*.dll", "concrt140.dll")
_KILL_ON_CLOSE = 0x2000
_EXTENDED_LIMITS = 9
_SET_QUOTA_AND_TERMINATE = 0x0101


class _BasicLimits(ctypes.Structure):
    _fields_ = (
        ("process_time", ctypes.c_int64),
        ("job_time", ctypes.c_int64),
        ("flags", ctypes.c_uint32),
        ("smallest_set", ctypes.c_size_t),
        ("largest_set", ctypes.c_size_t),
        ("processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority", ctypes.c_uint32),
        ("scheduling", ctypes.c_uint32),
    )


class _ExtendedLimits(ctypes.Structure):
    _fields_ = (
        ("basic", _BasicLimits),
        ("io_counters", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peak_process_memory", ctypes.c_size_t),
        ("peak_job_memory", ctypes.c_size_t),
    )


class Job:
    """Children that end with this process, also when it is killed, and all at once when told.

    On Windows a child's own children outlive it; a job object takes them along.
    """

    def __init__(self, kernel: Any = None) -> None:
        self._kernel = kernel or _kernel()
        self._handle: int | None = None
        if self._kernel is None:
            return
        self._kernel.CreateJobObjectW.restype = ctypes.c_void_p
        self._kernel.OpenProcess.restype = ctypes.c_void_p
        self._handle = self._kernel.CreateJobObjectW(None, None)
        limits = _ExtendedLimits()
        limits.basic.flags = _KILL_ON_CLOSE
        size = ctypes.sizeof(limits)
        self._kernel.SetInformationJobObject(
            ctypes.c_void_p(self._handle), _EXTENDED_LIMITS, ctypes.byref(limits), size
        )

    def take(self, process: subprocess.Popen[Any]) -> None:
        """Bind a child that was just started."""
        if self._handle is None:
            return
        taken = self._kernel.OpenProcess(_SET_QUOTA_AND_TERMINATE, False, process.pid)
        if taken:
            self._kernel.AssignProcessToJobObject(
                ctypes.c_void_p(self._handle), ctypes.c_void_p(taken)
            )
            self._kernel.CloseHandle(ctypes.c_void_p(taken))

    def end(self) -> None:
        """End what was bound and all that it started; harmless when called again."""
        if self._handle is not None:
            # Closing it is what ends them: it is the only handle, and the job says so.
            self._kernel.CloseHandle(ctypes.c_void_p(self._handle))
            self._handle = None


def long_path(path: Path) -> Path:
    r"""Return a path in the form that may be longer than 260 characters (`\\?\C:\...`)."""
    text = str(path.absolute())
    if sys.platform != "win32" or text.startswith("\\\\?\\"):
        return path
    return Path(f"\\\\?\\UNC{text[1:]}" if text.startswith("\\\\") else f"\\\\?\\{text}")


def cpp_version() -> tuple[int, int]:
    """Return the version of Microsoft's C++ libraries that the system has; (0, 0) for none."""
    if sys.platform == "win32":
        import winreg

        with (
            contextlib.suppress(OSError, ValueError),
            winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, _CPP_KEY) as key,
        ):
            major, minor = (winreg.QueryValueEx(key, name)[0] for name in ("Major", "Minor"))
            return int(major), int(minor)
    return (0, 0)


def lend_libraries(
    packages: Path, *, is_windows: bool = sys.platform == "win32", there: tuple[int, int] = (0, 0)
) -> list[str]:
    """Let torch have Qt's copy of Microsoft's C++ libraries where the system's will not do.

    Installing them for the whole system takes an administrator, whom not everybody has.

    Args:
        packages: Where packages lie in an environment.
        there: What the system has if that is known, else it is looked up.

    Returns:
        The names of what was copied.
    """
    source, target = packages / "PySide6", packages / "torch" / "lib"
    if not is_windows or max(there, cpp_version()) >= _CPP_NEEDED or not target.is_dir():
        return []
    found = [path for pattern in _CPP_LIBRARIES for path in sorted(source.glob(pattern))]
    for path in found:
        with contextlib.suppress(OSError):
            shutil.copy(path, target / path.name)
    return [path.name for path in found]


def give_name_to_taskbar() -> None:
    """Put this process's windows under the button of the entry in the Start menu."""
    if sys.platform == "win32":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.windll.shell32.SetCurrentProcessExplicitAppUserModelID(APPLICATION_ID)


def tell_apps_list(folders: tuple[Path, ...]) -> None:
    """Write what these folders take on the disk into Windows' list of apps, in its own units."""
    if sys.platform == "win32":
        import winreg

        with (
            contextlib.suppress(OSError),
            winreg.OpenKey(
                winreg.HKEY_CURRENT_USER, _APPS_LIST_KEY, 0, winreg.KEY_SET_VALUE
            ) as key,
        ):
            kibibytes = min(sum(map(bytes_of, folders)) // 1024, 2**32 - 1)
            winreg.SetValueEx(key, "EstimatedSize", 0, winreg.REG_DWORD, kibibytes)


def bytes_of(folder: Path) -> int:
    """Return what the files in a folder take, in bytes; one that has several names counts once."""
    seen: set[tuple[int, int]] = set()
    total = 0
    for place, _folders, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                found = Path(place, name).lstat()
                if (found.st_dev, found.st_ino) not in seen:
                    seen.add((found.st_dev, found.st_ino))
                    total += found.st_size
    return total


def _kernel() -> Any:
    if sys.platform != "win32":
        return None
    return ctypes.WinDLL("kernel32", use_last_error=True)
