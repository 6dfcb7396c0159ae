"""What the run under way has told, gathered from its events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from deepdesk.core.events import (
    Choices,
    Ended,
    EpochEnded,
    Progress,
    Retreated,
    RunEnded,
    RunStarted,
    Stepped,
)
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.training.history import RunHistory


class RunWatch(QObject):
    """Listens to the desk from the moment the tab is built.

    Attributes:
        history: Of the run under way, or of the last one.
        progress: What is prepared before the first step, None afterwards.
        status: How the last run ended, "" while one is under way or before any.
        best: Metrics of the best epoch so far.

    Signals:
        began: Folder name of the run, once its length is known.
        told: The event that was just taken in.
    """

    began = Signal(object)
    told = Signal(object)

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self.history = RunHistory()
        self.progress: Progress | None = None
        # What a run waits for that has begun, such as samples that are not decoded yet.
        self.waiting: Progress | None = None
        self._is_begun = False
        self.choices: Choices | None = None
        self.status = ""
        self.metrics: dict[str, float] = {}
        self.best: dict[str, float] = {}
        # How the run of `history` ended, kept while another one is only being prepared.
        self._earlier: str | None = None
        self._takers: dict[type[Any], Callable[[Any], None]] = {
            Progress: self._prepare,
            RunStarted: self._begin,
            Choices: self._choose,
            Stepped: self._step,
            EpochEnded: self._end_epoch,
            Retreated: self._go_back,
            RunEnded: self._end,
            Ended: self._leave,
        }
        desk.run_event.connect(self.take)

    def take(self, event: Any) -> None:
        """Take an event in and tell about it."""
        taker = self._takers.get(type(event))
        if taker is not None:
            taker(event)
            self.told.emit(event)

    @property
    def is_preparing(self) -> bool:
        """Whether a run was asked for and has not made a step."""
        return self.progress is not None

    @property
    def is_begun(self) -> bool:
        """Whether the run of `history` is the one under way, and not one that ended before."""
        return self._is_begun

    def _prepare(self, event: Progress) -> None:
        if self._is_begun:
            self.waiting = event
            return
        if self.progress is None:
            self._earlier = self.status
        self.progress = event
        self.status = ""

    def _begin(self, event: RunStarted) -> None:
        self.progress = None
        self.waiting = None
        self._is_begun = True
        self._earlier = None
        self.status = ""
        self.metrics = {}
        # A run that goes on keeps the curves that are on the screen.
        if event.run != self.history.run or not event.step:
            self.history = RunHistory()
            self.best = {}
        self.history.started(event)
        self.began.emit(event.run)

    def _step(self, event: Stepped) -> None:
        self.waiting = None
        self.history.stepped(event)

    def _end_epoch(self, event: EpochEnded) -> None:
        self.waiting = None
        self.history.epoch_ended(event)
        if event.is_best:
            self.best = dict(event.validation)

    def _go_back(self, event: Retreated) -> None:
        self.history.retreated(event)

    def _choose(self, event: Choices) -> None:
        self.choices = event

    def _end(self, event: RunEnded) -> None:
        self._is_begun = False
        if self._earlier is None:
            self.status = event.status
            self.metrics = dict(event.metrics)

    def _leave(self, event: Ended) -> None:
        self._is_begun = False
        self.progress = None
        if self._earlier is not None:
            # It never came to a step: what is on the screen is another run.
            self.status, self._earlier = self._earlier, None
        elif not self.status:
            self.status = "failed" if event.error else "stopped" if event.stopped else "finished"
