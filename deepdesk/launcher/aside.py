"""Keeping the environment that another one is made in place of, until that one is whole."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

from deepdesk.core.errors import DeepDeskError
from deepdesk.launcher.environments import is_ours, ready, remove_tree
from deepdesk.launcher.in_use import require_unused, still_running
from deepdesk.launcher.places import NAMES, Places
from deepdesk.launcher.plain_files import storage_error

_IS_WINDOWS = sys.platform == "win32"


@contextlib.contextmanager
def kept_aside(places: Places, name: str) -> Iterator[None]:
    """Put an environment aside while one is made in its place; it comes back unless that works.

    It lies at its old path again afterwards, so the paths written in it stay true. What was not
    whole is not kept.

    Raises:
        DeepDeskError: A program still runs from it.
        StorageError: It cannot be put aside.
    """
    require_unused(places.env(name))
    if ready(places, name) is not None:
        try:
            places.env(name).rename(_aside(places, name))
        except OSError as error:
            if _IS_WINDOWS and isinstance(error, PermissionError):
                raise still_running() from error
            raise storage_error(error, places.env(name)) from error
    try:
        yield
    finally:
        # Where that cannot be, the next set-up does it.
        with contextlib.suppress(DeepDeskError):
            put_back(places)


def put_back(places: Places) -> None:
    """Put back what was put aside, also by a set-up that was killed; delete what was replaced.

    Raises:
        StorageError: A folder cannot be renamed or deleted.
    """
    if not is_ours(places):
        return
    for name in NAMES:
        aside = _aside(places, name)
        if aside.is_symlink() or not aside.exists():
            continue
        if ready(places, name) is not None:
            remove_tree(places, aside)
            continue
        remove_tree(places, places.env(name))
        try:
            aside.rename(places.env(name))
        except OSError as error:
            raise storage_error(error, aside) from error


def give_up(places: Places, name: str) -> bool:
    """Delete what was put aside, for its room on the disk; return whether there was something.

    Raises:
        StorageError: It cannot be deleted.
    """
    aside = _aside(places, name)
    is_there = aside.exists()
    remove_tree(places, aside)
    return is_there


def _aside(places: Places, name: str) -> Path:
    return places.runtime / f"aside-{places.env(name).name}"
