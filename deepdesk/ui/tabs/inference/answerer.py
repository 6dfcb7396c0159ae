"""Answers in the background: one job at a time that lives as long as something waits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal

from deepdesk.core.events import Ended, Result
from deepdesk.ui.desk import Desk
from deepdesk.ui.jobs import Job
from deepdesk.ui.tabs.inference.models import Model
from deepdesk.ui.tabs.inference.networks import Loading, Networks
from deepdesk.ui.tabs.inference.questions import Answered, Question, Refused, Row
from deepdesk.ui.tabs.inference.waiting import Waiting, answering


class Answerer(QObject):
    """Keeps loaded networks between jobs, so that only the first answer waits for one.

    Args:
        networks: Made from the project unless given.

    Signals:
        answered: `Answered` of a single question.
        rows_answered: list of `Row`, at most one list a frame.
        loading: `Loading` when a network has to be loaded first.
        refused: `DeepDeskError` when it cannot be.
        idle: None, when nothing waits any more.
    """

    answered = Signal(object)
    rows_answered = Signal(object)
    loading = Signal(object)
    refused = Signal(object)
    idle = Signal(object)

    def __init__(self, desk: Desk, networks: Networks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._networks = networks
        self._waiting = Waiting()
        self._job: Job | None = None
        self._is_closed = False
        self._takers: Mapping[type[Any], Callable[[Any], object]] = {
            Answered: self.answered.emit,
            Loading: self.loading.emit,
            Refused: lambda refused: self.refused.emit(refused.error),
        }

    @property
    def is_busy(self) -> bool:
        """Whether a job is under way."""
        return self._job is not None

    def ask(self, question: Question) -> None:
        """Answer this before anything else that waits."""
        self._waiting.ask(question)
        self._begin()

    def ask_several(self, questions: Iterable[Question]) -> None:
        """Answer these in order."""
        self._waiting.ask_several(questions)
        self._begin()

    def ask_rows(self, paths: Sequence[str], model: Model) -> None:
        """Answer these files, in their order, instead of the rows that still wait."""
        self._waiting.ask_rows(paths, model)
        self._begin()

    def drop_rows(self) -> None:
        """Answer no more rows."""
        self._waiting.drop_rows()

    def skip(self, number: int) -> None:
        """Answer no more of this question; what was answered stands."""
        self._waiting.skip(number)

    def close(self) -> None:
        """Answer nothing more."""
        self._is_closed = True
        self._waiting.clear()
        if self._job is not None:
            self._job.stop()

    def _begin(self) -> None:
        if self._job is not None or self._is_closed:
            return
        work = answering(self._waiting, self._networks, self._desk.spec)
        self._job = self._desk.start(
            work, "inference", on_event=self._deliver, on_ended=self._finish
        )
        self._job.batch.connect(self._deliver_rows)

    def _deliver(self, event: object) -> None:
        if isinstance(event, Result) and type(event.value) in self._takers and not self._is_closed:
            self._takers[type(event.value)](event.value)

    def _deliver_rows(self, events: list[Any]) -> None:
        values = [event.value for event in events if isinstance(event, Result)]
        rows = [value for value in values if isinstance(value, Row)]
        if rows and not self._is_closed:
            self.rows_answered.emit(rows)

    def _finish(self, ended: Ended) -> None:
        self._job = None
        if self._is_closed:
            return
        if ended.error is not None:
            self._waiting.clear()
            if not ended.report:
                self.refused.emit(ended.error)
        if self._waiting:
            self._begin()
        else:
            self.idle.emit(None)
