"""Measures in the background how long the network takes here, while nobody needs the machine."""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import QObject, QTimer

from deepdesk.core.events import Ended, Progress
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.architecture.background import Background
from deepdesk.ui.tabs.architecture.drawing import Drawing
from deepdesk.ui.tabs.architecture.middle import Middle
from deepdesk.ui.tabs.architecture.network import Network

CALM_MS = 1_500
_KIND = "time"


class Stopwatch(QObject):
    """Waits until edits have calmed down and nothing trains; then measures, and shows it.

    Args:
        network: Tells of drawings.
        middle: Shows them.
    """

    def __init__(self, desk: Desk, network: Network, middle: Middle) -> None:
        super().__init__(middle)
        self._desk = desk
        self._network = network
        self._middle = middle
        self._jobs = Background(desk, self)
        self._calm = QTimer(self, singleShot=True, interval=CALM_MS)
        self._calm.timeout.connect(self.measure)
        network.sketched.connect(self._wait)
        network.drawn.connect(self._wait)
        desk.runs_changed.connect(self._wait)
        desk.jobs_changed.connect(self._give_way)
        desk.project_closed.connect(self._stop)

    def measure(self) -> None:
        """Measure what is not known yet of the network in sight, unless a run needs the machine."""
        drawing = self._network.drawing
        session = self._desk.store.session
        if drawing is None or session.project is None or not self._middle.isVisible():
            return
        if session.phase == "idle" and drawing.is_counted and not drawing.problems:
            work = _measuring_work(drawing, self._desk)
            self._jobs.ask(_KIND, work, lambda better: self._take(drawing, better), _hear_end)

    def _take(self, before: Drawing, better: Drawing) -> None:
        """Show what was measured, if it is still this network that is in sight."""
        now = self._network.drawing
        if now is None or now.graph != before.graph or now.survey is not before.survey:
            return
        shown = dataclasses.replace(
            now,
            cards=better.cards,
            total=better.total,
            forecast=better.forecast,
            outcome=better.outcome,
        )
        self._network.drawing = shown
        self._middle.show_drawing(shown)

    def _wait(self, _news: object) -> None:
        self._jobs.forget(_KIND)
        self._calm.start()

    def _give_way(self, _count: object) -> None:
        """Leave the machine to a run that begins."""
        if self._desk.store.session.phase != "idle":
            self._jobs.forget(_KIND)

    def _stop(self, _path: object) -> None:
        self._calm.stop()
        self._jobs.forget_all()


def _measuring_work(drawing: Drawing, desk: Desk) -> Work:
    project = desk.project

    def work(emit: EventSink, stop: StopToken) -> None:
        emit(Progress(what="Measuring this machine"))
        from deepdesk.ui.tabs.architecture.foretelling import foretelling_work

        foretelling_work(drawing, project)(emit, stop)

    return work


def _hear_end(_ended: Ended) -> None:
    """Times that could not be measured stay estimates; a bug was reported already."""
