"""Work in a background thread, with its events delivered in the window's thread.

One way in: the worker fills a queue, a timer empties it once a frame, more often at the
beginning. A fast loop cannot flood the window, and every slot runs in the window's thread.
"""

from __future__ import annotations

import _thread
import itertools
import logging
import threading
from queue import SimpleQueue
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Ended
from deepdesk.core.priority import lower_this_thread
from deepdesk.core.work import StopToken, Work, run

LOGGER = logging.getLogger("deepdesk.jobs")
NO_THREAD = DeepDeskError(
    "This computer has no room for one more thread.", "Close other programs, then try again."
)
FRAME_MS = 33  # about 30 times a second
# Work that answers at once, as after an edit, is not left waiting for a whole frame.
SOON_MS, SOON_TIMES = 4, 25
_numbers = itertools.count()


class Job(QObject):
    """One background run of a work function, owned by the window's thread.

    Args:
        work: Runs in a thread of its own.
        what: Of its name.
        lowered: Whether it gives the window room.
        frame_ms: How often events are delivered, after the first moment.

    Signals:
        batch: list of events since the last frame, oldest first, never empty.
        ended: The final `Ended`, exactly once, after its batch.
    """

    batch = Signal(object)
    ended = Signal(object)

    def __init__(
        self,
        work: Work,
        what: str,
        *,
        lowered: bool = False,
        frame_ms: int = FRAME_MS,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.what = what
        self._number = next(_numbers)
        self._inbox: SimpleQueue[Any] = SimpleQueue()
        self._stop = StopToken()
        self._over = threading.Event()
        self._last: Ended | None = None
        # The thread knows nothing of this object: were it the last to do so, the object and its
        # timer would be destroyed in that thread.
        self._thread = threading.Thread(
            target=_run,
            args=(work, self._inbox, self._stop, self._over, lowered),
            name=f"deepdesk-job-{what}",
            daemon=True,
        )
        self._timer = QTimer(self)
        self._timer.setInterval(SOON_MS)
        self._looks = 0
        self._is_begun = False
        self._frame_ms = frame_ms
        self._timer.timeout.connect(self._drain)

    def start(self) -> Job:
        """Start the thread and return this job, which lives at least until its end is told."""
        number = self._number
        _under_way[number] = self
        self.destroyed.connect(lambda _gone: _under_way.pop(number, None))
        self._timer.start()
        self._is_begun = True
        _begin(self._thread, self._inbox, self._over)
        return self

    def stop(self) -> None:
        """Ask the work to end at its next check."""
        self._stop.stop()

    def pause(self) -> None:
        """Ask the work to wait at its next check."""
        self._stop.pause()

    def go_on(self) -> None:
        """Let paused work continue."""
        self._stop.go_on()

    @property
    def is_running(self) -> bool:
        """Whether `ended` is still to come."""
        return self._last is None

    @property
    def is_stopping(self) -> bool:
        """Whether the end was asked for and has not come yet."""
        return self._stop.is_stopping and self.is_running

    def wait(self, timeout_ms: int) -> bool:
        """Block for at most `timeout_ms` and return whether the work has ended.

        For tests and for leaving the program; the window itself listens to `ended`.
        """
        if self._is_begun and self._over.wait(timeout_ms / 1000):
            self._drain()
        return not self.is_running

    def _drain(self) -> None:
        self._looks += 1
        if self._looks == SOON_TIMES:
            self._timer.setInterval(self._frame_ms)
        events = [self._inbox.get_nowait() for _ in range(self._inbox.qsize())]
        if not events:
            return
        last = events[-1] if isinstance(events[-1], Ended) else None
        if last is not None:
            self._timer.stop()
            self._last = last
        self.batch.emit(events)
        if last is not None:
            self.ended.emit(last)
            _under_way.pop(self._number, None)


_under_way: dict[int, Job] = {}


def _begin(thread: threading.Thread, inbox: SimpleQueue[Any], over: threading.Event) -> None:
    """Let another thread start one, for starting waits until the new one runs.

    Beside a run that trains that took the window 40 ms and more.
    """
    try:
        _thread.start_new_thread(_start, (thread, inbox, over))
    except RuntimeError as error:
        _refuse(thread, inbox, over, error)


def _start(thread: threading.Thread, inbox: SimpleQueue[Any], over: threading.Event) -> None:
    try:
        thread.start()
    except RuntimeError as error:
        _refuse(thread, inbox, over, error)


def _refuse(
    thread: threading.Thread, inbox: SimpleQueue[Any], over: threading.Event, error: RuntimeError
) -> None:
    LOGGER.warning("no thread for %s: %s", thread.name, error)
    inbox.put(Ended(error=NO_THREAD))
    over.set()


def _run(
    work: Work,
    inbox: SimpleQueue[Any],
    stop: StopToken,
    over: threading.Event,
    is_lowered: bool,
) -> None:
    try:
        if is_lowered:
            lower_this_thread()
        run(work, inbox.put, stop)
    finally:
        over.set()
