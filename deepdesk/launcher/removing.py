"""Taking away what was set up: every name of ours, and nothing else."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from deepdesk.core.errors import DeepDeskError, StorageError
from deepdesk.core.work import StopToken
from deepdesk.launcher.environments import is_ours
from deepdesk.launcher.in_use import processes_in, still_running
from deepdesk.launcher.one_at_a_time import alone
from deepdesk.launcher.places import NAMES, Places
from deepdesk.launcher.plain_files import storage_error

_OURS = (
    *("env-a", "env-b", "window", "cache", "python", "current", "kept-back"),
    *(
        "set-up.log",
        "set-up.log.1",
        "discarded-*",
        "aside-env-?",
        "*.tmp-*-*",
        "lock",
        "made-by-deepdesk",
    ),
)


def remove_runtime(places: Places, *, is_windows: bool = sys.platform == "win32") -> list[str]:
    """Delete the runtime folder's contents that DeepDesk made; return what was done, in sentences.

    Raises:
        StorageError: The folder is not ours, or something cannot be deleted.
        DeepDeskError: A set-up is under way, or a program runs from what would be deleted.
    """
    runtime = places.runtime
    if not runtime.exists():
        return ["Nothing is set up."]
    if not is_ours(places):
        raise StorageError(f"{runtime} was not made by DeepDesk and stays.", "Delete it yourself.")
    with alone(places, lambda _event: None, StopToken()):
        _require_unused(places, is_windows=is_windows)
        for pattern in _OURS:
            for path in runtime.glob(pattern):
                _remove(path)
    try:
        others = sorted(path.name for path in runtime.iterdir())
        if others:
            return [f"Removed. These are not DeepDesk's and stay in {runtime}: {', '.join(others)}"]
        _remove_empty(runtime)
    except OSError as error:
        raise storage_error(error, runtime) from error
    return [f"{runtime} was removed. Projects and preferences stay."]


def _require_unused(places: Places, *, is_windows: bool) -> None:
    if is_windows and Path(sys.base_prefix).is_relative_to(places.runtime):
        raise DeepDeskError(
            f"Windows deletes nothing that runs, and this runs from {places.runtime}.",
            f"Start {places.payload / 'uninstall.exe'} instead: it removes all of DeepDesk.",
        )
    if any(processes_in(places.env(name)) - {os.getpid()} for name in NAMES):
        raise still_running()


def _remove(path: Path) -> None:
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise storage_error(error, path) from error


def _remove_empty(runtime: Path) -> None:
    if runtime.is_symlink():
        # The person put the folder elsewhere: the link was theirs.
        return
    runtime.rmdir()
    above = runtime.parent
    if above.name.lower() == "deepdesk" and not any(above.iterdir()):
        above.rmdir()
