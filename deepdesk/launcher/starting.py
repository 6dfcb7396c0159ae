"""Becoming another program: the one that was set up, or the set-up window."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from deepdesk.core.errors import DeepDeskError
from deepdesk.launcher.bundle import through_bundle
from deepdesk.launcher.environments import program_command
from deepdesk.launcher.places import PAYLOAD_VARIABLE, RUNTIME_VARIABLE, Places
from deepdesk.launcher.processes import clean_environment


def has_display() -> bool:
    """Return whether a window can be shown to the person who started this."""
    if sys.platform == "win32":
        return True
    if sys.platform == "darwin":
        return "SSH_CONNECTION" not in os.environ
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def asks_for_window(arguments: Sequence[str]) -> bool:
    """Return whether arguments of the program open its window: none, flags, or a project."""
    rest = [argument for argument in arguments if argument not in ("--safe-mode", "--reset")]
    return not rest or (len(rest) == 1 and Path(rest[0]).exists())


def start_program(places: Places, arguments: Sequence[str]) -> int:
    """Become the program in the environment in use; as `become`.

    Raises:
        DeepDeskError: None is whole, or it cannot be started.
    """
    command = program_command(places, list(arguments))
    return become(places, through_bundle(command) if asks_for_window(arguments) else command)


def become(places: Places, command: Sequence[str]) -> int:
    """Become another program; on Windows, which has no such thing, start it.

    There its exit status is waited for and returned where there is a console, 0 where not.

    Raises:
        DeepDeskError: It cannot be started.
    """
    environment = {
        **clean_environment(),
        PAYLOAD_VARIABLE: str(places.payload),
        RUNTIME_VARIABLE: str(places.runtime),
        # A file beside the person that happens to be called torch.py is not what is meant.
        "PYTHONSAFEPATH": "1",
        "PYTHONNOUSERSITE": "1",
    }
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    try:
        if sys.platform != "win32":
            os.execve(command[0], list(command), environment)
        process = subprocess.Popen(list(command), env=environment)
        return process.wait() if sys.stdout is not None else 0
    except OSError as error:
        raise DeepDeskError(
            f"{command[0]} cannot be started ({error.strerror or error}).",
            "Start DeepDesk with --repair.",
        ) from error
