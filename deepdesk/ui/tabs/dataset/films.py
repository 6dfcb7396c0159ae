"""Films that are given to the Dataset tab: the dialog, the work, and undo."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Ended, Progress, Result
from deepdesk.core.payloads import Image
from deepdesk.ui.desk import Desk
from deepdesk.ui.jobs import Job

if TYPE_CHECKING:
    from deepdesk.data.film_intake import FilmReport
    from deepdesk.data.film_taking import Taking
    from deepdesk.ui.tabs.dataset.film_dialog import FilmDialog
    from deepdesk.ui.tabs.dataset.film_work import FilmOutline
    from deepdesk.ui.tabs.dataset.workspace import Workspace


class FilmDoor(QObject):
    """Opens the dialog for one film after the other, and does what it asks for.

    Attributes:
        dialog: The one that is open, or None.
    """

    def __init__(self, desk: Desk, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._desk = desk
        self._workspace = workspace
        self._job: Job | None = None
        self._waiting: list[Path] = []
        self.dialog: FilmDialog | None = None

    def divert(self, paths: Sequence[Path]) -> list[Path]:
        """Ask about the films among files, and return what is none."""
        from deepdesk.ui.video.film import is_film

        if self._desk.spec.takes is not Image:
            return list(paths)
        films = [path for path in paths if is_film(path) and path.is_file()]
        if films:
            try:
                self._desk.project.check_writable()
            except DeepDeskError as error:
                self._desk.banner(error, "dataset")
                films.clear()
            self._waiting += films
            self._next()
        return [path for path in paths if not (is_film(path) and path.is_file())]

    def close_work(self) -> None:
        """Take nothing more."""
        self._waiting.clear()
        if self._job is not None:
            self._job.stop()
        if self.dialog is not None:
            self.dialog.close_work()

    def _next(self) -> None:
        from deepdesk.ui.tabs.dataset.film_dialog import FilmDialog

        if self.dialog is not None or not self._waiting:
            return
        film = self._waiting.pop(0)
        dialog = FilmDialog(self._workspace.window(), film)
        dialog.take_asked.connect(lambda outline, settings: self._take(film, outline, settings))
        dialog.stop_asked.connect(lambda _none: self._stop())
        dialog.finished.connect(lambda _code: self._forget())
        self.dialog = dialog
        dialog.open()

    def _forget(self) -> None:
        self.dialog = None
        self._next()

    def _stop(self) -> None:
        if self._job is not None:
            self._job.stop()

    def _take(self, film: Path, outline: FilmOutline, settings: Taking) -> None:
        from deepdesk.ui.tabs.dataset.film_work import taking_work

        self._job = self._desk.start(
            taking_work(self._desk.project.path, film, outline, settings),
            "dataset",
            on_event=self._hear,
            on_ended=self._end,
        )

    def _hear(self, event: object) -> None:
        if isinstance(event, Progress) and self.dialog is not None:
            self.dialog.show_progress(event)
        elif isinstance(event, Result):
            self._tell(event.value)

    def _tell(self, report: FilmReport) -> None:
        from deepdesk.data.film_intake import undo_taking

        if len(report.added):
            self._workspace.edits.note(report.sentence, lambda index: undo_taking(index, report))
        else:
            self._desk.say(report.sentence)

    def _end(self, ended: Ended) -> None:
        self._job = None
        if self.dialog is not None:
            self.dialog.finish()
        self._desk.refresh_samples()
        if ended.stopped:
            self._desk.say("Stopped; no picture of the film was kept")
        elif ended.error is not None and not ended.report:
            self._workspace.intake.failed.emit(ended.error)
        self._workspace.intake.check()
