"""How the tab is laid out where there is a network: stage or table, strip, and the answer."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from deepdesk.ui.tabs.inference.answer_panel import AnswerPanel
from deepdesk.ui.tabs.inference.stage import Stage
from deepdesk.ui.tabs.inference.strip import Strip
from deepdesk.ui.tabs.inference.table_page import TablePage
from deepdesk.ui.tabs.inference.top_row import TopRow
from deepdesk.ui.theme import metrics


class Workspace(QWidget):
    """The widgets and which of them are in front; what they do is wired elsewhere.

    Args:
        noun: What the task takes: ("picture", "pictures").
        can_join: Whether answers are classes, so that they can be corrected.
    """

    def __init__(self, noun: tuple[str, str], *, can_join: bool) -> None:
        super().__init__()
        self.noun = noun
        self.top = TopRow(noun)
        self.stage = Stage(noun)
        self.table = TablePage(noun)
        self.strip = Strip()
        self.panel = AnswerPanel(can_join=can_join)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.stage)
        self._pages.addWidget(self.table)
        self.strip.hide()
        middle = QVBoxLayout()
        middle.setContentsMargins(metrics.XL, metrics.L, metrics.XL, metrics.M)
        middle.setSpacing(metrics.M)
        middle.addWidget(self.top)
        middle.addWidget(self._pages, 1)
        middle.addWidget(self.strip)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(middle, 1)
        row.addWidget(self.panel)
        self.top.page_chosen.connect(self.show_page)

    @property
    def is_in_table(self) -> bool:
        """Whether the table is in front."""
        return self._pages.currentWidget() is self.table

    def show_page(self, key: str) -> None:
        """Bring the "table" or the stage ("one") to the front."""
        self._pages.setCurrentWidget(self.table if key == "table" else self.stage)
        self.top.show_page(key)
