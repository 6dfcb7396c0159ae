"""A few things prepared ahead by one thread, handed over in the order of what was asked."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from deepdesk.core.priority import lower_this_thread

AHEAD = 2
_LOOK_EVERY_S = 0.1
_GRACE_S = 2.0
Asked = TypeVar("Asked")
Made = TypeVar("Made")


class _LeftError(Exception):
    """The ring was closed while its thread waited."""


class Ring(Generic[Asked, Made]):
    """Makes things ahead of whoever takes them; the order does not depend on the thread.

    Iterate over it once, and close it afterwards.

    Args:
        asked: What is to be made, read by the thread of the ring alone.
        make: From what is asked to what is handed over; it calls what it is given while it
            waits for something, which leaves it when the ring is closed.
        look: Called ten times a second in the taker's thread while it waits.
        is_patient: Whether the thread gives way to everything else on the processor.
    """

    def __init__(
        self,
        asked: Iterator[Asked],
        make: Callable[[Asked, Callable[[], None]], Made],
        *,
        look: Callable[[], None],
        is_patient: bool = False,
    ) -> None:
        self._asked = asked
        self._make = make
        self._look = look
        self._is_patient = is_patient
        self._made: queue.Queue[Made | BaseException | None] = queue.Queue(AHEAD)
        self._is_closed = threading.Event()
        self._thread = threading.Thread(target=self._work, name="deepdesk-ring", daemon=True)

    def start(self) -> None:
        """Begin to make things; taking the first one does so too."""
        if self._thread.ident is None:
            self._thread.start()

    def __iter__(self) -> Iterator[Made]:
        self.start()
        while (made := self._next()) is not None:
            if isinstance(made, BaseException):
                raise made
            yield made

    def close(self) -> None:
        """Stop making; what was made and not taken is dropped."""
        self._is_closed.set()
        if not self._thread.is_alive():
            return
        while True:
            try:
                self._made.get_nowait()
            except queue.Empty:
                break
        self._thread.join(_GRACE_S)

    def _next(self) -> Made | BaseException | None:
        while True:
            try:
                return self._made.get(timeout=_LOOK_EVERY_S)
            except queue.Empty:
                self._look()

    def _work(self) -> None:
        if self._is_patient:
            lower_this_thread()
        last: BaseException | None = None
        try:
            for asked in self._asked:
                self._put(self._make(asked, self._leave))
        except _LeftError:
            return
        except Exception as error:  # noqa: BLE001 - raised again in the taker's thread
            last = error.with_traceback(None)
        try:
            self._put(last)
        except _LeftError:
            return

    def _put(self, made: Made | BaseException | None) -> None:
        while True:
            self._leave()
            try:
                self._made.put(made, timeout=_LOOK_EVERY_S)
            except queue.Full:
                continue
            return

    def _leave(self) -> None:
        if self._is_closed.is_set():
            raise _LeftError
