"""The card that says what to look at in a data set, each line with its remedy."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from deepdesk.core.events import Progress
from deepdesk.ui.tabs.dataset.health import Finding
from deepdesk.ui.theme.metrics import XS, S
from deepdesk.ui.widgets.bar import Bar
from deepdesk.ui.widgets.card import Card, Divider
from deepdesk.ui.widgets.labels import Label, SectionLabel
from deepdesk.ui.widgets.problem_row import ProblemRow

STATES = {"note": "empty", "warn": "look", "bad": "wrong", "good": "ready"}
ALL_WELL = Finding(text="Nothing to mend", level="good")


class HealthPanel(QWidget):
    """Findings about the data, and how far the check of the files is.

    Signals:
        act_asked: Key of the remedy that was clicked, one of `health.ACTS`.
    """

    act_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[Finding, ...] | None = None
        self._card = Card()
        self._rows = QVBoxLayout()
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(XS)
        self._checking = Label("", kind="hint")
        self._bar = Bar(name="Checked")
        self._progress = QWidget()
        progress = QVBoxLayout(self._progress)
        progress.setContentsMargins(0, 0, 0, 0)
        progress.setSpacing(S)
        progress.addWidget(self._checking)
        progress.addWidget(self._bar)
        self._progress.hide()
        self._card.add(self._progress)
        self._card.body.addLayout(self._rows)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        column.addWidget(SectionLabel("Health"))
        column.addWidget(self._card)

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """Show what was found, or that all is well."""
        if tuple(findings) == self._shown:
            return
        self._shown = tuple(findings)
        self._show_rows()

    def _show_rows(self) -> None:
        is_checking = not self._progress.isHidden()
        rows = self._shown or (() if is_checking else (ALL_WELL,))
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for at, finding in enumerate(rows):
            if at:
                self._rows.addWidget(Divider())
            self._rows.addWidget(self._row(finding))

    def show_progress(self, progress: Progress | None) -> None:
        """Show how far the check is; None when it is over."""
        was_hidden = self._progress.isHidden()
        self._progress.setVisible(progress is not None)
        if was_hidden == (progress is not None):
            self._show_rows()
        if progress is not None:
            count = f" {progress.done:,} of {progress.total:,}" if progress.total else ""
            self._checking.setText(progress.what + count)
            self._bar.set_share(progress.done / max(1, progress.total))

    def _row(self, finding: Finding) -> ProblemRow:
        return ProblemRow(
            finding.text,
            finding.remedy,
            lambda: self.act_asked.emit(finding.act),
            state=STATES[finding.level],
        )
