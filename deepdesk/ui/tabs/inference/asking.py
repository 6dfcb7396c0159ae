"""From what a person hands over to the answer on the screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtGui import QGuiApplication

from deepdesk.core.errors import DatasetError, DeepDeskError
from deepdesk.core.payloads import Image
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.inference.entry import Entry
from deepdesk.ui.tabs.inference.inquiry import Inquiry
from deepdesk.ui.tabs.inference.mime import offer_of
from deepdesk.ui.tabs.inference.models import Choice
from deepdesk.ui.tabs.inference.networks import Loading
from deepdesk.ui.tabs.inference.words import time_words
from deepdesk.ui.tabs.inference.workspace import Workspace


class Asking(QObject):
    """Brings entries to stage, strip and panel.

    Signals:
        shown: `Entry` that the panel was just filled with.
        busy_changed: bool, whether answers are on their way.
    """

    shown = Signal(object)
    busy_changed = Signal(object)

    def __init__(self, desk: Desk, workspace: Workspace, inquiry: Inquiry) -> None:
        super().__init__(workspace)
        self._desk = desk
        self._workspace = workspace
        self._inquiry = inquiry
        self._told: dict[int, float] = {}
        # Takes what has a page of its own, and returns the rest.
        self.divert: Callable[[Sequence[Path]], Sequence[Path]] = list
        inquiry.added.connect(self._take_added)
        inquiry.changed.connect(self._take_answer)
        inquiry.answerer.loading.connect(self._say_loading)
        inquiry.answerer.refused.connect(self._refuse)
        inquiry.answerer.idle.connect(lambda _none: self._settle())
        workspace.stage.handed.connect(self.hand)
        workspace.stage.stop_asked.connect(lambda _none: self._stop())
        workspace.stage.saved.connect(desk.say)
        workspace.stage.tuned.connect(workspace.panel.show_tuned)
        workspace.stage.failed.connect(lambda error: desk.banner(error, "inference"))
        workspace.strip.chosen.connect(self.show_entry)
        workspace.top.paste_asked.connect(lambda _none: self.paste())
        workspace.top.page_chosen.connect(lambda _key: self.show_again())

    def take(self, paths: Sequence[Path]) -> None:
        """Ask about files and folders."""
        self._inquiry.ask_paths(self.divert(paths))

    def hand(self, mime: QMimeData) -> None:
        """Ask about what a clipboard or a drag holds, or say why not."""
        one, several = self._workspace.noun
        offer = offer_of(mime, self._workspace.noun)
        problem = offer.problem
        if offer.pictures and self._desk.spec.takes is not Image:
            problem = DatasetError(
                f"This network reads {several}, and that is a picture.",
                f"Choose a file with a {one}.",
            )
        if problem is not None:
            self._desk.banner(problem, "inference")
            return
        self._inquiry.ask_paths(self.divert(offer.paths))
        self._inquiry.ask_given(offer.pictures)

    def paste(self) -> None:
        """Ask about what the clipboard holds."""
        self.hand(QGuiApplication.clipboard().mimeData())

    def use(self, choice: Choice | None) -> None:
        """Let another network, or newer weights of it, answer from now on."""
        before, self._inquiry.choice = self._inquiry.choice, choice
        grew = before is not None and choice is not None and before.model == choice.model
        self._workspace.panel.model.show_choice(choice, grew=grew)
        entry = self._workspace.panel.entry
        if entry is not None and self._workspace.isVisible():
            self.refresh(entry)

    def show_entry(self, entry: Entry) -> None:
        """Bring an entry to the stage; ask again if other weights would answer now."""
        self._workspace.show_page("one")
        self._show(entry)
        self.refresh(entry)

    def show_again(self) -> None:
        """Show the entry of the panel where it belongs now."""
        entry = self._workspace.panel.entry
        if entry is not None:
            self._show(entry)

    def refresh(self, entry: Entry) -> None:
        """Ask about an entry unless what it shows is of the newest weights."""
        if self._inquiry.is_stale(entry):
            self._inquiry.ask(entry)
            self.busy_changed.emit(True)

    def _stop(self) -> None:
        """Ask no more about the entry that is shown; what was heard of it stays."""
        entry = self._workspace.panel.entry
        if entry is not None:
            self._inquiry.answerer.skip(entry.number)

    def _show(self, entry: Entry) -> None:
        workspace = self._workspace
        answered = entry.answered
        if workspace.is_in_table:
            workspace.stage.show_nothing()
        elif answered is None:
            workspace.stage.show_waiting(entry.given.name, "asking")
        elif answered.problem is not None:
            workspace.stage.show_problem(answered.problem, entry.given.name)
        elif answered.given is not None:
            workspace.stage.show_payload(answered.given, entry.given.name, answered.answer)
            if answered.is_stopped:
                workspace.stage.show_stopped()
        workspace.panel.show_entry(
            entry,
            is_waiting=self._inquiry.is_waiting(entry),
            with_preview=workspace.is_in_table,
        )
        self.shown.emit(entry)

    def _take_added(self, entries: list[Entry]) -> None:
        strip = self._workspace.strip
        strip.tiles.add(entries)
        strip.show()
        self._workspace.show_page("one")
        self.busy_changed.emit(True)
        # The questions are asked right after this; only the answers fill the rest.
        strip.choose_quietly(entries[0].number)
        self._show(entries[0])

    def _take_answer(self, entry: Entry) -> None:
        self._workspace.strip.tiles.changed(entry.number)
        answered = entry.answered
        if answered is not None and answered.answer is not None:
            self._told[entry.number] = answered.milliseconds
        if entry is self._workspace.panel.entry:
            self._show(entry)

    def _say_loading(self, loading: Loading) -> None:
        entry = self._workspace.panel.entry
        if entry is not None and not entry.is_answered and not self._workspace.is_in_table:
            self._workspace.stage.show_waiting(entry.given.name, "loading the network")
        del loading

    def _settle(self) -> None:
        count, together_ms = len(self._told), sum(self._told.values())
        if count > 1:
            words = f"{count:,} {self._workspace.noun[1]}, {time_words(together_ms)} in all"
            self._desk.say(f"{words} · corrected answers join the data")
        self._told.clear()
        entry = self._workspace.panel.entry
        if entry is not None and not entry.is_answered:
            self._workspace.panel.show_entry(entry, is_waiting=False)
        self.busy_changed.emit(False)

    def _refuse(self, error: DeepDeskError) -> None:
        self._desk.banner(error, "inference")
        entry = self._workspace.panel.entry
        if entry is not None:
            self._workspace.panel.show_entry(entry, is_waiting=False)
            self._workspace.stage.show_waiting(entry.given.name, "not asked")
