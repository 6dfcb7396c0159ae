"""What came of computing once on each device, as rows: on the welcome page and in a dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from deepdesk.core.events import Ended, Result
from deepdesk.core.work import EventSink, StopToken
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.emptying import empty
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.status_dot import StatusDot

if TYPE_CHECKING:
    from deepdesk.engine.device_check import DeviceCheck
    from deepdesk.ui.desk import Desk
    from deepdesk.ui.jobs import Job

TRYING = "Each device computes once, forward and backward..."


class CheckedDevices(QWidget):
    """A row per device; until they are known, one that says what is going on."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._job: Job | None = None
        self.rows: list[str] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(metrics.XS)
        self._show([("working", TRYING)])

    def start(self) -> None:
        """Try the devices, in a job and a process of their own."""
        self._job = self._desk.start(
            _trying, "devices", on_event=self._take, on_ended=self._finish, lowered=True
        )

    def stop(self) -> None:
        """Try no more."""
        if self._job is not None:
            self._job.stop()

    def show_checks(self, checks: tuple[DeviceCheck, ...]) -> None:
        """Show what came of each."""
        self._show([("ready" if check.works else "look", check.words()) for check in checks])

    def _take(self, event: Any) -> None:
        if isinstance(event, Result) and shiboken6.isValid(self):
            self.show_checks(event.value)

    def _finish(self, ended: Ended) -> None:
        self._job = None
        if ended.error is not None and shiboken6.isValid(self):
            self._show([("wrong", str(ended.error))])

    def _show(self, rows: list[tuple[str, str]]) -> None:
        empty(self._column)
        self.rows = [words for _state, words in rows]
        for state, words in rows:
            self._column.addWidget(_row(state, words))


def _row(state: str, words: str) -> QWidget:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(metrics.S)
    dot = StatusDot(state)
    column = QVBoxLayout()
    # The dot belongs to the first line, however many there are.
    column.setContentsMargins(0, metrics.XS, 0, 0)
    column.addWidget(dot)
    column.addStretch(1)
    line.addLayout(column)
    line.addWidget(Label(words, kind="hint", wraps=True), 1, Qt.AlignmentFlag.AlignTop)
    return row


def _trying(emit: EventSink, stop: StopToken) -> None:
    from deepdesk.engine.device_check import checking

    checking(emit, stop)
