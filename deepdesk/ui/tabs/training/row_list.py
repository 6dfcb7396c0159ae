"""Rows of answers under each other in an area that scrolls, or a sentence where there are none."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from deepdesk.core.payloads import Image
from deepdesk.ui.tabs.training.answer_row import AnswerRow
from deepdesk.ui.tabs.training.note_page import NotePage
from deepdesk.ui.tabs.training.works import Answered
from deepdesk.ui.theme import metrics

_AT_ONCE, _A_FEW = 8, 3
_PAUSE_MS = 15
_NARROW_PX = 200


class RowList(QStackedWidget):
    """Shows `Answered`s.

    Signals:
        picked: The `Answered` that is to be opened.
    """

    picked = Signal(object)

    def __init__(self, words: str, *, with_pictures: bool) -> None:
        super().__init__()
        self.rows: list[AnswerRow] = []
        self.page = NotePage(words)
        self._with_pictures = with_pictures
        self._wanted: tuple[Answered, ...] = ()
        self._pictures: dict[int, Image] = {}
        self._place = 0
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.setInterval(_PAUSE_MS)
        self._next.timeout.connect(lambda: self._show_some(_A_FEW))
        inside = QWidget()
        inside.setProperty("kind", "scrolled")
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, metrics.XS, 0)
        self._column.setSpacing(metrics.XS)
        self._column.addStretch(1)
        self._area = QScrollArea()
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(inside)
        self._area.setMinimumHeight(metrics.scaled(80))
        self.addWidget(self.page)
        self.addWidget(self._area)

    def show_rows(self, answered: Sequence[Answered]) -> None:
        """Show these in order; rows that are there already are used again.

        The first ones are shown at once, the others a few at a time: laying out the words of one
        takes about 4 ms.
        """
        while len(self.rows) > len(answered):
            row = self.rows.pop()
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._wanted = tuple(answered)
        ids = {row.id for row in answered}
        self._pictures = {i: made for i, made in self._pictures.items() if i in ids}
        self._place = 0
        self._show_some(_AT_ONCE)
        self.setCurrentWidget(self._area if answered else self.page)

    def show_picture(self, sample_id: int, picture: Image) -> None:
        """Put a picture where its answer is; rows that come later get it as well."""
        self._pictures[sample_id] = picture
        for row in self.rows:
            if row.shown is not None and row.shown.id == sample_id:
                row.show_picture(picture)

    def missing_pictures(self) -> list[int]:
        """Return the ids of the samples, in their order, whose pictures did not come yet."""
        return [one.id for one in self._wanted if one.id not in self._pictures]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for row in self.rows:
            row.set_narrow(self._is_narrow)

    @property
    def _is_narrow(self) -> bool:
        """Whether the texts need what room there is."""
        return self.width() < metrics.scaled(_NARROW_PX)

    def _show_some(self, count: int) -> None:
        for shown in self._wanted[self._place : self._place + count]:
            if self._place == len(self.rows):
                self._add()
            row = self.rows[self._place]
            is_same = row.shown is not None and row.shown.id == shown.id
            row.show_answered(shown)
            if shown.id in self._pictures and not is_same:
                row.show_picture(self._pictures[shown.id])
            self._place += 1
        if self._place < len(self._wanted):
            self._next.start()

    def _add(self) -> None:
        row = AnswerRow(with_picture=self._with_pictures)
        row.set_narrow(self._is_narrow)
        row.opened.connect(lambda _none: self.picked.emit(row.shown))
        self._column.insertWidget(len(self.rows), row)
        self.rows.append(row)
