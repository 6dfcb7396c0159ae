"""Taking data in: the import, then the check of every file, as jobs of the desk."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Ended, Progress, Result
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.project.index import Change, ClassRow, Filter, SampleIndex
from deepdesk.ui.desk import Desk
from deepdesk.ui.jobs import Job
from deepdesk.ui.tabs.dataset.edits import Edits, Step
from deepdesk.ui.tabs.dataset.index_worker import IndexWorker

if TYPE_CHECKING:
    from deepdesk.project.folder import Project

REFRESH_S = 1.0


class Intake(QObject):
    """The jobs that fill and check the index of one project.

    Signals:
        progressed: `Progress` of the import, None when it is over.
        checked: `Progress` of the check, None when it is over.
        grown: Seconds since the last such signal, while rows or facts come in.
        refused: list of (file, reason) that the last import passed over.
        remarked: The same, with what was said of labels that were left out or changed.
        failed: `DeepDeskError` of an import.
        classes_came: `Came`, where an import brought classes that were not there.
    """

    progressed = Signal(object)
    checked = Signal(object)
    grown = Signal(object)
    refused = Signal(object)
    remarked = Signal(object)
    failed = Signal(object)
    classes_came = Signal(object)

    def __init__(
        self, desk: Desk, worker: IndexWorker, edits: Edits, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._worker = worker
        self._edits = edits
        self._importing: Job | None = None
        self._checking: Job | None = None
        self._waiting: list[tuple[list[Path], str | None]] = []
        self._grown_at = 0.0
        self._is_closed = False
        self._path = desk.project.path

    @property
    def is_importing(self) -> bool:
        """Whether data is coming in."""
        return self._importing is not None

    @property
    def is_checking(self) -> bool:
        """Whether files are being read to their end."""
        return self._checking is not None

    def take(self, sources: Sequence[Path], label: str | None = None) -> None:
        """Import files, folders, tables or zips; one import after the other.

        Args:
            sources: What was dropped or chosen.
            label: Class of all of it, None for what the layout says.
        """
        try:
            self._desk.project.check_writable()
        except DeepDeskError as error:
            self.failed.emit(error)
            return
        self._waiting.append((list(sources), label))
        if not self.is_importing:
            self._next()

    def cancel(self) -> None:
        """Stop the import; what came in so far stays and can be undone."""
        self._waiting.clear()
        if self._importing is not None:
            self._importing.stop()

    def check(self) -> None:
        """Read every file that was not read yet to its end, in the background."""
        if self._is_closed or self.is_checking or self.is_importing:
            return
        if self._desk.project.read_only:
            return
        self._worker.ask(lambda index: len(index.unchecked(1)), self._check_some, lane="unchecked")

    def stop(self) -> None:
        """Ask both jobs to end, and hear of them no more."""
        self._is_closed = True
        self._waiting.clear()
        for job in (self._importing, self._checking):
            if job is not None:
                job.stop()

    def _next(self) -> None:
        from deepdesk.data.importing import import_work

        sources, label = self._waiting.pop(0)
        self._desk.tried_again.emit("dataset")
        if self._checking is not None:
            self._checking.stop()
        before = _Before()
        started = time.monotonic()
        reports: list[Any] = []
        work = import_work(self._path, sources, reader_of=self._desk.spec.reader, label=label)
        self.progressed.emit(Progress(what="Looking"))
        self._importing = self._desk.start(
            _remembering(self._desk.project, before, work),
            "dataset",
            on_event=lambda event: self._imported_some(event, reports),
            on_ended=lambda ended: self._imported(ended, reports, before, started),
        )

    def _imported_some(self, event: object, reports: list[Any]) -> None:
        if self._is_closed:
            return
        if isinstance(event, Progress):
            self.progressed.emit(event)
            self._tell_growth()
        elif isinstance(event, Result):
            reports.append(event.value)

    def _imported(self, ended: Ended, reports: list[Any], before: _Before, started: float) -> None:
        if self._is_closed:
            return
        self._importing = None
        self.progressed.emit(None)
        self._desk.refresh_samples()
        if ended.error is not None and not ended.report:
            self.failed.emit(ended.error)
        for report in reports:
            self._tell(report, before, time.monotonic() - started)
        if before.came.classes:
            self.classes_came.emit(before.came)
        if ended.stopped:
            self._edits.note("Stopped the import; what came in so far is here", before.undo_step())
        if self._waiting:
            self._next()
        else:
            self.check()

    def _tell(self, report: Any, before: _Before, seconds: float) -> None:
        noun = self._desk.spec.reader().noun
        offered = report.added + report.skipped + len(report.rejected)
        of = f" of {offered:,}" if offered != report.added else ""
        text = f"Imported {report.added:,}{of} {noun[offered != 1]} in {seconds:.1f} s"
        if report.remarks:
            self.remarked.emit([*report.rejected, *report.remarks])
        else:
            self.refused.emit(list(report.rejected))
        if report.added or before.told:
            if before.told:
                text += f", and labels for {before.told:,} that were here already"
            self._edits.note(text, before.undo_step())
        else:
            self._desk.say(f"Nothing new: {report.skipped:,} {noun[1]} are here already")

    def _tell_growth(self) -> None:
        now = time.monotonic()
        if now - self._grown_at > REFRESH_S:
            passed, self._grown_at = now - self._grown_at, now
            self.grown.emit(passed)

    def _check_some(self, unchecked: int) -> None:
        if not unchecked or self.is_checking or self.is_importing:
            self.grown.emit(0.0)
            return
        from deepdesk.data.verify import verify_work

        self._checking = self._desk.start(
            verify_work(self._path, self._desk.spec.reader),
            "dataset",
            on_event=self._checked_some,
            on_ended=self._checked,
            lowered=True,
        )

    def _checked_some(self, event: object) -> None:
        if isinstance(event, Progress) and not self._is_closed:
            self.checked.emit(event)
            self._tell_growth()

    def _checked(self, ended: Ended) -> None:
        if self._is_closed:
            return
        self._checking = None
        self.checked.emit(None)
        self._desk.refresh_samples()
        self.grown.emit(0.0)
        if ended.error is not None and not ended.report:
            self.failed.emit(ended.error)


def _remembering(project: Project, before: _Before, work: Work) -> Work:
    """Return work that notes what is there before it does `work`."""

    def both(emit: EventSink, stop: StopToken) -> None:
        with project.index() as index:
            before.remember(index)
        try:
            work(emit, stop)
        finally:
            with contextlib.suppress(DeepDeskError), project.index() as index:
                before.compare(index)

    return both


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """Classes that an import brought.

    Attributes:
        classes: They.
        known: Names of those that were there.
    """

    classes: tuple[ClassRow, ...] = ()
    known: tuple[str, ...] = ()


class _Before:
    """What was in the index before an import, so that the import can be taken back.

    Attributes:
        told: Samples that were there and got their truth by the import.
        came: Classes that came with it.
    """

    def __init__(self) -> None:
        self.told = 0
        self.came = Came()
        self._last_id = 0
        self._classes: set[int] = set()
        self._untold = np.empty(0, dtype=np.int64)

    def remember(self, index: SampleIndex) -> None:
        ids = index.ids(Filter())
        self._last_id = int(ids.max()) if len(ids) else 0
        self._classes = {row.id for row in index.classes()}
        self._untold = index.ids(Filter(without_target=True))

    def compare(self, index: SampleIndex) -> None:
        rows = index.classes()
        self.told = len(self._told(index))
        self.came = Came(
            classes=tuple(row for row in rows if row.id not in self._classes),
            known=tuple(row.name for row in rows if row.id in self._classes),
        )

    def _told(self, index: SampleIndex) -> NDArray[np.int64]:
        """Return the samples that were there without a truth and have one now, int64, (N,)."""
        still = index.ids(Filter(without_target=True))
        return np.intersect1d(np.setdiff1d(self._untold, still), index.ids(Filter()))

    def undo_step(self) -> Step:
        """Return the step that takes away what came since."""

        def take_away(index: SampleIndex) -> list[Change]:
            ids = index.ids(Filter())
            told = self._told(index)
            changes = [index.remove(np.sort(ids[ids > self._last_id]))]
            if len(told):
                changes.append(index.set_target(told, None))
            for row in index.classes():
                if row.id not in self._classes and not (row.count or row.pictures):
                    changes.append(index.delete_class(row.id))
            return changes

        return take_away
