"""The samples of one cell of the matrix, the surest mistakes first."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
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
from deepdesk.ui.widgets.painting import antialiased, draw_focus

_COLUMNS = 5
_TILE_PX = 128
_TILE_HEIGHT_PX = 156
_OPENS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class OpeningTile(AnswerTile):
    """A tile that opens what it shows.

    Signals:
        clicked: None, by the mouse, Enter or Space.
    """

    clicked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self.clicked.emit(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _OPENS:
            self.clicked.emit(None)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            draw_focus(antialiased(QPainter(self)), QRectF(self.rect()))


class CellDialog(AskDialog):
    """Fills with pictures as they are read."""

    def __init__(self, window: QWidget | None, title: str, desk: Desk, work: Work) -> None:
        super().__init__(window, title, verb="Close", other="")
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
        tile = OpeningTile()
        tile.clicked.connect(lambda _none, row=row: self._open(row))
        tile.setFixedSize(_TILE_PX, _TILE_HEIGHT_PX)
        tile.show_picture(row.picture)
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
        more = f" Shown are the {shown} surest." if self._count > shown else ""
        return f"From the best epoch, surest first. Click one to look closer.{more}"

    def _end(self, ended: Ended) -> None:
        if self._is_closed:
            return
        if ended.error is not None:
            self.words.setText(str(ended.error))
        elif not self.tiles:
            self.words.setText("There is none in the best epoch, which is the one that is kept.")
