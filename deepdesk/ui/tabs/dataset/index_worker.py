"""Questions to the sample index, answered off the window's thread, in order."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from deepdesk.core.errors import DeepDeskError
from deepdesk.project.index import SampleIndex

Question = Callable[[SampleIndex], Any]
POLL_MS = 8


@dataclass(slots=True, kw_only=True)
class _Asked:
    question: Question
    then: Callable[[Any], None]
    lane: str
    value: Any = None
    error: Exception | None = None


class IndexWorker(QObject):
    """One thread with its own connection to the index of one project.

    Args:
        open_index: Opens the connection; called in the thread.
        parent: Qt parent.

    Signals:
        failed: DeepDeskError or a bug, of a question that could not be answered.
    """

    failed = Signal(object)

    def __init__(
        self, open_index: Callable[[], SampleIndex], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._open_index = open_index
        self._questions: SimpleQueue[_Asked | None] = SimpleQueue()
        self._answers: SimpleQueue[_Asked] = SimpleQueue()
        self._newest: dict[str, _Asked] = {}
        self._waiting = 0
        self._closed = False
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._collect)
        self._thread = threading.Thread(target=self._serve, name="deepdesk-index", daemon=True)
        self._thread.start()

    @property
    def is_waiting(self) -> bool:
        """Whether an answer is outstanding."""
        return self._waiting > 0

    def ask(self, question: Question, then: Callable[[Any], None], *, lane: str = "") -> None:
        """Have `question` answered, then call `then` in the window's thread.

        Args:
            question: Called with the index in the worker's thread.
            then: Called with the answer.
            lane: Of several questions in one lane only the newest is answered; "" for all.
        """
        if self._closed:
            return
        asked = _Asked(question=question, then=then, lane=lane)
        if lane:
            self._newest[lane] = asked
        self._waiting += 1
        self._questions.put(asked)
        self._timer.start()

    def close(self, wait_s: float = 0.3) -> None:
        """Answer nothing more and end the thread."""
        if self._closed:
            return
        self._closed = True
        self._timer.stop()
        self._questions.put(None)
        self._thread.join(wait_s)

    def _serve(self) -> None:
        index: SampleIndex | None = None
        while (asked := self._questions.get()) is not None and not self._closed:
            try:
                index = self._open_index() if index is None else index
                if self._is_wanted(asked):
                    asked.value = asked.question(index)
            except Exception as error:  # noqa: BLE001 - it is shown in the window's thread
                asked.error = error
            self._answers.put(asked)
        if index is not None:
            index.close()

    def _is_wanted(self, asked: _Asked) -> bool:
        return not asked.lane or self._newest.get(asked.lane) is asked

    def _collect(self) -> None:
        while not self._answers.empty() and not self._closed:
            asked = self._answers.get_nowait()
            self._waiting -= 1
            if asked.error is not None:
                self.failed.emit(asked.error)
            elif self._is_wanted(asked):
                asked.then(asked.value)
        if self._waiting == 0:
            self._timer.stop()


def as_plain_error(error: Exception) -> DeepDeskError:
    """Return what can be shown to a person."""
    if isinstance(error, DeepDeskError):
        return error
    return DeepDeskError(f"Unexpected: {error!r}", "Open the project again; its files are intact.")
