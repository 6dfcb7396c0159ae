"""Every other process of this program is started here, so that it works however this one was.

From a checkout, from an installed environment, and on Windows from a Python without a console,
whose standard output is None and whose children would each open a window of their own.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import deepdesk

# Modules with a `main` that are processes of their own: `python -m deepdesk --child MODULE`.
CHILDREN = frozenset(
    {
        "deepdesk.engine.check_child",
        "deepdesk.engine.tuning.compile_child",
        "deepdesk.ui.video.camera_child",
        "deepdesk.ui.video.decode_child",
        "deepdesk.ui.video.encode_child",
    }
)
CHILD_OPTION = "--child"
NO_WINDOW = getattr(subprocess, "CREATE_NO_WINDOW", 0)
_NEW_GROUP = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)


def python(executable: str = "", *, is_windows: bool = os.name == "nt") -> str:
    """Return the Python that runs children: this one, but never the one without a console.

    A child gets a console that nobody sees, and what it starts in turn shares that one. Without it
    each of those would open a window.
    """
    path = executable or sys.executable
    if not is_windows or not path.lower().endswith("pythonw.exe"):
        return path
    beside = path[: -len("pythonw.exe")] + "python.exe"
    return beside if Path(beside).is_file() else path


def own_command(*arguments: str) -> list[str]:
    """Return the command line that runs this program in the terminal."""
    module = [] if getattr(sys, "frozen", False) else ["-m", "deepdesk"]
    return [python(), *module, *arguments]


def child_command(module: str) -> list[str]:
    """Return the command line of one of `CHILDREN`."""
    assert module in CHILDREN, f"{module} is no process of its own"
    return own_command(CHILD_OPTION, module)


def become_child(module: str) -> int:
    """Do what one of `CHILDREN` does, and return the exit status; 2 if it is none of them."""
    if module not in CHILDREN:
        return 2
    status = importlib.import_module(module).main()
    return status if isinstance(status, int) else 0


def variables(own: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a child: this one's, and the way to this program.

    Args:
        own: Further ones.
    """
    # What lies in the folder where the program was started is no part of it.
    found = {**os.environ, "PYTHONSAFEPATH": "1", **(own or {})}
    checkout = Path(deepdesk.__file__).resolve().parents[1]
    # An installed program finds itself, and its packages must not come before Python's own.
    if checkout.name not in ("site-packages", "dist-packages"):
        paths = [str(checkout), *filter(None, [found.get("PYTHONPATH", "")])]
        found["PYTHONPATH"] = os.pathsep.join(paths)
    return found


def start(
    command: Sequence[str],
    *,
    own: Mapping[str, str] | None = None,
    has_words: bool = True,
    is_apart: bool = True,
    is_text: bool = False,
) -> subprocess.Popen[Any]:
    """Start a process that is spoken to through pipes, and return it.

    Args:
        own: Further variables of its environment.
        has_words: Whether its standard error is a pipe too; otherwise it goes nowhere.
        is_apart: Whether Ctrl-C in a terminal is for this process alone.
        is_text: Whether what goes through the pipes is text rather than bytes.

    Raises:
        OSError: It cannot be started.
    """
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE if has_words else subprocess.DEVNULL,
        env=variables(own),
        text=is_text,
        encoding="utf-8" if is_text else None,
        start_new_session=is_apart and os.name != "nt",
        creationflags=NO_WINDOW | (_NEW_GROUP if is_apart else 0),
    )


def give_streams() -> None:
    """Give this process somewhere to write to where it has none, as libraries expect it.

    Below Python too: the next file that is opened would get the number of standard error, and
    what a library in C complains of would be written into it.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # The lowest free number is the one that is missing.
            os.open(os.devnull, os.O_RDWR)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115
