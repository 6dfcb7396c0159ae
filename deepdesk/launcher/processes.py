"""Starting another program and watching it: it ends with the work that started it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from deepdesk.core.work import StoppedError, StopToken
from deepdesk.launcher.windows import Job

_LOOK_EVERY_S = 0.25
_END_WITHIN_S = 5.0
NO_CONSOLE = 0x08000000  # CREATE_NO_WINDOW; subprocess names it on Windows alone
_SAID_BYTES = 1 << 20
# What would lead a Python away from the environment that it was started in.
MISLEADING = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV", "CONDA_PREFIX")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """How a program ended.

    Attributes:
        code: Its exit status; negative where a signal ended it.
        out: The end of its standard output.
        err: The end of its standard error.
    """

    code: int
    out: str
    err: str


def clean_environment() -> dict[str, str]:
    """Return the environment variables without what misleads a Python."""
    return {key: value for key, value in os.environ.items() if key not in MISLEADING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """How programs are started and watched.

    Attributes:
        folder: That they run in.
        environment: Their environment variables.
        held: Descriptor of the lock, which they hold too; None for none.
    """

    stop: StopToken
    folder: Path
    environment: Mapping[str, str]
    held: int | None = None

    def run(
        self,
        command: Sequence[str],
        tick: Callable[[], None] = lambda: None,
        *,
        limit_s: float = float("inf"),
    ) -> Said:
        """Run a program to its end.

        Args:
            command: The program as an absolute path, and its arguments.
            tick: Called four times a second meanwhile.
            limit_s: When to end it; its status is then negative.

        Raises:
            StoppedError: Somebody asked for the end; the program was ended.
            OSError: It cannot be started.
        """
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            process, job = self._start(command, out, err), Job()
            try:
                job.take(process)
                self._watch(process, tick, time.monotonic() + limit_s)
            finally:
                job.end()
                _end(process)
            return Said(code=process.returncode, out=_tail(out), err=_tail(err))

    def _start(
        self, command: Sequence[str], out: IO[bytes], err: IO[bytes]
    ) -> subprocess.Popen[bytes]:
        windows = sys.platform == "win32"
        return subprocess.Popen(
            list(command),
            env=dict(self.environment),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            # A group of its own: Ctrl+C in a terminal ends it through us alone, in order.
            start_new_session=not windows,
            pass_fds=() if windows or self.held is None else (self.held,),
            creationflags=NO_CONSOLE if windows else 0,
        )

    def _watch(
        self, process: subprocess.Popen[bytes], tick: Callable[[], None], until_s: float
    ) -> None:
        while time.monotonic() < until_s:
            try:
                process.wait(timeout=_LOOK_EVERY_S)
            except subprocess.TimeoutExpired:
                tick()
                if self.stop.is_stopping:
                    raise StoppedError from None
            else:
                return


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program that still runs, and whatever it started."""
    if process.poll() is not None:
        return
    _signal(process, signal.SIGTERM)
    try:
        process.wait(timeout=_END_WITHIN_S)
    except subprocess.TimeoutExpired:
        _signal(process, getattr(signal, "SIGKILL", signal.SIGTERM))
        process.wait()


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    if sys.platform == "win32":
        process.kill()
        return
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        process.kill()


def _tail(file: IO[bytes]) -> str:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _SAID_BYTES))
    # It may hold anything that a server sent: no control characters in a log or a terminal.
    return re.sub(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", "", file.read().decode("utf-8", "replace"))
