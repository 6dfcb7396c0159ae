"""Which processes run from an environment: it must not be taken away under a training."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from deepdesk.core.errors import DeepDeskError

_PROCESSES = Path("/proc")
_LIMIT_S = 5.0


def require_unused(folder: Path) -> None:
    """Check that no program runs from an environment.

    Raises:
        DeepDeskError: One does.
    """
    if processes_in(folder):
        raise still_running()


def still_running() -> DeepDeskError:
    """Return the error that says that a program runs from what is to be replaced or deleted."""
    return DeepDeskError(
        "DeepDesk, or a training, still runs from the environment that would be taken away.",
        "Close it, then try again.",
    )


def processes_in(folder: Path) -> frozenset[int]:
    """Return the numbers of the processes whose Python is that of an environment.

    Nothing has to be written down for that when a program starts or ends, however it does. Empty
    on Windows, where a folder that programs run from cannot be renamed anyway.
    """
    place = os.path.realpath(folder) + os.sep
    # Where the program itself leads to is another folder: it is a link to the system's Python.
    return frozenset(
        number
        for number, program in _programs()
        if os.path.realpath(Path(program).parent).startswith(place)
    )


def _programs() -> Iterator[tuple[int, str]]:
    """Yield (number, path of the program as it was called) of every process."""
    if sys.platform == "win32":
        return
    if sys.platform == "darwin":
        yield from _programs_of_ps()
        return
    for entry in _PROCESSES.iterdir() if _PROCESSES.is_dir() else ():
        if entry.name.isdigit():
            try:
                called = (entry / "cmdline").read_bytes()
            except OSError:
                # It ended meanwhile, or is somebody else's.
                continue
            program = os.fsdecode(called.partition(b"\0")[0])
            if Path(program).is_absolute():
                yield int(entry.name), program


def _programs_of_ps() -> Iterator[tuple[int, str]]:
    command = ["/bin/ps", "-axww", "-o", "pid=,command="]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_LIMIT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return
    yield from programs_told(os.fsdecode(done.stdout))


def programs_told(text: str) -> Iterator[tuple[int, str]]:
    """Yield (number, path of the program) of the lines of `ps`, for programs of environments."""
    for line in text.splitlines():
        number, _space, command = line.strip().partition(" ")
        # The path may hold spaces, as "Application Support" does; `bin` ends what is asked for.
        start, found, _rest = command.strip().partition("/bin/python")
        if found and number.isdigit():
            yield int(number), start + found
