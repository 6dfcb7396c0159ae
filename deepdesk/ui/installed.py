"""The launcher that set this program up, where there is one: it repairs, changes and goes back."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

from deepdesk.core.errors import PackageError
from deepdesk.core.processes import NO_WINDOW

LAUNCHER_VARIABLE = "DEEPDESK_LAUNCHER"
REPAIR, GO_BACK = "--repair", "--rollback"


def launcher_command() -> list[str] | None:
    """Return the command of the launcher, None where this program was not installed by it."""
    said = os.environ.get(LAUNCHER_VARIABLE, "").strip()
    if said:
        return _parsed(said)
    from deepdesk.launcher.places import MARKER, PAYLOAD_VARIABLE, places

    is_set_up = (Path(sys.prefix).parent / MARKER).is_file()
    if not is_set_up and not os.environ.get(PAYLOAD_VARIABLE):
        return None
    launcher = places().payload / "launcher.py"
    # Not the Python of this environment: that may be the very thing to be replaced.
    python = getattr(sys, "_base_executable", "") or sys.executable
    return [python, "-P", str(launcher)] if launcher.is_file() else None


def can_go_back() -> bool:
    """Return whether the version before this one is kept."""
    if launcher_command() is None:
        return False
    from deepdesk.launcher.environments import previous
    from deepdesk.launcher.places import places

    with contextlib.suppress(Exception):
        return previous(places()) is not None
    return False


def start_launcher(*arguments: str) -> bool:
    """Start the launcher beside this program, and return whether that was possible."""
    command = launcher_command()
    return command is not None and _started([*command, *arguments])


def start_choice() -> bool:
    """Open the set-up window to choose another graphics card, and return whether it was possible.

    It runs in this environment, which stays as it is: another one is made beside it.
    """
    return launcher_command() is not None and _started(
        [sys.executable, "-P", "-m", "deepdesk.ui.set_up", "--set-up"]
    )


def _started(command: list[str]) -> bool:
    from deepdesk.launcher.places import PAYLOAD_VARIABLE, RUNTIME_VARIABLE, places

    here = places()
    variables = {PAYLOAD_VARIABLE: str(here.payload), RUNTIME_VARIABLE: str(here.runtime)}
    try:
        subprocess.Popen(
            command,
            env={**os.environ, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=os.name != "nt",
            creationflags=NO_WINDOW,
        )
    except OSError:
        return False
    return True


def repair_words(package: str) -> str:
    """Return what a person types to repair a package where no launcher does it."""
    command = [sys.executable, "-m", "pip", "install", "--force-reinstall", package]
    return shlex.join(command)


def tell_broken(error: PackageError, *, starts: bool = True) -> int:
    """Say in the terminal what does not load and what repairs it; return the exit status.

    Args:
        starts: Whether the launcher is started to repair it, where there is one.
    """
    sys.stderr.write(f"{error}\n")
    if error.remedy:
        return 1
    if starts and start_launcher(REPAIR):
        sys.stderr.write("The launcher repairs DeepDesk and starts it again.\n")
        return 1
    command = repair_words(error.package) if launcher_command() is None else "deepdesk --repair"
    sys.stderr.write(f"To repair it, type: {command}\n")
    return 1


def _parsed(said: str) -> list[str]:
    with contextlib.suppress(ValueError):
        command = json.loads(said)
        if isinstance(command, list) and command and all(isinstance(p, str) for p in command):
            return command
    # A path may hold spaces.
    return [said] if Path(said).is_file() else shlex.split(said, posix=os.name != "nt")
