"""Questions that wait for a network, and the work that answers them. No Qt, no torch."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Result
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.ui.tabs.inference.models import Model
from deepdesk.ui.tabs.inference.networks import Networks
from deepdesk.ui.tabs.inference.questions import (
    PostponedError,
    Question,
    Refused,
    RowQuestion,
    SkipToken,
)

if TYPE_CHECKING:
    from deepdesk.core.task import TaskSpec


class Waiting:
    """Questions in the order in which they are answered; safe from every thread.

    What a person looks at comes first, and of that only the newest; then files that were
    dropped together; then the rows of a folder. Amid a long answer the first two kinds are tried
    as well, each once: a short one is answered there, another long one waits for its turn.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._newest: Question | None = None
        self._several: deque[Question] = deque()
        self._long: deque[Question] = deque()
        self._rows: deque[str] = deque()
        self._rows_model = Model(run="")
        self._table = 0
        self._under_way: dict[int, SkipToken] = {}
        self._skipped: set[int] = set()

    def __bool__(self) -> bool:
        with self._lock:
            return bool(self._newest or self._long or self._several or self._rows)

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
            self._long.clear()
            self._skipped.clear()
            self._several.clear()
            self._rows.clear()

    @contextmanager
    def under_way(self, question: Question | RowQuestion, stop: StopToken) -> Iterator[SkipToken]:
        """Yield what ends the work on this question alone, and with everything else."""
        token = SkipToken(stop)
        number = question.number if isinstance(question, Question) else None
        with self._lock:
            if number is not None:
                self._under_way[number] = token
                if number in self._skipped:
                    self._skipped.discard(number)
                    token.stop()
        try:
            yield token
        finally:
            with self._lock:
                if number is not None:
                    del self._under_way[number]

    def skip(self, number: int) -> None:
        """End the work on a question that is under way or was put back."""
        with self._lock:
            if number in self._under_way:
                self._under_way[number].stop()
            if any(question.number == number for question in self._long):
                self._skipped.add(number)

    def postpone(self, question: Question) -> None:
        """Answer this when nothing else is under way, for it is long."""
        with self._lock:
            self._long.append(question)

    def take(self) -> Question | RowQuestion | None:
        """Return what is to be answered next, None when nothing waits."""
        with self._lock:
            if self._newest is None and self._long:
                return self._long.popleft()
        question = self.take_beside()
        if question is not None:
            return question
        with self._lock:
            if self._rows:
                path = self._rows.popleft()
                return RowQuestion(path=path, model=self._rows_model, table=self._table)
            return None

    def take_beside(self) -> Question | None:
        """Return what is to be tried next amid a long answer, None when nothing is."""
        with self._lock:
            if self._newest is not None:
                question, self._newest = self._newest, None
                return question
            return self._several.popleft() if self._several else None


def answering(waiting: Waiting, networks: Networks, spec: TaskSpec) -> Work:
    """Return work that answers until nothing waits any more."""

    def work(emit: EventSink, stop: StopToken) -> None:
        reader = spec.reader()

        def answer(question: Question | RowQuestion, between: Callable[[], None]) -> None:
            stop.check()
            try:
                with waiting.under_way(question, stop) as token:
                    question.answer(networks, reader, emit, token, between)
            except DeepDeskError as error:
                waiting.clear()
                emit(Result(value=Refused(error=error)))

        def try_others() -> None:
            while (other := waiting.take_beside()) is not None:
                try:
                    answer(other, _postpone)
                except PostponedError:
                    waiting.postpone(other)

        while (question := waiting.take()) is not None:
            answer(question, try_others)

    return work


def _postpone() -> None:
    raise PostponedError
