"""Whether an error means that a package of others does not load, rather than a mistake of ours."""

from __future__ import annotations

import contextlib
import re
import sys
import traceback
from pathlib import Path
from types import ModuleType, TracebackType

from deepdesk.core.errors import PackageError

_OWN = ("deepdesk", "__main__", "")
_REASON_CHARACTERS = 300
_LIBRARY = re.compile(r"\b(lib[\w+.-]+?\.so[.\d]*): cannot open shared object")
# What comes with packages: where it is missing, the installation is broken.
_SHIPPED = ("libtorch", "libc10", "libcu", "libnv", "libnccl", "libQt6", "libshm", "libgomp-")
# What the system says where the installation is sound, and what to do about it.
_REMEDIES = {
    "The memory of this computer is full: close other programs, then start DeepDesk again.": (
        "MemoryError",
        "[Errno 12]",
        "[WinError 8]",
        "[WinError 1455]",
        "annot allocate memory",
        "cannot map zero-fill pages",
    ),
    "Too many files are open: close other programs, then start DeepDesk again.": (
        "[Errno 24]",
        "Too many open files",
    ),
    "PortAudio is a library of this system: install the package of the system that has it.": (
        "PortAudio library not found",
    ),
}


def broken_package(error: BaseException) -> PackageError | None:
    """Return which package did not load and why, or None where that is not what happened.

    Packages fail while they are imported with any kind of error: a missing library is an OSError,
    two versions that do not fit each other an AttributeError.
    """
    package = _missing(error) or _hollow(error) or _garbled(error)
    package = package or _importing(error.__traceback__)
    if not package:
        return None
    reason = traceback.format_exception_only(error)[-1].strip()
    return PackageError(package, reason[:_REASON_CHARACTERS], _remedy(package, reason))


def _remedy(package: str, reason: str) -> str:
    """Return what to do about a want of the system, which no repair of ours brings; "" for none."""
    for remedy, signs in _REMEDIES.items():
        if any(sign in reason for sign in signs):
            return remedy
    if package in sys.stdlib_module_names:
        return f"{package} is a part of Python: the Python of this system is incomplete."
    found = _LIBRARY.search(reason)
    if found is None or found[1].startswith(_SHIPPED):
        return ""
    return f"{found[1]} is a library of this system: install the package of the system that has it."


def _missing(error: BaseException) -> str:
    if not isinstance(error, ImportError):
        return ""
    package = (error.name or "").partition(".")[0]
    return "" if package in _OWN else package


def _hollow(error: BaseException) -> str:
    """Return the package of which only folders are left, as after an installation cut short."""
    module = error.obj if isinstance(error, AttributeError) else None
    if not isinstance(module, ModuleType) or getattr(module, "__file__", None) is not None:
        return ""
    package = module.__name__.partition(".")[0]
    return "" if package in (*_OWN, *sys.builtin_module_names) else package


def _garbled(error: BaseException) -> str:
    """Return the package of a file that is no Python any more, as after a disk that was full."""
    if not isinstance(error, SyntaxError) or not error.filename:
        return ""
    for place in filter(None, sys.path):
        with contextlib.suppress(ValueError):
            package = Path(error.filename).relative_to(place).parts[0].removesuffix(".py")
            return "" if package in _OWN else package
    return ""


def _importing(trace: TracebackType | None) -> str:
    """Return the package of others whose own lines ran last while it was imported, "" for none."""
    package = ""
    while trace is not None:
        frame = trace.tb_frame
        name = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        if name in _OWN:
            package = ""
        elif frame.f_code.co_name == "<module>":
            package = name
        trace = trace.tb_next
    return package
