"""Where the program keeps its own things on this computer; no Qt.

`DEEPDESK_HOME` puts all of them under one folder: for tests, portable installs and shots.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from deepdesk.project.user_folder import log_folder

APP = "DeepDesk"
__all__ = ["free_path", "home", "log_folder", "projects_folder", "scratch_folder", "settings_file"]


def home() -> Path | None:
    """Return the folder that `DEEPDESK_HOME` names, or None."""
    named = os.environ.get("DEEPDESK_HOME", "")
    return Path(named) if named else None


def settings_file() -> Path:
    """Return the file that remembers the window's place and size."""
    folder = home() or Path(platformdirs.user_config_dir(APP, appauthor=False))
    return folder / "window.ini"


def scratch_folder() -> Path:
    """Return the folder for pictures dropped from other programs; it need not exist."""
    base = home()
    folder = base / "cache" if base else Path(platformdirs.user_cache_dir(APP, appauthor=False))
    return folder / "dropped"


def projects_folder() -> Path:
    """Return the folder where new projects go unless another is chosen; it need not exist."""
    return (home() or Path(platformdirs.user_documents_dir())) / APP


def free_path(folder: Path, name: str, suffix: str = "") -> Path:
    """Return `folder/name+suffix`, or with 2, 3, ... behind the name where that is taken."""
    for number in range(1, 10_000):
        numbered = name if number == 1 else f"{name} {number}"
        path = folder / f"{numbered}{suffix}"
        if not path.exists():
            return path
    return folder / f"{name} {os.getpid()}{suffix}"
