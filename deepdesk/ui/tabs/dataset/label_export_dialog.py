"""The dialog in which the labels of a project are exported: format, pictures, place, report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QSizePolicy,
    QWidget,
)

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Progress
from deepdesk.data.label_export.work import FORMATS, ExportReport, check_free, free_folder
from deepdesk.ui.dialogs import AskDialog
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.bar import Bar
from deepdesk.ui.widgets.buttons import SmallButton
from deepdesk.ui.widgets.elided_label import ElidedLabel
from deepdesk.ui.widgets.labels import Label

MOST_TOLD = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedExport:
    """What a person asked for: the key of a format, where to, and whether pictures are copied."""

    key: str
    folder: Path
    is_copying: bool


class LabelExportDialog(AskDialog):
    """Asks, shows how far it is, and tells what came of it.

    Args:
        window: Its parent.
        name: Of the project, for the name of the folder.
        place: Folder in which the new one is suggested.

    Signals:
        export_asked: The `WantedExport`.
        stop_asked: None, when the export should stop.
    """

    export_asked = Signal(object)
    stop_asked = Signal(object)

    def __init__(self, window: QWidget | None, name: str, place: Path) -> None:
        super().__init__(window, "Export labels", verb="Export")
        self._name = name
        self._place = place
        self.folder = place
        self.report: ExportReport | None = None
        self.is_exporting = False
        self.format = QComboBox()
        self.format.setAccessibleName("Format")
        for one in FORMATS.values():
            self.format.addItem(f"{one.title}: {one.says}", one.key)
        self.copies = QCheckBox("Copy the pictures beside the labels")
        self.copies.setChecked(True)
        self.copies.setToolTip(
            "Without copies, labels name the pictures where they lie now: other programs on this"
            " computer find them, other computers do not."
        )
        self.where = ElidedLabel(where=Qt.TextElideMode.ElideMiddle, tone="muted")
        self._asked = QWidget()
        self.words = Label(
            "What a format cannot hold is counted and told at the end.", kind="hint", wraps=True
        )
        self.told = Label("", wraps=True)
        self.told.hide()
        self.problem = Label("", kind="small", tone="bad", wraps=True)
        self.problem.hide()
        self.bar = Bar(name="Exported so far")
        self.bar.hide()
        self._arrange()
        for widget in (self._asked, self.words, self.told, self.problem, self.bar):
            self.add(widget)
        self.format.currentIndexChanged.connect(lambda _at: self._suggest())
        self._suggest()

    def accept(self) -> None:
        if self.report is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.report.folder)))
            super().accept()
        elif not self.is_exporting:
            self._ask()

    def reject(self) -> None:
        if self.is_exporting:
            self.other.setEnabled(False)
            self.stop_asked.emit(None)
            return
        super().reject()

    def set_place(self, place: Path) -> None:
        """Export into a new folder in `place`, or into `place` itself while it is empty."""
        self._place = place
        self._suggest()

    def show_progress(self, progress: Progress) -> None:
        """Show how far the export is."""
        if progress.total:
            self.bar.set_share(progress.done / progress.total)

    def show_report(self, report: ExportReport) -> None:
        """Tell what came of it."""
        self.report = report
        lines = [f"{report.sentence}.", *report.losses]
        refused = report.refused[:MOST_TOLD]
        lines += [f"{name} was left out: {reason}" for name, reason in refused]
        more = len(report.refused) - len(refused)
        lines += [f"{more:,} more were left out."] if more > 0 else []
        self.told.setText("\n".join(lines))

    def finish(self, error: DeepDeskError | None = None) -> None:
        """Show the end: the report, or why there is none."""
        self.is_exporting = False
        self.bar.hide()
        self.other.setEnabled(True)
        if self.report is not None:
            self._asked.hide()
            self.words.hide()
            self.told.show()
            self.adjustSize()
            self.other.setText("Close")
            self.primary.setText("Show the folder")
            self.primary.setEnabled(True)
            return
        self._asked.setEnabled(True)
        self.primary.setEnabled(True)
        self.other.setText("Cancel")
        self._tell(str(error) if error is not None else "Stopped. Nothing was written.")

    def _ask(self) -> None:
        try:
            check_free(self.folder)
        except DeepDeskError as error:
            self._tell(str(error))
            return
        self.problem.hide()
        self.is_exporting = True
        self._asked.setEnabled(False)
        self.primary.setEnabled(False)
        self.other.setText("Stop")
        self.bar.set_share(0.0)
        self.bar.show()
        self.adjustSize()
        key = str(self.format.currentData())
        copies = self.copies.isChecked()
        self.export_asked.emit(WantedExport(key=key, folder=self.folder, is_copying=copies))

    def _tell(self, problem: str) -> None:
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.adjustSize()

    def _suggest(self) -> None:
        """Name a folder that is not there yet, after the project and the format."""
        key = str(self.format.currentData())
        self.folder = free_folder(self._place, f"{self._name} labels {key}")
        self.where.setText(str(self.folder))
        self._tell("")

    def _arrange(self) -> None:
        # Words that come below must not press the fields together.
        self._asked.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        form = QFormLayout(self._asked)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(metrics.L)
        form.setVerticalSpacing(metrics.S)
        form.addRow(Label("Format"), self.format)
        form.addRow(Label("Folder"), _with_button(self.where, "Change…", self._choose))
        form.addRow(Label("Pictures"), self.copies)

    def _choose(self) -> None:
        dialog = QFileDialog(self, "Choose where the folder of labels is made")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda name: self.set_place(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def _with_button(label: QWidget, words: str, clicked: Callable[[], object]) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(label, 1)
    layout.addWidget(SmallButton(words, clicked))
    return row
