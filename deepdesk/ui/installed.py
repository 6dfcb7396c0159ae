"""The launcher that set this program up, where there is one: it repairs, changes and goes back."""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import deepdesk
from deepdesk.core.errors import PackageError
from deepdesk.core.processes import NO_WINDOW

LAUNCHER_VARIABLE = "DEEPDESK_LAUNCHER"
REPAIR, GO_BACK = "--repair", "--rollback"
_IS_WINDOWS = os.name == "nt"
# What NVIDIA's libraries may see, and what it was before safe mode hid all of it.
DEVICES_VARIABLE = "CUDA_VISIBLE_DEVICES"
DEVICES_BEFORE_VARIABLE = "DEEPDESK_DEVICES_BEFORE"
# Packages that are imported by another name than they are installed by, where nothing of them is
# left that says so.
_INSTALLED_AS = {
    "PIL": "pillow",
    "PySide6": "PySide6_Addons",
    "pynvml": "nvidia-ml-py",
    "yaml": "PyYAML",
}


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


def hide_devices() -> None:
    """Let this process and its children see no graphics card; the launcher sees them again."""
    before = os.environ.get(DEVICES_VARIABLE)
    # A person who hid them already means it for the launcher too.
    if before != "":
        os.environ[DEVICES_BEFORE_VARIABLE] = before or ""
        os.environ[DEVICES_VARIABLE] = ""


def launcher_variables() -> dict[str, str]:
    """Return the environment of the launcher: this one's folders, and every graphics card."""
    from deepdesk.launcher.places import PAYLOAD_VARIABLE, RUNTIME_VARIABLE, places

    here = places()
    found = {
        **os.environ,
        PAYLOAD_VARIABLE: str(here.payload),
        RUNTIME_VARIABLE: str(here.runtime),
    }
    before = found.pop(DEVICES_BEFORE_VARIABLE, None)
    if before is not None:
        found.pop(DEVICES_VARIABLE, None)
    return {**found, DEVICES_VARIABLE: before} if before else found


def _started(command: list[str]) -> bool:
    try:
        subprocess.Popen(
            command,
            env=launcher_variables(),
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
    command = [sys.executable, "-m", "pip", "install", "--force-reinstall"]
    pins = Path(deepdesk.__file__).parents[1] / "packaging" / "constraints.txt"
    if pins.is_file():
        # In a checkout what a package needs is pinned as well.
        command += [*_distributions(package), "--constraint", str(pins)]
    else:
        command += [_pinned(name) for name in _distributions(package)]
    return subprocess.list2cmdline(command) if _IS_WINDOWS else shlex.join(command)


def _distributions(package: str) -> list[str]:
    """Return by which names a package is installed that is imported by the given one."""
    with contextlib.suppress(Exception):
        importlib.metadata.version(package)
        return [package]
    # Half an installation may say anything of itself, or nothing.
    with contextlib.suppress(Exception):
        return sorted(set(importlib.metadata.packages_distributions()[package]))
    return [_INSTALLED_AS.get(package, package)]


def _pinned(name: str) -> str:
    with contextlib.suppress(Exception):
        # What follows "+" names a build of another index than the one that is asked.
        return f"{name}=={importlib.metadata.version(name).partition('+')[0]}"
    return name


def tell_broken(error: PackageError, *, starts: bool = True) -> int:
    """Say what does not load and what repairs it; return the exit status.

    Args:
        starts: Whether the window was asked for: the launcher is started to repair it, where there
            is one, and else who reads no terminal is told in a window.
    """
    if not error.remedy and starts and start_launcher(REPAIR):
        # It has a window of its own.
        sys.stderr.write(f"{error}\nThe launcher repairs DeepDesk and starts it again.\n")
        return 1
    words = [str(error)]
    if not error.remedy:
        is_set_up = launcher_command() is not None
        command = "deepdesk --repair" if is_set_up else repair_words(error.package)
        words.append(f"To repair it, type: {command}")
    text = "\n".join(words)
    sys.stderr.write(f"{text}\n")
    if starts:
        show_unread(text)
    return 1


def show_unread(text: str) -> None:
    """Show a text to who clicked an icon and reads no terminal."""
    # Without a console, Windows calls the file that takes everything a terminal.
    is_nowhere = sys.stderr is None or getattr(sys.stderr, "name", "") == os.devnull
    if not is_nowhere and sys.stderr.isatty():
        return
    from deepdesk.launcher.first_window import show_message

    show_message(text)


def _parsed(said: str) -> list[str]:
    with contextlib.suppress(ValueError):
        command = json.loads(said)
        if isinstance(command, list) and command and all(isinstance(p, str) for p in command):
            return command
    # A path may hold spaces.
    return [said] if Path(said).is_file() else shlex.split(said, posix=os.name != "nt")
