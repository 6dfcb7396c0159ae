"""Asks a tool of the system something: within a time, a length, and without ever waiting for it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

NO_CONSOLE = 0x08000000  # CREATE_NO_WINDOW; subprocess names it on Windows alone
MOST_BYTES = 100_000
NOT_THERE, TOO_SLOW, TOO_MUCH = -1, -2, -3


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool said.

    Attributes:
        text: Its output, errors included.
        code: Its exit status; -1 where it could not be started, -2 where it took too long, -3
            where it said more than anybody wants to know. A signal of the system is below -100.
    """

    text: str = ""
    code: int = NOT_THERE


def ask(command: Sequence[str], seconds: float) -> Answer:
    """Return what a tool says; whatever goes wrong is in the answer.

    A tool that hangs in its driver cannot be killed, and waiting for it would hang with it: it is
    left behind, and so is the thread that reads from it.
    """
    start_s = time.monotonic()
    try:
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            creationflags=NO_CONSOLE if sys.platform == "win32" else 0,
            start_new_session=True,  # so that what it started ends with it
        )
    except (OSError, ValueError) as error:
        return Answer(str(error), NOT_THERE)
    said: list[bytes] = []
    reader = threading.Thread(target=_read, args=(process.stdout, said), daemon=True)
    reader.start()
    reader.join(seconds)
    if reader.is_alive():
        _end(process)
        reader.join(0.2)
        return Answer(f"no answer within {time.monotonic() - start_s:.0f} s", TOO_SLOW)
    text = b"".join(said).decode("utf-8", errors="replace")
    if len(text) >= MOST_BYTES:
        _end(process)
        return Answer(text, TOO_MUCH)
    try:
        code = process.wait(timeout=max(0.2, seconds - (time.monotonic() - start_s)))
    except subprocess.TimeoutExpired:
        _end(process)
        return Answer(text, TOO_SLOW)
    return Answer(text, code if code >= 0 else code - 100)


def _read(pipe: IO[bytes] | None, said: list[bytes]) -> None:
    if pipe is not None:
        with pipe, contextlib.suppress(OSError):
            said.append(pipe.read(MOST_BYTES))


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill a tool and what it started, without waiting long for their end."""
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    try:
        process.wait(timeout=0.2)
    except subprocess.TimeoutExpired:
        process.returncode = -signal.SIGTERM  # or Python complains of it at its own end
