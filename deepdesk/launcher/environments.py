"""The two environments: which is in use, which is idle, going over to the other and back."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import stat
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from deepdesk.core.errors import DeepDeskError, StorageError
from deepdesk.launcher.places import NAMES, READY, Places, python_of
from deepdesk.launcher.plain_files import read_object, read_text, storage_error, write_text
from deepdesk.launcher.windows import long_path

_DISCARDED = "discarded-"
_MARKER_TEXT = "DeepDesk made this folder, and takes it away when it is uninstalled.\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """What is known of an environment that is whole.

    Attributes:
        name: "a" or "b".
        fingerprint: Of the release that it was made from.
        version: Of the program in it.
        backend: What torch was chosen for, for instance "cu132" or "cpu".
        why: Why that one, one sentence for people.
        self_test: What the test of it found, JSON-ready.
        when: When it became ready, ISO 8601 with the time zone.
        payload: Folder that it was made from.
        passed_over: (backend, why it was passed over) of what was tried before, in order.
    """

    name: str
    fingerprint: str
    version: str
    backend: str
    why: str
    self_test: Mapping[str, Any] = field(default_factory=dict)
    when: str = ""
    payload: str = ""
    passed_over: tuple[tuple[str, str], ...] = ()


def claim(places: Places) -> None:
    """Make the runtime folder with its marker, unless it is there.

    Raises:
        StorageError: It cannot be made, belongs to somebody else, or holds what is not ours.
    """
    runtime = places.runtime
    try:
        _refuse_foreign_owner(runtime)
        runtime.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not is_ours(places):
            if any(runtime.iterdir()):
                raise StorageError(
                    f"{runtime} holds files that DeepDesk did not make.",
                    "Move them away, or set DEEPDESK_RUNTIME to another folder.",
                )
            write_text(places.marker, _MARKER_TEXT)
        elif not os.access(runtime, os.W_OK):
            raise StorageError(f"{runtime} may not be written.", "Change its permissions.")
    except OSError as error:
        raise storage_error(error, runtime) from error


def is_ours(places: Places) -> bool:
    """Return whether the runtime folder says that DeepDesk made it."""
    return places.marker.is_file() and not places.marker.is_symlink()


def _refuse_foreign_owner(runtime: Path) -> None:
    if sys.platform == "win32":
        return
    folder = runtime
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    found, own = folder.stat(), os.geteuid()
    # With sudo and the person's own home, all would belong to root and never be updated again.
    if found.st_uid != own and (folder == runtime or own == 0):
        raise StorageError(
            f"{folder} belongs to another user.", "Start DeepDesk as the user it is for, no sudo."
        )
    # What lies in it is run: nobody else may put something there.
    if folder == runtime and found.st_mode & stat.S_IWOTH:
        raise StorageError(
            f"{runtime} may be written by every user.", "Take that permission away, then try again."
        )


def release(places: Places) -> tuple[str, str]:
    """Return (fingerprint, version) of the release that was laid down.

    Raises:
        DeepDeskError: The payload is incomplete.
    """
    said = read_object(places.release)
    fingerprint, version = said.get("fingerprint"), said.get("version")
    if not (isinstance(fingerprint, str) and fingerprint and isinstance(version, str)):
        raise DeepDeskError(f"{places.release} is missing or damaged.", "Install DeepDesk again.")
    return fingerprint, version


def ready(places: Places, name: str) -> Ready | None:
    """Return what an environment is, or None if it is half made, damaged or of another folder."""
    folder = places.env(name)
    if folder.is_symlink() or not _is_usable(folder):
        return None
    said = read_object(folder / READY)
    texts = {key: said.get(key) for key in ("fingerprint", "version", "backend", "why")}
    if not all(isinstance(text, str) for text in texts.values()) or said.get("name") != name:
        return None
    tested, passed = said.get("self_test"), said.get("passed_over")
    return Ready(
        name=name,
        fingerprint=str(texts["fingerprint"]),
        version=str(texts["version"]),
        backend=str(texts["backend"]),
        why=str(texts["why"]),
        self_test=tested if isinstance(tested, dict) else {},
        when=str(said.get("when", "")),
        payload=str(said.get("payload", "")),
        passed_over=tuple(
            (str(pair[0]), str(pair[1]))
            for pair in (passed if isinstance(passed, list) else [])
            if isinstance(pair, list) and len(pair) == 2
        ),
    )


def _is_usable(folder: Path) -> bool:
    # A link to a Python that the system has since replaced leads nowhere; on Windows there is no
    # link, but a small program that looks for the Python named in a file.
    python = python_of(folder)
    home = next(
        (
            line.partition("=")[2].strip()
            for line in read_text(folder / "pyvenv.cfg").splitlines()
            if line.partition("=")[0].strip() == "home"
        ),
        "",
    )
    return python.is_file() and os.access(python, os.X_OK) and (not home or Path(home).is_dir())


def mark_ready(places: Places, what: Ready) -> None:
    """Write down that an environment is whole; the last thing that is done to it.

    Raises:
        StorageError: The disk is full or not writable.
    """
    # Paths that are not Unicode have no other spelling than ASCII's escapes.
    text = json.dumps(asdict(what), indent=2)
    write_text(places.env(what.name) / READY, text + "\n")


def current(places: Places) -> Ready | None:
    """Return what the environment in use is, or None if none is whole."""
    name = _current_name(places)
    return ready(places, name) if name else None


def previous(places: Places) -> Ready | None:
    """Return what the other environment is, or None if it is not whole."""
    name = _current_name(places)
    return ready(places, _other(name)) if name else None


def is_up_to_date(places: Places) -> bool:
    """Return whether the environment in use is whole and of the release laid down.

    One that the person went back to counts as up to date until another release comes.
    """
    used = current(places)
    try:
        wanted, _version = release(places)
    except DeepDeskError:
        # Without a payload there is nothing to update to.
        return used is not None
    return used is not None and (
        used.fingerprint == wanted or read_text(_kept_back(places)).strip() == wanted
    )


def idle(places: Places) -> str:
    """Return the name of the environment that may be made anew: "a" or "b".

    The one that is not in use; but where the one in use is not whole, that one, since the other
    may be the only one that works.
    """
    name = _current_name(places)
    if not name or ready(places, name) is None:
        return name or NAMES[0]
    return _other(name)


def flip(places: Places, name: str) -> None:
    """Take another environment into use, in one step.

    Raises:
        DeepDeskError: It is not whole.
        StorageError: The disk is full or not writable.
    """
    if ready(places, name) is None:
        raise DeepDeskError(f"Environment {name} is not whole.", "Set DeepDesk up again.")
    write_text(places.current, f"{name}\n")
    _kept_back(places).unlink(missing_ok=True)


def roll_back(places: Places) -> Ready:
    """Take the environment before this one into use, and return what it is.

    Raises:
        DeepDeskError: There is none that is whole.
        StorageError: The disk is full or not writable.
    """
    before = previous(places)
    if before is None:
        raise DeepDeskError(
            "There is no earlier version to go back to.", "Start DeepDesk with --repair instead."
        )
    flip(places, before.name)
    with contextlib.suppress(DeepDeskError):
        wanted, _version = release(places)
        if before.fingerprint != wanted:
            write_text(_kept_back(places), f"{wanted}\n")
    return before


def remove_tree(places: Places, folder: Path) -> None:
    """Delete a folder that lies in the runtime folder; of a link the link alone.

    Raises:
        StorageError: It cannot be deleted, or is not ours.
    """
    if folder.parent != places.runtime or not is_ours(places):
        raise StorageError(f"{folder} was not made by DeepDesk and stays.", "Delete it yourself.")
    try:
        if folder.is_symlink() or folder.is_file():
            folder.unlink()
        elif folder.exists():
            # Renamed first: nothing ever meets half of it, also if the power fails in between.
            aside = folder.with_name(f"{_DISCARDED}{folder.name}-{secrets.token_hex(4)}")
            folder.rename(aside)
            shutil.rmtree(long_path(aside), ignore_errors=True)
    except OSError as error:
        raise storage_error(error, folder) from error


def remove_discarded(places: Places) -> None:
    """Delete what was renamed to be deleted and could not be: it was in use then."""
    if is_ours(places):
        for folder in places.runtime.glob(f"{_DISCARDED}*"):
            if not folder.is_symlink():
                shutil.rmtree(long_path(folder), ignore_errors=True)


def forget(places: Places, name: str) -> None:
    """Let an environment that is not in use no longer count as whole; its files stay.

    Raises:
        StorageError: The disk is not writable.
    """
    try:
        (places.env(name) / READY).unlink(missing_ok=True)
    except OSError as error:
        raise storage_error(error, places.env(name)) from error


def program_command(places: Places, arguments: list[str]) -> list[str]:
    """Return the command that starts the program in the environment in use.

    Raises:
        DeepDeskError: None is whole.
    """
    used = current(places)
    if used is None:
        raise DeepDeskError("DeepDesk is not set up.", "Start it with --set-up.")
    # Started without a console on Windows, it must not open one.
    python = python_of(places.env(used.name), windowed=sys.stdout is None)
    return [str(python), "-m", "deepdesk", *arguments]


def _current_name(places: Places) -> str:
    name = read_text(places.current).strip()
    return name if name in NAMES else ""


def _other(name: str) -> str:
    return NAMES[1 - NAMES.index(name)]


def _kept_back(places: Places) -> Path:
    return places.runtime / "kept-back"
