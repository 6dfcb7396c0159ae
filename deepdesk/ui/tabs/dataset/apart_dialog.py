"""What the questions share in which something long is taken apart into samples."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Ended, Progress, Result
from deepdesk.core.work import Work
from deepdesk.ui.dialogs import AskDialog
from deepdesk.ui.forms import ConfigForm
from deepdesk.ui.jobs import Job
from deepdesk.ui.widgets.bar import Bar
from deepdesk.ui.widgets.labels import Label


class ApartDialog(AskDialog):
    """Shows what there would be while settings change, and then how far it is.

    Args:
        window: Its parent.
        title: What is taken apart.
        verb: On the button that begins.
        settings: Class of the settings.
        start: Starts work that reads for the dialog.

    Signals:
        stop_asked: None, when what was begun should stop.
    """

    stop_asked = Signal(object)

    def __init__(
        self,
        window: QWidget | None,
        title: str,
        *,
        verb: str,
        settings: type[Any],
        start: Callable[[Work], Job] | None = None,
    ) -> None:
        super().__init__(window, title, verb=verb)
        # Enter in a field says that the number is done, not that everything may begin.
        self.primary.setDefault(False)
        for button in (self.primary, self.other):
            button.setAutoDefault(False)
        self._start = start or (lambda work: Job(work, "preview", parent=self).start())
        self._jobs: list[Job] = []
        self.is_under_way = False
        self.words = Label("", kind="hint", wraps=True)
        self.form = ConfigForm(settings)
        self.bar = Bar(name="So far")

    def begin(self) -> None:
        """Let nothing be changed any more, and show how far it is."""
        self.is_under_way = True
        self.form.setEnabled(False)
        self.primary.setEnabled(False)
        self.other.setText("Stop")
        self.bar.set_share(0.0)
        self.bar.show()

    def reject(self) -> None:
        if self.is_under_way:
            self.other.setEnabled(False)
            self.stop_asked.emit(None)
            return
        self.close_work()
        super().reject()

    def show_progress(self, progress: Progress) -> None:
        """Show how far it is."""
        self.bar.set_share(progress.done / max(1, progress.total))

    def finish(self) -> None:
        """Close the dialog, all is done."""
        self.is_under_way = False
        self.close_work()
        super().accept()

    def close_work(self) -> None:
        """Stop what reads for the dialog."""
        for job in self._jobs:
            job.stop()
        self._jobs.clear()

    def _run(self, work: Work, take: Callable[[Any], None]) -> None:
        job = self._start(work)
        self._jobs.append(job)

        def take_some(events: list[object]) -> None:
            # What was asked before and overtaken since says nothing any more.
            for event in events if job in self._jobs else ():
                if isinstance(event, Result):
                    take(event.value)
                elif isinstance(event, Progress):
                    self.show_progress(event)
                elif isinstance(event, Ended) and event.error is not None:
                    self._refuse(event.error)

        job.batch.connect(take_some)

    def _refuse(self, error: DeepDeskError) -> None:
        self.words.setText(f"{error.message} {error.hint}".strip())
        self.bar.hide()
