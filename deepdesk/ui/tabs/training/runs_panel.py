"""The right column: the runs there are, and what can be done with the chosen one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPlainTextEdit, QVBoxLayout

from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.ui.desk import Desk
from deepdesk.ui.dialogs import AskDialog
from deepdesk.ui.run_names import title_of
from deepdesk.ui.tabs.training.note_page import NotePage
from deepdesk.ui.tabs.training.run_details import RunDetails
from deepdesk.ui.tabs.training.run_list import RunList
from deepdesk.ui.tabs.training.run_words import RESUMABLE
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.buttons import LinkButton
from deepdesk.ui.widgets.labels import SectionLabel

if TYPE_CHECKING:
    from deepdesk.project.runs import RunInfo

_COMPARE, _DONE = "Compare", "Done comparing"


class RunsPanel(QFrame):
    """Lists runs and edits them.

    Signals:
        resume_asked: Folder name of the run to go on with.
    """

    resume_asked = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._infos: dict[str, RunInfo] = {}
        self._config: Mapping[str, Any] = {}
        self._is_idle = True
        self.list = RunList()
        self.details = RunDetails()
        self.compare = LinkButton(_COMPARE, self._switch_comparing)
        self.compare.setToolTip(
            "Click runs to draw their curves behind the chosen one (Ctrl+click)"
        )
        # What waits to be trained stands above what was.
        self.above = QVBoxLayout()
        # Further lines of a run's menu: words, for which runs, and what they do with its name.
        self.offers: list[tuple[str, Callable[[RunInfo], bool], Callable[[str], None]]] = []
        self._empty = NotePage("Every run is kept here with what it reached.")
        self._lay_out()
        self.details.asked.connect(lambda what: self._act(self.list.run, what))
        self.list.renamed.connect(self._rename)
        self.list.menu_asked.connect(self._show_menu)
        self.list.key_pressed.connect(self._press)

    @property
    def infos(self) -> tuple[RunInfo, ...]:
        """The runs, newest first."""
        return tuple(self._infos.values())

    def info(self, run: str) -> RunInfo | None:
        """Return what is known of a run."""
        return self._infos.get(run)

    def show_runs(self, infos: Sequence[RunInfo]) -> None:
        """Show these runs."""
        self._infos = {info.name: info for info in infos}
        self.list.show_runs(infos)
        self.list.setVisible(bool(infos))
        self._empty.setVisible(not infos)
        self.compare.setVisible(len(infos) > 1)
        self._refresh()

    def update_run(self, info: RunInfo) -> None:
        """Show what changed about one run."""
        if info.name in self._infos:
            self._infos[info.name] = info
            self.list.update_run(info)
            if info.name == self.list.run:
                self._refresh()

    def show_chosen(self, run: str, config: Mapping[str, Any]) -> None:
        """Put a run in front, with the settings it was made with."""
        self._config = config
        self.list.show_chosen(run)
        self._refresh()

    def set_idle(self, is_idle: bool) -> None:
        """Say whether another run could go on now."""
        self._is_idle = is_idle
        self._refresh()

    def _refresh(self) -> None:
        self.details.show_run(self._infos.get(self.list.run), self._config, is_idle=self._is_idle)

    def _switch_comparing(self) -> None:
        self.list.compare(not self.list.is_comparing)
        self.compare.setText(_DONE if self.list.is_comparing else _COMPARE)

    def _show_menu(self, asked: tuple[str, QPoint]) -> None:
        run, at = asked
        info = self._infos[run]
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if info.status in RESUMABLE and info.step > 0:
            menu.addAction("Resume", lambda: self._act(run, "resume")).setEnabled(self._is_idle)
        menu.addAction("Rename\tF2", lambda: self._act(run, "rename"))
        menu.addAction("Write a note", lambda: self._act(run, "note"))
        menu.addAction("Compare with the chosen one", lambda: self.list.choose(run, is_added=True))
        for words, is_for, act in self.offers:
            if is_for(info):
                menu.addAction(words, partial(act, run))
        menu.addSeparator()
        menu.addAction("Delete to the trash\tDel", lambda: self._act(run, "trash"))
        menu.popup(at)

    def _press(self, pressed: tuple[str, Qt.Key]) -> None:
        run, key = pressed
        if key == Qt.Key.Key_Delete:
            self._act(run, "trash")

    def _act(self, run: str, what: str) -> None:
        acts: dict[str, Callable[[str], None]] = {
            "resume": self.resume_asked.emit,
            "rename": self.list.ask_title,
            "note": self._ask_note,
            "trash": self._ask_trash,
        }
        if run in self._infos:
            acts[what](run)

    def _rename(self, asked: tuple[str, str]) -> None:
        run, title = asked
        self._edit(run, lambda: self._desk.project.runs.rename(run, title))

    def _ask_note(self, run: str) -> None:
        field = QPlainTextEdit(self._infos[run].note)
        field.setAccessibleName("Note")
        field.setTabChangesFocus(True)

        def keep() -> None:
            text = field.toPlainText().strip()
            self._edit(run, lambda: self._desk.project.runs.annotate(run, text))

        dialog = AskDialog(
            self.window(), f"Note on {title_of(self._infos[run])}", verb="Keep", done=keep
        )
        dialog.add(field)
        dialog.open()
        field.setFocus()

    def _ask_trash(self, run: str) -> None:
        info = self._infos[run]
        if info.status in ("running", "paused"):
            self._desk.say("This run is under way; stop it before it is deleted.", level="warning")
            return
        title = title_of(info)

        def trash() -> None:
            self._edit(run, lambda: self._desk.project.runs.trash(run))
            self._desk.say(f"{title} is in the trash; put it back from there to have it again.")

        dialog = AskDialog(self.window(), f"Delete {title}", verb="Delete", done=trash)
        dialog.add_text("Its weights and curves go to the trash of this computer.")
        dialog.open()

    def _edit(self, run: str, change: Callable[[], object]) -> None:
        """Write to the disk in the background, then let everyone look again."""
        self._desk.start(
            _as_work(change), "training", on_ended=lambda ended: self._edited(run, ended.error)
        )

    def _edited(self, run: str, error: Any) -> None:
        if error is not None:
            self._desk.banner(error, "training")
        self._desk.runs_changed.emit(run)

    def _lay_out(self) -> None:
        self.setProperty("kind", "column")
        self.setProperty("edge", "left")
        self.setFixedWidth(metrics.scaled(metrics.COLUMN_RIGHT))
        head = self.head = QHBoxLayout()
        head.setContentsMargins(metrics.L, metrics.M, metrics.M, metrics.S)
        head.addWidget(SectionLabel("Runs"))
        head.addStretch(1)
        head.addWidget(self.compare)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self.above)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        column.addWidget(self._empty, 1)
        column.addWidget(self.details)


def _as_work(change: Callable[[], object]) -> Work:
    def work(_emit: EventSink, _stop: StopToken) -> None:
        change()

    return work
