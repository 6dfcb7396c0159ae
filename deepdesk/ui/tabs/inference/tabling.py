"""The table of a folder: filled while answers come, looked into, saved."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Ended, Result
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.inference.asking import Asking
from deepdesk.ui.tabs.inference.csv_file import saving_csv
from deepdesk.ui.tabs.inference.inquiry import Inquiry, Table
from deepdesk.ui.tabs.inference.questions import Row
from deepdesk.ui.tabs.inference.row_order import listed
from deepdesk.ui.tabs.inference.workspace import Workspace


class Tabling(QObject):
    """Everything between the table page and the answers."""

    def __init__(self, desk: Desk, workspace: Workspace, inquiry: Inquiry, asking: Asking) -> None:
        super().__init__(workspace)
        self._desk = desk
        self._workspace = workspace
        self._inquiry = inquiry
        self._asking = asking
        self._page = workspace.table
        self._name = ""
        inquiry.table_begun.connect(self._begin)
        inquiry.finding.connect(self._page.show_finding)
        inquiry.finding_failed.connect(self._fail)
        inquiry.answerer.rows_answered.connect(self._take)
        inquiry.answerer.refused.connect(lambda _error: self._page.end())
        self._page.cancelled.connect(lambda _none: self._cancel())
        self._page.row_chosen.connect(self._look)
        self._page.row_opened.connect(lambda row: self._asking.take([Path(row.path)]))
        self._page.csv_asked.connect(lambda _none: self._ask_path())

    def save(self, path: Path) -> None:
        """Write the rows on screen, in their order, to a CSV file."""
        rows = listed(self._page.rows.order)
        told: list[int] = []

        def ended(end: Ended) -> None:
            if end.error is not None and not end.report:
                self._desk.banner(end.error, "inference")
            elif told:
                self._desk.say(f"Saved {told[0]:,} rows to {path.name}")

        def take(event: object) -> None:
            if isinstance(event, Result):
                told.append(event.value)

        self._desk.start(saving_csv(rows, path), "inference", on_event=take, on_ended=ended)

    def _begin(self, table: Table | None) -> None:
        self._page.begin(table)
        self._workspace.show_page("table")
        self._workspace.top.offer_table(0)
        if table is None:
            self._workspace.strip.forget_choice()
            self._workspace.panel.show_entry(None, is_waiting=False)
        else:
            self._name = table.name
        self._asking.busy_changed.emit(True)

    def _take(self, rows: list[Row]) -> None:
        self._page.grow(rows)
        self._workspace.top.offer_table(self._page.done)
        if self._page.is_whole:
            self._desk.say(f"{self._name}: {self._page.count.text()}")

    def _cancel(self) -> None:
        self._inquiry.cancel_table()
        self._page.end()

    def _look(self, row: Row) -> None:
        entry = self._inquiry.entry_for(row.path)
        self._workspace.panel.show_entry(entry, is_waiting=True, with_preview=True)
        self._asking.refresh(entry)

    def _fail(self, error: DeepDeskError) -> None:
        self._page.end()
        self._workspace.show_page("one")
        self._desk.banner(error, "inference")
        self._asking.busy_changed.emit(False)

    def _ask_path(self) -> None:
        dialog = QFileDialog(self._workspace, "Save the table as CSV")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("CSV table (*.csv)")
        dialog.setDefaultSuffix("csv")
        dialog.selectFile(f"{Path(self._name).stem or 'answers'}.csv")
        dialog.fileSelected.connect(lambda chosen: self.save(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
