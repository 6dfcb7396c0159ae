"""What the window asks for in the background: the runs, a look into one, and a sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Ended, Result
from deepdesk.core.task import TaskSpec
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.project.runs import RunInfo
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.architecture.background import Background

if TYPE_CHECKING:
    from deepdesk.insight.report import Inside
    from deepdesk.project.folder import Project


def runs_work(project: Project) -> Work:
    """Return work whose result is a tuple of `RunInfo`: runs with weights, newest first."""

    def work(emit: EventSink, stop: StopToken) -> None:
        found = []
        for info in project.runs.list():
            stop.check()
            if project.runs.get(info.name).checkpoints.latest() is not None:
                found.append(info)
        emit(Result(value=tuple(found)))

    return work


def looking_work(
    project: Project, spec: TaskSpec, run: str, sample: int | None, which: str
) -> Work:
    """Return work whose result is an `Inside`; it loads torch in its own thread."""

    def work(emit: EventSink, stop: StopToken) -> None:
        from deepdesk.insight.inside import inside_work

        inside_work(project, spec, run, sample, which)(emit, stop)

    return work


def sample_looking_work(
    project: Project, spec: TaskSpec, run: str, sample: int, which: str
) -> Work:
    """Return work whose result is a `SampleInside`."""

    def work(emit: EventSink, stop: StopToken) -> None:
        from deepdesk.insight.inside import sample_work

        sample_work(project, spec, run, sample, which)(emit, stop)

    return work


class Looker(QObject):
    """Asks, and tells what came; of each kind only the newest is heard.

    Attributes:
        run: Folder name of the run that is looked into, "" for none.
        which: "best" or "latest".
        sample: Number of the sample that was asked for, None for any.
        inside: The last look that came, None before the first.

    Signals:
        runs_came: Tuple of `RunInfo`.
        began: None, when a look begins.
        looked: `Inside`.
        sample_came: `SampleInside`.
        failed: `DeepDeskError`.
    """

    runs_came = Signal(object)
    began = Signal(object)
    looked = Signal(object)
    sample_came = Signal(object)
    failed = Signal(object)

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._project = desk.project
        self._spec = desk.spec
        self._jobs = Background(desk, self)
        self.run = ""
        self.which = "best"
        self.sample: int | None = None
        self.inside: Inside | None = None

    def list_runs(self) -> None:
        """Ask which runs can be looked into."""
        self._jobs.ask("runs", runs_work(self._project), self._take_runs, self._hear_end)

    def look(self, run: str = "", which: str = "") -> None:
        """Look into a run, or into the same one again."""
        if run and run != self.run:
            self.sample = None
        self.run, self.which = run or self.run, which or self.which
        if not self.run:
            return
        self.began.emit(None)
        self._jobs.forget("sample")
        work = looking_work(self._project, self._spec, self.run, self.sample, self.which)
        self._jobs.ask("inside", work, self._take_inside, self._hear_end)

    def look_at(self, sample: int) -> None:
        """Ask what the blocks say of another sample."""
        self.sample = sample
        work = sample_looking_work(self._project, self._spec, self.run, sample, self.which)
        self._jobs.ask("sample", work, self.sample_came.emit, self._hear_end)

    def stop(self) -> None:
        """End all work."""
        self._jobs.forget_all()

    def _take_runs(self, runs: tuple[RunInfo, ...]) -> None:
        self.runs_came.emit(runs)

    def _take_inside(self, inside: Any) -> None:
        self.inside = inside
        self.looked.emit(inside)

    def _hear_end(self, ended: Ended) -> None:
        if ended.error is not None:
            error = ended.error
            if ended.report:
                error = DeepDeskError(
                    "The look inside failed.", "Try again, or choose another run."
                )
            self.failed.emit(error)
