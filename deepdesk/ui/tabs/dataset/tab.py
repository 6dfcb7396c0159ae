"""The Dataset tab of the project that is open when it is made, and its state for the header."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.dataset.health import findings, needs_look
from deepdesk.ui.tabs.dataset.workspace import Workspace
from deepdesk.ui.truth_words import written_truth


class DatasetTab(QWidget):
    """Samples, classes and splits of the open project.

    Signals:
        state_changed: "empty", "working", "ready" or "look".
    """

    state_changed = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.state = "empty"
        self.workspace: Workspace | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        # Bound methods: Qt lets go of them together with this tab.
        desk.project_closed.connect(self._close)
        desk.samples_changed.connect(self._refresh)
        desk.labelling_asked.connect(self._label)
        if desk.store.session.project is not None:
            self._open()

    def drop(self, paths: Sequence[Path]) -> None:
        """Import files that were dropped on the window."""
        if self.workspace is not None:
            self.workspace.take(paths)

    # The window asks its front tab to `find`; Qt's static QWidget.find is of no use here.
    def find(self) -> None:  # type: ignore[override]
        """Go to the search field."""
        if self.workspace is not None:
            self.workspace.middle.bar.search.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.workspace is not None:
            self.workspace.grid.setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._close()
        super().closeEvent(event)

    def _open(self) -> None:
        self.workspace = Workspace(self._desk)
        self.workspace.overview_changed.connect(lambda _overview: self._tell())
        self._column.addWidget(self.workspace)

    def _close(self, _path: object = None) -> None:
        if self.workspace is None:
            return
        self.workspace.close_work()
        self.workspace.hide()
        self.workspace.deleteLater()
        self.workspace = None
        self._set_state("empty")

    def _label(self, sample_id: int) -> None:
        if self.workspace is not None:
            self.workspace.open_labelling(sample_id)

    def _refresh(self, revision: int) -> None:
        if self.workspace is not None and self.workspace.overview.revision != revision:
            self.workspace.refresh()

    def _tell(self) -> None:
        if self.workspace is None:
            return
        overview = self.workspace.overview
        noun, truth = self._desk.spec.reader().noun, written_truth(self._desk.spec)
        state = (
            "look"
            if needs_look(findings(overview, noun, truth="" if truth is None else truth.one))
            else "ready"
        )
        if self.workspace.intake.is_importing or self.workspace.intake.is_checking:
            state = "working"
        elif overview.total == 0:
            state = "empty"
        self._set_state(state)

    def _set_state(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self.state_changed.emit(state)
