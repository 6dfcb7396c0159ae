"""Two runs side by side: the verdict with its interval, and what was different."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from deepdesk.ui.tabs.training.table.works import Judged
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.card import Card
from deepdesk.ui.widgets.elided_label import ElidedLabel
from deepdesk.ui.widgets.labels import Label

_ABOUT = {
    "settings": "Settings",
    "network": "Network",
    "data": "Data",
    "versions": "Versions",
}
_MOST_LINES = 200
_ALIKE = "Nothing but chance and the machine was different."


class ComparePanel(Card):
    """Hidden until two rows are selected."""

    def __init__(self) -> None:
        super().__init__()
        self._words: list[str] = []
        self.verdicts = QVBoxLayout()
        self.verdicts.setSpacing(2)
        self.grid = QGridLayout()
        self.grid.setHorizontalSpacing(metrics.L)
        self.grid.setVerticalSpacing(4)
        for column, share in ((1, 2), (2, 3), (3, 3)):
            self.grid.setColumnStretch(column, share)
        inside = QWidget()
        inside.setProperty("kind", "scrolled")
        body = QVBoxLayout(inside)
        body.setContentsMargins(0, 0, metrics.S, 0)
        body.addLayout(self.grid)
        body.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidget(inside)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setAccessibleName("Differences")
        self.body.addLayout(self.verdicts)
        self.add(self.area, 1)
        self.hide()

    @property
    def words(self) -> str:
        """The verdicts, a line each."""
        return "\n".join(self._words)

    def show_judged(self, judged: Judged) -> None:
        """Show what came out."""
        _empty(self.verdicts)
        self._words = [f"{verdict.words(judged.names)}." for verdict in judged.said]
        for verdict, words in zip(judged.said, self._words, strict=True):
            tone = "muted" if verdict.better is None else "good"
            self.verdicts.addWidget(Label(words, kind="strong", tone=tone, wraps=True))
            self.verdicts.addWidget(Label(verdict.ground, kind="hint", wraps=True))
        _empty(self.grid)
        heads = ("", "", *judged.names)
        for column, head in enumerate(heads):
            if head:
                self.grid.addWidget(ElidedLabel(head, kind="small"), 0, column)
        before = ""
        for row, line in enumerate(judged.lines[:_MOST_LINES], start=1):
            about = _ABOUT[line.about] if line.about != before else ""
            before = line.about
            self.grid.addWidget(Label(about, kind="hint"), row, 0)
            self.grid.addWidget(ElidedLabel(line.name, kind="small", tone="muted"), row, 1)
            for column, text in ((2, line.first), (3, line.second)):
                self.grid.addWidget(ElidedLabel(text, kind="small"), row, column)
        left = len(judged.lines) - _MOST_LINES
        if left > 0:
            self.grid.addWidget(Label(f"{left:,} more", kind="hint"), _MOST_LINES + 1, 1)
        if not judged.lines:
            self.grid.addWidget(Label(_ALIKE, kind="hint"), 1, 0, 1, 4)
        self.show()


def _empty(layout: QVBoxLayout | QGridLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
