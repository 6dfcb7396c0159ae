"""Cutting long recordings from the Dataset tab: the dialog, the work, and undo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from deepdesk.core.events import Ended, Progress, Result
from deepdesk.project.index import Sample
from deepdesk.ui.desk import Desk
from deepdesk.ui.jobs import Job

if TYPE_CHECKING:
    from deepdesk.data.cutting import Cutting
    from deepdesk.data.cutting_work import CutReport
    from deepdesk.ui.tabs.dataset.cut_dialog import CutDialog
    from deepdesk.ui.tabs.dataset.workspace import Workspace


class CuttingDoor(QObject):
    """Opens the dialog for the long recordings of a project and does what it asks for.

    Attributes:
        dialog: The one that is open, or None.
    """

    def __init__(self, desk: Desk, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._desk = desk
        self._workspace = workspace
        self._job: Job | None = None
        self.dialog: CutDialog | None = None

    def open(self) -> None:
        """Look for long recordings, then show the dialog."""
        from deepdesk.data.sound_files import LONG_S

        self._workspace.worker.ask(
            lambda index: index.samples(index.longer_than(LONG_S)), self._show, lane="long"
        )

    def close_work(self) -> None:
        """Stop cutting; what is cut whole stays."""
        if self._job is not None:
            self._job.stop()
        if self.dialog is not None:
            self.dialog.close_work()

    def _show(self, samples: Sequence[Sample]) -> None:
        from deepdesk.ui.tabs.dataset.cut_dialog import CutDialog

        if not samples or self.dialog is not None:
            return
        dialog = CutDialog(self._workspace.window(), samples)
        dialog.cut_asked.connect(lambda settings: self._cut(samples, settings))
        dialog.stop_asked.connect(lambda _none: self._stop())
        dialog.finished.connect(lambda _code: self._forget())
        self.dialog = dialog
        dialog.open()

    def _forget(self) -> None:
        self.dialog = None

    def _stop(self) -> None:
        if self._job is not None:
            self._job.stop()

    def _cut(self, samples: Sequence[Sample], settings: Cutting) -> None:
        from deepdesk.data.cutting_work import cut_work

        ids = [sample.id for sample in samples]
        self._job = self._desk.start(
            cut_work(self._desk.project.path, ids, settings),
            "dataset",
            on_event=self._take,
            on_ended=self._end,
        )

    def _take(self, event: object) -> None:
        if isinstance(event, Progress) and self.dialog is not None:
            self.dialog.show_progress(event)
        elif isinstance(event, Result):
            self._tell(event.value)

    def _tell(self, report: CutReport) -> None:
        from deepdesk.data.cutting_work import undo_cut

        if report.cut:
            self._workspace.edits.note(report.sentence, lambda index: undo_cut(index, report))
        if report.refused:
            self._workspace.intake.refused.emit(list(report.refused))

    def _end(self, ended: Ended) -> None:
        self._job = None
        if self.dialog is not None:
            self.dialog.finish()
        self._desk.refresh_samples()
        if ended.error is not None and not ended.report:
            self._workspace.intake.failed.emit(ended.error)
        self._workspace.intake.check()
