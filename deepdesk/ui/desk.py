"""The desk: what every tab is given, and the only way from one part of the window to another.

Tabs call methods here and listen to the signals; they never know of each other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from deepdesk.core.errors import DeepDeskError, PackageError
from deepdesk.core.events import Ended, Said
from deepdesk.core.work import Work
from deepdesk.ui.jobs import FRAME_MS, Job
from deepdesk.ui.session import Store
from deepdesk.ui.training_control import TrainingControl
from deepdesk.ui.undo import ChangeCommand

if TYPE_CHECKING:
    from deepdesk.core.task import TaskSpec
    from deepdesk.project.folder import Project
    from deepdesk.project.index import Change, SampleIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A line for the footer; `undo` offers to take the last change back."""

    text: str
    undo: bool = False
    level: str = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something the world refused, for the banner of the tab that asked.

    Attributes:
        where: Key of the tab, or "welcome" or "window".
    """

    error: DeepDeskError
    where: str


class Desk(QObject):
    """The open project, the session, the jobs under way and the undo stack.

    Signals:
        project_opened: The `Project` that is open now.
        project_closed: Path of the project that was open.
        samples_changed: Revision of the sample index, int.
        run_event: Every event of a training, as it comes.
        runs_changed: Folder name of the run that began, ended, or was edited; "" for several.
        data_dropped: list[Path] dropped on a tab that hands them on to the data.
        labelling_asked: Number of the sample that is to be drawn on.
        said: `Note` for the footer.
        troubled: `Trouble` for a banner.
        tried_again: Tab whose trouble is over: what its banner tells of is being tried again.
        bug_found: Report of an error of ours, str.
        package_failed: `Ended` of a job in which a package of others did not load.
        jobs_changed: Number of jobs under way, int.
    """

    project_opened = Signal(object)
    project_closed = Signal(object)
    samples_changed = Signal(object)
    run_event = Signal(object)
    runs_changed = Signal(object)
    data_dropped = Signal(object)
    labelling_asked = Signal(object)
    said = Signal(object)
    troubled = Signal(object)
    tried_again = Signal(object)
    bug_found = Signal(object)
    package_failed = Signal(object)
    jobs_changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.store = Store(self)
        self.undo = QUndoStack(self)
        self.training = TrainingControl(self)
        self.jobs: list[Job] = []
        self._index: SampleIndex | None = None

    @property
    def project(self) -> Project:
        """The open project; tabs are only shown while there is one."""
        project = self.store.session.project
        assert project is not None, "no project is open"
        return project

    @property
    def spec(self) -> TaskSpec:
        """The card of the open project's task."""
        from deepdesk.tasks import all_tasks

        return all_tasks()[self.project.file.task]

    @property
    def index(self) -> SampleIndex:
        """The connection of the window's thread to the samples of the open project."""
        if self._index is None:
            self._index = self.project.index()
        return self._index

    def show_project(self, project: Project, *, revision: int | None = None) -> None:
        """Make an opened project the one on the desk; the one before is closed.

        Args:
            revision: Of its samples, asked from the index if it is not given.
        """
        self.close_project()
        known = project_revision(project) if revision is None else revision
        self.store.update(project=project, tab="dataset", revision=known, run="")
        self.project_opened.emit(project)

    def close_project(self) -> None:
        """Leave the open project, if any; the jobs on it are asked to stop."""
        project = self.store.session.project
        if project is None:
            return
        self.stop_all()
        self.undo.clear()
        if self._index is not None:
            self._index.close()
            self._index = None
        self.store.update(project=None, revision=0, run="")
        project.close()
        self.project_closed.emit(project.path)

    def say(self, text: str, *, undo: bool = False, level: str = "info") -> None:
        """Show a line in the footer, with Undo when the last change can be taken back."""
        self.said.emit(Note(text=text, undo=undo, level=level))

    def banner(self, error: DeepDeskError, where: str) -> None:
        """Show what went wrong and the remedy in the tab `where`."""
        self.troubled.emit(Trouble(error=error, where=where))

    def record(self, change: Change, text: str) -> None:
        """Take a change that was just made to the samples into the undo stack, and say it."""
        self.undo.push(
            ChangeCommand(
                self.index,
                change,
                text,
                changed=self.refresh_samples,
                failed=lambda error: self.banner(error, "dataset"),
            )
        )
        self.refresh_samples()
        self.say(text, undo=True)

    def label(self, sample_id: int) -> None:
        """Bring the data to the front, with a sample to be drawn on."""
        self.store.update(tab="dataset")
        self.labelling_asked.emit(sample_id)

    def refresh_samples(self) -> None:
        """Tell everyone that the samples differ, if they do."""
        if self.store.session.project is None:
            return
        revision = self.index.revision()
        if revision != self.store.session.revision:
            self.store.update(revision=revision)
            self.samples_changed.emit(revision)

    def start(
        self,
        work: Work,
        what: str,
        *,
        on_event: Callable[[Any], None] | None = None,
        on_ended: Callable[[Ended], None] | None = None,
        lowered: bool = False,
        frame_ms: int = FRAME_MS,
    ) -> Job:
        """Run `work` in the background and return its job.

        Args:
            work: Plain work; it may import torch, in its own thread.
            what: Key of the tab that asked: thread name, and where an error shows.
            on_event: Called in the window's thread for each event but the last.
            on_ended: Called last. Without it, an error becomes a banner.
            lowered: Give the window room, for work of more than a moment.
            frame_ms: How often events are delivered, after the first moment.
        """
        job = Job(work, what, lowered=lowered, frame_ms=frame_ms, parent=self)
        job.batch.connect(lambda events: self._deliver(events, on_event))
        job.ended.connect(lambda ended: self._finish(job, ended, on_ended))
        self.jobs.append(job)
        self.jobs_changed.emit(len(self.jobs))
        return job.start()

    def stop_all(self) -> None:
        """Ask every job to end."""
        for job in self.jobs:
            job.stop()

    def report_bug(self, report: str) -> None:
        """Show the report of an error of ours; the session goes on."""
        self.bug_found.emit(report)

    def _deliver(self, events: list[Any], on_event: Callable[[Any], None] | None) -> None:
        for event in events:
            if isinstance(event, Ended):
                continue
            if isinstance(event, Said):
                self.say(event.text, level=event.level)
            if on_event is not None:
                on_event(event)

    def _finish(self, job: Job, ended: Ended, on_ended: Callable[[Ended], None] | None) -> None:
        self.jobs.remove(job)
        job.deleteLater()
        try:
            if isinstance(ended.error, PackageError):
                self.package_failed.emit(ended)
            elif ended.report:
                self.report_bug(ended.report)
            if on_ended is not None:
                on_ended(ended)
            elif ended.error is not None and not ended.report:
                self.banner(ended.error, job.what)
        finally:
            self.jobs_changed.emit(len(self.jobs))


def project_revision(project: Project) -> int:
    """Return the revision of a project's samples now."""
    with project.index() as index:
        return int(index.revision())
