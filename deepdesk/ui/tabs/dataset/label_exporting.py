"""Exporting labels from the Dataset tab: the link below the classes, the dialog, the work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from deepdesk.core.events import Ended, Progress, Result
from deepdesk.ui.desk import Desk
from deepdesk.ui.jobs import Job
from deepdesk.ui.tabs.dataset.drawings import learns_drawings
from deepdesk.ui.widgets.buttons import LinkButton

if TYPE_CHECKING:
    from deepdesk.ui.tabs.dataset.label_export_dialog import LabelExportDialog, WantedExport
    from deepdesk.ui.tabs.dataset.overview import Overview
    from deepdesk.ui.tabs.dataset.workspace import Workspace


class LabelExportDoor(QObject):
    """Opens the dialog and does what it asks for.

    Attributes:
        link: Opens it; shown while there is something to export.
        dialog: The one that is open, or None.
    """

    def __init__(self, desk: Desk, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._desk = desk
        self._workspace = workspace
        self._job: Job | None = None
        self.dialog: LabelExportDialog | None = None
        self.link = LinkButton(
            "Export labels…",
            self.open,
            tip="Write them for other programs: COCO, Pascal VOC, YOLO, LabelMe, Label Studio,"
            " masks or a table.",
        )
        self.link.hide()
        workspace.left.classes.footer.addWidget(self.link)
        if learns_drawings(desk.spec):
            workspace.overview_changed.connect(self._show_overview)

    def open(self) -> None:
        """Show the dialog."""
        from deepdesk.ui.tabs.dataset.label_export_dialog import LabelExportDialog

        if self.dialog is not None:
            return
        project = self._desk.project
        dialog = LabelExportDialog(self._workspace.window(), project.path.stem, project.path.parent)
        dialog.export_asked.connect(self._export)
        dialog.stop_asked.connect(lambda _none: self._stop())
        dialog.finished.connect(lambda _code: self._forget())
        self.dialog = dialog
        dialog.open()

    def close_work(self) -> None:
        """Stop an export; nothing of it stays."""
        self._stop()

    def _show_overview(self, overview: Overview) -> None:
        self.link.setVisible(bool(overview.classes))

    def _forget(self) -> None:
        self.dialog = None

    def _stop(self) -> None:
        if self._job is not None:
            self._job.stop()

    def _export(self, wanted: WantedExport) -> None:
        from deepdesk.data.label_export.work import export_work

        self._job = self._desk.start(
            export_work(
                self._desk.project.path, wanted.key, wanted.folder, is_copying=wanted.is_copying
            ),
            "dataset",
            on_event=self._take,
            on_ended=self._end,
            lowered=True,
        )

    def _take(self, event: object) -> None:
        if self.dialog is None:
            return
        if isinstance(event, Progress):
            self.dialog.show_progress(event)
        elif isinstance(event, Result):
            self.dialog.show_report(event.value)

    def _end(self, ended: Ended) -> None:
        self._job = None
        if self.dialog is not None:
            self.dialog.finish(ended.error)
