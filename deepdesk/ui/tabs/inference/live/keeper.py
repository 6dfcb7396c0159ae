"""Keeps what a person sets while they listen: soon after the last touch, and before a close."""

from __future__ import annotations

from queue import SimpleQueue
from typing import TYPE_CHECKING

from deepdesk.core.events import Ended
from deepdesk.ui.tabs.inference.live.keeping import keeping_tuning
from deepdesk.ui.tabs.inference.live.recogniser import Tuning

if TYPE_CHECKING:
    from deepdesk.ui.desk import Desk
    from deepdesk.ui.jobs import Job


class Keeper:
    """One run's tunings on their way to its folder.

    What is not written yet is a job: closing the window, or the project, asks jobs to end and waits
    for them, and this one writes when it is asked to.
    """

    def __init__(self, desk: Desk, run: str) -> None:
        self._desk = desk
        self._project = desk.project
        self._run = run
        self._tunings: SimpleQueue[Tuning] = SimpleQueue()
        self._job: Job | None = None

    def keep(self, tuning: Tuning) -> None:
        """Keep this instead of what was to be kept before."""
        self._tunings.put(tuning)
        if self._job is None:
            work = keeping_tuning(self._project, self._run, self._tunings)
            self._job = self._desk.start(work, "inference", on_ended=self._finish)

    def finish(self) -> None:
        """Wait for no further touch."""
        if self._job is not None:
            self._job.stop()

    def _finish(self, ended: Ended) -> None:
        self._job = None
        if ended.error is not None:
            if not ended.report:
                self._desk.banner(ended.error, "inference")
        elif not self._tunings.empty():
            # It came when the work had just made up its mind.
            self.keep(self._tunings.get())
