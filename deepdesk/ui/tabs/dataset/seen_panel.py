"""What training will see: augmented versions of the selected sample, and their switches."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from deepdesk.core import payloads
from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Ended, Result
from deepdesk.project.data_facts import KeptFacts
from deepdesk.ui.desk import Desk
from deepdesk.ui.jobs import Job
from deepdesk.ui.tabs.dataset.seen_work import VERSIONS, Wish, seen_work, switches
from deepdesk.ui.tabs.dataset.square import Square
from deepdesk.ui.theme.metrics import S
from deepdesk.ui.widgets.chip_row import ChipRow
from deepdesk.ui.widgets.labels import Label, SectionLabel

PAUSE_MS = 200
COLUMNS = 4
_SEES = "What training will see"
_HEADINGS: dict[type[Any], str] = {payloads.Audio: "What training will hear"}


class SeenPanel(QWidget):
    """Eight versions of one sample, made by the task itself in a job.

    Signals:
        settings_changed: dict of the task's settings after a switch was flipped.
    """

    settings_changed = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._path: Path | None = None
        self._known = KeptFacts(desk.project.index, desk.spec)
        self._data: object = None
        self._target: Any = None
        self._job: Job | None = None
        self._at = 0
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._start)
        self._settings = switches(desk.spec.config)
        self._squares = [Square() for _ in range(VERSIONS)]
        self._problem = Label("", kind="hint", wraps=True)
        self._problem.hide()
        self._chips = self._make_chips()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        column.addWidget(SectionLabel(_HEADINGS.get(desk.spec.takes, _SEES)))
        column.addLayout(_grid(self._squares))
        column.addWidget(self._problem)
        column.addWidget(self._chips)
        self._show_switches()

    def show_sample(self, path: Path | None, data: object, target: Any = None) -> None:
        """Show versions of another file; None empties the squares.

        Args:
            data: Whatever makes new versions necessary when it is not equal any more.
            target: What is known of the sample beside its class, or None; likewise.
        """
        if (path, data, target) != (self._path, self._data, self._target):
            self._path, self._data, self._target = path, data, target
            self.refresh()

    def refresh(self) -> None:
        """Make the versions anew, a moment after the last wish."""
        self.stop()
        self._problem.hide()
        for square in self._squares:
            square.show_busy(self._path is not None)
        if self._path is not None:
            self._pause.start()
        else:
            self._pause.stop()
        self._show_switches()

    def _make_chips(self) -> ChipRow:
        chips = ChipRow([], exclusive=False, name=_HEADINGS.get(self._desk.spec.takes, _SEES))
        for setting in self._settings:
            label = setting.knob.label
            chips.add_chip(setting.key, label[:1].lower() + label[1:], tip=setting.knob.help)
        chips.chosen.connect(self._switch)
        return chips

    def _show_switches(self) -> None:
        saved = self._desk.project.file.task_settings
        on = [s.key for s in self._settings if saved.get(s.key, s.default)]
        self._chips.choose(*on)
        self._chips.setEnabled(not self._desk.project.read_only)

    def _switch(self, keys: set[str]) -> None:
        project = self._desk.project
        settings: dict[str, Any] = dict(project.file.task_settings)
        settings |= {s.key: s.key in keys for s in self._settings}
        try:
            project.save(task_settings=settings)
        except DeepDeskError as error:
            self._desk.banner(error, "dataset")
            self._show_switches()
            return
        self.settings_changed.emit(settings)
        self.refresh()

    def _start(self) -> None:
        if self._path is None:
            return
        settings = self._desk.project.file.task_settings
        wish = Wish(path=self._path, settings=settings, target=self._target)
        self._at = 0
        job: list[Job] = []
        work = seen_work(self._desk.spec, self._known, wish)
        started = self._desk.start(
            work,
            "dataset",
            on_event=lambda event: self._seen(job, event),
            on_ended=lambda ended: self._ended(job, ended),
            lowered=True,
        )
        job.append(started)
        self._job = started

    def _seen(self, job: Sequence[Job], event: object) -> None:
        if self._job in job and isinstance(event, Result) and self._at < VERSIONS:
            self._squares[self._at].show_payload(event.value)
            self._at += 1

    def _ended(self, job: Sequence[Job], ended: Ended) -> None:
        if self._job not in job:
            return
        self._job = None
        for square in self._squares[self._at :]:
            square.show_busy(False)
        if ended.error is not None and not ended.stopped:
            self._problem.setText(f"No preview: {ended.error}")
            self._problem.show()

    def stop(self) -> None:
        """Wait for nothing any more."""
        self._pause.stop()
        if self._job is not None:
            self._job.stop()
            self._job = None


def _grid(squares: Sequence[Square]) -> QGridLayout:
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setSpacing(6)
    for at, square in enumerate(squares):
        grid.addWidget(square, at // COLUMNS, at % COLUMNS)
    return grid
