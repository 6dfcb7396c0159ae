"""What has to happen before Qt, and right after: torch and Qt share one process.

On Windows, torch's c10.dll fails to start (WinError 1114) when Qt's libraries came first, so
it is loaded by name, without importing torch: the window would wait a second for that.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path

# In the order of their needs: the C++ runtime, OpenMP, then torch's own core.
TORCH_FIRST = (
    "vcruntime140.dll",
    "msvcp140.dll",
    "vcruntime140_1.dll",
    "libiomp5md.dll",
    "c10.dll",
)


def torch_library_folder() -> Path | None:
    """Return the folder of torch's libraries without importing torch, None without torch."""
    spec = importlib.util.find_spec("torch")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations))) / "lib"


def load_torch_libraries(
    *,
    platform: str = sys.platform,
    folder: Callable[[], Path | None] = torch_library_folder,
    load: Callable[[str], object] = ctypes.CDLL,
) -> list[str]:
    """Load what torch needs before Qt does, on Windows alone.

    Returns:
        What could not be loaded; torch itself tells the reason later, when it is imported.
    """
    if platform != "win32":
        return []
    libraries = folder()
    if libraries is None:
        return list(TORCH_FIRST)
    if hasattr(os, "add_dll_directory") and libraries.is_dir():
        os.add_dll_directory(str(libraries))
    return [name for name in TORCH_FIRST if not _loaded(libraries, name, load)]


def _loaded(libraries: Path, name: str, load: Callable[[str], object]) -> bool:
    own = libraries / name
    try:
        load(str(own) if own.exists() else name)
    except OSError:
        return False
    return True


def quiet_import_hook() -> bool:
    """Take shiboken's look into the source of every later import out of the way.

    The hook searches each module for `from __feature__ import`, which this program never uses,
    and makes importing torch after Qt a seventh slower.

    Returns:
        Whether the hook was found where PySide6 6.11 has it.
    """
    try:
        feature = importlib.import_module("shibokensupport.feature")
    except ImportError:
        return False
    if not hasattr(feature, "_mod_uses_pyside"):
        return False
    vars(feature)["_mod_uses_pyside"] = lambda _module: False
    return True
