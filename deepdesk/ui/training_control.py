"""Starts, pauses, resumes and stops a run; the session's phase follows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Ended, RunEnded, RunStarted, Saved
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.ui.checkpoint_note import CheckpointNote
from deepdesk.ui.run_names import spoken

if TYPE_CHECKING:
    from deepdesk.core.task import TaskSpec
    from deepdesk.engine.request import RunRequest
    from deepdesk.project.folder import Project
    from deepdesk.ui.desk import Desk
    from deepdesk.ui.jobs import Job

ENDINGS = {
    "finished": "{run} is finished.",
    "stopped": "{run} was stopped. Its best weights are kept.",
    "failed": "{run} failed.",
}


def training_of(project: Project, spec: TaskSpec, request: RunRequest) -> Work:
    """Return the work of a new run; torch is imported in the job's own thread, if at all."""

    def work(emit: EventSink, stop: StopToken) -> None:
        from deepdesk.engine.separate import work_where_wanted

        work_where_wanted(project, spec, request)(emit, stop)

    return work


def resuming_of(project: Project, spec: TaskSpec, run: str) -> Work:
    """Return the work that takes a run up where it stopped."""

    def work(emit: EventSink, stop: StopToken) -> None:
        from deepdesk.engine.separate import work_where_wanted

        work_where_wanted(project, spec, run)(emit, stop)

    return work


class TrainingControl(QObject):
    """One run at a time, for the open project.

    Signals:
        ended: The `Ended` of a run, after the phase is idle again.
    """

    ended = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._job: Job | None = None
        self._how: RunEnded | None = None
        self._is_one = True
        self._checkpoint = CheckpointNote(desk)

    @property
    def is_busy(self) -> bool:
        """Whether a run is under way, paused or not."""
        return self._job is not None

    def train(self, request: RunRequest) -> bool:
        """Start a new run of the open project; return False where one is under way."""
        return self._begin(training_of(self._desk.project, self._desk.spec, request), "")

    def continue_run(self, run: str) -> bool:
        """Take an interrupted or stopped run up again; return False where one is under way."""
        return self._begin(resuming_of(self._desk.project, self._desk.spec, run), run)

    def train_many(self, work: Work) -> bool:
        """Start work that trains several runs and tells itself how it ended."""
        return self._begin(work, "", is_one=False)

    def pause(self) -> None:
        """Hold the run at its next step."""
        if self._job is not None and self._phase == "running":
            self._job.pause()
            self._set_phase("paused")

    def resume(self) -> None:
        """Let a paused run go on."""
        if self._job is not None and self._phase == "paused":
            self._job.go_on()
            self._set_phase("running")

    def stop_and_keep(self) -> None:
        """Ask the run to end; its best weights so far are kept."""
        if self._job is not None and self._phase != "stopping":
            self._set_phase("stopping")
            self._job.stop()

    @property
    def _phase(self) -> str:
        return self._desk.store.session.phase

    def _set_phase(self, phase: str) -> None:
        self._desk.store.update(phase=phase)

    def _begin(self, work: Work, run: str, *, is_one: bool = True) -> bool:
        if self._job is not None:
            self._desk.say("One run is under way; it has to end first.", level="warning")
            return False
        if self._desk.project.read_only:
            error = DeepDeskError(
                f"This project is open in another window ({self._desk.project.owner}).",
                "Close it there to train here.",
            )
            self._desk.banner(error, "training")
            return False
        self._how = None
        self._is_one = is_one
        self._desk.store.update(phase="running", run=run)
        self._job = self._desk.start(
            work, "training", on_event=self._forward, on_ended=self._finish, lowered=True
        )
        return True

    def _forward(self, event: Any) -> None:
        if isinstance(event, RunStarted):
            self._desk.store.update(run=event.run)
            self._desk.runs_changed.emit(event.run)
        elif isinstance(event, RunEnded):
            self._how = event
        elif isinstance(event, Saved):
            self._checkpoint.saved()
        self._desk.run_event.emit(event)

    def _finish(self, ended: Ended) -> None:
        run = self._desk.store.session.run
        self._job = None
        self._checkpoint.stop()
        self._set_phase("idle")
        self._desk.run_event.emit(ended)
        if run and self._desk.store.session.project is not None:
            self._desk.runs_changed.emit(run)
        if ended.error is not None and not ended.report:
            self._desk.banner(ended.error, "training")
        elif run and self._is_one:
            self._desk.say(ENDINGS[self._status(ended)].format(run=spoken(run)))
        self.ended.emit(ended)

    def _status(self, ended: Ended) -> str:
        """Return how the run ended: as it said itself, else as its work did."""
        if self._how is not None:
            return self._how.status
        if ended.error is not None:
            return "failed"
        return "stopped" if ended.stopped else "finished"
