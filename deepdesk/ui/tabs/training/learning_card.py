"""The same few samples at every epoch, with what the network says of them now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QStackedLayout, QVBoxLayout, QWidget

from deepdesk.core.payloads import Image
from deepdesk.ui.tabs.training.answer_tile import AnswerTile
from deepdesk.ui.tabs.training.note_page import NotePage
from deepdesk.ui.tabs.training.works import Answered, answered_of
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.card import Card

_COLUMNS = 4
_NOTE_FROM_PX = 300


class LearningCard(Card):
    """Shows examples; pictures come later, by id.

    Signals:
        picked: The `Answered` that is to be opened.
    """

    picked = Signal(object)

    def __init__(self, noun: tuple[str, str]) -> None:
        super().__init__("Learning now", note="the same eight, every epoch")
        words = f"The same eight {noun[1]}, and what the network says of them at every epoch."
        self.tiles: dict[int, AnswerTile] = {}
        self._said: dict[int, Answered] = {}
        self._empty = NotePage(words)
        self._area = QWidget()
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(metrics.S)
        holder = QVBoxLayout(self._area)
        holder.setContentsMargins(0, 0, 0, 0)
        holder.addLayout(self._grid, 100)
        holder.addStretch(1)
        self._stack = QStackedLayout()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._area)
        self.body.addLayout(self._stack, 1)

    def show_examples(self, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """Show the answers of an epoch; return the ids whose pictures are still wanted."""
        ids = [int(row["id"]) for row in rows]
        self._stack.setCurrentWidget(self._area if ids else self._empty)
        wanted = [] if ids == list(self.tiles) else ids
        if wanted or not ids:
            self._lay_out(ids)
        for row in rows:
            said = answered_of(row)
            self._said[said.id] = said
            tile = self.tiles[said.id]
            tile.show_answer(said.answer, said.truth, said.score, is_right=said.is_right)
            tile.show_drawn(said.drawn, said.drawn_truth)
        return wanted

    def show_picture(self, sample_id: int, picture: Image) -> None:
        """Put a picture where its answer is."""
        if sample_id in self.tiles:
            self.tiles[sample_id].show_picture(picture)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the rows near each other where there is room for more."""
        super().resizeEvent(event)
        self.note.setVisible(event.size().width() >= metrics.scaled(_NOTE_FROM_PX))
        self._limit()

    def _limit(self) -> None:
        margins = self.contentsMargins().left() + self.contentsMargins().right()
        room = self.width() - margins - 2 * metrics.M - (_COLUMNS - 1) * metrics.S
        for tile in self.tiles.values():
            tile.setMaximumHeight(tile.height_for(room // _COLUMNS))

    def _lay_out(self, ids: Sequence[int]) -> None:
        for tile in self.tiles.values():
            self._grid.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
        self.tiles = {sample_id: AnswerTile() for sample_id in ids}
        self._said.clear()
        for place, (sample_id, tile) in enumerate(self.tiles.items()):
            tile.opened.connect(lambda _none, sample_id=sample_id: self._pick(sample_id))
            self._grid.addWidget(tile, place // _COLUMNS, place % _COLUMNS)
        self._limit()

    def _pick(self, sample_id: int) -> None:
        if sample_id in self._said:
            self.picked.emit(self._said[sample_id])
