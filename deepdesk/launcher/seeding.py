"""Beginning an environment with the packages of the one in use: links, which take no room.

An update then fetches what changed and nothing else, also where uv has nothing any more: another
version of it may keep packages in another way (0.13.9 finds nothing of what 0.13.8 kept), and a
person may have emptied its folder.
"""

from __future__ import annotations

import os
from pathlib import Path

from deepdesk.core.work import StopToken
from deepdesk.launcher.environments import current
from deepdesk.launcher.fetched import installed, packages_of
from deepdesk.launcher.places import Places

# Compiled anew by Python itself; and the program comes from its own wheel.
_LEFT_OUT = ("__pycache__",)
_OWN = "deepdesk"


def reusable(places: Places, backend: str) -> set[tuple[str, str]]:
    """Return (name, version) of the packages in use, if they are of this backend."""
    used = current(places)
    return installed(places.env(used.name)) if used and used.backend == backend else set()


def seed(source: Path, target: Path, stop: StopToken) -> bool:
    """Link the packages of one environment into another, which is empty and of the same Python.

    Returns:
        False where that cannot be; the other one may then hold a part of them.

    Raises:
        StoppedError: Somebody asked for the end.
    """
    start, end = packages_of(source), packages_of(target)
    if not start.is_dir() or start.relative_to(source) != end.relative_to(target):
        return False
    try:
        for folder, folders, names in os.walk(start):
            stop.check()
            folders[:] = [name for name in folders if _is_wanted(Path(folder, name))]
            made = end / Path(folder).relative_to(start)
            made.mkdir(exist_ok=True)
            for name in names:
                if not (made / name).exists() and not Path(folder, name).is_symlink():
                    os.link(Path(folder, name), made / name)
    except OSError:
        return False
    return True


def _is_wanted(folder: Path) -> bool:
    own = folder.name == _OWN or folder.name.startswith(f"{_OWN}-")
    return folder.name not in _LEFT_OUT and not own and not folder.is_symlink()
