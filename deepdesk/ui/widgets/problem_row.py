"""A problem and its remedy in one row."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.buttons import LinkButton
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.status_dot import StatusDot

# A longer remedy beside it would leave the sentence a column of single words.
BESIDE_CHARACTERS = 8


class ProblemRow(QWidget):
    """Dot, sentence, and a link that mends it: beside the sentence, or below where it is long."""

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
        if len(remedy) > BESIDE_CHARACTERS:
            column = QVBoxLayout()
            column.setSpacing(metrics.XS)
            column.addWidget(self.sentence)
            column.addWidget(self.link, 0, Qt.AlignmentFlag.AlignLeft)
            row.addLayout(column, 1)
        else:
            row.addWidget(self.sentence, 1)
            row.addWidget(self.link, 0, Qt.AlignmentFlag.AlignVCenter)
        self.setAccessibleName(f"{sentence} {remedy}".strip())
