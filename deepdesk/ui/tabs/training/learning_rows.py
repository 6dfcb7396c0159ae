"""The same few samples at every epoch as rows, for answers that are texts and grow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal

from deepdesk.core.payloads import Image
from deepdesk.ui.tabs.training.row_list import RowList
from deepdesk.ui.tabs.training.works import answered_of
from deepdesk.ui.widgets.card import Card


class LearningRows(Card):
    """Shows examples; pictures come later, by id.

    Signals:
        picked: The `Answered` that is to be opened.
    """

    picked = Signal(object)

    def __init__(self, noun: tuple[str, str]) -> None:
        super().__init__("Learning now", note="the same eight, every epoch")
        words = f"The same eight {noun[1]}, and what the network says of them at every epoch."
        self.list = RowList(words, with_pictures=True)
        self.list.picked.connect(self.picked)
        self.add(self.list, 1)
        self._ids: list[int] = []

    def show_examples(self, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """Show the answers of an epoch; return the ids whose pictures are still wanted."""
        ids = [int(row["id"]) for row in rows]
        self.list.show_rows([answered_of(row) for row in rows])
        wanted = [] if ids == self._ids else ids
        self._ids = ids
        return wanted

    def show_picture(self, sample_id: int, picture: Image) -> None:
        """Put a picture where its answer is."""
        self.list.show_picture(sample_id, picture)
