"""The tab where there is a network: what is asked about, the answer, and what was asked lately."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.payloads import Image, LabelScores
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.inference.answer_panel import AnswerPanel
from deepdesk.ui.tabs.inference.class_menu import class_menu, ordered
from deepdesk.ui.tabs.inference.corrections import Corrections
from deepdesk.ui.tabs.inference.entry import Entry
from deepdesk.ui.tabs.inference.inquiry import Inquiry, Table
from deepdesk.ui.tabs.inference.mime import offer_of
from deepdesk.ui.tabs.inference.models import Choice
from deepdesk.ui.tabs.inference.networks import Networks
from deepdesk.ui.tabs.inference.questions import Row
from deepdesk.ui.tabs.inference.saving import ask_csv_path, save_csv
from deepdesk.ui.tabs.inference.stage import Stage
from deepdesk.ui.tabs.inference.strip import Strip
from deepdesk.ui.tabs.inference.table_page import TablePage
from deepdesk.ui.tabs.inference.top_row import TopRow
from deepdesk.ui.theme import metrics


class Workspace(QWidget):
    """Everything between the widgets of the tab.

    Signals:
        busy_changed: bool, whether answers are on their way.
    """

    busy_changed = Signal(object)

    def __init__(self, desk: Desk, networks: Networks) -> None:
        super().__init__()
        self._desk = desk
        noun = desk.spec.reader().noun
        self._noun = noun
        self._shown: Entry | None = None
        self.inquiry = Inquiry(desk, networks, self)
        self.corrections = Corrections(desk, self)
        self.top = TopRow(noun)
        self.stage = Stage(noun)
        self.table = TablePage(noun)
        self.strip = Strip()
        self.panel = AnswerPanel(can_join=desk.spec.gives is LabelScores)
        self.pages = QStackedWidget()
        self._arrange()
        self._connect()

    @property
    def is_in_table(self) -> bool:
        """Whether the table is in front."""
        return self.pages.currentWidget() is self.table

    def take(self, paths: Sequence[Path]) -> None:
        """Ask about files and folders."""
        self.inquiry.ask_paths(paths)

    def hand(self, mime: QMimeData) -> None:
        """Ask about what a clipboard or a drag holds, or say why not."""
        offer = offer_of(mime, self._noun)
        if offer.pictures and self._desk.spec.takes is not Image:
            self._trouble(
                DeepDeskError(
                    f"This network reads {self._noun[1]}, and that is a picture.",
                    f"Choose a file with a {self._noun[0]}.",
                )
            )
        elif offer.problem is not None:
            self._trouble(offer.problem)
        else:
            self.inquiry.ask_paths(offer.paths)
            self.inquiry.ask_given(offer.pictures)

    def paste(self) -> None:
        """Ask about what the clipboard holds."""
        self.hand(QGuiApplication.clipboard().mimeData())

    def use(self, choice: Choice | None) -> None:
        """Let another network, or newer weights of it, answer from now on."""
        before = self.inquiry.choice
        self.inquiry.choice = choice
        grew = before is not None and choice is not None and before.model == choice.model
        self.panel.model.show_choice(choice, grew=grew)
        if self._shown is not None and self.isVisible():
            self._refresh(self._shown)

    def close_work(self) -> None:
        """Ask nothing more."""
        self.inquiry.close()

    def show_entry(self, entry: Entry) -> None:
        """Bring an entry to the stage, and ask again if other weights would answer now."""
        self._shown = entry
        self.show_page(self.stage)
        self._show(entry)
        self._refresh(entry)

    def show_page(self, page: QWidget) -> None:
        """Bring the stage or the table to the front."""
        self.pages.setCurrentWidget(page)
        self.top.show_page("table" if page is self.table else "one")

    def _refresh(self, entry: Entry) -> None:
        if self.inquiry.is_stale(entry):
            self.inquiry.ask(entry)
            self.busy_changed.emit(True)

    def _show(self, entry: Entry) -> None:
        answered = entry.answered
        if self.is_in_table:
            pass
        elif answered is not None and answered.problem is not None:
            self.stage.show_problem(answered.problem, entry.given.name)
        elif answered is not None and answered.given is not None:
            self.stage.show_payload(answered.given, entry.given.name)
        self.panel.show_entry(
            entry, is_waiting=self.inquiry.is_waiting(entry), with_preview=self.is_in_table
        )
        self._show_joining(entry)

    def _show_joining(self, entry: Entry) -> None:
        self.panel.show_joining(
            can_write=not self._desk.project.read_only,
            is_under_way=self.corrections.is_under_way(entry),
        )

    def _take_added(self, entries: list[Entry]) -> None:
        self.strip.tiles.add(entries)
        self.strip.show()
        self._shown = entries[0]
        self.show_page(self.stage)
        self.stage.show_waiting(entries[0].given.name, "asking")
        self.panel.show_entry(entries[0], is_waiting=True)
        self.strip.choose(entries[0].number)
        self.busy_changed.emit(True)

    def _take_answer(self, entry: Entry) -> None:
        self.strip.tiles.changed(entry.number)
        if entry is self._shown:
            self._show(entry)

    def _begin_table(self, table: Table | None) -> None:
        self.table.begin(table)
        self.show_page(self.table)
        self.top.offer_table(table.total if table is not None else 0)
        if table is None:
            self._shown = None
            self.strip.forget_choice()
            self.panel.show_entry(None, is_waiting=False)
        self.busy_changed.emit(True)

    def _take_rows(self, rows: list[Row]) -> None:
        self.table.grow(rows)
        self.top.offer_table(self.table.done)

    def _end_table(self) -> None:
        self.inquiry.cancel_table()
        self.table.end()

    def _choose_row(self, row: Row) -> None:
        entry = self.inquiry.entry_for(row.path)
        self._shown = entry
        self.panel.show_entry(entry, is_waiting=True, with_preview=True)
        self._refresh(entry)

    def _turn_page(self, key: str) -> None:
        self.show_page(self.table if key == "table" else self.stage)
        if self._shown is not None:
            self._show(self._shown)

    def _settle(self) -> None:
        self.table.end()
        self.busy_changed.emit(False)

    def _refuse(self, error: DeepDeskError) -> None:
        self.table.end()
        self._trouble(error)
        if self._shown is not None:
            self.panel.show_entry(self._shown, is_waiting=False)

    def _fail_finding(self, error: DeepDeskError) -> None:
        self.table.end()
        self.top.offer_table(0)
        self.show_page(self.stage)
        self._trouble(error)
        self.busy_changed.emit(False)

    def _trouble(self, error: DeepDeskError) -> None:
        self._desk.banner(error, "inference")
