"""Opening, making and leaving projects from the window; the disk is read in jobs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from deepdesk.core.errors import DeepDeskError, ProjectError
from deepdesk.core.events import Ended, Progress, Result
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.ui.dialogs import NewProject, NewProjectDialog
from deepdesk.ui.drops import is_project, project_among
from deepdesk.ui.places import projects_folder

if TYPE_CHECKING:
    from deepdesk.core.task import TaskSpec
    from deepdesk.ui.desk import Desk
    from deepdesk.ui.project_works import Opened


# The list of recent projects follows what happens, but not every single change of a sample.
KEEP_MS = 1500


class Projects(QObject):
    """What the welcome page, the menu and drops ask for.

    Signals:
        opened: `Opened`, after the project is on the desk.
        sample_made: Path of a sample project that is ready to be opened.
        data_given: list[Path] to import into the project that was just made.
    """

    opened = Signal(object)
    sample_made = Signal(object)
    data_given = Signal(object)

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window)
        self._desk = desk
        self._window = window
        self._keeper = QTimer(self)
        self._keeper.setSingleShot(True)
        self._keeper.setInterval(KEEP_MS)
        self._keeper.timeout.connect(self._keep)
        desk.samples_changed.connect(self._keep_soon)
        desk.training.ended.connect(self._keep_soon)
        desk.project_closed.connect(lambda _path: self._keeper.stop())

    def open(self, path: Path, *, then: Callable[[], None] | None = None) -> None:
        """Open the project at `path`; the one before stays open if that fails.

        Args:
            then: Called once the project is on the desk.
        """
        if self._keeps_training(path):
            return

        def work(emit: EventSink, stop: StopToken) -> None:
            from deepdesk.ui.project_works import opening

            opening(path)(emit, stop)

        self._open_with(work, then)

    def create(self, wanted: NewProject, *, then: Callable[[], None] | None = None) -> None:
        """Make a project and put it on the desk."""

        def work(emit: EventSink, stop: StopToken) -> None:
            from deepdesk.ui.project_works import creating

            creating(wanted.path, name=wanted.name, task=wanted.task)(emit, stop)

        self._open_with(work, then)

    def ask_open(self) -> None:
        """Let the person pick a project folder."""
        folder = projects_folder()
        start = str(folder if folder.is_dir() else Path.home())
        chosen = QFileDialog.getExistingDirectory(self._window, "Open project", start)
        if chosen:
            self.open_chosen(Path(chosen))

    def open_chosen(self, path: Path) -> None:
        """Open a picked folder, or say why that is no project."""
        if is_project(path):
            self.open(path)
            return
        error = ProjectError(
            f"{path.name} is no DeepDesk project.",
            "Projects end in .deepdesk; drop other folders here to make a project of them.",
        )
        self._desk.banner(error, "welcome")

    def ask_data(self, spec: TaskSpec) -> None:
        """Let the person pick a folder of data for a task, then name the project."""
        chosen = QFileDialog.getExistingDirectory(self._window, f"Data for {spec.title.lower()}")
        if chosen:
            self.ask_new([Path(chosen)], task=spec.key)

    def take_drop(self, paths: list[Path]) -> None:
        """Open a dropped project, or make one from dropped data."""
        project = project_among(paths)
        if project is not None:
            self.open(project)
            return

        def ask(key: str) -> None:
            self.ask_new(paths, task=key)

        self._find_task(paths, ask)

    def _find_task(self, paths: list[Path], then: Callable[[str], None]) -> None:
        """Tell `then` the task whose files these are, "" for none."""
        found: list[str] = []

        def work(emit: EventSink, _stop: StopToken) -> None:
            from deepdesk.tasks import all_tasks
            from deepdesk.ui.project_works import task_for

            emit(Result(value=task_for(paths, all_tasks())))

        self._desk.start(
            work,
            "welcome",
            on_event=lambda event: found.append(event.value),
            on_ended=lambda _ended: then(found[0] if found else ""),
        )

    def _suggest(self, dialog: NewProjectDialog, paths: list[Path]) -> None:
        """Preselect the task that the data fit, while the dialog is open."""

        def suggest(key: str) -> None:
            if shiboken6.isValid(dialog):
                dialog.suggest_task(key)

        self._find_task(paths, suggest)

    def ask_new(self, sources: list[Path], *, task: str = "") -> NewProjectDialog:
        """Open the dialog for a new project and return it."""
        from deepdesk.tasks import all_tasks

        dialog = NewProjectDialog(self._window, all_tasks().values(), task=task, sources=sources)
        dialog.accepted.connect(lambda: self._make(dialog.value()))
        dialog.data_chosen.connect(lambda paths: self._suggest(dialog, paths))
        dialog.open()
        return dialog

    def make_sample(self, spec: TaskSpec, *, opens: bool) -> None:
        """Make the sample project of a task, and open it if wanted."""

        def work(emit: EventSink, stop: StopToken) -> None:
            from deepdesk.ui.project_works import sample_making

            sample_making(spec, projects_folder())(emit, stop)

        def take(event: object) -> None:
            if isinstance(event, Progress):
                self._desk.say(f"Making the sample project: {event.what.lower()}")
            elif isinstance(event, Result) and isinstance(event.value, Path):
                self._desk.say(f"The sample project {spec.sample_name} is ready.")
                self.sample_made.emit(event.value)
                if opens:
                    self.open(event.value)

        self._desk.start(work, "welcome", on_event=take, lowered=not opens)

    def _make(self, wanted: NewProject) -> None:
        sources = list(wanted.sources)
        drop = (lambda: self.data_given.emit(sources)) if sources else None
        self.create(wanted, then=drop)

    def _open_with(self, work: Work, then: Callable[[], None] | None) -> None:
        found: list[Opened] = []

        def ended(end: Ended) -> None:
            if end.error is not None and not end.report:
                self._desk.banner(end.error, "welcome")
            if not found:
                return
            self._desk.show_project(found[0].project, revision=found[0].revision)
            self.opened.emit(found[0])
            if then is not None:
                then()

        self._desk.start(
            work, "welcome", on_event=lambda event: found.append(event.value), on_ended=ended
        )

    def _keep_soon(self, _told: object) -> None:
        if self._desk.store.session.project is not None:
            self._keeper.start()

    def _keep(self) -> None:
        if self._desk.store.session.project is None:
            return
        project = self._desk.project

        def work(_emit: EventSink, _stop: StopToken) -> None:
            from deepdesk.ui.project_works import keep_in_recent

            keep_in_recent(project)

        self._desk.start(work, "welcome")

    def _keeps_training(self, path: Path) -> bool:
        if not self._desk.training.is_busy:
            return False
        error = DeepDeskError(
            f"A run is under way, so {path.stem} was not opened.", "Stop the run first."
        )
        self._desk.banner(error, "training")
        return True
