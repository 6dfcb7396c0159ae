"""What the commands of the window do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Ended
from deepdesk.core.work import EventSink, StopToken
from deepdesk.ui.crash import system_report
from deepdesk.ui.dialogs import AskDialog, bug_dialog, shortcuts_dialog
from deepdesk.ui.help_actions import HelpActions
from deepdesk.ui.places import log_folder
from deepdesk.ui.session import TABS
from deepdesk.ui.theme import apply
from deepdesk.ui.theme.apply import MODES

if TYPE_CHECKING:
    from deepdesk.ui.shell import MainWindow
    from deepdesk.ui.welcome_facts import InterruptedRun
    from deepdesk.ui.widgets.command_palette import CommandPalette


class WindowActions(QObject):
    """One function for each key of the command table."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._desk = window.desk
        self._palette: CommandPalette | None = None
        self.help = HelpActions(window)
        self.bug: AskDialog | None = None
        self._table: Mapping[str, Callable[[], object]] = {
            "new": lambda: window.projects.ask_new([]),
            "open": window.projects.ask_open,
            "close": self._close_project,
            "undo": self._desk.undo.undo,
            "redo": self._desk.undo.redo,
            "find": lambda: window.tabs.ask(self._desk.store.session.tab, "find"),
            "train": self._train,
            "stop": self._ask_stop,
            "palette": self._open_palette,
            "keys": lambda: shortcuts_dialog(window).open(),
            "quit": window.close,
            **self.help.table,
            **{f"tab:{key}": partial(window.show_tab, key) for key in TABS},
            **{f"theme:{mode}": partial(self.set_theme, mode) for mode in MODES},
        }

    def do(self, key: str) -> None:
        """Do what the command `key` says."""
        self._table[key]()

    def set_theme(self, mode: str) -> None:
        """Wear "system", "light" or "dark"."""
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        apply(app, mode)
        self._window.commands.choose_theme(mode)

    def show_bug(self, report: str) -> None:
        """Show the report of an error of ours, once for as long as it is open."""
        if self.bug is not None:
            return
        log = log_folder() / "deepdesk.log"
        self.bug = bug_dialog(self._window, f"{system_report()}\n\n{report}", log)
        self.bug.finished.connect(self._forget_bug)
        self.bug.open()

    def keep_as_it_is(self, run: InterruptedRun) -> None:
        """Mark an interrupted run as stopped, so that it is not offered again."""

        def work(_emit: EventSink, _stop: StopToken) -> None:
            from deepdesk.project.runs import Runs

            Runs(run.project / "runs").get(run.run).update(status="stopped")

        def ended(end: Ended) -> None:
            if end.error is not None:
                self._desk.banner(end.error, "welcome")
            else:
                self._desk.say(f"{run.title} is kept as it is.")

        self._desk.start(work, "welcome", on_ended=ended)

    def _forget_bug(self) -> None:
        self.bug = None

    def _close_project(self) -> None:
        if self._desk.training.is_busy:
            error = DeepDeskError("A run is under way in this project.", "Stop the run first.")
            self._desk.banner(error, "training")
            return
        self._desk.close_project()

    def _train(self) -> None:
        self._window.show_tab("training")
        if not self._desk.training.is_busy:
            self._window.tabs.ask("training", "train")

    def _ask_stop(self) -> None:
        if not self._desk.training.is_busy:
            return
        dialog = AskDialog(
            self._window, "Stop the run?", verb="Stop and keep", other="Keep training"
        )
        dialog.add_text("Its best weights so far are kept, and it can be resumed later.")
        dialog.accepted.connect(self._desk.training.stop_and_keep)
        dialog.open()

    def _open_palette(self) -> None:
        from deepdesk.ui.widgets.command_palette import CommandPalette

        if self._palette is None:
            actions = self._window.commands.actions.values()
            self._palette = CommandPalette(self._window, lambda: actions)
        self._palette.open_over()
