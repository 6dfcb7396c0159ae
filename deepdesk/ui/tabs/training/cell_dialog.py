"""The samples of one cell of the matrix, the surest mistakes first."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QScrollArea, QWidget

from deepdesk.core.events import Ended, Result
from deepdesk.core.work import Work
from deepdesk.ui.desk import Desk
from deepdesk.ui.dialogs import AskDialog
from deepdesk.ui.tabs.training.answer_tile import AnswerTile
from deepdesk.ui.tabs.training.sample_dialog import SampleDialog
from deepdesk.ui.tabs.training.works import Answered
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.labels import Label

_COLUMNS = 5
_TILE_PX = 128
_TILE_HEIGHT_PX = 156


class CellDialog(AskDialog):
    """Fills with pictures as they are read.

    Args:
        first: Which samples come first: "surest", "most".
    """

    def __init__(
        self, window: QWidget | None, title: str, desk: Desk, work: Work, *, first: str = "surest"
    ) -> None:
        super().__init__(window, title, verb="Close", other="")
        self._first = first
        self.tiles: list[AnswerTile] = []
        self.words = Label("Looking for them.", kind="hint", wraps=True)
        inside = QWidget()
        inside.setProperty("kind", "scrolled")
        self._grid = QGridLayout(inside)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(metrics.M)
        self._grid.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setMinimumSize(_COLUMNS * (_TILE_PX + metrics.M) + metrics.L, 2 * _TILE_HEIGHT_PX + 20)
        self.add(self.words)
        self.body.addWidget(area, 1)
        self._desk = desk
        self._count = 0
        self._is_closed = False
        job = desk.start(work, "training", on_event=self._take, on_ended=self._end)
        self._stop = job.stop
        self.finished.connect(self._let_go)

    def _let_go(self, _code: int) -> None:
        self._is_closed = True
        self._stop()

    def _take(self, event: Any) -> None:
        if self._is_closed or not isinstance(event, Result):
            return
        if isinstance(event.value, int):
            self._count = event.value
        elif isinstance(event.value, Answered):
            self._add(event.value)

    def _add(self, row: Answered) -> None:
        tile = AnswerTile()
        tile.setCursor(Qt.CursorShape.PointingHandCursor)
        tile.opened.connect(lambda _none, row=row: self._open(row))
        tile.setFixedSize(_TILE_PX, _TILE_HEIGHT_PX)
        tile.show_picture(row.picture)
        tile.show_drawn(row.drawn, row.drawn_truth)
        tile.show_answer(row.answer, row.truth, row.score, is_right=row.is_right, under=row.name)
        place = len(self.tiles)
        self.tiles.append(tile)
        self._grid.addWidget(tile, place // _COLUMNS, place % _COLUMNS)
        self.words.setText(self._said())

    def _open(self, row: Answered) -> None:
        # To be heard or looked at closely: a small picture seldom tells why it was taken for that.
        SampleDialog(self, row, self._desk).open()

    def _said(self) -> str:
        shown = len(self.tiles)
        more = f" Shown are {shown} of {self._count:,}." if self._count > shown else ""
        return f"From the best epoch, {self._first} first. Click one to look closer.{more}"

    def _end(self, ended: Ended) -> None:
        if self._is_closed:
            return
        if ended.error is not None:
            self.words.setText(str(ended.error))
        elif not self.tiles:
            self.words.setText("There is none in the best epoch, which is the one that is kept.")
