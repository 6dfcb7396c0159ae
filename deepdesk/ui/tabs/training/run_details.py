"""What there is to know of the chosen run, and what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from deepdesk.ui.run_names import title_of
from deepdesk.ui.tabs.training.run_words import RESUMABLE, details_of, status_line
from deepdesk.ui.tabs.training.thresholds import ThresholdsDialog
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.buttons import IconButton, LinkButton, SmallButton
from deepdesk.ui.widgets.card import Divider
from deepdesk.ui.widgets.elided_label import ElidedLabel
from deepdesk.ui.widgets.labels import Label

if TYPE_CHECKING:
    from deepdesk.engine.thresholds import ClassThreshold
    from deepdesk.project.runs import RunInfo


class RunDetails(QWidget):
    """Hidden while no run is chosen.

    Signals:
        asked: "resume", "rename", "note" or "trash".
    """

    asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.title = ElidedLabel(kind="heading")
        self.status = ElidedLabel(kind="hint")
        self.note = Label(kind="small", wraps=True)
        self.resume = SmallButton("Resume", lambda: self.asked.emit("resume"))
        self.resume.setToolTip("Goes on where it stopped, to the same end")
        self.rename = IconButton("writing", "Rename (F2)", lambda: self.asked.emit("rename"))
        self.annotate = IconButton("text", "Write a note", lambda: self.asked.emit("note"))
        self.trash = IconButton("trash", "Delete to the trash", lambda: self.asked.emit("trash"))
        self.thresholds = LinkButton(
            "Thresholds of classes",
            self._show_thresholds,
            tip="From which probability on each class counts, and how well that does",
        )
        self._fitted: Mapping[str, ClassThreshold] = {}
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(metrics.M)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        head = QHBoxLayout()
        head.setSpacing(0)
        head.addWidget(self.title, 1)
        for button in (self.rename, self.annotate, self.trash):
            head.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Divider())
        body = QVBoxLayout()
        body.setContentsMargins(metrics.L, metrics.M, metrics.M, metrics.L)
        body.setSpacing(metrics.S)
        body.addLayout(head)
        body.addWidget(self.status)
        body.addWidget(self.note)
        body.addLayout(self._grid)
        body.addWidget(self.thresholds, 0, Qt.AlignmentFlag.AlignLeft)
        body.addWidget(self.resume, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(body)
        self.hide()

    def show_run(self, info: RunInfo | None, config: Mapping[str, Any], *, is_idle: bool) -> None:
        """Show a run, or nothing."""
        self.setVisible(info is not None)
        if info is None:
            return
        self.title.setText(title_of(info))
        self.status.setText(status_line(info))
        self.note.setText(info.note)
        self.note.setVisible(bool(info.note))
        can_resume = info.status in RESUMABLE and info.step > 0
        self.resume.setVisible(can_resume)
        self.resume.setEnabled(is_idle)
        self.trash.setEnabled(info.status not in ("running", "paused"))
        self._fitted = config.get("thresholds") or {}
        self.thresholds.setVisible(bool(self._fitted))
        self._show_lines(details_of(info, config))

    def _show_thresholds(self) -> None:
        ThresholdsDialog(self.window(), self._fitted).open()

    def _show_lines(self, lines: list[tuple[str, str]]) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for place, (name, value) in enumerate(lines):
            figure = ElidedLabel(value, kind="small")
            figure.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._grid.addWidget(Label(name, kind="small", tone="muted"), place, 0)
            self._grid.addWidget(figure, place, 1)
