"""The curves of a run for other programs, from the menu of the run."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from deepdesk.core.events import Ended, Result
from deepdesk.core.work import EventSink, StopToken, Work

if TYPE_CHECKING:
    from deepdesk.project.runs import RunFolder, RunInfo
    from deepdesk.ui.tabs.training.tab import TrainingTab

_MORE = "\N{HORIZONTAL ELLIPSIS}"
_WAYS = (("csv", f"Save curves as CSV{_MORE}"), ("tensorboard", f"Save as TensorBoard log{_MORE}"))


class LogExport(QObject):
    """Adds its lines to the menu of a run."""

    def __init__(self, tab: TrainingTab) -> None:
        super().__init__(tab)
        self._tab = tab
        for kind, words in _WAYS:
            tab.runs.offers.append((words, _has_steps, partial(self.ask, kind)))

    def ask(self, kind: str, run: str) -> None:
        """Ask for a folder, then write the curves of a run into it."""
        chosen = QFileDialog.getExistingDirectory(self._tab, "Folder for the log")
        if chosen:
            self.write(kind, run, Path(chosen) / run)

    def write(self, kind: str, run: str, folder: Path) -> None:
        """Write the curves of a run into a folder."""
        desk = self._tab.desk

        def take(event: Any) -> None:
            if isinstance(event, Result):
                desk.say(f"The curves are in {event.value}.")

        def end(ended: Ended) -> None:
            if ended.error is not None:
                desk.banner(ended.error, "training")

        work = _writing(desk.project.runs.folder / run, kind, folder)
        self._tab.viewer.start(work, take, end)


def _writing(run: Path, kind: str, folder: Path) -> Work:
    """Return work that loads what writes logs in its own thread."""

    def work(emit: EventSink, stop: StopToken) -> None:
        from deepdesk.engine.run_logs import export_work
        from deepdesk.project.runs import RunFolder

        opened: RunFolder = RunFolder(run)
        export_work(opened, kind, folder)(emit, stop)

    return work


def _has_steps(info: RunInfo) -> bool:
    return info.step > 0
