"""The same work in another process: its events come back as lines of JSON, wishes go in as lines.

A crash over there is a sentence here. Whatever happens, no process is left behind: the child ends
when its input closes, and is ended with all that it started if it does not end in time.
"""

from __future__ import annotations

import contextlib
import json
import logging
import subprocess
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from queue import Empty, SimpleQueue
from typing import IO, Any

from deepdesk.core.errors import DeepDeskError, ReportedError
from deepdesk.core.event_json import event_from_json
from deepdesk.core.events import Ended, RunStarted
from deepdesk.core.processes import start
from deepdesk.core.work import EventSink, StoppedError, StopToken, Work

PAUSE, GO_ON, STOP = "pause", "go on", "stop"
_LOOK_S = 0.1
# To save a large checkpoint on a slow disk after a stop was asked for.
_PATIENCE_S = 60.0
_LINE_BYTES = 64 << 20
_KEPT_LINES = 200
LOGGER = logging.getLogger("deepdesk.engine.child")


def child_work(
    command: Sequence[str],
    *,
    first: str = "",
    variables: Mapping[str, str] | None = None,
    patience_s: float = _PATIENCE_S,
) -> Work:
    """Return work that is done by another process.

    Args:
        command: That prints events and obeys lines, as `deepdesk train --listen` does.
        first: Its first line of input, "" for none.
        variables: Of its environment, beside those of this process.
        patience_s: How long it may take to end once it was asked to.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        child = _Child(command, variables or {})
        try:
            child.say(first)
            ended = child.watch(emit, stop, patience_s)
        finally:
            child.end(patience_s)
        _tell_end(ended, child)

    return work


class _Child:
    """A process with its lines in and out."""

    def __init__(self, command: Sequence[str], variables: Mapping[str, str]) -> None:
        # Ctrl-C in a terminal is for this process, which passes it on as a wish.
        self.process = start(command, own=variables)
        self.last_words: deque[str] = deque(maxlen=_KEPT_LINES)
        self._lines: SimpleQueue[bytes | None] = SimpleQueue()
        self._readers = [
            threading.Thread(target=read, name="deepdesk-child", daemon=True)
            for read in (self._read_events, self._read_words)
        ]
        for reader in self._readers:
            reader.start()

    def say(self, line: str) -> None:
        """Give the child a line; one that has ended already hears nothing."""
        assert self.process.stdin is not None
        if line:
            with contextlib.suppress(OSError, ValueError):
                self.process.stdin.write(line.encode() + b"\n")
                self.process.stdin.flush()

    def watch(self, emit: EventSink, stop: StopToken, patience_s: float) -> Ended | None:
        """Pass events and wishes on until the child's output ends; return its last event."""
        ended: Ended | None = None
        wishes = _Wishes(self, stop)
        while True:
            wishes.pass_on()
            if wishes.waited_s > patience_s:
                return ended
            try:
                line = self._lines.get(timeout=_LOOK_S)
            except Empty:
                continue
            if line is None:
                return ended
            event = _event_of(line)
            if isinstance(event, Ended):
                ended = event
            elif event is not None:
                if isinstance(event, RunStarted):
                    # A team that started again has not heard what was asked before.
                    wishes.repeat()
                emit(event)

    def end(self, patience_s: float) -> None:
        """Close the child's input and wait; kill it with all it started if it stays."""
        tree = _tree(self.process.pid) if self.process.poll() is None else []
        with contextlib.suppress(OSError):
            if self.process.stdin is not None:
                self.process.stdin.close()
        try:
            self.process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
        _kill(tree)
        self.process.wait()
        for reader, stream in zip(
            self._readers, (self.process.stdout, self.process.stderr), strict=True
        ):
            reader.join(1.0)
            # Somebody else may still hold the other end; then it is left to its reader.
            if stream is not None and not reader.is_alive():
                stream.close()

    def _read_events(self) -> None:
        assert self.process.stdout is not None
        for line in _lines_of(self.process.stdout):
            self._lines.put(line)
        self._lines.put(None)

    def _read_words(self) -> None:
        assert self.process.stderr is not None
        for line in _lines_of(self.process.stderr):
            self.last_words.append(line.decode(errors="backslashreplace").rstrip())


class _Wishes:
    """What was asked of the work, passed on once each."""

    def __init__(self, child: _Child, stop: StopToken) -> None:
        self._child = child
        self._stop = stop
        self._is_paused = False
        self._is_told = False
        self._stopped_s = 0.0

    def pass_on(self) -> None:
        """Tell the child what is new."""
        if self._stop.is_stopping:
            self._stopped_s = self._stopped_s or time.monotonic()
            if not self._is_told:
                self._is_told = True
                self._child.say(STOP)
        elif self._stop.is_paused != self._is_paused:
            self._is_paused = self._stop.is_paused
            self._child.say(PAUSE if self._is_paused else GO_ON)

    def repeat(self) -> None:
        """Tell the child again what was asked."""
        self._is_paused, self._is_told = False, False

    @property
    def waited_s(self) -> float:
        """Seconds since the end was asked for, 0.0 before."""
        return time.monotonic() - self._stopped_s if self._stopped_s else 0.0


def _tell_end(ended: Ended | None, child: _Child) -> None:
    """End this work as the child's did.

    Raises:
        StoppedError: It was asked to stop.
        DeepDeskError: What it said, or that it ended without a word.
    """
    if ended is None:
        how = _how(child.process.returncode)
        if child.last_words:
            LOGGER.critical("A process that trained %s:\n%s", how, "\n".join(child.last_words))
        raise DeepDeskError(
            f"The training process {how}.",
            "Resume the run: it goes on from its last checkpoint.",
        )
    if ended.error is not None:
        raise ReportedError(ended.error.message, ended.error.hint, report=ended.report)
    if ended.stopped:
        raise StoppedError


def _how(status: int) -> str:
    return _ENDINGS.get(status, f"ended unexpectedly (status {status})")


# Of a process that a signal ended, by its number; on Windows by the code of the exception.
_ENDINGS = {
    -9: "was ended from outside, perhaps because memory ran out",
    -15: "was ended from outside",
    -11: "crashed",
    -7: "crashed",
    -6: "crashed",
    0xC0000005: "crashed",
    0: "ended before the run did",
}


def _event_of(line: bytes) -> Any:
    """Return the event of a line, None for whatever else a library may print."""
    if not line.startswith(b"{"):
        return None
    try:
        return event_from_json(json.loads(line))
    except (ValueError, RecursionError):
        return None


def _lines_of(stream: IO[bytes]) -> Any:
    with contextlib.suppress(OSError, ValueError):
        while line := stream.readline(_LINE_BYTES):
            yield line


def _tree(pid: int) -> list[Any]:
    """Return the process and everything that it started, as far as it can be seen."""
    import psutil

    with contextlib.suppress(psutil.Error):
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    return []


def _kill(tree: list[Any]) -> None:
    import psutil

    # Those of a torn-down team end by themselves; a little time for it is kinder.
    _gone, alive = psutil.wait_procs(tree, timeout=2.0)
    for process in alive:
        with contextlib.suppress(psutil.Error):
            process.kill()
    # Whoever asked may now rely on it that nothing of it writes any more.
    psutil.wait_procs(alive, timeout=2.0)
