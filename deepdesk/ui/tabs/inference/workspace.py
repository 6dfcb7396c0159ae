"""How the tab is laid out where there is a network: stage or table, strip, and the answer."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from deepdesk.ui.overlay import OverlayView
from deepdesk.ui.tabs.inference.answer_panel import AnswerPanel
from deepdesk.ui.tabs.inference.drawn.panel import DrawnPanel
from deepdesk.ui.tabs.inference.live.board import Board
from deepdesk.ui.tabs.inference.live.column import LiveColumn
from deepdesk.ui.tabs.inference.live.page import LivePage
from deepdesk.ui.tabs.inference.live.sources import LiveKind
from deepdesk.ui.tabs.inference.model_facts import ModelFacts
from deepdesk.ui.tabs.inference.stage import Stage
from deepdesk.ui.tabs.inference.strip import Strip
from deepdesk.ui.tabs.inference.table_page import TablePage
from deepdesk.ui.tabs.inference.top_row import TopRow
from deepdesk.ui.theme import metrics
from deepdesk.ui.truth_words import WrittenTruth


class Workspace(QWidget):
    """The widgets and which of them are in front; what they do is wired elsewhere.

    Args:
        noun: What the task takes: ("picture", "pictures").
        can_join: Whether answers are classes or texts, so that they can be corrected.
        text: How the answers are called, None where they are no texts.
        live: How answers can run along, None where they cannot; `board` shows them.
        is_drawn: Whether answers are drawn over their pictures.
    """

    def __init__(
        self,
        noun: tuple[str, str],
        *,
        can_join: bool,
        text: WrittenTruth | None = None,
        live: LiveKind | None = None,
        board: Board | None = None,
        is_drawn: bool = False,
    ) -> None:
        super().__init__()
        self.noun = noun
        self.top = TopRow(noun, live)
        self.live = LivePage(board) if board is not None else None
        self.live_column = LiveColumn(board.side) if board is not None else None
        self.drawn = DrawnPanel(can_save=True) if is_drawn else None
        self.stage = Stage(noun, OverlayView() if is_drawn else None)
        self.table = TablePage(noun, is_text=text is not None)
        self.strip = Strip()
        self.panel = AnswerPanel(can_join=can_join, text=text, drawn=self.drawn)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.stage)
        self._pages.addWidget(self.table)
        if self.live is not None:
            self._pages.addWidget(self.live)
        self._others: dict[str, tuple[QWidget, QWidget]] = {}
        self.strip.hide()
        middle = QVBoxLayout()
        middle.setContentsMargins(metrics.XL, metrics.L, metrics.XL, metrics.M)
        middle.setSpacing(metrics.M)
        middle.addWidget(self.top)
        middle.addWidget(self._pages, 1)
        middle.addWidget(self.strip)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(middle, 1)
        row.addWidget(self.panel)
        if self.live_column is not None:
            row.addWidget(self.live_column)
            self.live_column.hide()
        self.top.page_chosen.connect(self.show_page)

    @property
    def is_in_table(self) -> bool:
        """Whether the table is in front."""
        return self._pages.currentWidget() is self.table

    def add_page(self, key: str, page: QWidget, column: QWidget) -> None:
        """Add a page with a right column of its own; `show_page` brings it to the front."""
        self._others[key] = (page, column)
        self._pages.addWidget(page)
        self._row.addWidget(column)
        column.hide()

    def model_facts(self) -> list[ModelFacts]:
        """Return the places that tell which network answers."""
        live = [self.live_column.model] if self.live_column is not None else []
        return [self.panel.model, *live]

    def show_page(self, key: str) -> None:
        """Bring the "table", the stage ("one") or what runs along ("live") to the front."""
        pages: dict[str, QWidget | None] = {"table": self.table, "live": self.live}
        pages |= {name: page for name, (page, _column) in self._others.items()}
        self._pages.setCurrentWidget(pages.get(key) or self.stage)
        has_column = key in self._others or (self.live is not None and key == "live")
        self.panel.setVisible(not has_column)
        if self.live_column is not None:
            self.live_column.setVisible(key == "live")
        for name, (_page, column) in self._others.items():
            column.setVisible(name == key)
        self.strip.setVisible(not has_column and bool(self.strip.tiles.entries))
        self.top.show_page(key)
