"""A table of drawn answers in other words, after a person chose what counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import shiboken6
from PySide6.QtCore import QObject, QTimer

from deepdesk.core.answer_filter import EVERYTHING, AnswerFilter, drawn_words
from deepdesk.core.events import Ended, Result
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.data.answer_files import unpacked
from deepdesk.ui.desk import Desk
from deepdesk.ui.jobs import Job
from deepdesk.ui.tabs.inference.questions import Row
from deepdesk.ui.tabs.inference.table_page import TablePage

# A slider asks with every pixel.
CALM_MS = 150
_LOOKED_EVERY = 200


class Rewording(QObject):
    """Keeps the words of a table as the filter has them, also of rows that still come."""

    def __init__(self, desk: Desk, page: TablePage) -> None:
        super().__init__(page)
        self._desk = desk
        self._page = page
        self._kept = EVERYTHING
        # How many rows, from the first on, are told with the filter in use.
        self._told = 0
        self._job: Job | None = None
        self._is_asked_again = False
        self._calm = QTimer(self, singleShot=True, interval=CALM_MS)
        self._calm.timeout.connect(self._begin)

    def use(self, kept: AnswerFilter) -> None:
        """Tell all rows by another filter."""
        before, self._kept = self._kept, kept
        if (kept.hidden, kept.thresholds) != (before.hidden, before.thresholds):
            self._told = 0
            self._calm.start()

    def begin(self) -> None:
        """Begin with an empty table."""
        self._told = 0

    def follow(self) -> None:
        """Tell rows that just came by the filter in use."""
        if (self._kept.hidden or self._kept.thresholds) and not self._calm.isActive():
            self._calm.start()

    def _begin(self) -> None:
        if self._job is not None:
            self._is_asked_again = True
            self._job.stop()
            return
        first = self._told
        rows = tuple(self._page.rows.order.rows[first:])
        if not rows:
            return
        told: list[list[Row]] = []

        def take(event: object) -> None:
            if isinstance(event, Result):
                told.append(event.value)

        def ended(end: Ended) -> None:
            self._end(end, first, rows, told)

        work = rewording(rows, self._kept)
        self._job = self._desk.start(work, "inference", on_event=take, on_ended=ended, lowered=True)

    def _end(self, end: Ended, first: int, rows: Sequence[Row], told: list[list[Row]]) -> None:
        self._job = None
        if not shiboken6.isValid(self._page):
            return
        now = self._page.rows.order.rows
        is_same = first < len(now) and now[first] is rows[0]
        if told and is_same and not self._is_asked_again:
            self._page.rows.reword(first, told[0])
            self._told = first + len(rows)
        if end.error is not None and not end.report:
            self._desk.banner(end.error, "inference")
        if self._is_asked_again:
            self._is_asked_again = False
            self._begin()


def rewording(rows: Sequence[Row], kept: AnswerFilter) -> Work:
    """Return work whose `Result` holds the rows in the words of a filter."""

    def work(emit: EventSink, stop: StopToken) -> None:
        told = []
        for number, row in enumerate(rows):
            if number % _LOOKED_EVERY == 0:
                stop.check()
            words = drawn_words(unpacked(row.packed), kept) if row.packed else row.answer
            told.append(replace(row, answer=words))
        emit(Result(value=told))

    return work
