"""Jobs of the tab: of each kind only the newest is heard, and none after the tab is gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import shiboken6
from PySide6.QtCore import QObject

from deepdesk.core.events import Ended, Result
from deepdesk.core.work import Work
from deepdesk.ui.desk import Desk
from deepdesk.ui.jobs import Job

WHERE = "architecture"


def while_alive(owner: QObject, call: Callable[[Any], None]) -> Callable[[Any], None]:
    """Return `call` as a function that does nothing once `owner` is deleted."""
    return lambda value: call(value) if shiboken6.isValid(owner) else None


class Background(QObject):
    """Starts work by kind; a new one takes the place of the one before."""

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._jobs: dict[str, Job] = {}

    def is_busy(self, kind: str) -> bool:
        """Return whether work of that kind is under way."""
        return kind in self._jobs

    def ask(
        self,
        kind: str,
        work: Work,
        take: Callable[[Any], None],
        ended: Callable[[Ended], None],
        *,
        is_awaited: bool = False,
    ) -> None:
        """Run `work`; `take` is called with each result, `ended` last, unless a newer one came.

        Args:
            is_awaited: A person waits for it right now, so it runs at full priority.
        """
        self.forget(kind)

        def is_newest() -> bool:
            return shiboken6.isValid(self) and self._jobs.get(kind) is job

        def hear(event: Any) -> None:
            if isinstance(event, Result) and is_newest():
                take(event.value)

        def finish(end: Ended) -> None:
            if is_newest():
                del self._jobs[kind]
                ended(end)

        job = self._desk.start(work, WHERE, on_event=hear, on_ended=finish, lowered=not is_awaited)
        self._jobs[kind] = job

    def forget(self, kind: str) -> None:
        """Stop work of that kind and hear no more of it."""
        before = self._jobs.pop(kind, None)
        if before is not None:
            before.stop()

    def forget_all(self) -> None:
        """Stop everything."""
        for kind in list(self._jobs):
            self.forget(kind)
