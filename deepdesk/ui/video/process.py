"""A process for video, as the thread that uses it sees it: one order, one answer. No Qt."""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
from collections import deque
from collections.abc import Mapping
from queue import Empty, SimpleQueue
from typing import Any

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.processes import child_command, start
from deepdesk.core.work import StopToken
from deepdesk.ui.video import wire

Answer = tuple[dict[str, Any], bytearray]
START_S = 30.0
_LOOK_S = 0.05
_KEPT_LINES = 40
_LONGEST_LINE = 500
PATIENCE_S = 5.0


class EndedError(DeepDeskError):
    """A process for video ended, or hung and was ended."""


class VideoProcess:
    """One process, used in one thread.

    Args:
        module: That is run, such as "deepdesk.ui.video.decode_child".
    """

    def __init__(self, module: str) -> None:
        self._process = start(child_command(module), own={"OMP_NUM_THREADS": "1"})
        self._answers: SimpleQueue[Answer | None] = SimpleQueue()
        self.last_words: deque[str] = deque(maxlen=_KEPT_LINES)
        self._readers = [
            threading.Thread(target=read, name="deepdesk-video", daemon=True)
            for read in (self._read_answers, self._read_words)
        ]
        for reader in self._readers:
            reader.start()

    def ask(
        self, order: Mapping[str, Any], stop: StopToken, *, within_s: float, body: wire.Bytes = b""
    ) -> Answer:
        """Give an order and return the answer.

        Raises:
            EndedError: The process ended, or did not answer in time.
            StoppedError: It was asked to stop; what the process does then is of no use any more.
        """
        assert self._process.stdin is not None, "it was started with a pipe"
        try:
            wire.put(self._process.stdin, order, body)
        except OSError as error:
            raise self._ended() from error
        until_s = time.monotonic() + within_s
        while True:
            stop.check()
            try:
                answer = self._answers.get(timeout=_LOOK_S)
            except Empty:
                if time.monotonic() > until_s:
                    self.close()
                    raise EndedError("It took too long.") from None
                continue
            if answer is None:
                raise self._ended()
            return answer

    def close(self) -> None:
        """End the process at once."""
        with contextlib.suppress(OSError):
            self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=PATIENCE_S)
        for reader in self._readers:
            reader.join(timeout=PATIENCE_S)
        with contextlib.suppress(OSError, ValueError):
            assert self._process.stdin is not None, "it was started with a pipe"
            self._process.stdin.close()

    def _ended(self) -> EndedError:
        words = self.last_words[-1] if self.last_words else ""
        self.close()
        return EndedError(f"The process for video ended. {words}".strip())

    def _read_answers(self) -> None:
        stream = self._process.stdout
        assert stream is not None, "it was started with a pipe"
        with contextlib.suppress(OSError, ValueError), stream:
            while (answer := wire.take(stream)) is not None:
                self._answers.put(answer)
        self._answers.put(None)

    def _read_words(self) -> None:
        stream = self._process.stderr
        assert stream is not None, "it was started with a pipe"
        with contextlib.suppress(OSError, ValueError), stream:
            # Lines of any length: a library may say anything.
            while words := stream.readline(_LONGEST_LINE):
                self.last_words.append(words.decode(errors="replace").rstrip())
