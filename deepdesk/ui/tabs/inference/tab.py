"""The Inference tab of the project that is open when it is made, and its state for the header."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QVBoxLayout, QWidget

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.payloads import Audio
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.inference.answering import Answering
from deepdesk.ui.tabs.inference.asking import Asking
from deepdesk.ui.tabs.inference.drawn.answers import DRAWN, drawn_answers
from deepdesk.ui.tabs.inference.inquiry import Inquiry
from deepdesk.ui.tabs.inference.judging import JUDGED, Judging
from deepdesk.ui.tabs.inference.live.board import board_for
from deepdesk.ui.tabs.inference.live.live import Live
from deepdesk.ui.tabs.inference.live.sources import live_kind
from deepdesk.ui.tabs.inference.model_follower import ModelFollower
from deepdesk.ui.tabs.inference.models import Choice, Model
from deepdesk.ui.tabs.inference.moving.pages import moving_pages
from deepdesk.ui.tabs.inference.networks import Networks
from deepdesk.ui.tabs.inference.tabling import Tabling
from deepdesk.ui.tabs.inference.workspace import Workspace
from deepdesk.ui.theme import metrics
from deepdesk.ui.truth_words import written_truth
from deepdesk.ui.widgets.states import EmptyState

if TYPE_CHECKING:
    from deepdesk.core.task import TaskSpec
    from deepdesk.engine.predict import Predictor
    from deepdesk.project.folder import Project

Make = Callable[["Project", "TaskSpec", Model], "Predictor"]


class InferenceTab(QWidget):
    """Asks a trained network about anything that is handed over.

    Args:
        make: Loads a network; the engine's own unless given.

    Signals:
        state_changed: "empty", "working" or "ready".
    """

    state_changed = Signal(object)

    def __init__(self, desk: Desk, *, make: Make | None = None) -> None:
        super().__init__()
        self._desk = desk
        self.state = "empty"
        self._held: list[Path] = []
        noun = desk.spec.reader().noun
        can_join = desk.spec.gives in JUDGED
        self.workspace = Workspace(
            noun,
            can_join=can_join,
            text=written_truth(desk.spec),
            live=live_kind(desk.spec),
            board=board_for(desk.spec.gives) if desk.spec.takes is Audio else None,
            is_drawn=desk.spec.gives in DRAWN,
        )
        self.inquiry = Inquiry(desk, Networks(desk.project, desk.spec, make), self)
        self.asking = Asking(desk, self.workspace, self.inquiry)
        self.drawn = drawn_answers(desk, self.workspace, self.inquiry, self.asking)
        self.moving = moving_pages(
            desk, self.workspace, lambda: Networks(desk.project, desk.spec, make)
        )
        if self.drawn is not None and self.moving is not None:
            self.drawn.watch_moving(self.moving)
        self.judging = Judging(desk, self.workspace)
        self.live = self._made_live(make)
        self.models = ModelFollower(desk, self)
        self.answering = Answering(desk, self)
        self.tabling = Tabling(desk, self.workspace, self.inquiry, self.asking)
        self.empty = EmptyState(
            "There is no trained network to ask yet.",
            "Go to Training",
            icon="network",
            hint=f"After the first checkpoint of a run, drop {noun[1]} here and read the answers.",
        )
        self._pages = QStackedWidget()
        self._arrange()
        self._connect()
        self.models.look()

    def drop(self, paths: Sequence[Path]) -> None:
        """Ask about files that were dropped on the window."""
        if self.inquiry.choice is not None:
            self.asking.take(paths)
        elif self.models.is_looking:
            self._held = list(paths)
        else:
            self._say_untrained()

    # The window asks its front tab to `find`; Qt's static QWidget.find is of no use here.
    def find(self) -> None:  # type: ignore[override]
        """Go to the search field of the table."""
        if self.workspace.is_in_table:
            self.workspace.table.search.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def choose_files(self) -> None:
        """Let a person choose what to ask about, without holding up the window."""
        self._choose("Ask about", QFileDialog.FileMode.ExistingFiles)

    def choose_folder(self) -> None:
        """Let a person choose a folder to ask about."""
        self._choose("Ask about a folder", QFileDialog.FileMode.Directory)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.models.sleep()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._close()
        super().closeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.models.wake()

    def _made_live(self, make: Make | None) -> Live | None:
        page, column = self.workspace.live, self.workspace.live_column
        if page is None or column is None:
            return None
        # Networks of its own: the work that listens runs beside the one that answers files.
        networks = Networks(self._desk.project, self._desk.spec, make)
        return Live(self._desk, page, column, networks, self.inquiry, self.judging.corrections)

    def _arrange(self) -> None:
        around = QWidget()
        column = QVBoxLayout(around)
        column.setContentsMargins(metrics.XL, metrics.XL, metrics.XL, metrics.XL)
        column.addWidget(self.empty)
        self._pages.addWidget(around)
        self._pages.addWidget(self.workspace)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)

    def _connect(self) -> None:
        self.empty.acted.connect(lambda _none: self._desk.store.update(tab="training"))
        self.asking.busy_changed.connect(self._show_busy)
        self.asking.shown.connect(self.judging.show)
        workspace = self.workspace
        workspace.stage.choose_asked.connect(lambda _none: self.choose_files())
        workspace.strip.opened.connect(lambda _none: self.choose_files())
        workspace.top.files_asked.connect(lambda _none: self.choose_files())
        workspace.top.folder_asked.connect(lambda _none: self.choose_folder())
        self.models.listed.connect(self._take_models)
        workspace.top.models.chosen.connect(self._use)
        workspace.top.page_chosen.connect(self._open_page)
        if self.live is not None:
            self.live.listening.running_changed.connect(self._show_busy)
        if self.moving is not None:
            self.moving.running_changed.connect(self._show_busy)
            self.moving.film_page.handed.connect(self.asking.hand)
            self.asking.divert = self.moving.divert
        moving = self.moving.model_facts() if self.moving is not None else []
        for facts in (*workspace.model_facts(), *moving):
            facts.offer_answering(self._desk.spec)
            facts.answering_asked.connect(lambda _none: self.answering.ask(self.inquiry.choice))
        self.answering.kept.connect(lambda _none: self.models.look())
        workspace.panel.copied.connect(lambda _text: self._desk.say("Copied the text"))
        paste = QShortcut(QKeySequence(QKeySequence.StandardKey.Paste), self)
        paste.activated.connect(self.asking.paste)
        # Bound methods: Qt lets go of them together with this tab.
        self._desk.project_closed.connect(self._close)

    def _take_models(self, choices: tuple[Choice, ...]) -> None:
        self.workspace.top.models.show_choices(choices)
        has_model = self.inquiry.choice is not None
        self._pages.setCurrentIndex(int(has_model))
        if not has_model or self.state == "empty":
            self._set_state("ready" if has_model else "empty")
        held, self._held = self._held, []
        if held:
            self.drop(held)

    def _choose(self, title: str, mode: QFileDialog.FileMode) -> None:
        dialog = QFileDialog(self, title)
        dialog.setFileMode(mode)
        if mode == QFileDialog.FileMode.ExistingFiles:
            endings = " ".join(f"*{suffix}" for suffix in sorted(self._suffixes()))
            name = self.workspace.noun[1].capitalize()
            dialog.setNameFilters([f"{name} ({endings})", "All files (*)"])
        dialog.filesSelected.connect(lambda chosen: self.drop([Path(one) for one in chosen]))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _suffixes(self) -> frozenset[str]:
        films = self.moving.suffixes if self.moving is not None else frozenset()
        return self._desk.spec.reader().suffixes | films

    def _say_untrained(self) -> None:
        one = self.workspace.noun[0]
        error = DeepDeskError(
            f"There is no trained network to ask about a {one} yet.", "Train one first."
        )
        self._desk.banner(error, "inference")

    def _use(self, choice: Choice | None) -> None:
        before = self.inquiry.choice
        grew = before is not None and choice is not None and before.model == choice.model
        self.asking.use(choice)
        if self.live is not None:
            self.live.use(choice, grew=grew)
        if self.moving is not None:
            self.moving.use(choice, grew=grew)

    def _open_page(self, key: str) -> None:
        if key == "live" and self.live is not None:
            self.live.open()

    def _show_busy(self, is_busy: bool) -> None:
        listens = self.live is not None and self.live.listening.is_running
        watches = self.moving is not None and self.moving.is_running
        self._set_state("working" if is_busy or listens or watches else "ready")

    def _set_state(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self.state_changed.emit(state)

    def _close(self, _path: object = None) -> None:
        self.inquiry.close()
        for one in (self.live, self.moving):
            if one is not None:
                one.close()
