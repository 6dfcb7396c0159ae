"""Questions that wait for a network, and the work that answers them. No Qt, no torch."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Result
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.ui.tabs.inference.models import Model
from deepdesk.ui.tabs.inference.networks import Networks
from deepdesk.ui.tabs.inference.questions import Question, Refused, RowQuestion, SkipToken

if TYPE_CHECKING:
    from deepdesk.core.task import TaskSpec


class Waiting:
    """Questions in the order in which they are answered; safe from every thread.

    What a person looks at comes first, and of that only the newest; then files that were
    dropped together; then the rows of a folder.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._newest: Question | None = None
        self._several: deque[Question] = deque()
        self._rows: deque[str] = deque()
        self._rows_model = Model(run="")
        self._table = 0
        self._current: tuple[int, SkipToken] | None = None

    def __bool__(self) -> bool:
        with self._lock:
            return bool(self._newest or self._several or self._rows)

    def ask(self, question: Question) -> None:
        """Answer this next, instead of any other that a person no longer looks at."""
        with self._lock:
            self._newest = question

    def ask_several(self, questions: Iterable[Question]) -> None:
        """Answer all of these, in order."""
        with self._lock:
            self._several.extend(questions)

    def ask_rows(self, paths: Iterable[str], model: Model) -> None:
        """Answer these files instead of the rows that still wait."""
        with self._lock:
            self._rows = deque(paths)
            self._rows_model = model
            self._table += 1

    def drop_rows(self) -> None:
        """Let the waiting rows go."""
        with self._lock:
            self._rows.clear()

    def clear(self) -> None:
        """Let everything go."""
        with self._lock:
            self._newest = None
            self._several.clear()
            self._rows.clear()

    def begin(self, question: Question | RowQuestion, stop: StopToken) -> SkipToken:
        """Return what ends the work on this question alone, and with everything else."""
        token = SkipToken(stop)
        with self._lock:
            self._current = (question.number, token) if isinstance(question, Question) else None
        return token

    def skip(self, number: int) -> None:
        """End the work on a question if it is under way."""
        with self._lock:
            if self._current is not None and self._current[0] == number:
                self._current[1].stop()

    def take(self) -> Question | RowQuestion | None:
        """Return what is to be answered next, None when nothing waits."""
        with self._lock:
            if self._newest is not None:
                question, self._newest = self._newest, None
                return question
            if self._several:
                return self._several.popleft()
            if self._rows:
                path = self._rows.popleft()
                return RowQuestion(path=path, model=self._rows_model, table=self._table)
            return None


def answering(waiting: Waiting, networks: Networks, spec: TaskSpec) -> Work:
    """Return work that answers until nothing waits any more."""

    def work(emit: EventSink, stop: StopToken) -> None:
        reader = spec.reader()
        while (question := waiting.take()) is not None:
            stop.check()
            try:
                question.answer(networks, reader, emit, waiting.begin(question, stop))
            except DeepDeskError as error:
                waiting.clear()
                emit(Result(value=Refused(error=error)))

    return work
