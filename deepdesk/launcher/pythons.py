"""Which Python an environment is made of: the system's own on Linux, else one that uv fetches."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

from deepdesk.launcher.processes import clean_environment

FETCHED = "3.12"
SUPPORTED = ("3.11", "3.12", "3.13", "3.14")
_LIMIT_S = 10.0
# What minimal installations leave out is loaded too; 32-bit and free-threaded ones have no wheels.
_CHECK = (
    "import bz2, ctypes, lzma, multiprocessing, sqlite3, ssl, sys, sysconfig, unittest, zoneinfo\n"
    "ok = sys.maxsize > 2**32 and not sysconfig.get_config_var('Py_GIL_DISABLED')\n"
    "ok = ok and sys.implementation.name == 'cpython' and sys.prefix == sys.base_prefix\n"
    "print('%d.%d' % sys.version_info[:2] if ok else '')"
)
# Not the first on the path: one of conda or pyenv goes away with what it belongs to.
_USUAL = ("/usr/bin/python3", "/bin/python3")


def system_python(supported: Collection[str] = SUPPORTED) -> tuple[Path, str] | None:
    """Return (path, version such as "3.11") of the system's Python, None where it will not do.

    Args:
        supported: The versions that packages are pinned for.
    """
    if sys.platform != "linux":
        return None
    candidates = [*_USUAL, *(f"/usr/bin/python{version}" for version in sorted(supported))]
    for name in candidates:
        found = shutil.which(name)
        version = _version(found) if found else ""
        if found and version in supported:
            # Where links lead to: `python3` is another version after the system is upgraded.
            return Path(found).resolve(), version
    return None


def _version(python: str) -> str:
    try:
        done = subprocess.run(
            [python, "-I", "-c", _CHECK],
            env=clean_environment(),
            capture_output=True,
            text=True,
            timeout=_LIMIT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
