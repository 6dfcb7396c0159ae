"""A problem and its remedy in one row."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.buttons import LinkButton
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.status_dot import StatusDot


class ProblemRow(QWidget):
    """Dot, sentence, and a link that mends it."""

    def __init__(
        self,
        sentence: str,
        remedy: str = "",
        act: Callable[[], object] | None = None,
        *,
        state: str = "look",
    ) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, metrics.XS, 0, metrics.XS)
        row.setSpacing(metrics.S)
        self.dot = StatusDot(state)
        self.sentence = Label(sentence, wraps=True)
        self.link = LinkButton(remedy, act)
        self.link.setVisible(bool(remedy))
        row.addWidget(self.dot, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.sentence, 1)
        row.addWidget(self.link, 0, Qt.AlignmentFlag.AlignVCenter)
        self.setAccessibleName(f"{sentence} {remedy}".strip())
