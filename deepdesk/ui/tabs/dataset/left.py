"""The left column: classes above, the split below."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from deepdesk.ui.tabs.dataset.class_panel import ClassPanel
from deepdesk.ui.tabs.dataset.overview import Overview
from deepdesk.ui.tabs.dataset.split_panel import SplitPanel
from deepdesk.ui.theme.metrics import COLUMN_LEFT, L, M
from deepdesk.ui.widgets.card import Divider


class LeftColumn(QFrame):
    """What one chooses by."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "column")
        self.setProperty("edge", "right")
        self.setFixedWidth(COLUMN_LEFT)
        self.classes = ClassPanel()
        self.splits = SplitPanel()
        self._lower = QWidget()
        lower = QVBoxLayout(self._lower)
        lower.setContentsMargins(L, 0, L, L)
        lower.setSpacing(L)
        lower.addWidget(Divider())
        lower.addWidget(self.splits)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, L, 0, 0)
        column.setSpacing(M)
        column.addWidget(self.classes)
        column.addWidget(self._lower)
        column.addStretch(1)
        self._lower.hide()

    def show_overview(self, overview: Overview) -> None:
        """Show classes and shares."""
        self.classes.show_overview(overview)
        self.splits.show_overview(overview)
        self._lower.setVisible(overview.total > 0)
