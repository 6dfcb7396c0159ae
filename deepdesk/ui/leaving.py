"""Closing the window: ask during a run, request the end, wait a little, leave."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from deepdesk.ui.desk import Desk
from deepdesk.ui.dialogs import AskDialog
from deepdesk.ui.run_names import spoken

# A stop is acknowledged within a second; saving a large checkpoint may take a few more. Systems
# end by force what is not gone five seconds after they asked.
PATIENCE_MS = 4000


class Leaving(QObject):
    """Decides whether the window may close now.

    Checkpoints are written atomically, so that leaving before a slow job ends loses nothing but
    the work since the last one.

    Args:
        close: Closes the window, which asks `may_close` again.
    """

    def __init__(self, desk: Desk, window: QWidget, close: Callable[[], object]) -> None:
        super().__init__(window)
        self._desk = desk
        self._window = window
        self._close = close
        self._is_leaving = False
        self._out_of_patience = False
        self.dialog: AskDialog | None = None
        desk.jobs_changed.connect(self._count)

    def may_close(self) -> bool:
        """Return True once nothing is under way, or when waiting has taken long enough."""
        if self._out_of_patience or (not self._desk.jobs and not self._desk.training.is_busy):
            return True
        if self._is_leaving:
            return False
        if self._desk.training.is_busy:
            self._ask("Stop and keep", "Close DeepDesk")
            return False
        self.leave()
        return False

    def leave(self) -> None:
        """Request the end of everything and close when it has come; a second time does nothing."""
        if self._is_leaving:
            return
        self._is_leaving = True
        self._desk.training.stop_and_keep()
        self._desk.stop_all()
        what = "the run" if self._desk.training.is_busy else "what is under way"
        self._desk.say(f"Saving and stopping {what}, then closing...")
        QTimer.singleShot(PATIENCE_MS, self, self._give_up)
        self._count(len(self._desk.jobs))

    def _ask(self, verb: str, title: str) -> None:
        if self.dialog is not None:
            return
        self.dialog = AskDialog(self._window, title, verb=verb, other="Keep training")
        run = self._desk.store.session.run
        self.dialog.add_text(
            f"{spoken(run) if run else 'A run'} is under way. Stopping keeps its best weights so"
            " far, and it can be resumed later."
        )
        self.dialog.accepted.connect(self.leave)
        self.dialog.finished.connect(self._forget_dialog)
        self.dialog.open()

    def _forget_dialog(self) -> None:
        self.dialog = None

    def _count(self, jobs: int) -> None:
        if self._is_leaving and jobs == 0:
            # Not from within the job's own signal: closing deletes what is still being told.
            QTimer.singleShot(0, self, self._close)

    def _give_up(self) -> None:
        self._out_of_patience = True
        self._close()
